package harness

import (
	"context"
	"testing"

	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// timerBackend's runners measure stages only when asked, and note what was asked.
type timerBackend struct {
	fakebackend.Backend
	runs []bool // whether stages were measured
}

func (b *timerBackend) Prepare(s strategies.Strategy, shape packing.Shape) (strategies.Runner, error) {
	fake, err := b.Backend.Prepare(s, shape)
	return &timerRunner{Runner: fake, backend: b}, err
}

type timerRunner struct {
	strategies.Runner
	backend *timerBackend
	on      bool
}

var _ strategies.StageTimer = (*timerRunner)(nil)

func (r *timerRunner) TimeStages(on bool) { r.on = on }

func (r *timerRunner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, g *packing.Packing) (strategies.Report, error) {
	r.backend.runs = append(r.backend.runs, r.on)
	report, err := r.Runner.Pack(ctx, p, random, g)
	if r.on {
		report.Stages = []strategies.Stage{{Name: "orders", Time: 7}}
	}
	return report, err
}

// Stages that take time to measure are those of a second run: the first, which
// counts, does not pay for them.
func TestStagesAreMeasuredInARunOfTheirOwn(t *testing.T) {
	b := &timerBackend{Backend: fakebackend.Backend{Named: "cpu"}}
	e := small()
	e.Strategies, e.Warmup = specs("lpt"), 0
	plan := mustPlan(t, e, Catalog{Strategies: strategies.Builtin(), Backends: []strategies.Backend{b}})
	x := NewExecutor(plan)
	defer x.Close()
	for range 2 {
		o := x.Execute(t.Context(), 0, false)
		if o.Status != runs.Done || o.Run[runs.StagePrefix+"orders"] != 7 {
			t.Errorf("%s, stages %v: want those of the second run", o.Status, o.Run)
		}
	}
	if len(b.runs) != 4 || b.runs[0] || !b.runs[1] || b.runs[2] || !b.runs[3] {
		t.Errorf("stages were measured in runs %v, want every second", b.runs)
	}
}
