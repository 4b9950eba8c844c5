//go:build cuda

package cuda_test

import (
	"path/filepath"
	"strings"
	"testing"

	"packbench/harness"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// A fault on the device fails the runs it hits, with the driver's error and what
// to do; all other cells of the experiment are done, and no record is missing.
func TestFaultsInAnExperiment(t *testing.T) {
	for _, tt := range []struct {
		settings string
		want     string // reason of the failed runs
		lost     bool   // whether the context goes with them
	}{
		{"fail=launch:8:701", "cuLaunchKernel: CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", false},
		{"fail=alloc:12:2", "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY: free device memory", false},
		{"fail=sync:4:700", "CUDA_ERROR_ILLEGAL_ADDRESS: a kernel went out of bounds", true},
	} {
		sim := simulate(t, simulated, tt.settings, cuda.Options{})
		experiment, err := harness.Builtin("smoke")
		if err != nil {
			t.Fatal(err)
		}
		experiment.Repeats, experiment.Warmup = 2, 0
		plan, err := harness.NewPlan(experiment, harness.Catalog{
			Strategies: strategies.Builtin(),
			Backends:   []strategies.Backend{cpu.New(cpu.Options{}), sim.Backend},
		})
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "run")
		session, err := harness.Create(dir, plan, harness.Origin{ShuffleSeed: 1})
		if err != nil {
			t.Fatal(err)
		}
		executor := harness.NewExecutor(plan)
		if err := session.Execute(t.Context(), executor, nil); err != nil {
			t.Fatal(err)
		}
		executor.Close()
		session.Close()
		sim.done()

		run, err := runs.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, c := range run.Cells() {
			switch {
			case c.Status() == runs.Done && len(c.Records) == 2:
			case c.Status() == runs.Failed && c.Backend() == cuda.Name && strings.Contains(c.Reason(), tt.want):
				failed++
			default:
				t.Errorf("%s: %s on %s: %d runs, %s: %s", tt.settings, c.Strategy(), c.Backend(), len(c.Records), c.Status(), c.Reason())
			}
		}
		if failed == 0 || !tt.lost && failed != 1 {
			t.Errorf("%s: %d cells failed", tt.settings, failed)
		}
		if run.Failure() == nil {
			t.Errorf("%s: the run counts as a success", tt.settings)
		}
	}
}
