package cpu

import (
	"context"
	"regexp"
	"testing"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/strategies"
)

// broken is a strategy that panics on one layer.
type broken struct{ layer int }

func (broken) Spec() spec.Spec                             { return spec.Spec{Name: "broken"} }
func (b broken) NewPacker(int, int) strategies.LayerPacker { return b }

func (b broken) PackLayer(_ context.Context, task strategies.Task, _, _ []int32) (strategies.LayerStats, error) {
	if task.Layer == b.layer {
		panic("oh")
	}
	return strategies.LayerStats{}, nil
}

// A strategy that panics, on whatever thread, is an error and not the end of the
// program.
func TestPanicOfAStrategyIsAnError(t *testing.T) {
	p, err := packing.New(make([]float32, 8*4), 8, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 4} {
		for layer := range p.Layers {
			r, err := New(Options{Threads: threads}).Prepare(broken{layer}, p.Shape)
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Pack(t.Context(), p, strategies.Random{}, packing.NewPacking(p.Shape))
			if err == nil || !regexp.MustCompile(`^panic: oh \(panic_test.go:\d+\)$`).MatchString(err.Error()) {
				t.Errorf("%d threads, layer %d: error %v", threads, layer, err)
			}
		}
	}
}
