package harness

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"packbench/internal/panics"
	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
)

// BackendExecutor runs cells on their backends, and cells of planners by a
// [PlannerExecutor].
type BackendExecutor struct {
	plan     *Plan
	runners  *runnerStore
	planners *PlannerExecutor
}

var _ Executor = (*BackendExecutor)(nil)

// NewExecutor returns the [Executor] that runs the cells of p on their backends.
// A runner serves all cells of the same strategy, backend and shape. Close it
// before the backends.
func NewExecutor(p *Plan) *BackendExecutor {
	return &BackendExecutor{plan: p, runners: newRunnerStore(), planners: NewPlannerExecutor(p)}
}

// Close releases the runners.
func (x *BackendExecutor) Close() error { return x.runners.close() }

// Execute implements [Executor]. Only [strategies.Runner.Pack] is timed, by the
// runner itself if it can. The garbage of earlier work is collected first, so
// that no run pays for another.
func (x *BackendExecutor) Execute(ctx context.Context, i int, evaluate bool) Outcome {
	cell, job := &x.plan.Cells[i], &x.plan.jobs[i]
	if job.placement != nil {
		return x.planners.Execute(ctx, i, evaluate)
	}
	failed := func(err error) Outcome { return Outcome{Status: runs.Failed, Reason: reason(err), Start: time.Now()} }
	problem, err := x.plan.problem(i)
	if err != nil {
		return failed(err)
	}
	r, err := x.runners.get(*job, x.plan.shape(i))
	switch {
	case errors.Is(err, strategies.ErrUnavailable):
		return Outcome{Status: runs.Unavailable, Reason: reason(err), Start: time.Now()}
	case errors.Is(err, strategies.ErrUnsupported):
		return Outcome{Status: runs.Unsupported, Reason: reason(err), Start: time.Now()}
	case err != nil:
		return failed(err)
	}
	if r.fresh && x.plan.Experiment.Warmup > 0 {
		// The runner was made anew among runs that count.
		if o, _ := x.pack(ctx, r, problem, job.random); o.Status != runs.Done {
			x.runners.drop(r)
			return o
		}
	}
	r.fresh = false
	o, report := x.pack(ctx, r, problem, job.random)
	if o.Status != runs.Done {
		x.runners.drop(r) // nobody knows what state it is in
		return o
	}
	if err := r.out.Validate(problem); err != nil {
		return failed(fmt.Errorf("not a valid packing: %w", err))
	}
	if n := len(report.Layers); n != 0 && n != cell.Layers {
		return failed(fmt.Errorf("the backend reports on %d layers of %d", n, cell.Layers))
	}
	if err := x.timeStages(ctx, r, problem, job.random, &o); err != nil {
		x.runners.drop(r)
		return failed(err)
	}
	o.AnswerHash = hashPacking(r.out)
	if evaluate {
		o.Layer = layerMeasures(packing.Evaluate(problem, r.out), report.Proofs(job.strategy))
		if o.Layer[runs.LoadsMeasure], err = x.plan.identities(i); err != nil {
			return failed(err)
		}
		o.Warnings = strategies.Warnings(job.strategy, problem, r.out)
	}
	return o
}

// timeStages has a runner that measures its stages only when asked to make the run
// again, so that the run that counts has not paid for it.
func (x *BackendExecutor) timeStages(ctx context.Context, r *runner, p *packing.Problem, random strategies.Random, o *Outcome) error {
	timer, ok := r.Runner.(strategies.StageTimer)
	if !ok {
		return nil
	}
	timer.TimeStages(true)
	defer timer.TimeStages(false)
	again, _ := x.pack(ctx, r, p, random)
	if again.Status != runs.Done {
		return errors.New(again.Reason)
	}
	for name, ns := range again.Run {
		if strings.HasPrefix(name, runs.StagePrefix) {
			o.Run[name] = ns
		}
	}
	return nil
}

// pack makes one timed run. A panic of the strategy is a failure of the run.
func (x *BackendExecutor) pack(ctx context.Context, r *runner, p *packing.Problem, random strategies.Random) (o Outcome, report strategies.Report) {
	runtime.GC() // before the limit begins
	if x.plan.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, x.plan.timeout)
		defer cancel()
	}
	defer func() {
		if v := recover(); v != nil {
			o.Status, o.Reason = runs.Failed, reason(panics.Error(v))
		}
	}()
	o.Start = time.Now()
	report, err := r.Pack(ctx, p, random, r.out)
	elapsed := max(time.Since(o.Start), 1) // a coarse clock sees no time pass
	if report.Time > 0 {
		elapsed = report.Time
	}
	if o.Status, o.Reason = statusOf(err, elapsed, x.plan.timeout, runs.Failed); o.Status == runs.Done {
		o.Warnings = report.Warnings
	}
	o.Run = map[string]float64{runs.TimeMeasure: float64(elapsed)}
	for _, s := range report.Stages {
		o.Run[runs.StagePrefix+s.Name] += float64(s.Time)
	}
	return o, report
}

// statusOf returns the status of a timed run, and the reason of one that is not
// done. limit is 0 for none, other the status of an error that does not tell its
// kind.
func statusOf(err error, elapsed, limit time.Duration, other runs.Status) (runs.Status, string) {
	switch {
	case errors.Is(err, strategies.ErrTimeLimit):
		return runs.Timeout, reason(err)
	case limit > 0 && (elapsed > limit || errors.Is(err, context.DeadlineExceeded)):
		return runs.Timeout, fmt.Sprintf("took longer than %v", limit)
	case errors.Is(err, strategies.ErrUnavailable):
		return runs.Unavailable, reason(err)
	case errors.Is(err, strategies.ErrUnsupported):
		return runs.Unsupported, reason(err)
	case err != nil:
		return other, reason(err)
	}
	return runs.Done, ""
}

// layerMeasures returns the measures of an answer by name, [layers] each. Proofs
// are among them where the strategy can prove anything.
func layerMeasures(quality []packing.Quality, proofs []bool) map[string][]float64 {
	m := map[string][]float64{}
	for _, q := range quality {
		for name, v := range map[string]float64{
			runs.ImbalanceMeasure:  q.Imbalance(),
			runs.MaxMeasure:        q.Max,
			runs.MinMeasure:        q.Min,
			runs.MeanMeasure:       q.Mean,
			runs.LowerBoundMeasure: q.LowerBound,
		} {
			m[name] = append(m[name], v)
		}
	}
	if proofs != nil {
		m[runs.OptimalMeasure] = make([]float64, len(proofs))
		for l, proven := range proofs {
			if proven {
				m[runs.OptimalMeasure][l] = 1
			}
		}
	}
	return m
}

// reason returns the message of err on one line.
func reason(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// hashPacking returns the SHA-256 of a packing: its shape, pack indices and
// ranks.
func hashPacking(g *packing.Packing) string {
	h := sha256.New()
	fmt.Fprintf(h, "packing %v\n", g.Shape)
	buffer := make([]byte, 0, 4*len(g.PackIndex))
	for _, column := range [][]int32{g.PackIndex, g.RankInPack} {
		buffer = buffer[:0]
		for _, v := range column {
			buffer = binary.LittleEndian.AppendUint32(buffer, uint32(v))
		}
		h.Write(buffer)
	}
	return hex.EncodeToString(h.Sum(nil))
}
