package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"packbench/placement"
	"packbench/placement/forecast"
)

// Subject is what is replayed: a planner with the estimator of the loads that it
// plans for, or a rail.
type Subject struct {
	Kind      Kind
	Planner   placement.Planner
	Estimator forecast.Estimator // of Planned, unless the planner forecasts by itself
}

// Kind is when a subject plans and what it sees.
type Kind int

// The kinds of subjects.
const (
	Planned Kind = iota // plans on what its estimator makes of the windows seen so far
	Static              // plans once, on the first window
	Oracle              // plans on the very window that it is scored on: a rail, no planner can
	Truth               // plans on what the generator of the trace expects: a rail; no planner can know that
)

// The names of the rails.
const (
	StaticName = "static"
	OracleName = "oracle"
	TruthName  = "truth"
)

// Rail reports whether a planner of that name is a rail that no planner can be:
// planned on the loads that it is scored on, or on those that are expected then.
func Rail(name string) bool { return name == OracleName || name == TruthName }

// Name identifies the planner of the subject or its kind of rail.
func (s Subject) Name() string {
	switch s.Kind {
	case Static:
		return StaticName
	case Oracle:
		return OracleName
	case Truth:
		return TruthName
	}
	return s.Planner.Spec().String()
}

// Remembering is a planner that learns from one task to the next: the windows
// that it was shown, the moves that it has saved. Its estimator is its own.
type Remembering interface {
	placement.Planner
	// Begin returns a planner that remembers from its first task on and is asked,
	// each time, for a plan for the window that is ahead after the last one shown.
	// Each step of its tasks is a window that it was not shown before. movePrice is
	// [Prices.MovePrice].
	Begin(ahead int, movePrice float64) placement.Planner
}

// Forecasts reports whether the planner of the subject has an estimator of its
// own.
func (s Subject) Forecasts() bool {
	_, ok := s.Planner.(Remembering)
	return ok
}

// EstimatorName identifies the estimator, "" where the subject has none.
func (s Subject) EstimatorName() string {
	if s.Kind != Planned || s.Forecasts() {
		return ""
	}
	return s.Estimator.Spec().String()
}

// agent plans window after window. All that it knows of the loads are those that
// show has copied to it.
type agent struct {
	subject   Subject
	topology  placement.Topology
	layers    int
	threads   int
	planner   placement.Planner
	forecast  forecast.Forecaster // nil where the planner plans on what it is shown
	estimate  forecast.Forecast
	seen      []float32 // [steps, layers, experts] for the next task
	remembers bool
	spare     *placement.Plan // no longer used, for its memory
}

func newAgent(c *Config) *agent {
	s, t, layers, ahead, threads := c.Subject, c.Topology, c.Trace.Layers, c.Delay, c.Threads
	a := &agent{subject: s, topology: t, layers: layers, threads: threads, planner: s.Planner}
	if r, ok := s.Planner.(Remembering); ok && s.Kind == Planned {
		a.planner, a.remembers = r.Begin(ahead, c.MovePrice), true
	} else if s.Kind == Planned && !s.Estimator.IsLast() {
		a.forecast = s.Estimator.New(layers, t.Experts)
	}
	return a
}

// show shows the agent a window: its steps, [steps, layers, experts], and their
// sum.
func (a *agent) show(steps, sum []float32) {
	switch {
	case a.forecast != nil:
		a.forecast.Observe(slices.Clone(sum))
	case a.remembers:
		a.seen = append(a.seen, sum...)
	default:
		a.seen = append(a.seen[:0], steps...)
	}
}

// plan makes the next plan, which is to replace previous, and says how long that
// took with the forecast in it.
func (a *agent) plan(ctx context.Context, previous *placement.Plan, ahead int) (*placement.Plan, time.Duration, error) {
	n := a.layers * a.topology.Experts
	loads := a.seen
	start := time.Now()
	if a.forecast != nil {
		a.forecast.Forecast(ahead, &a.estimate)
		loads = slices.Grow(a.seen[:0], n)[:n]
		a.estimate.Loads(loads)
	}
	task := &placement.Task{Topology: a.topology, Steps: len(loads) / n, Layers: a.layers, Loads: loads[:len(loads):len(loads)], Previous: previous, Threads: a.threads, Reuse: a.spare}
	called := time.Now()
	p, report, err := a.planner.Plan(ctx, task)
	took := max(time.Since(start), 1)
	if err != nil {
		return nil, 0, err
	}
	if report != nil && report.Time > 0 { // measured by the planner itself
		took = max(called.Sub(start)+report.Time, 1)
	}
	if err := a.check(p, previous); err != nil {
		return nil, 0, fmt.Errorf("%s returned an invalid plan: %w", a.planner.Spec(), err)
	}
	a.spare, a.seen = nil, a.seen[:0]
	return p, took, nil
}

func (a *agent) check(p, previous *placement.Plan) error {
	switch {
	case p == nil:
		return errors.New("the planner returned none")
	case p == previous:
		return errors.New("it is the previous one, which must stay as it was")
	case !p.Topology.Equal(a.topology) || p.Layers != a.layers:
		return errors.New("it is for another topology")
	}
	return p.Validate()
}
