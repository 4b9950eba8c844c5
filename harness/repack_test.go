package harness

import (
	"slices"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// A packing made again has the quality that was recorded.
func TestRepackReproducesTheRecordedQuality(t *testing.T) {
	catalog := Catalog{Strategies: strategies.Builtin(), Backends: []strategies.Backend{cpu.New(cpu.Options{Threads: 2})}}
	e := DefaultExperiment()
	e.Name, e.Strategies, e.Backends, e.Seeds = "repack", specs("lpt", "topk-max-any"), []string{"cpu"}, []uint64{3}
	e.Workloads, e.Packs = []runs.Workload{{Spec: "lognormal:layers=3,items=24"}}, []int{4}
	plan, err := NewPlan(e, catalog)
	if err != nil {
		t.Fatal(err)
	}
	executor := NewExecutor(plan)
	defer executor.Close()
	repacker := NewRepacker(e, catalog)
	for i, c := range plan.Cells {
		recorded := executor.Execute(t.Context(), i, true)
		p, g, err := repacker.Pack(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if got := layerMeasures(packing.Evaluate(p, g), nil)[runs.ImbalanceMeasure]; !slices.Equal(got, recorded.Layer[runs.ImbalanceMeasure]) {
			t.Errorf("%s: imbalance %v, recorded %v", c.Strategy(), got, recorded.Layer[runs.ImbalanceMeasure])
		}
	}

	for name, change := range map[string]func(*runs.PlannedCell){
		"differ from those recorded": func(c *runs.PlannedCell) { c.WorkloadHash = "0" },
		"is not in the experiment":   func(c *runs.PlannedCell) { c.Cell = c.With(runs.WorkloadAxis, "uniform") },
		"unknown strategy":           func(c *runs.PlannedCell) { c.Cell = c.With(runs.StrategyAxis, "nothing") },
		"do not divide into 5 packs": func(c *runs.PlannedCell) { c.Cell = c.With(runs.PacksAxis, "5") },
	} {
		c := plan.Cells[0]
		change(&c)
		if _, _, err := repacker.Pack(t.Context(), c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want %q", err, name)
		}
	}
	if _, _, err := NewRepacker(e, Catalog{Strategies: strategies.Builtin()}).Pack(t.Context(), plan.Cells[0]); err == nil {
		t.Error("no error without a backend")
	}
}
