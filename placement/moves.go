package placement

import (
	"fmt"

	"packbench/internal/number"
)

// Moves is what it takes to get from one plan to another. An expert moves
// when a GPU holds it that did not hold it before; the order inside a GPU is
// free, and so is a second copy on the same GPU.
type Moves struct {
	Total       int     // experts received, all layers and GPUs
	PerGPU      []int   // [GPUs], all layers
	PerLayer    []int   // [layers]
	AcrossNodes int     // of Total, experts that no GPU of the node held before
	Bytes       float64 // Total times the size of an expert
}

// CountMoves counts the moves from one plan to another of the same layers,
// experts and GPUs; the numbers of slots may differ. expertBytes is the size of
// an expert's weights in one layer.
func CountMoves(from, to *Plan, expertBytes float64) (Moves, error) {
	if err := checkComparable(from, to); err != nil {
		return Moves{}, err
	}
	t := to.Topology
	m := Moves{PerGPU: make([]int, t.GPUs), PerLayer: make([]int, to.Layers)}
	before, after := from.Topology.Offsets(), t.Offsets()
	// held and counted are stamps: equal to the current stamp where true
	held, counted, onNode := make([]int, t.Experts), make([]int, t.Experts), make([]int, t.Experts)
	stamp, nodeStamp := 0, 0
	for l := range to.Layers {
		old, now := from.Physical(l), to.Physical(l)
		for n := range t.Nodes {
			first, end := t.FirstGPU(n), t.FirstGPU(n+1)
			nodeStamp++
			for _, e := range old[before[first]:before[end]] {
				onNode[e] = nodeStamp
			}
			for g := first; g < end; g++ {
				stamp++
				for _, e := range old[before[g]:before[g+1]] {
					held[e] = stamp
				}
				for _, e := range now[after[g]:after[g+1]] {
					if held[e] == stamp || counted[e] == stamp {
						continue
					}
					counted[e] = stamp
					m.PerGPU[g]++
					m.PerLayer[l]++
					m.Total++
					if onNode[e] != nodeStamp {
						m.AcrossNodes++
					}
				}
			}
		}
	}
	m.Bytes = float64(m.Total) * expertBytes
	return m, nil
}

// checkComparable returns an error where moves between the plans mean nothing.
func checkComparable(from, to *Plan) error {
	a, b := from.Topology, to.Topology
	switch {
	case from.Layers != to.Layers:
		return fmt.Errorf("the previous plan has %s, the new one %d: they must be the same layers", number.Count(from.Layers, "layer"), to.Layers)
	case a.Experts != b.Experts:
		return fmt.Errorf("the previous plan has %s per layer, the new one %d: they must be the same experts", number.Count(a.Experts, "expert"), b.Experts)
	case a.GPUs != b.GPUs:
		return fmt.Errorf("the previous plan has %s, the new one %d: they must be the same GPUs (lost ones have no slots)", number.Count(a.GPUs, "GPU"), b.GPUs)
	}
	return nil
}
