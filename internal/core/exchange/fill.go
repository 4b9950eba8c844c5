package exchange

import (
	"context"
	"math"

	"packbench/internal/core/cover"
	"packbench/internal/core/fill"
)

// FillOptions are the parameters of a [FillPacker].
type FillOptions struct {
	Order     Order   // as in [Options]
	Exchange  int     // as in [Options]
	Tolerance float64 // stop when the heaviest pack is within (1 + Tolerance)·bound
	Starts    int     // descents, at most: one from what was filled or from Order, the others from noisy LPT
	Passes    int     // as in [Options]
	Effort    int     // steps per item that filling may take, at most; also which layers are searched completely
}

// FillPacker packs layers of one size. The smallest are searched for the best packing
// (see the package cover), which takes a few times as long as a descent. Others, or
// where that search gives up, are packed by filling packs one by one below lower and
// lower limits (see the package fill), as far as its effort goes. Where that does not
// pay, or ends far from the bound, it descends from the best packing it has, at first
// capped LPT; kicks go on from there.
//
// With few items per pack a descent gets stuck: two packs of four can exchange items
// in 34 ways, so among 64 packs there are some 2,000 exchanges for the heaviest, and
// more passes find no others. A pack that is filled chooses among all items left.
type FillPacker struct {
	Packer
	effort  int
	search  *cover.Search // nil where layers are too large
	filler  *fill.Filler  // nil where packs are not filled
	filled  []int32       // [packs, capacity]
	exact   bool          // no load of the layer is rounded
	reached outcome       // of the packing in best
	solved  bool          // that was filled
	spare   int           // steps of filling that come after a proof
	settled bool          // no packing has a lower max load than reached
	kicked  bool          // the last kicks found a better packing
}

// NewFill returns a packer for layers of items that go into packs.
func NewFill(items, packs int, opt FillOptions) *FillPacker {
	p := &FillPacker{effort: opt.Effort, Packer: *New(items, packs, Options{
		Order: opt.Order, Exchange: opt.Exchange, Tolerance: opt.Tolerance, Starts: opt.Starts, Passes: opt.Passes, Near: true,
	})}
	if cover.Fits(items, packs, min(coverPerEffort*opt.Effort, coverSteps)) {
		p.search = cover.New(items, packs)
	}
	if fillPays(items, packs) {
		p.filler, p.filled = fill.New(items, packs), make([]int32, items)
	}
	return p
}

// TinyItems is up to how many items the best packing is looked for even if one is
// within the tolerance: it takes next to no time.
const TinyItems = 24

// Expected steps of a complete search up to which one is begun.
const (
	coverPerEffort = 300
	coverSteps     = 1 << 22
)

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
	p.solved, p.settled, p.spare = false, false, 0
	heavy, found, steps := p.heavy(), false, 0
	if !heavy { // else a descent or a proof may take less time
		found = p.cover()
	}
	if p.filler != nil && !heavy {
		steps = p.fill(p.effort*len(p.weight), found)
	}
	if !p.Done() && (!p.solved || p.gap() > farFilled*p.fillReach()) {
		p.descend(math.MaxInt64)
		p.keep()
		p.restart(layer, weights)
		if p.capacity > fill.LeastCapacity { // else kicks are better
			p.refill(steps)
		}
	}
	return p.result(ctx, packIndex, rankInPack)
}

// restart descends from noisy starts until one ends within the tolerance.
func (p *FillPacker) restart(layer Layer, weights []float32) {
	if p.BoundInDoubt() || len(p.weight) <= TinyItems { // a proof takes less time
		return
	}
	for start := 1; start < p.opt.Starts && !p.Done() && !p.ended(); start++ {
		p.begin(layer.Seed, layer.Index, start, weights)
		if got := p.descend(math.MaxInt64); got.most < p.reached.most {
			p.keep()
		}
	}
}

// provenBy is the effort after which a proof that no packing is better is looked for.
const provenBy = 100

// refill fills again, to improve on the best packing, but where the bound is in doubt
// leaves what is beyond provenBy to Refill.
func (p *FillPacker) refill(steps int) {
	if p.BoundInDoubt() {
		p.spare = min(steps, max(0, (p.effort-provenBy)*len(p.weight)))
	}
	p.fill(steps-p.spare, true)
}

// Refill goes on from the last packing, as [FillPacker.Kick] does, with the filling
// that Pack has left for after a proof.
func (p *FillPacker) Refill(ctx context.Context, packIndex, rankInPack []int32) (Result, error) {
	if p.spare == 0 {
		return Result{Exchanges: p.count}, ctx.Err()
	}
	p.reload(packIndex)
	p.fill(p.spare, true)
	p.spare = 0
	return p.result(ctx, packIndex, rankInPack)
}

