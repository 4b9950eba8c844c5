package planners_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/placement"
	"packbench/placement/planners"
)

// heaviestGPU returns the largest load of a GPU in the only layer of p.
func heaviestGPU(p *placement.Plan, loads []float32) float64 { return slices.Max(p.GPULoads(loads)) }

func planOf(t *testing.T, text string, k *placement.Task) *placement.Plan {
	t.Helper()
	p, _, err := parse(t, text).Plan(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

// The example of FlashLB's description: EPLB reaches 232, FlashLB reports 205.
func TestSearchFindsTheOptimumOfTheKnownExample(t *testing.T) {
	k := &placement.Task{
		Topology: placement.Topology{Experts: 8, Slots: 16, Groups: 1, Nodes: 1, GPUs: 8},
		Steps:    1, Layers: 1, Loads: []float32{600, 560, 120, 120, 20, 10, 10, 10},
	}
	for _, c := range []struct {
		planner string
		want    float64
	}{{"deepseek", 232}, {"balanced:replicate=greedy", 0}, {"balanced", 590.0 / 3}} {
		got := heaviestGPU(planOf(t, c.planner, k), k.Loads)
		if c.want != 0 && math.Abs(got-c.want) > 1e-3 {
			t.Errorf("%s: %v, want %v", c.planner, got, c.want)
		}
		t.Logf("%s: %.2f", c.planner, got)
	}
}

// bestByExhaustion tries all numbers of copies, each with the best packing of
// two slots per GPU: the heaviest copy with the lightest, and so on.
func bestByExhaustion(loads []float32, slots int) float64 {
	best := math.Inf(1)
	counts := make([]int, len(loads))
	var try func(e, left int)
	try = func(e, left int) {
		if e == len(loads)-1 {
			counts[e] = left
			var shares []float64
			for i, n := range counts {
				for range n {
					shares = append(shares, float64(loads[i])/float64(n))
				}
			}
			slices.Sort(shares)
			most := 0.0
			for i := range slots / 2 {
				most = max(most, shares[i]+shares[slots-1-i])
			}
			best = min(best, most)
			return
		}
		for n := 1; n <= left-(len(loads)-1-e); n++ {
			counts[e] = n
			try(e+1, left-n)
		}
	}
	try(0, slots)
	return best
}

func TestSearchIsNearTheOptimumWithTwoSlotsPerGPU(t *testing.T) {
	sum, optimum, greedy, exact, cases := 0.0, 0.0, 0.0, 0, 60
	for seed := range uint64(cases) {
		k := &placement.Task{
			Topology: placement.Topology{Experts: 6, Slots: 12, Groups: 1, Nodes: 1, GPUs: 6},
			Steps:    1, Layers: 1, Loads: lognormal(seed, 1, 1, 6),
		}
		got := heaviestGPU(planOf(t, "balanced:distinct=no", k), k.Loads)
		want := bestByExhaustion(k.Loads, 12)
		if got < want*(1-1e-6) {
			t.Fatalf("seed %d: %v is below the optimum %v", seed, got, want)
		}
		if got < want*(1+1e-6) {
			exact++
		}
		sum += got
		optimum += want
		greedy += heaviestGPU(planOf(t, "balanced:distinct=no,replicate=greedy", k), k.Loads)
	}
	t.Logf("greedy %.4f, search %.4f of the optimum, %d of %d optimal", greedy/optimum, sum/optimum, exact, cases)
	if sum > 1.01*optimum || exact < cases*3/4 {
		t.Errorf("search is %.4f times the optimum, %d of %d optimal", sum/optimum, exact, cases)
	}
}

func TestSearchBeatsGreedyWithTwoSlotsPerGPU(t *testing.T) {
	k := &placement.Task{
		Topology: placement.Topology{Experts: 256, Slots: 288, Groups: 1, Nodes: 1, GPUs: 144},
		Steps:    1, Layers: 4, Loads: lognormal(1, .5, 4, 256),
	}
	greedy := placement.Evaluate(planOf(t, "balanced:replicate=greedy", k), k.Loads).GPUs.Ratio
	search := placement.Evaluate(planOf(t, "balanced", k), k.Loads).GPUs.Ratio
	t.Logf("greedy %.4f, search %.4f", greedy, search)
	if search < greedy+.015 {
		t.Errorf("search %.4f is not much above greedy %.4f", search, greedy)
	}
}

func TestUnevenNumbersOfSlots(t *testing.T) {
	loads := lognormal(3, .66, 3, 64)
	for _, per := range [][]int{nil, {9, 9, 9, 9, 10, 10, 9, 9}, {4, 15, 8, 11, 9, 9, 9, 9}, {0, 12, 12, 10, 10, 10, 10, 10}} {
		top := placement.Topology{Experts: 64, Slots: 74, Groups: 1, Nodes: 1, GPUs: 8, SlotsPerGPU: per}
		k := &placement.Task{Topology: top, Steps: 1, Layers: 3, Loads: loads}
		p := planOf(t, "balanced", k)
		if got := placement.Evaluate(p, loads).GPUs.Ratio; got < .99 && (per == nil || per[0] != 4) {
			t.Errorf("slots %v: balancedness %.4f", per, got)
		}
		if p.Duplicates() > 0 {
			t.Errorf("slots %v: %d duplicates", per, p.Duplicates())
		}
	}
}

func TestKeepAfterALossMovesTheFewestExperts(t *testing.T) {
	full := placement.Topology{Experts: 64, Slots: 96, Groups: 1, Nodes: 4, GPUs: 16}
	loads := lognormal(4, .66, 5, 64)
	before := planOf(t, "balanced", &placement.Task{Topology: full, Steps: 1, Layers: 5, Loads: loads})
	left, err := full.Lose(4, 5, 6, 7)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, "keep:moves=0", &placement.Task{Topology: left, Steps: 1, Layers: 5, Loads: loads, Previous: before})
	m, err := placement.CountMoves(before, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	gpu := full.GPUOfSlots()
	for l := range 5 {
		orphans := 0
		for e := range 64 {
			if !slices.ContainsFunc(before.SlotsOf(l, e), func(s int32) bool { return gpu[s] < 4 || gpu[s] > 7 }) {
				orphans++
			}
		}
		if m.PerLayer[l] != orphans {
			t.Errorf("layer %d: %d moves for %d experts without a copy", l, m.PerLayer[l], orphans)
		}
	}
	more := planOf(t, "keep:moves=8", &placement.Task{Topology: left, Steps: 1, Layers: 5, Loads: loads, Previous: before})
	if a, b := placement.Evaluate(p, loads).GPUs.Ratio, placement.Evaluate(more, loads).GPUs.Ratio; b <= a {
		t.Errorf("8 further moves: balancedness %.4f after %.4f", b, a)
	}
	// GPUs that come back are filled.
	back := planOf(t, "keep:moves=0", &placement.Task{Topology: full, Steps: 1, Layers: 5, Loads: loads, Previous: p})
	if back.Duplicates() > 0 {
		t.Errorf("%d duplicates", back.Duplicates())
	}
}

func TestSpillBeatsTheNodeBoundWithFewCopiesAway(t *testing.T) {
	top := placement.Topology{Experts: 256, Slots: 288, Groups: 8, Nodes: 4, GPUs: 32}
	k := &placement.Task{Topology: top, Steps: 1, Layers: 8, Loads: lognormal(1, .66, 8, 256)}
	bound := placement.Evaluate(planOf(t, "balanced", k), k.Loads)
	spill := placement.Evaluate(planOf(t, "spill", k), k.Loads)
	if spill.GPUs.Ratio < .98 || spill.GPUs.Ratio < bound.Nodes.Ratio {
		t.Errorf("spill reaches %.4f, the node bound is %.4f", spill.GPUs.Ratio, bound.Nodes.Ratio)
	}
	none := placement.Evaluate(planOf(t, "spill:away=0", k), k.Loads)
	if math.Abs(none.Nodes.Ratio-bound.Nodes.Ratio) > .01 {
		t.Errorf("with no copy away nodes are balanced to %.4f, without spill to %.4f", none.Nodes.Ratio, bound.Nodes.Ratio)
	}
}

func TestGateKeepsWhatGainsLittle(t *testing.T) {
	top := placement.Topology{Experts: 64, Slots: 72, Groups: 1, Nodes: 1, GPUs: 8}
	k := &placement.Task{Topology: top, Steps: 1, Layers: 4, Loads: lognormal(5, .66, 4, 64)}
	k.Previous = planOf(t, "vllm", k)
	p, report, err := parse(t, "balanced:gate=0.1").Plan(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	if report.Kept != 4 || p.Hash() != k.Previous.Hash() {
		t.Errorf("kept %d layers of 4", report.Kept)
	}
	if _, report, err = parse(t, "balanced:gate=0.00001").Plan(t.Context(), k); err != nil || report.Kept != 0 {
		t.Errorf("kept %d layers of 4 that gain more, %v", report.Kept, err)
	}
}

func TestEstimatorsChooseTheLoadsToPlanFor(t *testing.T) {
	top := placement.Topology{Experts: 4, Slots: 6, Groups: 1, Nodes: 1, GPUs: 2}
	k := &placement.Task{Topology: top, Steps: 3, Layers: 1, Loads: []float32{9, 1, 1, 1, 1, 9, 1, 1, 1, 1, 9, 2}}
	for _, c := range []struct {
		planner string
		steps   int
		loads   []float32
	}{
		{"balanced", 1, []float32{11, 11, 11, 4}},
		{"balanced:estimate=last", 1, []float32{1, 1, 9, 2}},
		{"balanced:estimate=decay,halflife=1", 1, []float32{2.25 + .5 + 1, .25 + 4.5 + 1, .25 + .5 + 9, .25 + .5 + 2}},
	} {
		one := &placement.Task{Topology: top, Steps: 1, Layers: 1, Loads: c.loads}
		if a, b := planOf(t, c.planner, k), planOf(t, "balanced", one); a.Hash() != b.Hash() {
			t.Errorf("%s: another plan than for %v", c.planner, c.loads)
		}
	}
}

func TestErrorsSayWhatPlannersWouldTake(t *testing.T) {
	top := placement.Topology{Experts: 256, Slots: 288, Groups: 8, Nodes: 4, GPUs: 32}
	for _, c := range []struct {
		planner string
		change  func(*placement.Topology)
		want    string
	}{
		{"vllm", func(t *placement.Topology) { t.Slots = 290 }, "it takes 288 or 320 slots"},
		{"vllm", func(t *placement.Topology) {
			t.GPUs, t.SlotsPerGPU, t.Nodes, t.Groups = 2, []int{144, 144}, 1, 1
			t.SlotsPerGPU[0]++
			t.SlotsPerGPU[1]--
		}, "different numbers of slots, 143 to 145"},
		{"deepseek", func(t *placement.Topology) { t.Nodes = 8; t.GPUs = 36; t.Slots = 288 }, "36 GPUs do not divide over 8 nodes"},
		{"sglang", func(t *placement.Topology) { t.Groups = 12 }, "256 experts do not divide into 12 groups: hierarchical takes 8 or 16"},
		{"balanced:policy=hierarchical", func(t *placement.Topology) { t.Groups = 6 }, "hierarchical takes 4 or 8 groups"},
		{"balanced:copies=1", func(t *placement.Topology) {}, "use at most 256 slots, or copies=2"},
		{"balanced:replicate=none", func(t *placement.Topology) {}, "use 256"},
		{"balanced", func(t *placement.Topology) {
			*t = placement.Topology{Experts: 4, Slots: 10, Groups: 1, Nodes: 1, GPUs: 2}
		}, "use distinct=no"},
	} {
		u := top
		c.change(&u)
		k := &placement.Task{Topology: u, Steps: 1, Layers: 1, Loads: make([]float32, u.Experts)}
		_, _, err := parse(t, c.planner).Plan(t.Context(), k)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.planner, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"vlm":                               "did you mean",
		"keep:move=3":                       `did you mean "moves"`,
		"keep:moves=-1":                     "out of range",
		"balanced:pack=lptt":                `did you mean "lpt"`,
		"balanced:pack=descent:tol=x":       "tol=x",
		"balanced:replicate=vec":            "use it with copies=0,distinct=no",
		"vllm:pack=lpt":                     "takes none",
		"balanced:pack=descent:tol=1/tol=2": "given twice",
	} {
		if _, err := planners.Builtin().Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestAPlannerForgetsWhatItPlannedBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := randomTask(t)
		p := parseIn(t, rapid.SampledFrom(all).Draw(t, "planner"))
		first, _, err := p.Plan(t.Context(), k)
		if err != nil {
			t.Skip("not for these sizes")
		}
		other := *k
		other.Loads = slices.Clone(k.Loads)
		slices.Reverse(other.Loads)
		other.Previous = randomPrevious(t, k)
		other.Reuse = &placement.Plan{Counts: make([]int32, 7), LogicalToPhysical: make([]int32, 5)}
		if _, _, err := p.Plan(t.Context(), &other); err != nil {
			t.Fatal(err)
		}
		if again, _, err := p.Plan(t.Context(), k); err != nil || again.Hash() != first.Hash() {
			t.Fatalf("another plan the second time, %v", err)
		}
	})
}

func parseIn(t *rapid.T, text string) placement.Planner {
	p, err := planners.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNoAllocationPerLayer(t *testing.T) {
	top := placement.Topology{Experts: 64, Slots: 72, Groups: 8, Nodes: 2, GPUs: 8}
	const layers = 40
	for _, text := range []string{"deepseek", "vllm", "sglang", "sglang-vec", "trtllm", "balanced", "spill", "keep:moves=4", "balanced:policy=global"} {
		k := &placement.Task{Topology: top, Steps: 2, Layers: layers, Loads: lognormal(7, .66, 2*layers, 64), Threads: 1}
		planner := parse(t, text)
		k.Previous = planOf(t, "vllm", k)
		plan := func() {
			p, _, err := planner.Plan(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			k.Reuse = p
		}
		plan()
		plan()
		if n := testing.AllocsPerRun(3, plan); n > layers/2 {
			t.Errorf("%s: %v allocations for %d layers", text, n, layers)
		}
	}
}

func TestSpecsAreCanonical(t *testing.T) {
	for text, want := range map[string]string{"vllm": "vllm", "keep:moves=4": "keep", "spill:tol=0.005,away=3": "spill:away=3", "balanced:pack=lpt": "balanced:pack=lpt"} {
		if got := parse(t, text).Spec().String(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestAssignmentIsTheBestOfAllPermutations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		value := rapid.SliceOfN(rapid.Int32Range(0, 9), n*n, n*n).Draw(t, "values")
		column := planners.Assign(n, func(i, j int) int32 { return value[i*n+j] })
		got, used := int32(0), make([]bool, n)
		for i, j := range column {
			got += value[i*n+int(j)]
			if used[j] {
				t.Fatalf("column %d twice", j)
			}
			used[j] = true
		}
		best := int32(-1)
		var try func(i int, sum int32, used int)
		try = func(i int, sum int32, used int) {
			if i == n {
				best = max(best, sum)
				return
			}
			for j := range n {
				if used>>j&1 == 0 {
					try(i+1, sum+value[i*n+j], used|1<<j)
				}
			}
		}
		try(0, 0, 0)
		if got != best {
			t.Fatalf("value %d, the best is %d", got, best)
		}
	})
}
