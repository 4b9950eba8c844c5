package planners_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"packbench/placement"
	"packbench/placement/planners"
)

// lognormal returns loads of a log-normal distribution, [layers, experts].
func lognormal(seed uint64, sigma float64, layers, experts int) []float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	loads := make([]float32, layers*experts)
	for i := range loads {
		loads[i] = float32(1000 * math.Exp(sigma*r.NormFloat64()))
	}
	return loads
}

func parse(t testing.TB, text string) placement.Planner {
	t.Helper()
	p, err := planners.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BenchmarkPlan times planners on one thread at the size of DeepSeek-V3: 58
// layers of 256 experts in 288 slots on 32 GPUs. The previous plan of keep, and
// where the name says so of others, is vllm's on loads that have drifted since.
func BenchmarkPlan(b *testing.B) {
	sizes := []struct {
		name string
		t    placement.Topology
	}{
		{"hierarchical", placement.Topology{Experts: 256, Slots: 288, Groups: 8, Nodes: 4, GPUs: 32}},
		{"global", placement.Topology{Experts: 256, Slots: 288, Groups: 1, Nodes: 1, GPUs: 32}},
	}
	for _, size := range sizes {
		for _, sigma := range []float64{.5, .66, 1} {
			for _, name := range []string{"deepseek", "vllm", "sglang", "sglang-vec", "trtllm", "balanced", "spill", "keep:moves=4", "keep:moves=16", "vllm after vllm", "balanced after vllm"} {
				b.Run(size.name+"/"+sigmaName(sigma)+"/"+name, func(b *testing.B) { benchPlan(b, size.t, sigma, name) })
			}
		}
	}
}

func sigmaName(s float64) string { return map[float64]string{.5: "0.5", .66: "0.66", 1: "1"}[s] }

func benchPlan(b *testing.B, t placement.Topology, sigma float64, name string) {
	const layers = 58
	name, after, _ := strings.Cut(name, " after ")
	planner := parse(b, name)
	task := &placement.Task{Topology: t, Steps: 1, Layers: layers, Loads: lognormal(1, sigma, layers, t.Experts), Threads: 1}
	if planner.Spec().Name == "keep" || after != "" {
		task.Previous = drifted(b, task)
	}
	plan, _, err := planner.Plan(b.Context(), task)
	if err != nil {
		b.Fatal(err)
	}
	task.Reuse = plan
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64) // of a plan: what it takes when nothing else runs
	for b.Loop() {
		start := time.Now()
		if plan, _, err = planner.Plan(b.Context(), task); err != nil {
			b.Fatal(err)
		}
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least)/1e6, "min-ms")
	e := placement.Evaluate(plan, task.Loads)
	b.ReportMetric(e.GPUs.Ratio, "GPUs")
	b.ReportMetric(e.Nodes.Ratio, "nodes")
	b.ReportMetric(float64(plan.Duplicates()), "duplicates")
	if task.Previous != nil {
		m, err := placement.CountMoves(task.Previous, plan, 1)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(m.Total)/layers, "moves/layer")
	}
}

// drifted returns vllm's plan for loads from which the task's have drifted.
func drifted(t testing.TB, task *placement.Task) *placement.Plan {
	before := *task
	noise := lognormal(2, .2, task.Layers, task.Topology.Experts)
	before.Loads = make([]float32, len(task.Loads))
	for i, w := range task.Loads {
		before.Loads[i] = w * noise[i] / 1000
	}
	plan, _, err := parse(t, "vllm").Plan(t.Context(), &before)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
