package planners_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/placement"
	"packbench/placement/planners"
)

// all is a planner of every kind, with some of their parameters.
var all = []string{
	"deepseek", "vllm", "sglang", "sglang-vec", "trtllm",
	"balanced", "balanced:policy=global", "balanced:distinct=no,replicate=search", "balanced:pack=topk-max-any:k=4/candidates=16,groups=lpt",
	"balanced:copies=3", "spill", "spill:tol=0,away=2", "keep", "keep:moves=0", "keep:moves=7,gain=0", "balanced:replicate=vec,distinct=no",
	"balanced:align=preserve,gate=0.01", "balanced:estimate=decay,halflife=1",
}

// randomTask draws a task of sizes that divide.
func randomTask(t *rapid.T) *placement.Task {
	nodes := rapid.IntRange(1, 3).Draw(t, "nodes")
	groups := nodes * rapid.IntRange(1, 3).Draw(t, "groups per node")
	experts := groups * rapid.IntRange(1, 5).Draw(t, "experts per group")
	perNode := rapid.IntRange(1, 4).Draw(t, "GPUs per node")
	gpus := nodes * perNode
	least := (experts + gpus - 1) / gpus
	slots := gpus * (least + rapid.IntRange(0, 3).Draw(t, "more slots per GPU"))
	layers, steps := rapid.IntRange(1, 3).Draw(t, "layers"), rapid.IntRange(1, 3).Draw(t, "steps")
	k := &placement.Task{
		Topology: placement.Topology{Experts: experts, Slots: slots, Groups: groups, Nodes: nodes, GPUs: gpus},
		Steps:    steps, Layers: layers, Threads: 1,
	}
	n := steps * layers * experts
	k.Loads = rapid.SliceOfN(rapid.OneOf(
		rapid.Float32Range(0, 1000),
		rapid.Map(rapid.IntRange(0, 3), func(i int) float32 { return float32(i) }),
	), n, n).Draw(t, "loads")
	return k
}

// plan returns a planner's answer, which must be valid; nil where it says that
// it cannot do the task.
func plan(t *rapid.T, text string, k *placement.Task) (*placement.Plan, *placement.Report) {
	p, err := planners.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	got, report, err := p.Plan(t.Context(), k)
	if err != nil {
		if strings.Contains(err.Error(), "panic") || strings.ContainsRune(err.Error(), '\n') {
			t.Fatalf("%s: %v", text, err)
		}
		return nil, nil
	}
	if err := got.Validate(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return got, report
}

func TestPlansAreValidAndTheSameForAnyNumberOfThreads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		text := rapid.SampledFrom(all).Draw(t, "planner")
		if rapid.Bool().Draw(t, "with a previous plan") {
			k.Previous = randomPrevious(t, k)
		}
		one, report := plan(t, text, k)
		if one == nil {
			t.Skip("not for these sizes")
		}
		many := *k
		many.Threads = 3
		if two, _ := plan(t, text, &many); two.Hash() != one.Hash() || !slices.Equal(two.LogicalToPhysical, one.LogicalToPhysical) {
			t.Fatalf("%s: another plan with three threads", text)
		}
		if report.Hierarchical && !strings.HasPrefix(text, "spill") && !strings.HasPrefix(text, "keep") && !strings.Contains(text, "gate") {
			checkHierarchy(t, one)
		}
		if (strings.HasPrefix(text, "balanced") || strings.HasPrefix(text, "spill")) && !strings.Contains(text, "distinct=no") && !strings.Contains(text, "gate") && one.Duplicates() > 0 {
			t.Fatalf("%s: %d duplicates", text, one.Duplicates())
		}
		if strings.Contains(text, "copies=3") && one.Width > 3 {
			t.Fatalf("%d copies", one.Width)
		}
	})
}

