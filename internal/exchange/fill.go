package exchange

import (
	"context"
	"math"

	"packbench/internal/fill"
)

// FillOptions are the parameters of a [FillPacker].
type FillOptions struct {
	Exchange  int     // as in [Options]
	Tolerance float64 // stop when the heaviest pack is within (1 + Tolerance)·bound
	Effort    int     // steps per item that filling may take, at most
}

// FillPacker packs layers of one size by filling packs one by one below a limit
// (see the package fill), as low as its effort allows. Where that does not pay, or
// no packing is found so, it descends from capped LPT; kicks go on from there.
//
// Exchanges between two packs get stuck where packs hold few items, however many
// are tried: fewer than a few hundred exchanges are within reach of a pack.
type FillPacker struct {
	Packer
	effort  int
	filler  *fill.Filler // nil where packs are not filled
	filled  []int32      // [packs, capacity]
	exact   bool         // no load of the layer is rounded
	reached outcome      // of the packing in best
	solved  bool         // that was filled
	kicked  bool         // the last kicks found a better packing
}

// NewFill returns a packer for layers of items that go into packs.
func NewFill(items, packs int, opt FillOptions) *FillPacker {
	p := &FillPacker{effort: opt.Effort, Packer: *New(items, packs, Options{
		Exchange: opt.Exchange, Tolerance: opt.Tolerance, Starts: 1, Passes: 64,
	})}
	if fillPays(items, packs) {
		p.filler, p.filled = fill.New(items, packs), make([]int32, items)
	}
	return p
}

// Packs with more than fewEach items are worth filling up to someEach, if there are
// many: exchanges between two packs find more the more items they choose from.
const (
	fewEach     = 7
	someEach    = 10
	manyItems   = 192
	fillerBytes = 64 << 20 // of a Filler at most
)

// fillPays reports whether packs of a layer without heavy items are worth filling.
func fillPays(items, packs int) bool {
	capacity := items / packs
	return packs > 2 && capacity >= fill.LeastCapacity && fill.Bytes(items, packs) <= fillerBytes &&
		(capacity <= fewEach || capacity <= someEach && items >= manyItems)
}

// Pack is [Packer.Pack].
func (p *FillPacker) Pack(ctx context.Context, layer Layer, packIndex, rankInPack []int32) (Result, error) {
	var weights []float32
	weights, p.exact = p.take(ctx, layer)
	p.begin(layer.Seed, layer.Index, 0, weights)
	p.keep()
	p.solved = false
	if p.filler != nil && !p.heavy() && !p.Done() {
		p.fill()
	}
	if !p.Done() && (!p.solved || p.gap() > p.fillReach()) {
		p.descend(math.MaxInt64)
		p.keep()
	}
	return p.result(ctx, packIndex, rankInPack)
}

// keep takes the packing in the state for the best.
func (p *FillPacker) keep() {
	copy(p.best, p.member)
	p.reached.most, p.reached.least = p.extremes()
}

func (p *FillPacker) result(ctx context.Context, packIndex, rankInPack []int32) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return p.finish(p.reached, p.exact, packIndex, rankInPack), nil
}

// Done reports whether the last packing is within the tolerance.
func (p *FillPacker) Done() bool { return p.reached.most <= p.lower(p.opt.Tolerance).limit }

// Filled reports whether the last packing was filled.
func (p *FillPacker) Filled() bool { return p.solved }

// Astray reports whether the bound of the last layer is likely not to be within
// reach: a few heavy items decide, or the packing is far from it for its size.
func (p *FillPacker) Astray() bool {
	return p.heavy() || p.gap() > astray*p.fillReach()
}

// astray is the gap, in multiples of fillReach, from which on the bound is taken to be
// out of reach.
const astray = 4

// gap returns the gap of the best packing.
func (p *FillPacker) gap() float64 {
	return float64(p.reached.most-p.goal.bound) / float64(max(1, p.goal.bound))
}

// fillReach is the reach of exchanges that are not many, for which to fill packs
// surely is of use.
func (p *FillPacker) fillReach() float64 { return p.reachOf(min(3, p.largest)) }

// The limits that are tried. The numbers are chosen by trial, as the variations
// below; BenchmarkFill shows what they do.
const (
	firstGap = 2   // gap of the first limit, in multiples of fillReach
	solvedBy = .6  // gap of the next limit, in multiples of the gap attained
	failedBy = 1.2 // the same in multiples of the limit that failed
	nearest  = .9  // of the gap attained, at most
	widenBy  = 1.5 // failedBy before the first packing is found
	unsolved = 4   // limits tried before the first packing is found
	tryLeast = 20  // steps per item for one limit, and
	tryMore  = 8   // one more for every so many items
)

// fill fills the packs below lower and lower limits, until the effort is spent or
// the tolerance reached.
func (p *FillPacker) fill() {
	n, bound := len(p.weight), p.goal.bound
	steps := p.effort * n
	gap, tries := max(p.opt.Tolerance, float64(firstGap*p.fillReach())), unsolved
	budget := (tryLeast + n/tryMore) * n
	if p.capacity > fewEach {
		gap, tries = p.opt.Tolerance, 1 // else exchanges are as good
	}
	for failed := 0; steps > 0 && !p.Done() && p.ctx.Err() == nil; {
		limit := min(bound+part(bound, gap), p.reached.most-1)
		took, ok := p.filler.Fill(p.weight, p.try(failed, limit, min(steps, budget)), p.filled)
		p.count++
		steps -= took + n
		if ok {
			copy(p.member, p.filled)
			p.settleMembers()
			p.keep()
			p.solved = true
			gap = min(gap, p.gap()) * solvedBy
			continue
		}
		failed++
		switch {
		case p.solved:
			gap = min(gap*failedBy, p.gap()*nearest)
		case failed < tries:
			gap *= widenBy
		default:
			return
		}
	}
}

// try varies what is tried after failures.
func (p *FillPacker) try(failed int, limit int64, budget int) fill.Try {
	shares := [...]float64{.5, .35, .7, 1, .6, .42, .85}
	t := fill.Try{
		Limit: limit, Budget: budget, Share: shares[failed%len(shares)],
		Scatter: failed%8 == 7, Seed: uint32(failed) * 0x9e3779b9,
	}
	switch {
	case p.capacity == fill.LeastCapacity:
		t.Scatter, t.Light, t.Share = true, failed%4 == 3, shares[0]
	case p.capacity > fewEach:
		t.Share = 1 // the last packs have choice enough
	}
	return t
}
