package verify

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"packbench/harness"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/fakebackend"
)

func checksOf(checks ...Check) iter.Seq2[Check, error] {
	return func(yield func(Check, error) bool) {
		for _, c := range checks {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// roundRobinCheck is a check whose recorded answer is what the fake backend
// gives.
func roundRobinCheck(t *testing.T, layers int) Check {
	t.Helper()
	p, err := packing.New([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}[:layers*4], layers, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	s, err := strategies.Builtin().Parse("lpt")
	if err != nil {
		t.Fatal(err)
	}
	want := packing.NewPacking(p.Shape)
	if err := fakebackend.RoundRobin(context.Background(), p, want); err != nil {
		t.Fatal(err)
	}
	return Check{Name: "twelve", Strategy: s, Problem: p, Recorded: want}
}

func TestVerifyCountsLayers(t *testing.T) {
	c := roundRobinCheck(t, 3)
	wrong := &fakebackend.Backend{Named: "wrong", PackFunc: func(ctx context.Context, p *packing.Problem, g *packing.Packing) error {
		if err := fakebackend.RoundRobin(ctx, p, g); err != nil {
			return err
		}
		packs, ranks := g.Layer(1)
		packs[1], packs[2] = packs[2], packs[1]
		ranks[1], ranks[2] = ranks[2], ranks[1]
		return nil
	}}
	agreements, err := Run(t.Context(), checksOf(c, c), &fakebackend.Backend{Named: "right"}, wrong)
	if err != nil {
		t.Fatal(err)
	}
	if len(agreements) != 2 {
		t.Fatalf("agreements %+v", agreements)
	}
	if a := agreements[0]; a.Backend != "right" || a.Against != "recorded packings" || a.Layers != 6 || a.Equal != 6 || a.First != nil {
		t.Errorf("the right backend: %+v", a)
	}
	a := agreements[1]
	if a.Backend != "wrong" || a.Layers != 6 || a.Equal != 4 || a.First == nil {
		t.Fatalf("the wrong backend: %+v", a)
	}
	want := "twelve, 3×4×2, strategy lpt, philox stream, seed 0: layer 1, item 1: pack 0 rank 1, should be pack 1 rank 0; 2 of 4 items differ, imbalance 4, should be 2"
	if got := a.First.String(); got != want {
		t.Errorf("difference\n%s, want\n%s", got, want)
	}
}

// together is a backend that packs many problems in one call: one by one, and the last
// of each call wrong.
type together struct{ *fakebackend.Backend }

func (b together) PrepareBatch(s strategies.Strategy, shapes []packing.Shape) (strategies.BatchRunner, error) {
	r, err := strategies.OneByOne(b, s, shapes)
	return lastWrong{r}, err
}

type lastWrong struct{ strategies.BatchRunner }

func (r lastWrong) PackBatch(ctx context.Context, jobs []strategies.Job) ([]strategies.Report, error) {
	reports, err := r.BatchRunner.PackBatch(ctx, jobs)
	packs, _ := jobs[len(jobs)-1].Out.Layer(0)
	packs[0], packs[1] = packs[1], packs[0]
	return reports, err
}

// Problems that are packed many in one call are compared too, in calls of at most
// MaxTogether.
func TestVerifyTogether(t *testing.T) {
	var checks []Check
	for range 2*MaxTogether + 3 {
		checks = append(checks, roundRobinCheck(t, 2))
	}
	other := together{&fakebackend.Backend{Named: "other"}}
	agreements, err := Run(t.Context(), checksOf(checks...), &fakebackend.Backend{Named: "right"}, other)
	if err != nil || len(agreements) != 3 {
		t.Fatalf("%+v, %v", agreements, err)
	}
	layers := 2 * len(checks)
	if a := agreements[1]; a.Together || a.Layers != layers || a.Equal != layers {
		t.Errorf("one by one: %+v", a)
	}
	if a := agreements[2]; !a.Together || a.Backend != "other" || a.Layers != layers || a.Equal != layers-3 || a.First == nil {
		t.Errorf("together: %+v", a)
	}
}

// onceRight packs many problems as it should in the first call only: then it does with
// the last packing what after says.
type onceRight struct {
	*fakebackend.Backend
	after func(*packing.Packing)
}

func (b onceRight) PrepareBatch(s strategies.Strategy, shapes []packing.Shape) (strategies.BatchRunner, error) {
	r, err := strategies.OneByOne(b, s, shapes)
	return &onceRightRunner{r, b.after, 0}, err
}

type onceRightRunner struct {
	strategies.BatchRunner
	after func(*packing.Packing)
	calls int
}

func (r *onceRightRunner) PackBatch(ctx context.Context, jobs []strategies.Job) ([]strategies.Report, error) {
	reports, err := r.BatchRunner.PackBatch(ctx, jobs)
	if r.calls++; r.calls > 1 {
		r.after(jobs[len(jobs)-1].Out)
	}
	return reports, err
}

// What only a later call of a runner packs wrong is found too, and an invalid packing
// is an error as it is alone.
func TestVerifyTogetherTwice(t *testing.T) {
	c, right := roundRobinCheck(t, 2), &fakebackend.Backend{Named: "right"}
	swap := func(g *packing.Packing) { g.PackIndex[0], g.PackIndex[1] = g.PackIndex[1], g.PackIndex[0] }
	agreements, err := Run(t.Context(), checksOf(c, c), right, onceRight{&fakebackend.Backend{Named: "other"}, swap})
	if err != nil || len(agreements) != 3 {
		t.Fatalf("%+v, %v", agreements, err)
	}
	if a := agreements[2]; a.Layers != 4 || a.Equal != 3 || a.First == nil {
		t.Errorf("%+v", a)
	}
	spoil := func(g *packing.Packing) { g.PackIndex[0] = -1 }
	_, err = Run(t.Context(), checksOf(c, c), right, onceRight{&fakebackend.Backend{Named: "other"}, spoil})
	if err == nil || !strings.Contains(err.Error(), "2 problems of the philox stream in one call, backend other: twelve, 2×4×2: an invalid packing") {
		t.Errorf("%v", err)
	}
}

func TestVerifyAgainstTheReference(t *testing.T) {
	c := roundRobinCheck(t, 2)
	c.Recorded = nil
	agreements, err := Run(t.Context(), checksOf(c), cpu.New(cpu.Options{Threads: 1}), &fakebackend.Backend{Named: "other"})
	if err != nil {
		t.Fatal(err)
	}
	if len(agreements) != 1 || agreements[0].Against != "cpu" || agreements[0].Layers != 2 || agreements[0].Equal != 0 {
		t.Errorf("LPT against round robin: %+v", agreements)
	}
}

func TestVerifySkipsAndFails(t *testing.T) {
	c := roundRobinCheck(t, 1)
	right := &fakebackend.Backend{Named: "right"}
	agreements, err := Run(t.Context(), checksOf(c), right, &fakebackend.Backend{Named: "other", Error: strategies.ErrUnsupported})
	if err != nil || len(agreements) != 2 || agreements[1].Skipped != 1 || agreements[1].Layers != 0 {
		t.Errorf("unsupported: %+v, %v", agreements, err)
	}
	broken := errors.New("broken")
	for name, other := range map[string]*fakebackend.Backend{
		"prepare": {Named: "other", Error: broken},
		"pack":    {Named: "other", PackFunc: func(context.Context, *packing.Problem, *packing.Packing) error { return broken }},
	} {
		if _, err := Run(t.Context(), checksOf(c), right, other); !errors.Is(err, broken) || !strings.Contains(err.Error(), "lpt on twelve, 1×4×2, backend other") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	invalid := &fakebackend.Backend{Named: "other", PackFunc: func(context.Context, *packing.Problem, *packing.Packing) error { return nil }}
	if _, err := Run(t.Context(), checksOf(c), right, invalid); err == nil || !strings.Contains(err.Error(), "an invalid packing") {
		t.Errorf("an invalid packing: error %v", err)
	}
}

// The checks of a plan are its problems, once each, whatever the backends.
func TestPlanChecks(t *testing.T) {
	e, err := harness.Builtin("smoke")
	if err != nil {
		t.Fatal(err)
	}
	backends := []strategies.Backend{&fakebackend.Backend{Named: "cpu"}, &fakebackend.Backend{Named: "cuda"}}
	plan, err := harness.NewPlan(e, harness.Catalog{Strategies: strategies.Builtin(), Backends: backends})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for c, err := range PlanChecks(plan) {
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Problem.Validate(); err != nil {
			t.Error(err)
		}
		n++
	}
	if n*len(backends) != len(plan.Cells) {
		t.Errorf("%d checks for %d cells on %d backends", n, len(plan.Cells), len(backends))
	}
}

func TestGoldenChecks(t *testing.T) {
	n := 0
	for c, err := range GoldenChecks(strategies.Builtin()) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Recorded == nil || c.Random.Stream != strategies.Torch || c.Recorded.Validate(c.Problem) != nil {
			t.Errorf("check %s of %s", c.Strategy.Spec(), c.Name)
		}
		n++
	}
	if n < 30 {
		t.Errorf("only %d recorded packings", n)
	}
}
