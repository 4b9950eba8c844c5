package placement

import (
	"math"

	"packbench/packing"
)

// Limits is what keeps a plan from even loads on the GPUs: how much of 1 −
// balancedness, Σ mean / Σ max over the layers, is due to what. The three parts
// add up to 1 − Balancedness.
type Limits struct {
	Balancedness float64 `json:"balancedness"`
	// Copies is lost by the numbers of copies alone: no packing of these copies
	// into these GPUs is better, even across nodes.
	Copies float64 `json:"copies"`
	// Nodes is lost further by which node carries what.
	Nodes float64 `json:"nodes"`
	// Packing is what a better packing inside the nodes could still gain.
	Packing float64 `json:"packing"`
	// BestSplit is the balancedness of the plan if the tokens of an expert were
	// split over its copies in the best way, not evenly.
	BestSplit float64 `json:"best_split"`
}

// FindLimits returns what limits a plan on loads, [layers, experts]. withNodes
// is true where copies may not change nodes at will.
func FindLimits(p *Plan, loads []float32, withNodes bool) Limits {
	t := p.Topology
	slot, gpu, node := make([]float64, t.Slots), make([]float64, t.GPUs), make([]float64, t.Nodes)
	gpusOf := t.livingPerNode()
	uniform, living := t.Uniform(), float64(t.Living())
	weights := make([]float32, t.Slots)
	var bounder packing.Bounder
	var sumMean, sumMax, sumCopies, sumNodes float64
	for l := range p.Layers {
		p.SlotLoads(slot, loads, l)
		p.sumGPUs(gpu, slot)
		p.sumNodes(node, gpu)
		total, heaviest := 0.0, 0.0
		for _, load := range gpu {
			total += load
			heaviest = math.Max(heaviest, load)
		}
		mean := total / living
		bound := mean
		for s, load := range slot {
			weights[s] = float32(load)
			bound = math.Max(bound, load)
		}
		if uniform {
			bound = math.Max(bound, bounder.LowerBound(weights, t.GPUs))
		}
		bound = math.Min(bound, heaviest) // the weights were rounded
		withNode := bound
		for n, load := range node {
			if withNodes && gpusOf[n] > 0 {
				withNode = math.Max(withNode, load/float64(gpusOf[n]))
			}
		}
		withNode = math.Min(withNode, heaviest)
		sumMean += mean
		sumMax += heaviest
		sumCopies += bound
		sumNodes += withNode
	}
	split := 0.0
	for _, most := range BestSplit(p, loads) {
		split += most
	}
	if sumMax == 0 {
		return Limits{Balancedness: 1, BestSplit: 1}
	}
	return Limits{
		Balancedness: sumMean / sumMax,
		Copies:       (sumCopies - sumMean) / sumMax,
		Nodes:        (sumNodes - sumCopies) / sumMax,
		Packing:      (sumMax - sumNodes) / sumMax,
		BestSplit:    sumMean / split,
	}
}
