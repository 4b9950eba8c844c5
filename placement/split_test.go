package placement_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
	"pgregory.net/rapid"

	"packbench/placement"
)

// randomPlan draws a valid plan on a small topology, GPUs of unequal sizes and
// duplicates on a GPU among them.
func randomPlan(t *rapid.T) *placement.Plan {
	gpus := rapid.IntRange(1, 6).Draw(t, "gpus")
	per := rapid.SliceOfN(rapid.IntRange(1, 4), gpus, gpus).Draw(t, "slots per GPU")
	slots := 0
	for _, n := range per {
		slots += n
	}
	top := placement.Topology{
		Experts: rapid.IntRange(1, slots).Draw(t, "experts"), Slots: slots, Groups: 1,
		Nodes: rapid.IntRange(1, gpus).Draw(t, "nodes"), GPUs: gpus, SlotsPerGPU: per,
	}
	layers := rapid.IntRange(1, 3).Draw(t, "layers")
	var physical []int32
	for range layers {
		row := make([]int32, slots)
		for s := range row {
			row[s] = int32(s)
			if s >= top.Experts {
				row[s] = int32(rapid.IntRange(0, top.Experts-1).Draw(t, "expert"))
			}
		}
		physical = append(physical, rapid.Permutation(row).Draw(t, "row")...)
	}
	p, err := placement.FromPhysical(top, layers, physical)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func randomLoads(t *rapid.T, p *placement.Plan) []float32 {
	n := p.Layers * p.Topology.Experts
	return rapid.SliceOfN(rapid.OneOf(
		rapid.Float32Range(0, 1000),
		rapid.Map(rapid.IntRange(0, 4), func(i int) float32 { return float32(i) }),
	), n, n).Draw(t, "loads")
}

// linearProgram returns the minimum max by gonum's simplex: variables are the
// share on each slot and T, with a slack per GPU.
func linearProgram(t *rapid.T, p *placement.Plan, loads []float32, l int) float64 {
	top := p.Topology
	row := loads[l*top.Experts : (l+1)*top.Experts]
	total := 0.0
	for _, w := range row {
		total += float64(w)
	}
	if total == 0 {
		return 0
	}
	variables := top.Slots + 1 + top.GPUs
	a := mat.NewDense(top.Experts+top.GPUs, variables, nil)
	b := make([]float64, top.Experts+top.GPUs)
	gpu := top.GPUOfSlots()
	for s, e := range p.Physical(l) {
		a.Set(int(e), s, 1)
		a.Set(top.Experts+int(gpu[s]), s, 1)
	}
	for e, w := range row {
		b[e] = float64(w) / total
	}
	for g := range top.GPUs {
		a.Set(top.Experts+g, top.Slots, -1)
		a.Set(top.Experts+g, top.Slots+1+g, 1)
	}
	cost := make([]float64, variables)
	cost[top.Slots] = 1
	best, _, err := lp.Simplex(cost, a, b, 1e-10, nil)
	if err != nil {
		t.Skipf("simplex: %v", err)
	}
	return best * total
}

func TestBestSplitIsTheOptimumOfTheLinearProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPlan(t)
		loads := randomLoads(t, p)
		got := placement.BestSplit(p, loads)
		for l := range p.Layers {
			want := linearProgram(t, p, loads, l)
			if math.Abs(got[l]-want) > 1e-6*(1+want) {
				t.Fatalf("layer %d: %v, the linear program gives %v", l, got[l], want)
			}
		}
	})
}

func TestMeanBestSplitEvenSplitAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPlan(t)
		loads := randomLoads(t, p)
		gpus, nodes, split := p.GPULoads(loads), p.NodeLoads(loads), placement.BestSplit(p, loads)
		top := p.Topology
		for l := range p.Layers {
			total, onGPUs, onNodes, most := 0.0, 0.0, 0.0, 0.0
			for _, w := range loads[l*top.Experts : (l+1)*top.Experts] {
				total += float64(w)
			}
			for _, load := range gpus[l*top.GPUs : (l+1)*top.GPUs] {
				onGPUs += load
				most = max(most, load)
			}
			for _, load := range nodes[l*top.Nodes : (l+1)*top.Nodes] {
				onNodes += load
			}
			tiny := 1e-9 * (1 + total)
			if math.Abs(onGPUs-total) > tiny || math.Abs(onNodes-total) > tiny {
				t.Fatalf("GPUs carry %v, nodes %v of %v", onGPUs, onNodes, total)
			}
			if mean := total / float64(top.Living()); split[l] < mean-tiny || split[l] > most+tiny {
				t.Fatalf("best split %v is not between mean %v and even split %v", split[l], mean, most)
			}
		}
	})
}

func TestLimitsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPlan(t)
		loads := randomLoads(t, p)
		l := placement.FindLimits(p, loads, rapid.Bool().Draw(t, "nodes"))
		if sum := l.Balancedness + l.Copies + l.Nodes + l.Packing; math.Abs(sum-1) > 1e-9 || min(l.Copies, l.Nodes, l.Packing) < -1e-9 {
			t.Fatalf("%+v do not add up to 1", l)
		}
		if math.Abs(l.Balancedness-placement.Evaluate(p, loads).GPUs.Ratio) > 1e-9 || l.BestSplit < l.Balancedness-1e-9 {
			t.Fatalf("%+v: another balancedness than %v", l, placement.Evaluate(p, loads).GPUs)
		}
	})
}
