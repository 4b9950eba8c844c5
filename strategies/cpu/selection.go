package cpu

import (
	"packbench/internal/core/lpt"
	"packbench/packing"
	"packbench/strategies"
)

// slot is one candidate: its order and the greedy packing of it.
type slot struct {
	order     []int32 // item at each position, [items]
	place     []place // of the item at each position, [items]
	imbalance float32 // max − min load
}

// maxSlotBytes is the max memory that the slots of a runner may take: of all threads,
// for layers of all sizes.
const maxSlotBytes int64 = 8 << 30

// slotBytes is the memory of a worker's slots.
func slotBytes(e strategies.Ensemble, shape packing.Shape) int64 {
	const perItem = 4 + placeSize // of its order and places
	return int64(e.Keep+min(interleaved, e.Candidates)) * int64(shape.Items) * perItem
}

// place is where an item goes; in memory, the pack comes before the rank.
type place = lpt.Place

const placeSize = 8 // bytes

// write writes the packing of a layer.
func (s *slot) write(packIndex, rankInPack []int32) {
	for pos, item := range s.order {
		packIndex[item], rankInPack[item] = s.place[pos].Pack, s.place[pos].Rank
	}
}

// selection keeps the best candidates of a layer by (imbalance, index), and has
// spare slots in which the next ones are made.
type selection struct {
	keep  int
	slots []*slot // the best first, then the spares
	count int     // kept so far, at most keep
}

func newSelection(keep, spares, items int) selection {
	s := selection{keep: keep, slots: make([]*slot, keep+spares)}
	orders := make([]int32, len(s.slots)*items)
	places := make([]place, len(s.slots)*items)
	for i := range s.slots {
		lo, hi := i*items, (i+1)*items
		s.slots[i] = &slot{order: orders[lo:hi:hi], place: places[lo:hi:hi]}
	}
	return s
}

// reset forgets the candidates of the last layer.
func (s *selection) reset() { s.count = 0 }

// spares returns the slots that hold no kept candidate.
func (s *selection) spares() []*slot { return s.slots[s.keep:] }

// wants reports whether a candidate of this imbalance would be kept.
func (s *selection) wants(imbalance float32) bool {
	return s.count < s.keep || imbalance < s.slots[s.keep-1].imbalance
}

// offer keeps the candidate in spare slot i if it is among the best; the slot of the
// candidate that it displaces becomes the spare. Candidates are offered by rising
// index, so the earlier of two equals stays.
func (s *selection) offer(i int) {
	c := s.slots[s.keep+i]
	if !s.wants(c.imbalance) {
		return
	}
	at := min(s.count, s.keep-1)
	s.slots[s.keep+i] = s.slots[at]
	for at > 0 && c.imbalance < s.slots[at-1].imbalance {
		s.slots[at] = s.slots[at-1]
		at--
	}
	s.slots[at] = c
	s.count = min(s.count+1, s.keep)
}

// best returns the kept candidates, best first.
func (s *selection) best() []*slot { return s.slots[:s.count] }
