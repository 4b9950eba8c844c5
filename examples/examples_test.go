// Package examples_test holds the examples to what they say of themselves.
package examples_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"packbench/datasets"
	"packbench/internal/pythontest"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/python"
)

// The page shows the evaluator word for word; a script of cmd/bench executes it.
func TestThePageShowsTheEvaluator(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	evaluator, err := os.ReadFile("evaluator.py")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```python\n"+string(evaluator)+"```\n") {
		t.Error("README.md does not show evaluator.py word for word")
	}
}

// Both examples pack as lpt does, bit for bit, equal loads included.
func TestTheExamplesPackAsLPTDoes(t *testing.T) {
	for _, example := range []struct{ file, library string }{{"lpt_numpy.py", "numpy"}, {"lpt_torch.py", "torch"}} {
		t.Run(example.file, func(t *testing.T) {
			h := python.NewHost(python.Options{Interpreter: pythontest.Interpreter(t, example.library), Threads: 1})
			defer h.Close()
			registry := append(strategies.Builtin(), python.Definition(h))
			for _, workload := range []string{"uniform:layers=3,items=96", "tokens:layers=3,items=96"} {
				got, want := pack(t, registry, "python:file="+example.file, workload), pack(t, registry, "lpt", workload)
				if !slices.Equal(got.PackIndex, want.PackIndex) || !slices.Equal(got.RankInPack, want.RankInPack) {
					t.Errorf("%s is not packed as by lpt", workload)
				}
			}
		})
	}
}

// pack packs a workload into 8 packs.
func pack(t *testing.T, r strategies.Registry, strategy, workload string) *strategies.Packed {
	t.Helper()
	w, err := datasets.Parse(workload)
	if err != nil {
		t.Fatal(err)
	}
	loads, err := w.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := packing.New(loads.Weights, loads.Layers, loads.Items, 8)
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Parse(strategy)
	if err != nil {
		t.Fatal(err)
	}
	out, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: 1}), s, p, strategies.Random{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