// Cover goes on from the last packing, as [FillPacker.Kick] does, by the search for the
// best packing of small layers, if that has not been tried.
func (p *FillPacker) Cover(ctx context.Context, packIndex, rankInPack []int32) (Result, error) {
	if p.search == nil || !p.heavy() {
		return Result{Exchanges: p.count}, ctx.Err()
	}
	p.reload(packIndex)
	p.cover()
	return p.result(ctx, packIndex, rankInPack)
}

// cover searches for the best packing, or the first within the tolerance, and reports
// whether it found a better one.
func (p *FillPacker) cover() bool {
	goal := p.lower(p.opt.Tolerance).limit
	if len(p.weight) <= TinyItems {
		goal = p.goal.bound
	}
	if p.search == nil || p.reached.most <= goal {
		return false
	}
	var found bool
	_, found, p.settled = p.search.Improve(p.ctx, p.weight, p.goal.bound, goal, p.reached.most)
	p.count++
	if found {
		p.search.Member(p.member)
		p.settleMembers()
		p.keep()
	}
	return found
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
	result := p.finish(p.reached, p.exact, packIndex, rankInPack)
	result.Optimal = result.Optimal || p.exact && p.settled
	return result, nil
}

// Done reports whether the last packing is within the tolerance, or there is none with
// a lower max load.
func (p *FillPacker) Done() bool {
	return p.settled || p.reached.most <= p.lower(p.opt.Tolerance).limit
}

// Filled reports whether the last packing was filled.
func (p *FillPacker) Filled() bool { return p.solved }

// Rounds reports whether loads of the last layer had to be rounded, so that packings
// that seem equal may differ.
func (p *FillPacker) Rounds() bool { return !p.exact }

// BoundInDoubt reports whether no packing may come near the bound of the last layer:
// a few heavy items decide, or what was reached is far from it for the layer's size.
func (p *FillPacker) BoundInDoubt() bool {
	return p.heavy() || p.gap() > farOff*p.fillReach()
}

// Gaps in multiples of fillReach.
const (
	farFilled = 2 // from which on it pays to descend from a filled packing
	farOff    = 4 // from which on the bound is in doubt
)

// gap returns the gap of the best packing.
func (p *FillPacker) gap() float64 {
	return float64(p.reached.most-p.goal.bound) / float64(max(1, p.goal.bound))
}

// fillReach is reach for exchanges of up to three items, however many the descent may
// exchange: the unit of the gaps that filling is tried for.
func (p *FillPacker) fillReach() float64 { return p.reachOf(min(3, p.largest)) }

// The limits that are tried. These numbers, and those of try, were chosen by trial;
// BenchmarkGap of the package strategies shows what they do to gaps and times.
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

// fill fills the packs below lower and lower limits, until the steps are taken or the
// tolerance is reached, and returns the steps that are left. near says that the best
// packing is worth improving on; if not, the first limits are estimates, and fill ends
// if they are not met.
func (p *FillPacker) fill(steps int, near bool) int {
	n, bound := len(p.weight), p.goal.bound
	gap, tries := max(p.opt.Tolerance, float64(firstGap*p.fillReach())), unsolved
	budget := (tryLeast + n/tryMore) * n
	if p.capacity > fewEach {
		gap, tries = p.opt.Tolerance, 1 // else exchanges are as good
	}
	if near {
		gap = p.gap() * solvedBy
	}
	late := near
	for failed := 0; steps > 0 && !p.Done() && p.ctx.Err() == nil; {
		limit := min(bound+part(bound, gap), p.reached.most-1)
		took, ok := p.filler.Fill(p.weight, p.try(failed, limit, min(steps, budget)), p.filled)
		p.count++
		steps -= took + n
		if ok {
			copy(p.member, p.filled)
			p.settleMembers()
			p.keep()
			p.solved, near = p.solved || !late, true
			gap = min(gap, p.gap()) * solvedBy
			continue
		}
		failed++
		switch {
		case near:
			gap = min(gap*failedBy, p.gap()*nearest)
		case failed < tries:
			gap *= widenBy
		case p.capacity > fewEach:
			return 0
		default:
			return steps
		}
	}
	return steps
}

// try varies what is tried after failures.
func (p *FillPacker) try(failed int, limit int64, budget int) fill.Try {
	shares := [...]float64{.5, .35, .7, 1, .6, .42, .85}
	t := fill.Try{
		Limit: limit, Budget: budget, Share: shares[failed%len(shares)],
		Scatter: failed%8 == 7, Seed: uint32(failed) * 0x85ebca6b,
	}
	switch {
	case p.capacity == fill.LeastCapacity:
		t.Scatter, t.Light, t.Share = true, failed%4 == 3, shares[0]
	case p.capacity > fewEach:
		t.Share = 1 // the last packs have choice enough
	}
	return t
}
