package cpu

import (
	"packbench/packing"
	"packbench/strategies"
)

// swapper makes the swaps that [refiner.bestMaxAny] finds, in small shapes, all
// rounds of up to swapBatch candidates together. A candidate's next swap waits
// for its last, and so does each stage of a swap for the one before: the
// candidates take turns in every stage, so the processor always has work.
//
// It finds the best swap in two steps. The gain min(δ, gap − δ), δ = wᵢ − wⱼ, is
// gap/2 less the distance of δ from gap/2. So the most that item j of another
// pack can gain is nearly gap/2 − min |wᵢ − (wⱼ + gap/2)| over the items i of the
// heaviest pack: one subtraction and one minimum for each pair. The item that is
// best by this screen is then tried exactly; where others are so near to it that
// rounding may have decided, so are they.
//
// The slack of the screen is safe because no load ever exceeds the heaviest at
// the start, M. No weight does; and a swap with gain > 0 has δ < gap, so the
// other pack's load grows to at most the heaviest. Every rounding then takes less
// than 2⁻²⁴ of 2M, in all 7.5 · 2⁻²⁴ M on the way to an exact and to a screened
// gain.
type swapper struct {
	states  [swapBatch]swapState // first, as so large a thing begins with a cache line
	rounds  int
	epsilon float32
	shape   packing.Shape
}

const (
	swapBatch = 8        // candidates that take turns
	swapLanes = 16       // floats in a vector; most packs, and items of a pack
	swapItems = 256      // = swapLanes²
	swapLimit = 1 << 120 // of loads
)

// swapState is a candidate that is being refined. Items are addressed by position
// in its order; fillers complete the last vector of what is per item, and all of
// what is per pack or rank.
type swapState struct {
	weight [swapItems]float32             // of the items; the filler, 2¹²⁵, swaps with none
	word   [swapItems]uint32              // pack | rank<<4 | pack<<8 of the items; the filler is 0
	row    [swapLanes][swapLanes]swapItem // by pack and rank; the filler weighs nothing
	load   [swapLanes]float32             // of the packs; the filler is −1

	// What one stage of a swap leaves to the next.
	half          [swapLanes]float32 // half of the gaps to the heaviest pack
	screen        [swapItems]float32 // screened gains, the item as lowest byte
	first, second [swapLanes]float32 // greatest and second greatest of these in each lane
	heavy         uint32             // the heaviest pack
	most          float32            // its load
	item          uint32             // item of the greatest screened gain
	least         float32            // screened gain from which on items are tried
	others        uint16             // lanes that have another item as good as that
	ranks         uint16             // items of the heaviest pack that are best with item,
	gain          float32            // and their gain

	places    *place  // of the candidate's slot, [items]
	steps     uint64  // swaps so far
	slack     float32 // > 4 · 7.5 · 2⁻²⁴ of the first heaviest load
	imbalance float32
	_         [16]byte // to whole cache lines
}

// swapItem is an item of a pack.
type swapItem struct {
	weight float32
	pos    uint32
}

// newSwapper returns nil for a shape, an ensemble or a processor that it cannot
// serve, and for candidates that come alone: they have none to take turns with. An
// epsilon ≥ 0 rules out swaps of packs that are equally heavy.
func newSwapper(e strategies.Ensemble, shape packing.Shape) *swapper {
	if e.Refinement != strategies.MaxAny || e.Keep == 1 || !(e.Epsilon >= 0) ||
		shape.Packs > swapLanes || shape.Capacity() > swapLanes || !hasSwaps() {
		return nil
	}
	return &swapper{rounds: e.Rounds, epsilon: e.Epsilon, shape: shape}
}

// refine improves up to swapBatch candidates in place, sets their imbalances and
// returns the number of swaps. It reports false, having done nothing, where a
// load is above swapLimit.
func (s *swapper) refine(weights []float32, slots []*slot) (steps int, ok bool) {
	for k, c := range slots {
		startSwaps(&s.states[k], weights, c)
	}
	sumSwaps(&s.states, s.shape)
	for k := range slots {
		if s.states[k].most > swapLimit {
			return 0, false
		}
	}
	makeSwaps(s.states[:len(slots)], s.shape, s.rounds, s.epsilon)
	sumSwaps(&s.states, s.shape)
	for k, c := range slots {
		steps += int(s.states[k].steps)
		c.imbalance = s.states[k].imbalance
	}
	return steps, true
}