// randomPrevious draws a plan of the task's layers.
func randomPrevious(t *rapid.T, k *placement.Task) *placement.Plan {
	var physical []int32
	for range k.Layers {
		row := make([]int32, k.Topology.Slots)
		for s := range row {
			row[s] = int32(s % k.Topology.Experts)
		}
		physical = append(physical, rapid.Permutation(row).Draw(t, "row")...)
	}
	p, err := placement.FromPhysical(k.Topology, k.Layers, physical)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkHierarchy requires that all copies of a group are on one node, G/N groups
// on each.
func checkHierarchy(t *rapid.T, p *placement.Plan) {
	top := p.Topology
	gpu, node := top.GPUOfSlots(), top.NodeOfGPUs()
	for l := range p.Layers {
		groupsOn := make([]int, top.Nodes)
		for g := range top.Groups {
			home := int32(-1)
			for e := g * top.Experts / top.Groups; e < (g+1)*top.Experts/top.Groups; e++ {
				for _, s := range p.SlotsOf(l, e) {
					if n := node[gpu[s]]; home < 0 {
						home = n
						groupsOn[n]++
					} else if n != home {
						t.Fatalf("layer %d: group %d is on nodes %d and %d", l, g, home, n)
					}
				}
			}
		}
		for n, c := range groupsOn {
			if c != top.Groups/top.Nodes {
				t.Fatalf("layer %d: node %d has %d groups", l, n, c)
			}
		}
	}
}

func TestScalingAndPermutingLayersCommuteWithPlanning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		// vec's tilt of i/10000 is absolute, and so are the epsilons of topk-max-any.
		text := rapid.SampledFrom([]string{"deepseek", "vllm", "sglang", "trtllm", "balanced", "balanced:replicate=search", "spill", "keep:moves=5"}).Draw(t, "planner")
		if strings.HasPrefix(text, "keep") {
			k.Previous = randomPrevious(t, k)
		}
		want, _ := plan(t, text, k)
		if want == nil {
			t.Skip("not for these sizes")
		}
		scaled := *k
		scaled.Loads = slices.Clone(k.Loads)
		for i := range scaled.Loads {
			scaled.Loads[i] *= 1 << 12
		}
		if got, _ := plan(t, text, &scaled); got.Hash() != want.Hash() {
			t.Fatalf("%s: another plan for 4096 times the loads", text)
		}
		if k.Previous != nil {
			return
		}
		turned, n := *k, k.Topology.Experts
		turned.Loads = nil
		for step := range k.Steps {
			for l := range k.Layers {
				at := (step*k.Layers + k.Layers - 1 - l) * n
				turned.Loads = append(turned.Loads, k.Loads[at:at+n]...)
			}
		}
		got, _ := plan(t, text, &turned)
		for l := range k.Layers {
			if !slices.Equal(got.Physical(l), want.Physical(k.Layers-1-l)) {
				t.Fatalf("%s: layer %d differs in another order", text, l)
			}
		}
	})
}

func TestKeepMovesNoMoreThanAllowedAndNeverRaisesTheMaximum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		k.Steps, k.Loads = 1, k.Loads[:k.Layers*k.Topology.Experts]
		k.Previous = randomPrevious(t, k)
		text := rapid.SampledFrom([]string{"keep:moves=0", "keep:moves=1,gain=0", "keep:moves=3", "keep:moves=10,gain=0"}).Draw(t, "planner")
		limit := map[string]int{"keep:moves=0": 0, "keep:moves=1,gain=0": 1, "keep:moves=3": 3, "keep:moves=10,gain=0": 10}[text]
		got, _ := plan(t, text+",distinct=no,policy=global", k)
		m, err := placement.CountMoves(k.Previous, got, 1)
		if err != nil {
			t.Fatal(err)
		}
		for l, n := range m.PerLayer {
			if n > limit {
				t.Fatalf("%d moves in layer %d, allowed %d", n, l, limit)
			}
		}
		if limit == 0 && !slices.Equal(got.PhysicalToLogical, k.Previous.PhysicalToLogical) {
			t.Fatal("no moves, another plan")
		}
		before, after := k.Previous.GPULoads(k.Loads), got.GPULoads(k.Loads)
		d := k.Topology.GPUs
		for l := range k.Layers {
			if a, b := slices.Max(after[l*d:(l+1)*d]), slices.Max(before[l*d:(l+1)*d]); a > b*(1+1e-12) {
				t.Fatalf("layer %d: the maximum rises from %v to %v", l, b, a)
			}
		}
	})
}

