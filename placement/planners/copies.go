package planners

import (
	"cmp"
	"slices"

	"packbench/internal/core/lpt"
)

// Copies are the copies of the experts of a part: all experts of a layer, or
// those of a node.
type Copies struct {
	Expert []int32   // [slots] the expert of each copy, in order of creation; 0 is the first of the part
	Load   []float64 // [slots] the load of each copy
	Counts []int32   // [experts] copies of an expert

	// Base + Expert[i] is below Universe: spilled copies are of experts of other
	// parts, whose numbers here may be negative or beyond the part's own.
	Base     int32
	Universe int

	// Allowed is a load that a GPU may have for all that a packer need care: the
	// min that the heaviest GPU of the layer can have, of whatever part.
	Allowed float64

	order  []int32 // copies by falling load, equal ones by index; see Order
	sorted bool
	sorter loadSorter
}

// newCopies returns copies for parts of the given sizes, to be filled.
func newCopies(experts, slots int) *Copies {
	return &Copies{
		Expert: make([]int32, slots), Load: make([]float64, slots), Counts: make([]int32, experts),
		Universe: experts, order: make([]int32, slots),
	}
}

// copyFrom makes the copies those of another part of the same sizes.
func (c *Copies) copyFrom(from *Copies) {
	copy(c.Expert, from.Expert)
	copy(c.Load, from.Load)
	copy(c.Counts, from.Counts)
	c.sorted = false
}

// Order returns the copies by falling load, equal loads by index. The slice is
// valid until the copies change.
func (c *Copies) Order() []int32 {
	if !c.sorted {
		c.sorter.descending(c.order, c.Load)
		c.sorted = true
	}
	return c.order
}

// loadSorter sorts float64 loads, which must lie in the range of float32.
type loadSorter struct {
	sorter lpt.Sorter
	keys   []float32
}

// descending writes to order the indices of loads by falling load, equal loads
// by index. Rounding to float32 keeps the order but for loads that round to the
// same, so the fast sort of float32 leaves only runs of these to be put right.
func (s *loadSorter) descending(order []int32, loads []float64) {
	s.keys = slices.Grow(s.keys[:0], len(loads))[:len(loads)]
	for i, load := range loads {
		s.keys[i] = float32(load)
	}
	s.sorter.Descending(order, s.keys)
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && s.keys[order[hi]] == s.keys[order[lo]] {
			hi++
		}
		if hi-lo > 1 {
			settle(order[lo:hi], loads)
		}
		lo = hi
	}
}

// settle sorts a short run, usually of equal loads that are in order.
func settle(run []int32, loads []float64) {
	const short = 16
	if len(run) > short {
		if !slices.IsSortedFunc(run, func(a, b int32) int { return cmp.Compare(loads[b], loads[a]) }) {
			slices.SortStableFunc(run, func(a, b int32) int { return cmp.Compare(loads[b], loads[a]) })
		}
		return
	}
	for i := 1; i < len(run); i++ {
		item := run[i]
		at := i
		for at > 0 && loads[run[at-1]] < loads[item] {
			run[at] = run[at-1]
			at--
		}
		run[at] = item
	}
}
