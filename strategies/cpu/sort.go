package cpu

import (
	"packbench/internal/core/draws"
	"packbench/internal/core/lpt"
)

// sorter makes the orders of candidates.
type sorter struct {
	lpt.Sorter
	keys []uint32 // [items]
}

func newSorter(items int) sorter { return sorter{keys: make([]uint32, items)} }

const signBit = 1 << 31

// descendingNoisy writes the items to order by falling noisy weight; see
// [draws.Noisy].
func (s *sorter) descendingNoisy(order []int32, weights []float32, draw []uint32, spread, floor float32) {
	keys := s.keys[:len(weights)]
	draw = draw[:len(weights)]
	for i, w := range weights {
		keys[i] = lpt.DescendingKey(draws.Noisy(w, draw[i], spread, floor))
	}
	s.Ascending(order, keys)
}
