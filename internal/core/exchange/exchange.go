// Package exchange improves packings by exchanging items between two packs
// until the heaviest pack is near a lower bound.
//
// A pack above the limit is brought into a window around the mean by one
// exchange with a pack that has room for the excess, so that most packs need one
// exchange in all. The exchange of one item for one is found among all packs by
// searching the sorted items; exchanges of j items for j, as far as smaller ones
// do not fit, by looking the j-subsets of other packs up in a hash table of those
// of the pack, with cells as wide as the window. Where no pack fits, the excess
// is split, or passed on from pack to pack until one does; and where that fails
// too, the best exchange with another pack is taken, which is the exchange
// descent in its plain form. Where a few heavy items decide, so that some packs
// must hold what is lightest, a second start is tried (beginHeavy); and searches
// that prove to be in vain, as where weights lie in clusters, are given up (luck).
//
// Loads are whole numbers, below 2⁴⁶ for a pack: sums of weights are exact,
// so an exchange that lowers a load truly lowers it and the descent must end.
package exchange

import (
	"context"
	"math"

	"packbench/internal/core/draws"
	"packbench/internal/core/lpt"
)

// Order is the packing that a descent starts from.
type Order int

const (
	LPT   Order = iota // capped LPT
	Snake              // the sorted items in rows, every second row reversed
)

// Options are the parameters of a descent.
type Options struct {
	Order     Order
	Exchange  int     // items exchanged at once, at most; at least 1
	Tolerance float64 // stop when the heaviest pack is within (1 + Tolerance)·bound
	Starts    int     // descents per layer, at most: one from Order, the others from noisy LPT
	Passes    int     // passes of an excess from pack to pack, per descent, at most
	RaiseMin  bool    // then raise the lightest pack in the same way
	Near      bool    // where heavy items decide, bring packs no lower than just below the bound
}

// Result says how the packing of a layer went.
type Result struct {
	Exchanges int64
	Optimal   bool // the heaviest pack attains a lower bound
}

// Packer packs layers of one size. Its memory is allocated by [New].
type Packer struct {
	opt    Options
	packs  int
	sorter lpt.Sorter
	greedy lpt.Greedy

	order      []int32   // item of each place; below, items are named by their place
	units      []int64   // [items] loads in the unit that divides them, where planned is used
	planned    []float32 // [items] units, rounded
	coarse     bool      // units are rounded for the descent, too
	weights    []float32 // of the noisy starts
	noisyOrder []int32
	draws      []uint32
	pack, rank []int32 // of the start, by item
	place      []int32 // of each item

	state
	prefix []int64 // of the weights, on the coarsest grid
	goal   goal
	best   []int32 // members of the best packing
	passes int     // that are left
	count  int64   // exchanges applied
	ctx    context.Context
	looks  int  // at whether ctx has ended
	over   bool // it has
}

// ended reports whether the context has ended, looking at it now and then.
func (p *Packer) ended() bool {
	if p.looks++; p.looks&63 == 0 && p.ctx.Err() != nil {
		p.over = true
	}
	return p.over
}

// goal is what the loads of a layer are to be near.
type goal struct {
	bound int64 // no packing's heaviest pack is below
	level int64 // mean load
	floor int64 // level, rounded down to a multiple of the grid
	grid  int   // all weights are multiples of 2^grid
}

// meanOf returns the mean of loads, and that rounded down to the grid.
func (p *Packer) meanOf(total int64, packs int) (level, floor int64) {
	level = total / int64(packs)
	return level, level >> p.goal.grid << p.goal.grid
}

// New returns a packer for layers of items that go into packs.
func New(items, packs int, opt Options) *Packer {
	p := &Packer{
		opt: opt, packs: packs,
		order: make([]int32, items), place: make([]int32, items),
		pack: make([]int32, items), rank: make([]int32, items),
		prefix: make([]int64, items+1), best: make([]int32, items),
	}
	if opt.Starts > 1 {
		p.weights, p.noisyOrder, p.draws = make([]float32, items), make([]int32, items), make([]uint32, items)
	}
	p.state.init(items, packs, opt.Exchange)
	return p
}

