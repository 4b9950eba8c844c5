package exchange

import (
	"context"
	"math"

	"packbench/internal/fill"
)

// FillOptions are the parameters of a [FillPacker].
type FillOptions struct {
	Exchange  int     // as in Options
	Tolerance float64 // stop when the heaviest pack is within (1 + Tolerance)·bound
	Effort    int     // what a layer is worth beyond one descent: steps of a fill per item
	RaiseMin  bool    // then raise the lightest packs
}

// FillPacker packs layers of one size better than a [Packer] does where exchanges
// between two packs get stuck: with few items per pack it fills the packs one by
// one (see the package fill), and where that does not pay it kicks the packing
// that a descent has reached. Its memory is allocated by [NewFill].
type FillPacker struct {
	Packer
	effort  int
	filler  *fill.Filler // nil where packs are not filled
	filled  []int32      // [packs, capacity]
	reached outcome
	exact   bool
}

// NewFill returns a packer for layers of items that go into packs.
func NewFill(items, packs int, opt FillOptions) *FillPacker {
	p := &FillPacker{effort: opt.Effort, Packer: *New(items, packs, Options{
		Exchange: opt.Exchange, Tolerance: opt.Tolerance, Starts: 1, Passes: fillPasses, RaiseMin: opt.RaiseMin,
	})}
	if c := items / packs; c >= fill.LeastCapacity && c <= fillCapacity && packs > 2 && fill.Bytes(items, packs) <= fillBytes {
		p.filler, p.filled = fill.New(items, packs), make([]int32, items)
	}
	return p
}

const (
	fillPasses   = 64       // of the descent
	fillCapacity = 7        // with more items per pack a descent gets as near sooner
	fillBytes    = 64 << 20 // of a Filler at most
)

// Pack is [Packer.Pack].
func (p *FillPacker) Pack(ctx context.Context, layer Layer, packIndex, rankInPack []int32) (Result, error) {
	var weights []float32
	weights, p.exact = p.take(ctx, layer)
	p.begin(layer.Seed, layer.Index, 0, weights)
	if p.filler != nil && !p.heavy() {
		p.fillLimits()
	} else {
		p.reached = p.descend(math.MaxInt64)
		copy(p.best, p.member)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return p.finish(p.reached, p.exact, packIndex, rankInPack), nil
}

// fillLimits fills the packs below lower and lower limits.
func (p *FillPacker) fillLimits() {
	n, bound := len(p.weight), p.goal.bound
	reach := p.reachOf(min(3, p.largest))
	steps := p.effort * n
	gap := fillFirst * reach
	p.reached = outcome{most: math.MaxInt64}
	stop := p.lower(p.opt.Tolerance).limit
	descended := false
	for failed := 0; steps > 0 && p.reached.most > stop && p.ctx.Err() == nil; {
		limit := max(bound, min(bound+part(bound, gap), p.reached.most-1))
		took, ok := p.filler.Fill(p.weight, p.attempt(failed, limit, min(steps, fillTry*n)), p.filled)
		steps -= took + n
		if ok {
			copy(p.best, p.filled)
			p.reached.most = p.loadOf(p.filled)
			gap = min(gap*fillDown, p.gapOf(p.reached.most)*fillDown)
			continue
		}
		failed++
		switch {
		case p.reached.most < math.MaxInt64:
			gap = min(gap*fillUp, p.gapOf(p.reached.most)*fillNext)
		case failed < fillUnsolved:
			gap *= fillWiden
		default:
			p.reached = p.descend(math.MaxInt64)
			copy(p.best, p.member)
			gap = min(gap, p.gapOf(p.reached.most)*fillDown)
			descended = true
		}
	}
	if p.reached.most == math.MaxInt64 && !descended {
		p.reached = p.descend(math.MaxInt64)
		copy(p.best, p.member)
	}
}

var (
	fillFirst    = 2.0
	fillTry      = 50
	fillDown     = .6
	fillUp       = 1.2
	fillNext     = .9
	fillWiden    = 1.5
	fillUnsolved = 4
)

var shares = [...]float64{.5, .35, .7, 1, .6, .42, .85}

func (p *FillPacker) attempt(failed int, limit int64, budget int) fill.Try {
	t := fill.Try{Limit: limit, Share: shares[failed%len(shares)], Budget: budget, Seed: uint32(failed) * 0x9e3779b9}
	if p.capacity == 3 {
		t.Share = shares[failed%2]
		t.Scatter = true
		t.Light = failed%2 == 1
	} else {
		t.Scatter = failed%8 == 7
	}
	return t
}

func (p *FillPacker) gapOf(most int64) float64 {
	return float64(most-p.goal.bound) / float64(max(1, p.goal.bound))
}

// loadOf returns the load of the heaviest pack of member, [packs, capacity].
func (p *FillPacker) loadOf(member []int32) int64 {
	most := int64(0)
	for q := 0; q < len(member); q += p.capacity {
		load := int64(0)
		for _, x := range member[q : q+p.capacity] {
			load += p.weight[x]
		}
		most = max(most, load)
	}
	return most
}

var KickMoves, KickPasses, KickAim, KickLast = 4, 16, .9, false

// Kick goes on.
func (p *FillPacker) Kick(ctx context.Context, kicks int, packIndex, rankInPack []int32) (Result, error) {
	p.kick(kicks)
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return p.finish(p.reached, p.exact, packIndex, rankInPack), nil
}

func (p *FillPacker) kick(kicks int) {
	random := uint64(88172645463325252)
	next := func(n int) int {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		return int((random >> 32) * uint64(n) >> 32)
	}
	s := &p.state
	copy(p.member, p.best)
	s.settleMembers()
	for range kicks {
		best := p.reached.most
		gap := p.gapOf(best)
		if best <= p.lower(p.opt.Tolerance).limit || p.ended() {
			return
		}
		_, h, _ := s.landmarks(p.lower(gap))
		for range KickMoves {
			x := s.items(h)[next(s.capacity)]
			y := int32(next(len(s.weight)))
			if s.packOf[y] == h {
				continue
			}
			h = s.exchangeOne(x, y)
		}
		p.passes = KickPasses
		p.phase(p.lower(KickAim*gap), KickLast)
		got := outcome{}
		got.most, got.least = p.extremes()
		if got.most < best {
			p.reached = got
			copy(p.best, p.member)
		} else {
			copy(p.member, p.best)
			s.settleMembers()
		}
	}
}

func Knobs() map[string]any {
	return map[string]any{"first": &fillFirst, "ftry": &fillTry, "down": &fillDown, "up": &fillUp, "next": &fillNext, "widen": &fillWiden, "uns": &fillUnsolved,
		"km": &KickMoves, "kp": &KickPasses, "ka": &KickAim, "kl": &KickLast}
}

// Heavy reports whether a few heavy items decide.
func (p *FillPacker) Heavy() bool { return p.heavy() }

// Filled reports whether the packs were filled one by one.
func (p *FillPacker) Filled() bool { return p.filler != nil && !p.heavy() }

// Done reports whether the heaviest pack is within the tolerance.
func (p *FillPacker) Done() bool { return p.reached.most <= p.lower(p.opt.Tolerance).limit }
