package replay

import (
	"math"

	"packbench/placement"
)

// Score is what the plan in force was worth in a window.
type Score struct {
	placement.Evaluation // with the load of an expert in equal shares on its copies
	// BestSplit is Σ mean / Σ max over the layers if the load of every expert were
	// split over its copies in the best way: no dispatch does better with this plan.
	BestSplit float64
	BestWorst float64 // the min mean/max of a layer with the best split
	// MaxOverMean is the mean over the layers of max/mean load of the GPUs.
	MaxOverMean float64

	sumMean, sumMax, sumBest float64
}

// Layers holds the loads of the GPUs of each layer, [layers] each: means over
// the windows scored.
type Layers struct {
	Max, Min, Mean []float64
	BestSplit      []float64 // of the heaviest GPU, with the best split
	Moves          []float64 // experts received per plan, after the first
	windows, plans int
}

func newLayers(n int) Layers {
	return Layers{Max: make([]float64, n), Min: make([]float64, n), Mean: make([]float64, n), BestSplit: make([]float64, n), Moves: make([]float64, n)}
}

// add takes the loads of a layer in one more window into a mean.
func (l *Layers) add(mean []float64, i int, v float64) {
	mean[i] += (v - mean[i]) / float64(l.windows)
}

// moved takes note of the moves of a plan.
func (l *Layers) moved(perLayer []int) {
	l.plans++
	for i, n := range perLayer {
		l.Moves[i] += (float64(n) - l.Moves[i]) / float64(l.plans)
	}
}

// scorer scores the windows of one replay.
type scorer struct {
	topology placement.Topology
	layers   int
	living   []int // GPUs with slots
}

func newScorer(t placement.Topology, layers int) *scorer {
	s := &scorer{topology: t, layers: layers}
	for g := range t.GPUs {
		if t.Capacity(g) > 0 {
			s.living = append(s.living, g)
		}
	}
	return s
}

// score judges the plan on the loads of a window, [layers, experts], and adds
// them to the layers.
func (s *scorer) score(p *placement.Plan, loads []float32, l *Layers) Score {
	out := Score{Evaluation: placement.Evaluate(p, loads), BestWorst: 1}
	gpus := p.GPULoads(loads)
	best := placement.BestSplit(p, loads)
	busy := 0
	l.windows++
	for i := range s.layers {
		row := gpus[i*s.topology.GPUs : (i+1)*s.topology.GPUs]
		total, heaviest, lightest := 0.0, 0.0, math.Inf(1)
		for _, g := range s.living {
			total += row[g]
			heaviest, lightest = max(heaviest, row[g]), min(lightest, row[g])
		}
		mean := total / float64(len(s.living))
		split := min(best[i], heaviest)
		l.add(l.Max, i, heaviest)
		l.add(l.Min, i, lightest)
		l.add(l.Mean, i, mean)
		l.add(l.BestSplit, i, split)
		out.sumMean += mean
		out.sumMax += heaviest
		out.sumBest += split
		if mean > 0 {
			busy++
			out.MaxOverMean += heaviest / mean
			out.BestWorst = min(out.BestWorst, mean/split)
		}
	}
	if busy == 0 {
		out.BestSplit, out.MaxOverMean = 1, 1
		return out
	}
	out.BestSplit = out.sumMean / out.sumBest
	out.MaxOverMean /= float64(busy)
	return out
}
