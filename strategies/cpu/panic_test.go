package cpu

import (
	"context"
	"errors"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

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

// failing is a strategy that fails on the first layer that it takes, and takes its
// time for every other.
type failing struct{ taken atomic.Int32 }

func (*failing) Spec() spec.Spec                             { return spec.Spec{Name: "failing"} }
func (f *failing) NewPacker(int, int) strategies.LayerPacker { return f }

func (f *failing) PackLayer(context.Context, strategies.Task, []int32, []int32) (strategies.LayerStats, error) {
	if f.taken.Add(1) == 1 {
		return strategies.LayerStats{}, errors.New("no")
	}
	time.Sleep(time.Millisecond)
	return strategies.LayerStats{}, nil
}

// After a failure on one thread the others pack none of the problems that are left.
func TestFailureEndsTheBatch(t *testing.T) {
	shapes := make([]packing.Shape, 100)
	var jobs []strategies.Job
	for i := range shapes {
		shapes[i] = packing.Shape{Layers: 4, Items: 4, Packs: 2}
		p, err := packing.New(make([]float32, 4*4), 4, 4, 2)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, strategies.Job{Problem: p, Out: packing.NewPacking(p.Shape)})
	}
	f := &failing{}
	r, err := New(Options{Threads: 3}).PrepareBatch(f, shapes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.PackBatch(t.Context(), jobs); err == nil || err.Error() != "layer 0: no" {
		t.Errorf("%v", err)
	}
	if taken := f.taken.Load(); taken > 100 {
		t.Errorf("%d of 400 layers were taken after the first had failed", taken)
	}
}
