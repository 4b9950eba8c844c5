package placement

import (
	"math"
	"slices"
)

// LayerEvaluation is what a layer of a plan is worth. Balances are mean/max
// loads, 1 for even ones; a layer without load has 1 on all levels.
type LayerEvaluation struct {
	Slots, GPUs, Nodes float64 // balances with an expert's load in equal shares on its copies; of nodes, per GPU
	BestSplit          float64 // balance of the GPUs where tokens go to copies at will
	HeaviestGPU        float64 // its load, in equal shares
	CopiesMax          int     // max copies of an expert
	Duplicates         int     // copies that share a GPU with another copy of their expert
}

// EvaluateLayers judges every layer of a plan on loads, [layers, experts]
// row-major, as [Evaluate], [BestSplit] and [Plan.Duplicates] judge the whole.
func EvaluateLayers(p *Plan, loads []float32) []LayerEvaluation {
	n := p.Topology.Experts
	layers := make([]LayerEvaluation, p.Layers)
	splits := BestSplit(p, loads)
	gpus := p.GPULoads(loads)
	for l := range layers {
		one := p.layer(l)
		e := Evaluate(one, loads[l*n:(l+1)*n])
		heaviest := slices.Max(gpus[l*p.Topology.GPUs : (l+1)*p.Topology.GPUs])
		split := e.GPUs.Ratio
		if splits[l] > 0 {
			// Both have the same mean.
			split = math.Min(1, e.GPUs.Ratio*heaviest/splits[l])
		}
		layers[l] = LayerEvaluation{
			Slots: e.Slots.Ratio, GPUs: e.GPUs.Ratio, Nodes: e.Nodes.Ratio, BestSplit: math.Max(e.GPUs.Ratio, split), HeaviestGPU: heaviest,
			CopiesMax: int(slices.Max(p.LayerCounts(l))), Duplicates: one.Duplicates(),
		}
	}
	return layers
}

// layer returns the plan of layer l alone. Its maps alias those of p.
func (p *Plan) layer(l int) *Plan {
	return &Plan{
		Topology: p.Topology, Layers: 1, Width: p.Width,
		PhysicalToLogical: p.Physical(l), Counts: p.LayerCounts(l),
		LogicalToPhysical: p.LogicalToPhysical[l*p.Topology.Experts*p.Width : (l+1)*p.Topology.Experts*p.Width],
	}
}
