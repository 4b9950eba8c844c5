package cpu

import (
	"packbench/packing"
	"packbench/strategies"
)

// swapper makes the swaps of [exchanger] in small shapes, all rounds of up to
// swapBatch candidates together. A candidate's next swap waits for its last one,
// so the candidates take turns and the processor always has work.
//
// It finds the best swap in two steps. The gain min(δ, gap − δ) is gap/2 less the
// distance of δ from gap/2, so for each item of the other packs the greatest gain
// is about gap/2 − min |wᵢ − (wⱼ + gap/2)| over the items i of the heaviest pack:
// one subtraction and one minimum for each pair. The item that is best so, or
// those so near to it that rounding may have decided, are then tried exactly.
type swapper struct {
	ensemble strategies.Ensemble
	shape    packing.Shape
	states   [swapBatch]swapState
	active   [swapBatch]uint64 // the candidates that may have swaps, as offsets in states
}

const (
	swapBatch  = 8   // candidates that take turns
	swapSums   = 4   // candidates whose loads are summed together
	swapLanes  = 16  // floats in a vector; most packs, and items of a pack
	swapItems  = 256 // = swapLanes²
	swapBlock  = 4   // bits of a pack, and of a rank
	swapLimit  = 1 << 120
	swapFiller = 1 << 125 // too heavy, or too light, for any swap
)

// swapItem is an item of a pack.
type swapItem struct {
	weight float32
	pos    uint32
}

// swapState is a candidate that is being refined. Items are addressed by position
// in its order; where vectors are loaded from, fillers complete the last.
type swapState struct {
	weight    [swapItems]float32             // of the items; the filler is swapFiller
	word      [swapItems]uint32              // pack | rank<<4 | pack<<8 of the items
	screen    [swapItems]float32             // gains, nearly, with the item as lowest byte
	row       [swapLanes][swapLanes]swapItem // by pack and rank; the filler weighs −swapFiller
	load      [swapLanes]float32             // of the packs; the filler is −1
	half      [swapLanes]float32             // half of the gaps to the heaviest
	first     [swapLanes]float32
	second    [swapLanes]float32
	heavy     uint32
	most      float32 // load of the heaviest
	item      uint32
	gain      float32
	least     float32
	ranks     uint16
	others    uint16
	slack     float32 // more than four times what rounding may do to a gain
	imbalance float32
	steps     uint32   // swaps so far
	places    *place   // of the candidate's slot, [items]
	_         [20]byte // to whole cache lines
}

// newSwapper returns nil for a shape or a processor that it cannot serve. The
// epsilon must be ≥ 0.
func newSwapper(e strategies.Ensemble, shape packing.Shape) *swapper {
	if shape.Packs > swapLanes || shape.Capacity() > swapLanes || !hasSwaps() {
		return nil
	}
	s := &swapper{ensemble: e, shape: shape}
	for k := range s.states {
		for pack := range s.states[k].row {
			for rank := shape.Capacity(); rank < swapLanes; rank++ {
				s.states[k].row[pack][rank].weight = -swapFiller
			}
		}
	}
	return s
}

// refine improves at most swapBatch candidates in place, sets their imbalances
// and returns the number of swaps. It reports false, having done nothing, where
// there are loads too great for the search.
func (s *swapper) refine(weights []float32, slots []*slot) (steps int, ok bool) {
	for k, c := range slots {
		startSwaps(&s.states[k], weights, c)
	}
	s.sumLoads(len(slots))
	for k := range slots {
		if s.states[k].most > swapLimit {
			return 0, false
		}
	}
	makeSwaps(s, len(slots))
	s.sumLoads(len(slots))
	for k, c := range slots {
		steps += int(s.states[k].steps)
		c.imbalance = s.states[k].imbalance
	}
	return steps, true
}

// sumLoads sums the loads of the first candidates afresh, items in their order.
func (s *swapper) sumLoads(count int) {
	for k := 0; k < count; k += swapSums {
		sumSwaps(s.states[k:k+swapSums], s.shape)
	}
}
