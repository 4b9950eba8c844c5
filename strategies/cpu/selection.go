package cpu

// slot is one candidate: its order and the greedy packing of it.
type slot struct {
	candidate int
	order     []int32  // item at each position, [items]
	place     []uint32 // pack<<shift | rank at each position, [items]
	imbalance float32  // max − min load; infinite where the packing was abandoned
}

// write turns the places into the answer of a layer.
func (s *slot) write(packIndex, rankInPack []int32, shift uint) {
	mask := uint32(1)<<shift - 1
	for pos, item := range s.order {
		place := s.place[pos]
		packIndex[item] = int32(place >> shift)
		rankInPack[item] = int32(place & mask)
	}
}

// selection keeps the best candidates of a layer by (imbalance, candidate), and
// two spare slots in which the next pair is made.
type selection struct {
	keep  int
	slots []*slot // the best first, then the spares
	count int     // how many of the first keep are filled
}

func newSelection(keep, items int) selection {
	s := selection{keep: keep, slots: make([]*slot, keep+2)}
	orders := make([]int32, len(s.slots)*items)
	places := make([]uint32, len(s.slots)*items)
	for i := range s.slots {
		lo, hi := i*items, (i+1)*items
		s.slots[i] = &slot{order: orders[lo:hi:hi], place: places[lo:hi:hi]}
	}
	return s
}

// reset forgets the candidates of the last layer.
func (s *selection) reset() { s.count = 0 }

// spare returns spare slot i, 0 or 1.
func (s *selection) spare(i int) *slot { return s.slots[s.keep+i] }

// limit is the imbalance above which a candidate cannot be kept. Candidates are
// offered by rising index, so one that equals the last kept is not kept either;
// limit leaves that to offer.
func (s *selection) limit() float32 {
	if s.count < s.keep {
		return worst
	}
	return s.slots[s.keep-1].imbalance
}

// offer keeps the candidate in the given spare slot if it is among the best; the
// slot of the candidate that it pushes out becomes the spare.
func (s *selection) offer(c *slot) {
	at := s.keep
	for s.slots[at] != c {
		at++
	}
	if s.count == s.keep && !(c.imbalance < s.slots[s.keep-1].imbalance) {
		return
	}
	last := min(s.count, s.keep-1)
	s.slots[at] = s.slots[last]
	for last > 0 && c.imbalance < s.slots[last-1].imbalance {
		s.slots[last] = s.slots[last-1]
		last--
	}
	s.slots[last] = c
	s.count = min(s.count+1, s.keep)
}

// best returns the kept candidates, best first.
func (s *selection) best() []*slot { return s.slots[:s.count] }