// sets returns the sorted experts of each GPU.
func sets(p *placement.Plan) [][]int32 {
	offsets := p.Topology.Offsets()
	var out [][]int32
	for l := range p.Layers {
		for g := range p.Topology.GPUs {
			on := slices.Clone(p.Physical(l)[offsets[g]:offsets[g+1]])
			slices.Sort(on)
			out = append(out, on)
		}
	}
	return out
}

func TestAligningKeepsTheSetsOfGPUsAndRelabellingMovesLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		k.Previous = randomPrevious(t, k)
		base := rapid.SampledFrom([]string{"balanced:policy=global", "balanced"}).Draw(t, "planner")
		join := ","
		if !strings.Contains(base, ":") {
			join = ":"
		}
		none, _ := plan(t, base+join+"align=none", k)
		if none == nil {
			t.Skip("not for these sizes")
		}
		preserved, _ := plan(t, base+join+"align=preserve", k)
		relabelled, _ := plan(t, base+join+"align=relabel", k)
		want := sets(none)
		if got := sets(preserved); !slices.EqualFunc(got, want, slices.Equal[[]int32]) {
			t.Fatal("preserving changed what a GPU holds")
		}
		per := k.Topology.GPUs
		got := sets(relabelled)
		for l := range k.Layers {
			a, b := got[l*per:(l+1)*per], want[l*per:(l+1)*per]
			slices.SortFunc(a, slices.Compare[[]int32])
			slices.SortFunc(b, slices.Compare[[]int32])
			if !slices.EqualFunc(a, b, slices.Equal[[]int32]) {
				t.Fatal("relabelling changed which experts share a GPU")
			}
		}
		moves := func(p *placement.Plan) int {
			m, err := placement.CountMoves(k.Previous, p, 1)
			if err != nil {
				t.Fatal(err)
			}
			return m.Total
		}
		if moves(relabelled) > moves(none) || moves(preserved) != moves(none) || moves(none) < 0 {
			t.Fatalf("moves: none %d, preserve %d, relabel %d", moves(none), moves(preserved), moves(relabelled))
		}
	})
}

func TestWithoutLoadTheCopiesSpreadEvenly(t *testing.T) {
	for _, text := range []string{"balanced", "spill", "keep", "trtllm", "balanced:policy=global"} {
		k := &placement.Task{
			Topology: placement.Topology{Experts: 16, Slots: 40, Groups: 4, Nodes: 2, GPUs: 8},
			Steps:    1, Layers: 2, Loads: make([]float32, 32),
		}
		p, _, err := parse(t, text).Plan(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if least, most := slices.Min(p.Counts), slices.Max(p.Counts); most-least > 1 {
			t.Errorf("%s: %d to %d copies of experts without load", text, least, most)
		}
	}
}

func TestRefiningNeverMakesAPackingWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		k.Steps, k.Loads = 1, k.Loads[:k.Layers*k.Topology.Experts]
		lpt, _ := plan(t, "balanced:policy=global,distinct=no,replicate=greedy,pack=lpt", k)
		descent, _ := plan(t, "balanced:policy=global,distinct=no,replicate=greedy", k)
		searched, _ := plan(t, "balanced:policy=global,distinct=no,replicate=search", k)
		d := k.Topology.GPUs
		a, b, c := lpt.GPULoads(k.Loads), descent.GPULoads(k.Loads), searched.GPULoads(k.Loads)
		for l := range k.Layers {
			x, y, z := slices.Max(a[l*d:(l+1)*d]), slices.Max(b[l*d:(l+1)*d]), slices.Max(c[l*d:(l+1)*d])
			if y > x*(1+1e-6) || z > y*(1+1e-6) {
				t.Fatalf("layer %d: lpt %v, descent %v, search %v", l, x, y, z)
			}
		}
	})
}
