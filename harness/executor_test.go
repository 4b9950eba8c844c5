package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// outcome runs cell 0 of an experiment on a fake backend once.
func outcome(t *testing.T, b *fakebackend.Backend, timeout string) Outcome {
	t.Helper()
	e := small()
	e.Strategies, e.Timeout, e.Warmup = specs("lpt"), timeout, 0
	b.Named = "cpu"
	x := NewExecutor(mustPlan(t, e, catalog(b)))
	o := x.Execute(t.Context(), 0, true)
	if err := x.Close(); err != nil {
		t.Error(err)
	}
	if b.Closed != b.Prepared {
		t.Errorf("%d runners prepared, %d closed", b.Prepared, b.Closed)
	}
	return o
}

func TestExecutorTurnsFailuresIntoStatuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		backend fakebackend.Backend
		timeout string
		status  runs.Status
		reason  string // part of it
	}{
		{name: "done", status: runs.Done},
		{
			name: "too few stats", status: runs.Failed, reason: "the backend reports on 1 layers of 2",
			backend: fakebackend.Backend{Layers: make([]strategies.LayerStats, 1)},
		},
		{name: "in time", timeout: "1h", status: runs.Done},
		{
			name: "error", status: runs.Failed, reason: "out of luck",
			backend: fakebackend.Backend{PackFunc: func(context.Context, *packing.Problem, *packing.Packing) error { return errors.New("out of\nluck") }},
		},
		{
			name: "panic", status: runs.Failed, reason: "panic: oh (executor_test.go:",
			backend: fakebackend.Backend{PackFunc: func(context.Context, *packing.Problem, *packing.Packing) error { panic("oh") }},
		},
		{
			name: "index out of range", status: runs.Failed, reason: "index out of range [9] with length 3 (executor_test.go:",
			backend: fakebackend.Backend{PackFunc: func(_ context.Context, p *packing.Problem, _ *packing.Packing) error {
				_ = make([]int, p.Packs)[p.Packs*3]
				return nil
			}},
		},
		{
			name: "invalid packing", status: runs.Failed, reason: "not a valid packing: layer 0: pack 0 holds 12 items",
			backend: fakebackend.Backend{PackFunc: func(_ context.Context, _ *packing.Problem, g *packing.Packing) error {
				clear(g.PackIndex)
				return nil
			}},
		},
		{
			name: "timeout that is heeded", timeout: "1ms", status: runs.Timeout, reason: "took longer than 1ms",
			backend: fakebackend.Backend{PackFunc: func(ctx context.Context, _ *packing.Problem, _ *packing.Packing) error {
				<-ctx.Done()
				return fmt.Errorf("stopped: %w", ctx.Err())
			}},
		},
		{
			name: "timeout that is ignored", timeout: "1ms", status: runs.Timeout, reason: "took longer than 1ms",
			backend: fakebackend.Backend{PackFunc: func(ctx context.Context, p *packing.Problem, g *packing.Packing) error {
				<-ctx.Done()
				time.Sleep(time.Millisecond)
				return fakebackend.RoundRobin(ctx, p, g)
			}},
		},
		{
			name: "unavailable", status: runs.Unavailable, reason: "no driver",
			backend: fakebackend.Backend{Error: fmt.Errorf("%w: no driver", strategies.ErrUnavailable)},
		},
		{
			name: "unsupported", status: runs.Unsupported, reason: "not supported",
			backend: fakebackend.Backend{Error: strategies.ErrUnsupported},
		},
		{
			name: "preparation fails", status: runs.Failed, reason: "out of memory",
			backend: fakebackend.Backend{Error: errors.New("out of memory")},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := outcome(t, &test.backend, test.timeout)
			if o.Status != test.status {
				t.Errorf("%s (%s), want %s", o.Status, o.Reason, test.status)
			}
			if o.Start.IsZero() {
				t.Error("no start time")
			}
			if test.status != runs.Done {
				wantError(t, errors.New(o.Reason), test.reason)
			} else if len(o.Layer[runs.MaxMeasure]) != 2 || len(o.AnswerHash) != 64 || o.Run[runs.TimeMeasure] <= 0 || o.Reason != "" {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestExecutorProofs: layers that are proved optimal are recorded; where none
// is there is nothing to record.
func TestExecutorProofs(t *testing.T) {
	o := outcome(t, &fakebackend.Backend{Layers: []strategies.LayerStats{{Optimal: false}, {Optimal: true}}}, "")
	if want := []float64{0, 1}; !slices.Equal(o.Layer[runs.OptimalMeasure], want) {
		t.Errorf("optimal %v, want %v", o.Layer[runs.OptimalMeasure], want)
	}
	o = outcome(t, &fakebackend.Backend{Layers: make([]strategies.LayerStats, 2)}, "")
	if proofs, ok := o.Layer[runs.OptimalMeasure]; ok {
		t.Errorf("optimal %v, want none", proofs)
	}
}

// TestExecutorShares: cells of one strategy, backend and shape share a runner,
// and a runner that failed is not used again.
func TestExecutorShares(t *testing.T) {
	e := small()
	e.Strategies, e.Seeds, e.Warmup = specs("lpt"), []uint64{1, 2, 3}, 0
	b := &fakebackend.Backend{Named: "cpu"}
	x := NewExecutor(mustPlan(t, e, catalog(b)))
	defer x.Close()
	for i := range 3 {
		x.Execute(t.Context(), i, false)
	}
	if b.Prepared != 1 {
		t.Errorf("%d runners for one strategy and shape", b.Prepared)
	}
	b.PackFunc = func(context.Context, *packing.Problem, *packing.Packing) error { panic("oh") }
	x.Execute(t.Context(), 0, false)
	b.PackFunc = nil
	if o := x.Execute(t.Context(), 1, false); o.Status != runs.Done || b.Prepared != 2 || b.Closed != 1 {
		t.Errorf("%s, %d prepared, %d closed: want done on a second runner, the first closed", o.Status, b.Prepared, b.Closed)
	}
}

// TestRunnerStoreIsBounded: the runner used longest ago makes room.
func TestRunnerStoreIsBounded(t *testing.T) {
	b := &fakebackend.Backend{Named: "cpu"}
	lpt, err := strategies.Builtin().Parse("lpt")
	if err != nil {
		t.Fatal(err)
	}
	s := newRunnerStore()
	shape := func(layers int) packing.Shape { return packing.Shape{Layers: layers, Items: 2, Packs: 1} }
	get := func(layers int) {
		if _, err := s.get(job{strategy: lpt, backend: b}, shape(layers)); err != nil {
			t.Fatal(err)
		}
	}
	for l := range maxRunners {
		get(l + 1)
	}
	get(1) // used again: the second is the oldest now
	get(maxRunners + 1)
	if len(s.kept) != maxRunners || b.Closed != 1 {
		t.Errorf("%d runners kept, %d closed", len(s.kept), b.Closed)
	}
	get(1)
	if b.Prepared != maxRunners+1 {
		t.Errorf("%d prepared: the first should still be there", b.Prepared)
	}
	get(2)
	if b.Prepared != maxRunners+2 {
		t.Errorf("%d prepared: the second should have made room", b.Prepared)
	}
}

// TestAnswerHash: different packings have different hashes, also where only
// the ranks differ.
func TestPackingHash(t *testing.T) {
	problem, err := packing.New(make([]float32, 12), 1, 12, 3)
	if err != nil {
		t.Fatal(err)
	}
	a, b := packing.NewPacking(problem.Shape), packing.NewPacking(problem.Shape)
	_ = fakebackend.RoundRobin(t.Context(), problem, a)
	_ = fakebackend.Blocks(t.Context(), problem, b)
	if hashPacking(a) == hashPacking(b) {
		t.Error("other packs, same hash")
	}
	_ = fakebackend.RoundRobin(t.Context(), problem, b)
	if hashPacking(a) != hashPacking(b) {
		t.Error("same packing, other hash")
	}
	b.RankInPack[0], b.RankInPack[3] = b.RankInPack[3], b.RankInPack[0]
	if hashPacking(a) == hashPacking(b) {
		t.Error("other ranks, same hash")
	}
}
