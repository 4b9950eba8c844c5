package steady

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"packbench/internal/panics"
	"packbench/internal/portable"
	"packbench/placement"
	"packbench/placement/forecast"
)

// Mover changes a placement by few moves. In every layer it makes the step of
// max gain in [SoftMax] per move, again and again; the steps of all layers wait
// in one queue, and of these those with the max gain per move are taken until
// they are no longer worth their price or the moves are spent.
//
// A step gives a slot of an expert with several copies to another expert
// (retarget, 1 move) or exchanges two experts (2 moves), with one end on one of
// the hottest GPUs; no GPU gets two copies of an expert. A move that a step makes
// undone counts −1.
type Mover struct {
	Hottest   int     // GPUs per layer that steps begin at
	Price     float64 // min gain of a move, in mean GPU loads of an average layer
	Sharpness float64 // b of the soft maximum; 0 chooses that of the lowest bound per layer
	InNodes   bool    // copies stay on their nodes

	// Anew is a plan for the same loads whose layers are taken whole where they gain
	// more over the steps than their further moves cost; nil where there is none.
	// Its moves are not limited.
	Anew *placement.Plan

	topology placement.Topology
	layers   []*layer
	anew     []int // [layers] moves to the layer of Anew, 0 where it is not taken
	next     []int // [layers] the step of each chain that waits in the queue
	// enough is what the last steps of the queue gained per move: all layers look
	// for steps down to there at the same time, and beyond only those whose turn comes.
	enough float64
}

// Improve returns the previous placement with at most so many moves made for
// the loads that are forecast, and how many it made. The plan is written to p,
// which must not be previous. It is the same for any number of threads.
func (m *Mover) Improve(ctx context.Context, p, previous *placement.Plan, f *forecast.Forecast, moves float64, threads int) (int, error) {
	t := previous.Topology
	if !m.topology.Equal(t) {
		m.topology, m.layers = t, nil
	}
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, previous.Layers)
	for len(m.layers) < previous.Layers {
		m.layers = append(m.layers, newLayer(t, m.InNodes))
	}
	m.anew = slices.Grow(m.anew[:0], previous.Layers)[:previous.Layers]
	m.next = slices.Grow(m.next[:0], previous.Layers)[:previous.Layers]
	total := 0.0
	for _, v := range f.Mean {
		total += v
	}
	if err := m.search(ctx, previous, f, total/float64(previous.Layers), moves, threads); err != nil {
		return 0, err
	}
	p.Reset(t, previous.Layers)
	copy(p.PhysicalToLogical, previous.PhysicalToLogical)
	made := m.take(p, moves)
	p.Index(ranks(p))
	return made, nil
}

// search finds the first steps of every layer.
func (m *Mover) search(ctx context.Context, previous *placement.Plan, f *forecast.Forecast, average, moves float64, threads int) error {
	var next atomic.Int64
	failures := make([]error, threads)
	work := func(i int) {
		defer func() {
			if v := recover(); v != nil {
				failures[i] = panics.Error(v)
			}
		}()
		for {
			l := int(next.Add(1)) - 1
			if l >= previous.Layers || ctx.Err() != nil {
				return
			}
			m.layer(previous, f, l, average, moves)
		}
	}
	var wait sync.WaitGroup
	for i := range threads - 1 {
		wait.Go(func() { work(i + 1) })
	}
	work(0)
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// unknownVariance is that of an expert's share relative to its square, where the
// estimator has none.
const unknownVariance = .02

// layer finds the first steps of one layer; all of them where it may be made anew.
func (m *Mover) layer(previous *placement.Plan, f *forecast.Forecast, l int, average, limit float64) {
	n, y := m.topology.Experts, m.layers[l]
	mean := f.Mean[l*n : (l+1)*n]
	variance := y.expected[:n]
	sum := 0.0
	for e, v := range mean {
		sum += v
		if len(f.Variance) > 0 {
			variance[e] = f.Variance[l*n+e]
		} else {
			variance[e] = float64(unknownVariance * float64(v*v))
		}
	}
	m.anew[l] = 0
	if !y.begin(previous.Physical(l), mean, variance, m.Sharpness) {
		return
	}
	y.weight, y.price, y.account = sum/average, m.Price, limit
	if m.Anew == nil {
		y.improve(m.Hottest, m.enough)
		return
	}
	y.improve(m.Hottest, 0)
	made := 0
	for _, s := range y.chain {
		made += s.cost
	}
	now := (y.reference + portable.Log(y.sum)) / y.soft.B
	value, moves := y.other(m.Anew.Physical(l), m.Anew.LayerCounts(l))
	if float64((now-value)*y.weight) > float64(m.Price*float64(moves-made)) {
		y.chain, y.ended, m.anew[l] = y.chain[:0], true, moves
	}
}

// take makes the steps of the queue and returns the moves made. Of equal gains
// the one of the first layer comes first.
func (m *Mover) take(p *placement.Plan, moves float64) int {
	clear(m.next)
	left, made := moves, 0
	m.enough = 0
	for l, n := range m.anew {
		if n > 0 {
			copy(p.Physical(l), m.Anew.Physical(l))
			made += n
		}
	}
	for {
		best, ratio := -1, 0.0
		for l, y := range m.layers[:p.Layers] {
			if m.next[l] == len(y.chain) && !y.advance(m.Hottest) {
				continue
			}
			s := &y.chain[m.next[l]]
			if float64(s.cost) > left {
				continue
			}
			if s.cost <= 0 {
				best = l
				break
			}
			if r := s.gain / float64(s.cost); r > ratio {
				best, ratio = l, r
			}
		}
		if best < 0 {
			return made
		}
		s := m.layers[best].chain[m.next[best]]
		m.next[best]++
		if s.cost > 0 {
			m.enough = ratio
		}
		left -= float64(s.cost)
		made += s.cost
		physical := p.Physical(best)
		if s.y != none {
			physical[s.x], physical[s.y] = physical[s.y], physical[s.x]
		} else {
			physical[s.x] = s.e
		}
	}
}

// ranks counts the copies of the plan and numbers them by slot, [layers, slots].
func ranks(p *placement.Plan) []int32 {
	out := make([]int32, len(p.PhysicalToLogical))
	clear(p.Counts)
	for l := range p.Layers {
		counts := p.LayerCounts(l)
		for s, e := range p.Physical(l) {
			out[l*p.Topology.Slots+s] = counts[e]
			counts[e]++
		}
	}
	return out
}
