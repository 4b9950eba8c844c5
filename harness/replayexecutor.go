package harness

import (
	"context"
	"runtime"
	"time"

	"packbench/internal/panics"
	"packbench/replay"
	"packbench/runs"
)

// ReplayExecutor replays the cells of a plan.
type ReplayExecutor struct {
	plan *Plan
	// Observe, if not nil, is called with every replay.
	Observe func(i int, r *replay.Result, p replay.Prices)
}

var _ Executor = (*ReplayExecutor)(nil)

// NewReplayExecutor returns the [Executor] of a plan that replays.
func NewReplayExecutor(p *Plan) *ReplayExecutor { return &ReplayExecutor{plan: p} }

// Execute implements [Executor]. A panic of a planner is a failure of the run.
func (x *ReplayExecutor) Execute(ctx context.Context, i int, evaluate bool) (o Outcome) {
	o = Outcome{Status: runs.Failed, Start: time.Now()}
	defer func() {
		if v := recover(); v != nil {
			o = Outcome{Status: runs.Failed, Reason: reason(panics.Error(v)), Start: o.Start}
		}
	}()
	j := x.plan.replays[i]
	var err error
	if j.config.Trace, _, err = j.trace.get(j.seed); err != nil {
		o.Reason = reason(err)
		return o
	}
	runtime.GC()
	r, err := replay.Run(ctx, j.config)
	if err != nil {
		o.Reason = reason(err)
		return o
	}
	if x.Observe != nil {
		x.Observe(i, r, j.prices)
	}
	o.Status, o.AnswerHash, o.Run = runs.Done, r.Hash, replayRun(r, j.prices)
	if evaluate {
		o.Layer, o.Window = replayLayers(r), replayWindows(r, j.prices)
	}
	return o
}

// replayRun returns the measures of a replay as a whole.
func replayRun(r *replay.Result, prices replay.Prices) map[string]float64 {
	t, c := r.Total(), prices.CostOf(r)
	layers := float64(len(r.Layers.Max))
	m := map[string]float64{
		runs.TimeMeasure:         t.PlanTime,
		runs.BalanceMeasure:      t.Balance,
		runs.BestSplitMeasure:    t.BestSplit,
		runs.NodeBalanceMeasure:  t.Nodes,
		runs.SlotBalanceMeasure:  t.Slots,
		runs.MeanBalanceMeasure:  t.Ratios,
		runs.WorstBalanceMeasure: t.Worst,
		runs.MovesMeasure:        t.Moves,
		runs.AcrossMeasure:       t.Across,
		runs.ReceivedMeasure:     t.MaxPerGPU,
		runs.BytesMeasure:        float64(float64(t.Moves*layers) * prices.ExpertBytes),
		runs.TouchedMeasure:      t.Touched,
		runs.DuplicatesMeasure:   t.Duplicates,
		runs.LostMeasure:         c.Total(),
		runs.LostMovesMeasure:    c.Moves,
		runs.LostPlanningMeasure: c.Planning,
	}
	for _, e := range replay.Published() {
		m[runs.ScorePrefix+e.Name] = e.Of(r, prices)
	}
	return m
}

// replayLayers returns the measures of the layers: the packs are the GPUs, and
// no placement has a heaviest GPU below the mean.
func replayLayers(r *replay.Result) map[string][]float64 {
	l := r.Layers
	imbalance := make([]float64, len(l.Max))
	for i := range imbalance {
		imbalance[i] = l.Max[i] - l.Min[i]
	}
	return map[string][]float64{
		runs.ImbalanceMeasure: imbalance, runs.MaxMeasure: l.Max, runs.MinMeasure: l.Min, runs.MeanMeasure: l.Mean,
		runs.LowerBoundMeasure: l.Mean, runs.BestMaxMeasure: l.BestSplit, runs.ReplayLayerMovesMeasure: l.Moves,
	}
}

// replayWindows returns the measures of the windows.
func replayWindows(r *replay.Result, prices replay.Prices) map[string][]float64 {
	m := map[string][]float64{}
	for i := range r.Windows {
		w := &r.Windows[i]
		planned := 0.0
		if w.Planned {
			planned = 1
		}
		for name, v := range map[string]float64{
			"index": float64(w.Index), "planned": planned,
			runs.BalanceMeasure: w.Score.GPUs.Ratio, runs.BestSplitMeasure: w.Score.BestSplit,
			runs.NodeBalanceMeasure: w.Score.Nodes.Ratio, runs.SlotBalanceMeasure: w.Score.Slots.Ratio, runs.WorstBalanceMeasure: w.Score.GPUs.Worst,
			runs.MovesMeasure: float64(w.Moves.Total), runs.AcrossMeasure: float64(w.Moves.AcrossNodes), runs.ReceivedMeasure: float64(w.MostReceived()),
			runs.TouchedMeasure: float64(w.Touched), "time": w.PlanTime, runs.IdleMeasure: float64(w.Score.GPUs.Idle), runs.LostMeasure: prices.Cost(w).Total(),
		} {
			m[runs.WindowPrefix+name] = append(m[runs.WindowPrefix+name], v)
		}
	}
	return m
}
