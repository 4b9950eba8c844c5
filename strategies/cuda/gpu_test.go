//go:build cuda

package cuda_test

import (
	"testing"

	"packbench/harness"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// What is verified on a real GPU (make cuda-bench) comes to every kernel there too,
// whatever the number of its multiprocessors.
func TestProblemsForGPUsComeToEveryKernel(t *testing.T) {
	experiment, err := harness.ReadExperiment("every-kernel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := harness.NewPlan(experiment, harness.Catalog{
		Strategies: strategies.Builtin(),
		Backends:   []strategies.Backend{cpu.New(cpu.Options{}), cuda.New(cuda.Options{})},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, multiprocessors := range []int{40, 108, 132, 160} {
		used := map[string]bool{}
		for _, c := range plan.Cells {
			for _, name := range cuda.KernelsOf(parse(t, c.Strategy()).(strategies.Ensemble), packing.Shape{Layers: c.Layers, Items: c.Items, Packs: c.Packs()}, multiprocessors) {
				used[name] = true
			}
		}
		for _, name := range cuda.KernelNames() {
			if !used[name] {
				t.Errorf("with %d multiprocessors no problem comes to %s", multiprocessors, name)
			}
		}
	}
}
