package placement_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"packbench/placement"
)

// Layers are judged as the whole plan is: their worst and mean balances are
// those of [placement.Evaluate], and the best split is that of BestSplit.
func TestEvaluateLayersAgreesWithTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPlan(t)
		loads := randomLoads(t, p)
		layers := placement.EvaluateLayers(p, loads)
		whole := placement.Evaluate(p, loads)
		splits := placement.BestSplit(p, loads)
		if len(layers) != p.Layers {
			t.Fatalf("%d layers of %d", len(layers), p.Layers)
		}
		sum, duplicates, live := placement.LayerEvaluation{}, 0, 0
		for l, e := range layers {
			duplicates += e.Duplicates
			total := 0.0
			for _, w := range loads[l*p.Topology.Experts : (l+1)*p.Topology.Experts] {
				total += float64(w)
			}
			mean := total / float64(p.Topology.Living())
			if total > 0 { // idle layers do not count
				sum.Slots, sum.GPUs, sum.Nodes = sum.Slots+e.Slots, sum.GPUs+e.GPUs, sum.Nodes+e.Nodes
				live++
			}
			for name, pair := range map[string][2]float64{
				"heaviest GPU": {e.GPUs * e.HeaviestGPU, mean},
				"best split":   {e.BestSplit * splits[l], mean},
			} {
				if total > 0 && math.Abs(pair[0]-pair[1]) > 1e-9*mean {
					t.Errorf("layer %d: %s: balance times maximum is %v, want the mean %v", l, name, pair[0], pair[1])
				}
			}
			if total == 0 && (e.GPUs != 1 || e.BestSplit != 1 || e.Nodes != 1 || e.Slots != 1) {
				t.Errorf("layer %d without load: %+v, want 1 everywhere", l, e)
			}
			if e.BestSplit < e.GPUs || e.BestSplit > 1 {
				t.Errorf("layer %d: best split %v with even shares %v", l, e.BestSplit, e.GPUs)
			}
			most := int32(0)
			for _, n := range p.LayerCounts(l) {
				most = max(most, n)
			}
			if e.CopiesMax != int(most) {
				t.Errorf("layer %d: %d copies, want %d", l, e.CopiesMax, most)
			}
		}
		n := float64(live)
		if idle := p.Layers - live; whole.GPUs.Idle != idle {
			t.Errorf("%d idle layers, want %d", whole.GPUs.Idle, idle)
		}
		if live == 0 { // all is even then
			n, sum.Slots, sum.GPUs, sum.Nodes = 1, 1, 1, 1
		}
		for name, pair := range map[string][2]float64{
			"slots": {sum.Slots / n, whole.Slots.Mean}, "GPUs": {sum.GPUs / n, whole.GPUs.Mean}, "nodes": {sum.Nodes / n, whole.Nodes.Mean},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%s: mean balance %v, want %v", name, pair[0], pair[1])
			}
		}
		if duplicates != p.Duplicates() {
			t.Errorf("%d duplicates, want %d", duplicates, p.Duplicates())
		}
	})
}
