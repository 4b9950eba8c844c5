package replay

import (
	"fmt"
	"math"
	"slices"
)

// Prices turn a replay into time. The defaults are those of the published
// simulator of Huawei's challenge, with a network between nodes beside it.
type Prices struct {
	// Step is the time that a step of the model takes in its experts when all GPUs
	// carry the mean load, ns. Layers run one after another, each as long as its
	// heaviest GPU: a step takes Step · Σ max / Σ mean.
	Step        float64
	Iterations  float64 // steps of the model per window
	ExpertBytes float64 // weights of an expert in one layer
	Inside      float64 // bytes per second from a GPU to another of its node
	Between     float64 // bytes per second to another node
	// Parallel is true where GPUs receive at the same time, so that the one that
	// receives most decides; otherwise experts move one after another.
	Parallel bool
	// OnPath is true where steps wait for the planner.
	OnPath bool
}

// DefaultPrices are 60 ms a step, 88,080,384 bytes an expert at 900 GB/s inside
// nodes and 50 GB/s between them, one after the other, 1,000 steps per window,
// and planning beside the work.
func DefaultPrices() Prices {
	return Prices{Step: 60e6, Iterations: 1000, ExpertBytes: 88_080_384, Inside: 900e9, Between: 50e9}
}

// Check returns an error for the first price that cannot be.
func (p Prices) Check() error {
	for _, x := range []struct {
		name string
		v    float64
	}{{"the time of a step", p.Step}, {"the steps per window", p.Iterations}, {"the bandwidth inside nodes", p.Inside}, {"the bandwidth between nodes", p.Between}} {
		if !(x.v > 0) || math.IsInf(x.v, 0) {
			return fmt.Errorf("%s is %v: use a number above 0", x.name, x.v)
		}
	}
	if !(p.ExpertBytes >= 0) || math.IsInf(p.ExpertBytes, 0) {
		return fmt.Errorf("%v bytes per expert: use a number ≥ 0", p.ExpertBytes)
	}
	return nil
}

// Cost is time lost, in seconds per hour of the work at even loads.
type Cost struct {
	Imbalance float64 // GPUs that wait for the heaviest
	Moves     float64 // steps that wait for weights
	Planning  float64 // steps that wait for the planner
}

// Total is the time lost to all.
func (c Cost) Total() float64 { return c.Imbalance + c.Moves + c.Planning }

const hour = 3600

// Cost prices a window.
func (p Prices) Cost(w *Window) Cost {
	work := float64(p.Step * p.Iterations) // ns
	c := Cost{Imbalance: hour * (1/w.Score.GPUs.Ratio - 1)}
	if !w.Planned || w.Moves.PerGPU == nil {
		return c
	}
	c.Moves = hour * p.moving(w) / work
	if p.OnPath {
		c.Planning = hour * w.PlanTime / work
	}
	return c
}

// moving is the time for the moves of a window, ns.
func (p Prices) moving(w *Window) float64 {
	inside, across := float64(w.Moves.Total-w.Moves.AcrossNodes), float64(w.Moves.AcrossNodes)
	time := float64(1e9*p.ExpertBytes/p.Inside*inside) + float64(1e9*p.ExpertBytes/p.Between*across)
	if p.Parallel && w.Moves.Total > 0 {
		time *= float64(mostReceived(w.Moves)) / float64(w.Moves.Total)
	}
	return time
}

// CostOf is the mean over the windows of a replay that have any load.
func (p Prices) CostOf(r *Result) Cost {
	var sum Cost
	idle, _ := r.Idle()
	for i := range r.Windows {
		c := p.Cost(&r.Windows[i])
		sum.Imbalance += c.Imbalance
		sum.Moves += c.Moves
		sum.Planning += c.Planning
	}
	n := float64(max(1, len(r.Windows)-idle))
	return Cost{sum.Imbalance / n, sum.Moves / n, sum.Planning / n}
}

// MovePrice is what a move costs in the unit of [placement/steady]: the part of
// the time of a layer in a window, for so many layers.
func (p Prices) MovePrice(layers int) float64 {
	return float64(layers) * (1e9 * p.ExpertBytes / p.Inside) / float64(p.Step*p.Iterations)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
