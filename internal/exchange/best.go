package exchange

import "math"

// mostPartners is how many packs are tried for an exchange of subsets; by
// exchangeBest, the lightest.
const mostPartners = 64

// exchangeBest takes the exchange between the heaviest pack and another that
// leaves the heavier of the two lightest, of the fewest items that take off a
// quarter of the excess. It reports whether any lowers it.
func (s *state) exchangeBest(heaviest int32, a aim) bool {
	load := a.sign * s.load[heaviest]
	excess := load - a.target
	s.lightest(heaviest, a.sign)
	best, partner := load, int32(-1)
	var bestX, bestY int64
search:
	for j := 1; j <= s.largest; j++ {
		list := s.list(heaviest, j)
		for _, q := range s.partner {
			other := a.sign * s.load[q]
			if load-(load-other)/2 >= best {
				break // not even an exchange of half of the difference is better
			}
			want := excess
			if other+excess > a.limit {
				want = (load - other) / 2
			}
			x, y, _ := nearest(list, s.otherList(q, heaviest, j), a.sign*want<<subsetBits, 0)
			off := a.sign * moved(x, y)
			if heavier := max(load-off, other+off); heavier < best {
				best, partner, bestX, bestY = heavier, q, x, y
				if best <= a.limit {
					break search
				}
			}
		}
		if load-best >= excess/4 && best < load {
			break
		}
	}
	// Subsets leave out items of large packs, single exchanges do not.
	s.setRoom(heaviest, a.sign, best-1)
	if x, y, miss := s.single(heaviest, a.sign, load-best+excess/8); miss < math.MaxInt64 {
		if off := a.sign * (s.weight[x] - s.weight[y]); load-off < best {
			s.exchangeOne(x, y)
			return true
		}
	}
	if partner < 0 {
		return false
	}
	s.exchangeSubsets(heaviest, partner, bestX, bestY)
	return true
}

// lightest puts the lightest packs but q in s.partner, by rising signed load.
func (s *state) lightest(q int32, sign int64) {
	s.partner = s.partner[:0]
	for i, load := range s.load {
		load *= sign
		n := len(s.partner)
		if int32(i) == q || n == mostPartners && load >= sign*s.load[s.partner[n-1]] {
			continue
		}
		if n < mostPartners {
			s.partner = append(s.partner, 0)
			n++
		}
		at := n - 1
		for at > 0 && sign*s.load[s.partner[at-1]] > load {
			s.partner[at] = s.partner[at-1]
			at--
		}
		s.partner[at] = int32(i)
	}
}
