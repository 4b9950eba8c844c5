package steady_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"packbench/datasets"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/placement/steady"
)

// BenchmarkSession times the planner over 24 windows at the size of DeepSeek-V3:
// 58 layers of 256 experts in 288 slots on 32 GPUs. Of each part it reports the
// median over the windows, and of the passes over the trace the fastest.
func BenchmarkSession(b *testing.B) {
	for _, threads := range []int{1, 2} {
		for _, trace := range []string{"drift:medium", "drift:fast", "drift:very-fast"} {
			b.Run(trace+"/"+map[int]string{1: "1 thread", 2: "2 threads"}[threads], func(b *testing.B) { benchSession(b, trace, threads) })
		}
	}
}

func benchSession(b *testing.B, name string, threads int) {
	trace, err := datasets.ParseTrace(name + ",windows=24")
	if err != nil {
		b.Fatal(err)
	}
	loads, _, err := trace.Generate(1)
	if err != nil {
		b.Fatal(err)
	}
	planner, err := planners.Builtin().Parse("steady")
	if err != nil {
		b.Fatal(err)
	}
	n := loads.Layers * loads.Items
	top := placement.Topology{Experts: loads.Items, Slots: 288, GPUs: 32, Nodes: 1, Groups: 1}
	best := map[string]time.Duration{"forecast": math.MaxInt64, "moves": math.MaxInt64, "plan": math.MaxInt64}
	b.ReportAllocs()
	for b.Loop() {
		session := planner.(*steady.Planner).Begin(1, 0)
		took := map[string][]time.Duration{}
		var previous, spare *placement.Plan
		for window := range slices.Chunk(loads.Weights, n) {
			task := &placement.Task{Topology: top, Steps: 1, Layers: loads.Layers, Loads: window, Previous: previous, Threads: threads, Reuse: spare}
			start := time.Now()
			plan, report, err := session.Plan(b.Context(), task)
			if err != nil {
				b.Fatal(err)
			}
			if previous != nil {
				took["plan"] = append(took["plan"], time.Since(start))
				for _, s := range report.Stages {
					took[s.Name] = append(took[s.Name], s.Time)
				}
			}
			previous, spare = plan, previous
		}
		for part, times := range took {
			slices.Sort(times)
			best[part] = min(best[part], times[len(times)/2])
		}
	}
	for part, d := range best {
		b.ReportMetric(float64(d)/1e6, part+"-ms")
	}
}
