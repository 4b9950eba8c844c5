package harness

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"packbench/internal/number"
	"packbench/internal/panics"
	"packbench/placement"
	"packbench/runs"
)

// PlannerExecutor runs cells of planners.
type PlannerExecutor struct {
	plan *Plan
	// reuse is an answer that is no longer needed, whose memory the next may take:
	// planners in service plan again and again, too.
	reuse *placement.Plan
}

var _ Executor = (*PlannerExecutor)(nil)

// NewPlannerExecutor returns the [Executor] of the cells of p that have
// planners.
func NewPlannerExecutor(p *Plan) *PlannerExecutor { return &PlannerExecutor{plan: p} }

// Execute implements [Executor]. Only [placement.Planner.Plan] is timed. A task that the planner refuses
// is unsupported; a program that fails has failed. The garbage of earlier work is collected first, so that
// no run pays for another.
func (x *PlannerExecutor) Execute(ctx context.Context, i int, evaluate bool) Outcome {
	cell, j := &x.plan.Cells[i], x.plan.jobs[i]
	l, err := x.plan.loads.get(j.workload, j.random.Seed)
	if err != nil {
		return Outcome{Status: runs.Failed, Reason: reason(err), Start: time.Now()}
	}
	task, err := j.placement.task(l)
	if err != nil {
		return Outcome{Status: runs.Failed, Reason: reason(err), Start: time.Now()}
	}
	task.Reuse = x.reuse
	o, answer := x.run(ctx, j.placement.planner, task)
	if o.Status != runs.Done {
		x.reuse = nil // nobody knows what state it is in
		return o
	}
	x.reuse = answer
	if err := checkAnswer(answer, j.placement.topology, cell.Layers); err != nil {
		x.reuse = nil
		return Outcome{Status: runs.Failed, Reason: reason(fmt.Errorf("not a valid plan: %w", err)), Start: o.Start}
	}
	o.AnswerHash = answer.Hash()
	if evaluate {
		if o.Layer, err = placementMeasures(answer, task.Previous, l); err != nil {
			return Outcome{Status: runs.Failed, Reason: reason(err), Start: o.Start}
		}
	}
	return o
}

// run makes one timed run. A panic of the planner is a failure of the run.
func (x *PlannerExecutor) run(ctx context.Context, planner placement.Planner, task *placement.Task) (o Outcome, answer *placement.Plan) {
	runtime.GC() // before the limit begins
	limit := x.plan.timeout
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	defer func() {
		if v := recover(); v != nil {
			o.Status, o.Reason = runs.Failed, reason(panics.Error(v))
		}
	}()
	o.Start = time.Now()
	answer, report, err := planner.Plan(ctx, task)
	elapsed := max(time.Since(o.Start), 1) // a coarse clock sees no time pass
	if report != nil && report.Time > 0 {
		elapsed = report.Time
	}
	other := runs.Unsupported // by the contract of planners, what they cannot do about the task
	if _, program := planner.(placement.External); program || errors.Is(ctx.Err(), context.Canceled) {
		other = runs.Failed
	}
	o.Status, o.Reason = statusOf(err, elapsed, limit, other)
	o.Run = map[string]float64{runs.TimeMeasure: float64(elapsed)}
	if report != nil {
		o.Warnings = report.Warnings
		for _, s := range report.Stages {
			o.Run[runs.StagePrefix+s.Name] += float64(s.Time)
		}
	}
	return o, answer
}

// checkAnswer returns the first rule that an answer breaks.
func checkAnswer(answer *placement.Plan, t placement.Topology, layers int) error {
	switch {
	case answer == nil:
		return errors.New("the planner returned none")
	case !answer.Topology.Equal(t):
		return fmt.Errorf("%s, not the %s of the task", answer.Topology, t)
	case answer.Layers != layers:
		return fmt.Errorf("%s, not the %d of the task", number.Count(answer.Layers, "layer"), layers)
	}
	return answer.Validate()
}

// placementMeasures returns the measures of a plan by name, [layers] each, on the
// loads of all steps together.
func placementMeasures(p, previous *placement.Plan, l *keptLoads) (map[string][]float64, error) {
	loads, err := l.Sum(0, l.Steps)
	if err != nil {
		return nil, err
	}
	m := map[string][]float64{}
	for _, layer := range placement.EvaluateLayers(p, loads.Weights) {
		for name, v := range map[string]float64{
			runs.GPUBalanceLayerMeasure:   layer.GPUs,
			runs.NodeBalanceLayerMeasure:  layer.Nodes,
			runs.SlotBalanceLayerMeasure:  layer.Slots,
			runs.SplitBalanceLayerMeasure: layer.BestSplit,
			runs.GPUMaxMeasure:            layer.HeaviestGPU,
			runs.CopiesMaxMeasure:         float64(layer.CopiesMax),
			runs.DuplicateCopiesMeasure:   float64(layer.Duplicates),
		} {
			m[name] = append(m[name], v)
		}
	}
	if p.Topology.Groups == 1 { // with groups the order of the experts tells problems apart
		m[runs.LoadsMeasure] = (&keptLoads{Loads: loads}).identities()
	}
	if previous == nil {
		return m, nil
	}
	moves, err := placement.CountMoves(previous, p, 0)
	if err != nil {
		return nil, err
	}
	for _, n := range moves.PerLayer {
		m[runs.LayerMovesMeasure] = append(m[runs.LayerMovesMeasure], float64(n))
	}
	return m, nil
}
