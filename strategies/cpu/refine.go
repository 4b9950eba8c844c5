package cpu

import (
	"context"
	"math"
	"slices"

	"packbench/internal/core/lpt"
	"packbench/packing"
	"packbench/strategies"
)

// refiner improves the kept candidates of a layer by swaps and picks the best.
//
// Items are addressed by an index, which also breaks ties: the position in the
// candidate's order for Max-Any, the item number for 2-opt. Each pack has a list of
// its items by falling weight, sorted when first needed. As an item gets lighter, its
// best partner in another list only moves forward, so one pass over both lists finds
// the best swap of two packs.
type refiner struct {
	ensemble strategies.Ensemble
	shape    packing.Shape

	weight []float32 // of the items by index, [items]
	place  []place   // by index, [items]
	load   []float32 // [packs]
	lists  []entry   // [packs, capacity]
	listed []bool    // whether the pack's list is sorted
	filled []int32   // number of entries in the pack's list
	byItem []place   // places by item, for 2-opt
	ctx    context.Context

	swaps *swapper   // nil where it would not be faster
	pairs *pairSwaps // nil where no pairs are swapped
}

// entry is an item of a pack: the descending key of its weight above its index.
// Rising entries are items by falling weight, equal weights by index.
type entry uint64

func newEntry(w float32, index int) entry {
	return entry(uint64(lpt.DescendingKey(w))<<32 | uint64(index))
}

func (e entry) index() int      { return int(uint32(e)) }
func (e entry) weight() float32 { return math.Float32frombits(^uint32(e >> 32)) }

func newRefiner(e strategies.Ensemble, shape packing.Shape, vectors bool) refiner {
	e.Refinement = e.Refinement.On(shape)
	r := refiner{ensemble: e, shape: shape}
	if e.Refinement == strategies.NoRefinement {
		return r
	}
	r.weight = make([]float32, shape.Items)
	r.load = make([]float32, shape.Packs)
	r.lists = make([]entry, shape.Items)
	r.listed = make([]bool, shape.Packs)
	r.filled = make([]int32, shape.Packs)
	if e.Refinement == strategies.TwoOpt {
		r.byItem = make([]place, shape.Items)
	}
	if e.Refinement == strategies.MaxAnyPairs {
		r.pairs = newPairSwaps(shape)
	}
	if vectors {
		r.swaps = newSwapper(e, shape)
	}
	return r
}

// best refines every kept candidate and returns the one of min imbalance, the first
// on ties, and the number of swaps applied to all.
func (r *refiner) best(weights []float32, kept *selection) (*slot, int64) {
	candidates := kept.best()
	if r.ensemble.Refinement == strategies.NoRefinement {
		return candidates[0], 0
	}
	var winner *slot
	steps := int64(0)
	for batch := range slices.Chunk(candidates, halfLanes) {
		steps += int64(r.refineBatch(weights, batch))
	}
	for _, c := range candidates {
		if winner == nil || c.imbalance < winner.imbalance {
			winner = c
		}
	}
	return winner, steps
}

// refineBatch improves at most halfLanes candidates in place and returns the
// number of swaps.
func (r *refiner) refineBatch(weights []float32, candidates []*slot) (steps int) {
	if r.swaps != nil {
		if steps, ok := r.swaps.refine(weights, candidates, r); ok {
			return steps
		}
	}
	for _, c := range candidates {
		steps += r.refine(weights, c)
	}
	return steps
}

// refine improves c in place and returns the number of swaps.
func (r *refiner) refine(weights []float32, c *slot) int {
	best, apply := r.bestMaxAny, r.swap
	r.place = c.place
	if r.ensemble.Refinement == strategies.TwoOpt {
		best = r.bestTwoOpt
		for pos, item := range c.order {
			r.byItem[item] = c.place[pos]
		}
		copy(r.weight, weights)
		copy(c.place, r.byItem)
		for i := range c.order {
			c.order[i] = int32(i)
		}
	} else {
		for pos, item := range c.order {
			r.weight[pos] = weights[item]
		}
	}
	r.sumLoads()
	if r.pairs != nil {
		apply = r.swapPairs
		r.pairs.begin(r.place)
	} else {
		r.fillLists()
	}
	steps := 0
	for steps < r.ensemble.Rounds && !r.ended(steps) {
		s, ok := best()
		if !ok {
			break
		}
		apply(s)
		steps++
	}
	r.sumLoads()
	c.imbalance = slices.Max(r.load) - slices.Min(r.load)
	return steps
}

// ended reports whether the context has ended, looking at it now and then: where
// loads are so large that their rounding exceeds epsilon, swaps may go round in
// circles for as many rounds as there are.
func (r *refiner) ended(steps int) bool {
	return steps&255 == 255 && r.ctx != nil && r.ctx.Err() != nil
}

// sumLoads sums the loads afresh, items in the order of their index.
func (r *refiner) sumLoads() {
	clear(r.load)
	for i, w := range r.weight {
		r.load[r.place[i].Pack] += w
	}
}

// fillLists puts every item into the list of its pack, unsorted.
func (r *refiner) fillLists() {
	clear(r.listed)
	clear(r.filled)
	capacity := r.shape.Capacity()
	for i, w := range r.weight {
		pack := int(r.place[i].Pack)
		r.lists[pack*capacity+int(r.filled[pack])] = newEntry(w, i)
		r.filled[pack]++
	}
}

// list returns the items of a pack by falling weight.
func (r *refiner) list(pack int) []entry {
	capacity := r.shape.Capacity()
	list := r.lists[pack*capacity : (pack+1)*capacity]
	if !r.listed[pack] {
		r.listed[pack] = true
		slices.Sort(list)
	}
	return list
}

// swap exchanges what an entry of the heaviest pack's list stands for with what one of
// another's does.
type swap struct {
	heavy, other int   // packs
	a, b         entry // of their lists
	score        float32
}

// swap exchanges the packs and ranks of two items and updates loads and lists.
func (r *refiner) swap(s swap) {
	r.move(s)
	ia, ib := s.a.index(), s.b.index()
	r.place[ia], r.place[ib] = r.place[ib], r.place[ia]
	replace(r.list(s.heavy), s.a, s.b)
	replace(r.list(s.other), s.b, s.a)
}

// move updates the loads.
func (r *refiner) move(s swap) {
	delta := s.a.weight() - s.b.weight()
	r.load[s.heavy] -= delta
	r.load[s.other] += delta
}

// replace replaces an element of a sorted list by e.
func replace(list []entry, old, e entry) {
	i, _ := slices.BinarySearch(list, old)
	to, _ := slices.BinarySearch(list, e)
	if to > i {
		to--
		copy(list[i:to], list[i+1:to+1])
	} else {
		copy(list[to+1:i+1], list[to:i])
	}
	list[to] = e
}

// extremes returns the heaviest and the lightest pack, lowest index on ties.
func (r *refiner) extremes() (heavy, light int) {
	for p, load := range r.load {
		if load > r.load[heavy] {
			heavy = p
		}
		if load < r.load[light] {
			light = p
		}
	}
	return heavy, light
}
