// Package steady plans placements that are good on the windows to come and move
// few experts from one to the next.
//
// It is made of parts that can be used alone: an estimator of package forecast
// says what loads to expect and how sure that is; [SoftMax] says how good a
// placement is on loads that are not sure; [Mover] makes the moves that are worth
// most; [Account] says how many there may be.
package steady

import (
	"context"
	"slices"
	"time"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/forecast"
)

// Planner is the planner of these parts. Alone it sees the windows that a task
// has as its steps; a session ([Planner.Begin]) learns from task to task.
type Planner struct {
	spec      spec.Spec
	Estimator forecast.Estimator
	Base      placement.Planner // makes the first plan, or one for another topology
	Hottest   int
	Price     float64 // per move; 0 takes that of the session
	Sharpness float64
	InNodes   bool
	Account   Account
}

// Account limits the number of moves.
type Account struct {
	// Share is the number of moves per window and slot. 0 means no limit, and then
	// whole layers are planned again if that is worth the moves.
	Share float64
	Saved float64 // windows whose moves can be saved up
}

// New returns the planner that the short form stands for.
func New(s spec.Spec, p Planner) *Planner {
	p.spec = s
	return &p
}

// Spec implements [placement.Planner].
func (p *Planner) Spec() spec.Spec { return p.spec }

// Plan implements [placement.Planner]: it plans as a session that begins with the
// task.
func (p *Planner) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	return p.Begin(1, 0).Plan(ctx, task)
}

// Begin returns a planner that remembers the windows and the moves saved, for
// one goroutine. It forecasts the window that is ahead after the last one seen;
// movePrice is what a move is worth where the planner has no price of its own.
func (p *Planner) Begin(ahead int, movePrice float64) placement.Planner {
	s := &session{Planner: p, ahead: max(1, ahead)}
	s.mover = Mover{Hottest: p.Hottest, Price: p.Price, Sharpness: p.Sharpness, InNodes: p.InNodes}
	if p.Price == 0 {
		s.mover.Price = movePrice
	}
	return s
}

// session is a planner that remembers.
type session struct {
	*Planner
	ahead      int
	layers     int
	forecaster forecast.Forecaster
	estimate   forecast.Forecast
	mover      Mover
	account    float64
	loads      []float32
	spare      *placement.Plan // the last plan made anew
}

// Plan implements [placement.Planner]. Each step of the task is a window that the
// session has not seen.
func (s *session) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	if err := task.Validate(); err != nil {
		return nil, nil, err
	}
	start := time.Now()
	n := task.Layers * task.Topology.Experts
	if s.forecaster == nil || s.layers != task.Layers || len(s.loads) != n {
		s.layers, s.loads = task.Layers, make([]float32, n)
		s.forecaster, s.account = s.Estimator.New(task.Layers, task.Topology.Experts), 0
	}
	for w := range slices.Chunk(task.Loads, n) {
		s.forecaster.Observe(w)
		s.earn(task)
	}
	s.forecaster.Forecast(s.ahead, &s.estimate)
	forecastTime := time.Since(start)
	if task.Previous == nil || !task.Previous.Topology.Equal(task.Topology) {
		s.account = 0
		plan, report, err := s.Base.Plan(ctx, s.whole(task))
		if err == nil {
			report.Stages = append([]placement.Stage{{Name: "forecast", Time: forecastTime}}, report.Stages...)
		}
		return plan, report, err
	}
	plan := task.Reuse
	if plan == nil {
		plan = &placement.Plan{}
	}
	start = time.Now()
	moves := s.account
	s.mover.Anew = nil
	if s.Account.Share == 0 {
		moves = float64(2 * task.Layers * task.Topology.Slots)
		if err := s.planAnew(ctx, task); err != nil {
			return nil, nil, err
		}
	}
	made, err := s.mover.Improve(ctx, plan, task.Previous, &s.estimate, moves, task.Threads)
	if err != nil {
		return nil, nil, err
	}
	s.account -= float64(made)
	report := &placement.Report{Hierarchical: s.InNodes, Stages: []placement.Stage{{Name: "forecast", Time: forecastTime}, {Name: "moves", Time: time.Since(start)}}}
	for l := range task.Layers {
		if slices.Equal(plan.Physical(l), task.Previous.Physical(l)) {
			report.Kept++
		}
	}
	return plan, report, nil
}

// earn adds the moves of one window to the account.
func (s *session) earn(task *placement.Task) {
	income := float64(s.Account.Share * float64(task.Layers*task.Topology.Slots))
	s.account = min(s.account+income, float64(s.Account.Saved*income))
}

// whole returns the task with the forecast as its loads.
func (s *session) whole(task *placement.Task) *placement.Task {
	s.estimate.Loads(s.loads)
	whole := *task
	whole.Steps, whole.Loads = 1, s.loads
	return &whole
}

// planAnew lets the base planner plan everything anew, for the mover to take
// layers from.
func (s *session) planAnew(ctx context.Context, task *placement.Task) (err error) {
	whole := s.whole(task)
	whole.Reuse = s.spare
	s.spare, _, err = s.Base.Plan(ctx, whole)
	s.mover.Anew = s.spare
	return err
}