// Layer is the layer to pack, and its place.
type Layer struct {
	Seed    uint64 // with Index the coordinates of the draws of noisy starts
	Index   int
	Weights []float32 // [items]
	Given   []float64 // [items] the loads that Weights had to round, or nil; see [packing.Problem]
}

// Pack packs a layer into packIndex and rankInPack, [items] each. It returns
// ctx.Err() soon after ctx ends.
func (p *Packer) Pack(ctx context.Context, layer Layer, packIndex, rankInPack []int32) (Result, error) {
	weights, exact := p.take(ctx, layer)
	best := outcome{most: math.MaxInt64}
	for start := 0; start < p.starts(best); start++ {
		p.begin(layer.Seed, layer.Index, start, weights)
		got := p.descend(best.most)
		if got.better(best) {
			best = got
			copy(p.best, p.member)
		}
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if best.done {
			break
		}
	}
	return p.finish(best, exact, packIndex, rankInPack), nil
}

// take prepares for a layer; it returns what setLayer does.
func (p *Packer) take(ctx context.Context, layer Layer) (weights []float32, exact bool) {
	weights, exact = p.setLayer(layer)
	p.count, p.ctx, p.over = 0, ctx, false
	clear(p.luck)
	clear(p.plainLuck)
	p.vain = 0
	return weights, exact
}

// finish writes the best packing and says how it went.
func (p *Packer) finish(best outcome, exact bool, packIndex, rankInPack []int32) Result {
	capacity := int32(p.capacity)
	for slot, x := range p.best {
		item := p.order[x]
		packIndex[item], rankInPack[item] = int32(slot)/capacity, int32(slot)%capacity
	}
	optimal := exact && best.most <= p.goal.bound || p.coarse && p.attained(packIndex)
	return Result{Exchanges: p.count, Optimal: optimal}
}

// starts is how many descents the layer is worth, given the best so far: all
// where it is poor for what exchanges should attain, or a few heavy items
// decide; a quarter where many items can make up for each other, half where
// there are few items at all.
func (p *Packer) starts(best outcome) int {
	g, reach := p.goal, p.reach()
	enough := func(gap float64) bool { return best.most-g.bound <= part(g.bound, gap) }
	switch {
	case len(p.order) <= p.fewItems && enough(p.poorFew*reach):
		return max(1, p.opt.Starts/2)
	case len(p.order) > p.fewItems && !p.heavy() &&
		enough(min(p.poorest, max(2*p.opt.Tolerance, p.poor*reach))):
		return max(1, p.opt.Starts/4)
	}
	return max(1, p.opt.Starts)
}

// outcome is what a descent has reached.
type outcome struct {
	most, least int64 // load
	done        bool  // most is within the tolerance
}

func (o outcome) better(than outcome) bool {
	return o.most < than.most || o.most == than.most && o.least > than.least
}

// begin makes the packing that descent number start begins with.
func (p *Packer) begin(seed uint64, layer, start int, weights []float32) {
	switch {
	case start > 0:
		draws.Philox(p.draws, seed, layer, start)
		for i, w := range weights {
			p.weights[i] = draws.Noisy(w, p.draws[i], noiseSpread, noiseFloor)
		}
		p.sorter.Descending(p.noisyOrder, p.weights)
		p.greedy.Pack(p.noisyOrder, weights, p.packs, p.pack, p.rank)
	case p.opt.Order == Snake:
		lpt.Fold(p.order, p.packs, p.pack, p.rank)
	default:
		p.greedy.Pack(p.order, weights, p.packs, p.pack, p.rank)
	}
	capacity := int32(p.capacity)
	for x, item := range p.order {
		p.member[p.pack[item]*capacity+p.rank[item]] = int32(x)
	}
	p.state.settleMembers()
	if start == 0 && p.heavy() && p.above(p.lower(p.opt.Tolerance)) > 0 {
		p.beginHeavy()
	}
}

// heavy reports whether a few heavy items decide: the bound is well above the mean
// load.
func (p *Packer) heavy() bool {
	return p.goal.bound-p.goal.level > part(p.goal.level, p.tuning.heavy)
}

// The noise of the published program; see [draws.Noisy].
const (
	noiseSpread = float32(0.4)
	noiseFloor  = float32(0.8)
)
