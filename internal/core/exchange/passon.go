package exchange

import "math"

// passOn passes the excess of pack q from pack to pack: an exchange with any pack
// within the limit brings q into the window and leaves the other pack with the
// excess, in other items, until some pack has room for it. Packs that had it
// recently are skipped. It reports success; otherwise the packing is as before.
func (p *Packer) passOn(q int32, a aim) bool {
	s := &p.state
	copy(s.saved, s.member)
	rest := int32(len(s.load) / 2)
	for i := range s.seen {
		s.seen[i] = -rest
	}
	count := p.count
	for now := int32(0); p.passes > 0 && !p.ended(); now++ {
		p.passes--
		s.seen[q] = now
		for i, load := range s.load {
			s.room[i] = math.MaxInt64
			if a.sign*load > a.limit || now-s.seen[i] < rest {
				s.room[i] = math.MinInt64
			}
		}
		s.room[q] = math.MinInt64
		next, ok := s.fitRoom(q, a, min(2, s.largest))
		if !ok {
			// Lighter than the window is acceptable: others lack room, not load.
			x, y, miss := s.single(q, a.sign, a.sign*s.load[q]-a.target+3*a.window, 4*a.window)
			if miss > 4*a.window {
				break
			}
			next = s.exchangeOne(x, y)
		}
		p.count++
		if a.sign*s.load[next] <= a.limit {
			return true
		}
		q = next
		if _, ok := s.fit(q, a); ok {
			return true
		}
	}
	p.count = count
	copy(s.member, s.saved)
	s.settleMembers()
	return false
}
