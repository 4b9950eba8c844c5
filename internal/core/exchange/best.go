package exchange

// bestExchange is the best exchange found so far between the heaviest pack and
// another, with what is needed to compare others with it. Loads are signed (see
// aim).
type bestExchange struct {
	sign, load, least int64 // loads of the heaviest and the lightest pack
	best              int64 // load of the heavier of the two packs after it
	heaviest, partner int32
	j, x, y           int // x and y are items for j = 1, indices of j-subsets above
}

// exchangeBest carries out the exchange between the heaviest pack and another that
// leaves the heavier of the two as light as possible, with as few items as will
// remove a quarter of the excess. It reports whether any exchange helps.
func (s *state) exchangeBest(heaviest, lightest int32, a aim) bool {
	load := a.sign * s.load[heaviest]
	b := bestExchange{sign: a.sign, load: load, least: a.sign * s.load[lightest], best: load, heaviest: heaviest}
	s.bestOne(&b)
	excess := load - a.target
	for j := 2; j <= s.largest && load-b.best < max(1, excess/4); j++ {
		if luck := &s.plainLuck[j]; !s.impatient() || luck.factor() > s.worthPlain {
			s.bestSubset(&b, j, a.target)
			luck.learn(1, b.j == j)
		}
	}
	if b.best == load {
		return false
	}
	if b.j == 1 {
		s.exchangeOne(int32(b.x), int32(b.y))
	} else {
		s.exchangeSubsets(heaviest, b.partner, b.j, b.x, b.y)
	}
	return true
}

// bestOne searches the exchanges of one item for one. For each item of the pack it
// goes from partners that barely improve on the best to those that move more.
func (s *state) bestOne(b *bestExchange) {
	for _, x := range s.items(b.heaviest) {
		wx := s.weight[x]
		y := s.place(wx - b.load + b.best - 1)
		if b.sign < 0 {
			y = s.place(wx+b.load-b.best) - 1
		}
		for range s.scan {
			if uint(y) >= uint(len(s.weight)) {
				break
			}
			off := b.sign * (wx - s.weight[y])
			if b.least+off >= b.best {
				break
			}
			q := s.packOf[y]
			if heavier := max(b.load-off, b.sign*s.load[q]+off); heavier < b.best {
				b.best, b.partner, b.j, b.x, b.y = heavier, q, 1, int(x), y
			}
			y += int(b.sign)
		}
	}
}

// bestSubset searches the exchanges of j items for j: first those within reach of
// the best outcome possible, in a window that should hold a few, then all that
// improve on the best so far.
func (s *state) bestSubset(b *bestExchange, j int, target int64) {
	s.lightest(b)
	if len(s.partner) == 0 {
		return
	}
	own := s.ownSums(b.heaviest, j)
	hope := max(target, (b.load+b.least)/2)
	finds := float64(len(s.partner)) * float64(len(own)) * float64(len(own))
	near := int64(4 * float64(s.spread) / finds)
	for limit := hope + near; ; limit = b.best - 1 {
		limit = min(limit, b.best-1)
		s.enter(own, max(0, 2*limit-b.load-b.least))
		found := false
		for _, q := range s.partner {
			other := b.sign * s.load[q]
			least, most := b.load-limit, limit-other
			if least > most {
				continue
			}
			if b.sign < 0 {
				least, most = -most, -least
			}
			others := s.sumsOf(q, j)
			if x, y := s.find(others, least, most); x >= 0 {
				off := b.sign * (own[x] - others[y])
				b.best, b.partner, b.j, b.x, b.y = max(b.load-off, other+off), q, j, x, y
				limit, found = b.best-1, true
			} else {
				s.vain += len(others)
			}
		}
		if found || limit == b.best-1 {
			return
		}
	}
}

// lightest collects in s.partner the packs whose exchange with the heaviest might
// bring both below b.best, the lightest first, at most
// s.partners of them.
func (s *state) lightest(b *bestExchange) {
	s.partner = s.partner[:0]
	for i, load := range s.load {
		load *= b.sign
		n := len(s.partner)
		if load >= 2*b.best-b.load || n == s.partners && load >= b.sign*s.load[s.partner[n-1]] {
			continue
		}
		if n < s.partners {
			s.partner = append(s.partner, 0)
			n++
		}
		at := n - 1
		for at > 0 && b.sign*s.load[s.partner[at-1]] > load {
			s.partner[at] = s.partner[at-1]
			at--
		}
		s.partner[at] = int32(i)
	}
}
