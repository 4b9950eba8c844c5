package cpu_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/reference"
)

func parse(t *testing.T, text string) strategies.Strategy {
	t.Helper()
	s, err := strategies.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func uniform(t *testing.T, shape packing.Shape) *packing.Problem {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	weights := make([]float32, shape.Layers*shape.Items)
	for i := range weights {
		weights[i] = random.Float32()
	}
	p, err := packing.New(weights, shape.Layers, shape.Items, shape.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCapacityBeyondWhatScoreCanCount(t *testing.T) {
	p := uniform(t, packing.Shape{Layers: 1, Items: 1 << 17, Packs: 2})
	const text = "topk-max-any:candidates=4,random=1,k=2,rounds=0"
	random := strategies.Random{Seed: 1}
	want := reference.Pack(parse(t, text).(strategies.Ensemble), p, random)
	if d := differs(pack(t, cpu.New(cpu.Options{}), text, p, random), want); d != "" {
		t.Error("differs from the reference")
	}
}

// The largest shape that the documentation promises, one layer of it.
func TestLargestPromisedShape(t *testing.T) {
	p := uniform(t, packing.Shape{Layers: 1, Items: 1 << 16, Packs: 1 << 10})
	random := strategies.Random{Seed: 1}
	lpt := packing.Evaluate(p, pack(t, cpu.New(cpu.Options{}), "lpt", p, random))[0]
	refined := packing.Evaluate(p, pack(t, cpu.New(cpu.Options{}), "topk-max-any", p, random))[0]
	if refined.Imbalance() > lpt.Imbalance() {
		t.Errorf("refined imbalance %v is above that of LPT, %v", refined.Imbalance(), lpt.Imbalance())
	}
}

func TestRunnerPackingDoesNotDependOnEarlierCalls(t *testing.T) {
	shape := packing.Shape{Layers: 3, Items: 60, Packs: 5}
	first, second := uniform(t, shape), uniform(t, shape)
	for i := range second.Weights {
		second.Weights[i] *= second.Weights[i]
	}
	random := strategies.Random{Stream: strategies.Torch, Seed: 9}
	r, err := cpu.New(cpu.Options{}).Prepare(parse(t, "topk-max-any"), shape)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := packing.NewPacking(shape)
	for range 2 {
		for _, p := range []*packing.Problem{first, second} {
			if _, err := r.Pack(context.Background(), p, random, out); err != nil {
				t.Fatal(err)
			}
			want := pack(t, cpu.New(cpu.Options{}), "topk-max-any", p, random)
			if d := differs(out, want); d != "" {
				t.Error(d)
			}
		}
	}
}

func TestAnotherLayerNeedsNoAllocation(t *testing.T) {
	allocations := func(options cpu.Options, stream strategies.Stream, layers int) float64 {
		p := uniform(t, packing.Shape{Layers: layers, Items: 60, Packs: 5})
		options.Threads = 1
		r, err := cpu.New(options).Prepare(parse(t, "topk-max-any"), p.Shape)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		out := packing.NewPacking(p.Shape)
		return testing.AllocsPerRun(3, func() {
			if _, err := r.Pack(context.Background(), p, strategies.Random{Stream: stream}, out); err != nil {
				t.Fatal(err)
			}
		})
	}
	for path, options := range paths {
		for _, stream := range []strategies.Stream{strategies.Philox, strategies.Torch} {
			if few, many := allocations(options, stream, 2), allocations(options, stream, 30); many > few {
				t.Errorf("%s, %v: %v allocations for 30 layers, %v for 2", path, stream, many, few)
			}
		}
	}
}

func TestReportHasStagesAndSwaps(t *testing.T) {
	p := uniform(t, packing.Shape{Layers: 4, Items: 60, Packs: 5})
	r, err := cpu.New(cpu.Options{}).Prepare(parse(t, "topk-max-any"), p.Shape)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report, err := r.Pack(context.Background(), p, strategies.Random{}, packing.NewPacking(p.Shape))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range report.Stages {
		names = append(names, s.Name)
		if s.Time <= 0 {
			t.Errorf("stage %s took %v", s.Name, s.Time)
		}
	}
	if got := strings.Join(names, " "); got != "orders greedy refine" {
		t.Errorf("stages %q", got)
	}
	for l, stats := range report.Layers {
		if stats.Steps == 0 {
			t.Errorf("layer %d: no swaps", l)
		}
	}
}

func TestBadInputIsAnError(t *testing.T) {
	shape := packing.Shape{Layers: 1, Items: 60, Packs: 5}
	backend := cpu.New(cpu.Options{})
	if _, err := backend.Prepare(unknown{}, shape); !errors.Is(err, strategies.ErrUnsupported) {
		t.Errorf("a strategy of an unknown kind: %v", err)
	}
	if _, err := backend.Prepare(parse(t, "lpt"), packing.Shape{Layers: 1, Items: 60, Packs: 7}); err == nil {
		t.Error("a shape that does not divide is prepared")
	}
	huge := packing.Shape{Layers: 1, Items: 1 << 16, Packs: 2}
	if _, err := backend.Prepare(parse(t, "topk-max-any:candidates=1048576,k=1048576"), huge); err == nil || !strings.Contains(err.Error(), "use a smaller k") {
		t.Errorf("more memory than there is: %v", err)
	}

	r, err := backend.Prepare(parse(t, "lpt"), shape)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	other := uniform(t, packing.Shape{Layers: 2, Items: 60, Packs: 5})
	if _, err := r.Pack(context.Background(), other, strategies.Random{}, packing.NewPacking(other.Shape)); err == nil {
		t.Error("a problem of another shape is packed")
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	p := uniform(t, shape)
	if _, err := r.Pack(ended, p, strategies.Random{}, packing.NewPacking(shape)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
}

// Where loads are so large that their rounding exceeds epsilon, swaps may go round
// in circles; that ends with the context.
func TestEndlessSwapsEndWithTheContext(t *testing.T) {
	p := uniform(t, packing.Shape{Layers: 1, Items: 8, Packs: 4})
	for i, ulps := range []float32{15, 1, 13, 34, 2, 10, 27, 17} {
		p.Weights[i] = 1e9 + 64*ulps // neighbouring floats are 64 apart, loads 128
	}
	for path, options := range paths {
		for _, strategy := range []string{"topk-max-any:rounds=2000000000", "two-opt:rounds=2000000000"} {
			r, err := cpu.New(options).Prepare(parse(t, strategy), p.Shape)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			_, err = r.Pack(ctx, p, strategies.Random{}, packing.NewPacking(p.Shape))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, %s: error %v, want that of the context", path, strategy, err)
			}
			r.Close()
		}
	}
}

// unknown is a strategy that the backend knows nothing of.
type unknown struct{}

func (unknown) Spec() spec.Spec { return spec.Spec{Name: "unknown"} }
