package steady

import (
	"context"
	"runtime"
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
	workers  []*layer
	chains   [][]step
	anew     []int // [layers] moves to the layer of Anew, 0 where it is not taken
}

// Improve returns the previous placement with at most so many moves made for
// the loads that are forecast, and how many it made. The plan is written to p,
// which must not be previous. It is the same for any number of threads.
func (m *Mover) Improve(ctx context.Context, p, previous *placement.Plan, f *forecast.Forecast, moves float64, threads int) (int, error) {
	t := previous.Topology
	if m.workers == nil || !m.topology.Equal(t) {
		m.topology, m.workers = t, nil
	}
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, previous.Layers)
	for len(m.workers) < threads {
		m.workers = append(m.workers, newLayer(t, m.InNodes))
	}
	for len(m.chains) < previous.Layers {
		m.chains, m.anew = append(m.chains, nil), append(m.anew, 0)
	}
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

// search finds the steps of every layer.
func (m *Mover) search(ctx context.Context, previous *placement.Plan, f *forecast.Forecast, average, moves float64, threads int) error {
	var next atomic.Int64
	failures := make([]error, threads)
	work := func(i int) {
		defer func() {
			if v := recover(); v != nil {
				failures[i] = panics.Error(v)
			}
		}()
		y := m.workers[i]
		for {
			l := int(next.Add(1)) - 1
			if l >= previous.Layers || ctx.Err() != nil {
				return
			}
			m.layer(y, previous, f, l, average, moves)
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

// layer finds the steps of one layer.
func (m *Mover) layer(y *layer, previous *placement.Plan, f *forecast.Forecast, l int, average, limit float64) {
	n := m.topology.Experts
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
	m.chains[l], m.anew[l] = m.chains[l][:0], 0
	if !y.begin(previous.Physical(l), mean, variance, m.Sharpness) {
		return
	}
	y.weight, y.price, y.account = sum/average, m.Price, limit
	y.improve(m.Hottest)
	m.chains[l] = append(m.chains[l], y.chain...)
	if m.Anew == nil {
		return
	}
	made := 0
	for _, s := range y.chain {
		made += s.cost
	}
	now := (y.reference + portable.Log(y.sum)) / y.soft.B
	value, moves := y.other(m.Anew.Physical(l), m.Anew.LayerCounts(l))
	if float64((now-value)*y.weight) > float64(m.Price*float64(moves-made)) {
		m.chains[l], m.anew[l] = m.chains[l][:0], moves
	}
}

// take makes the steps of the queue and returns the moves made. Of equal gains
// the one of the first layer comes first.
func (m *Mover) take(p *placement.Plan, moves float64) int {
	next := make([]int, p.Layers)
	left, made := moves, 0
	for l, n := range m.anew[:p.Layers] {
		if n > 0 {
			copy(p.Physical(l), m.Anew.Physical(l))
			made += n
		}
	}
	for {
		best, ratio := -1, 0.0
		for l := range next {
			if next[l] == len(m.chains[l]) {
				continue
			}
			s := &m.chains[l][next[l]]
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
		s := m.chains[best][next[best]]
		next[best]++
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
