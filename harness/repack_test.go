package harness

import (
	"context"
	"slices"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// A packing made again has the quality that was recorded.
func TestRepack(t *testing.T) {
	catalog := Catalog{Strategies: strategies.Builtin(), Backends: []strategies.Backend{cpu.New(cpu.Options{Threads: 2})}}
	e := DefaultExperiment()
	e.Name, e.Strategies, e.Backends, e.Seeds = "repack", []string{"lpt", "topk-max-any"}, []string{"cpu"}, []uint64{3}
	e.Workloads, e.Packs = []Workload{{Spec: "lognormal:layers=3,items=24"}}, []int{4}
	plan, err := NewPlan(e, catalog)
	if err != nil {
		t.Fatal(err)
	}
	executor := NewExecutor(plan)
	defer executor.Close()
	run := &Run{Manifest: Manifest{Experiment: e, Cells: plan.Cells}}
	for i, c := range plan.Cells {
		recorded := executor.Execute(t.Context(), i, true)
		p, g, err := run.Repack(t.Context(), c, catalog)
		if err != nil {
			t.Fatal(err)
		}
		if got := NewLayerData(packing.Evaluate(p, g)).Imbalance; !slices.Equal(got, recorded.Quality.Imbalance) {
			t.Errorf("%s: imbalance %v, recorded %v", c.Strategy, got, recorded.Quality.Imbalance)
		}
	}

	for name, change := range map[string]func(*PlannedCell){
		"not those that were recorded": func(c *PlannedCell) { c.WorkloadHash = "0" },
		"is not in the experiment":     func(c *PlannedCell) { c.Workload = "uniform" },
		"unknown strategy":             func(c *PlannedCell) { c.Strategy = "nothing" },
		"do not divide into 5 packs":   func(c *PlannedCell) { c.Packs = 5 },
	} {
		c := plan.Cells[0]
		change(&c)
		if _, _, err := run.Repack(context.Background(), c, catalog); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want %q", err, name)
		}
	}
	if _, _, err := run.Repack(context.Background(), plan.Cells[0], Catalog{Strategies: strategies.Builtin()}); err == nil {
		t.Error("no error without a backend")
	}
}
