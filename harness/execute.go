package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"packbench/runs"
)

// Executor makes one run of a cell. The harness has one ([NewExecutor]); tests
// of the order and the bookkeeping use another that runs nothing.
type Executor interface {
	// Execute runs cell i of the plan once. With evaluate the outcome of a run
	// that is done has the measures of its layers.
	Execute(ctx context.Context, i int, evaluate bool) Outcome
}

// Outcome is how one run went.
type Outcome struct {
	Status     runs.Status
	Reason     string // one line; why Status is not [runs.Done]
	Start      time.Time
	AnswerHash string
	Run        map[string]float64   // measures of the run; see [runs.Record]
	Layer      map[string][]float64 // measures of the answer, [layers] each; nil without evaluate
	Window     map[string][]float64 // of a replay, [windows] each; nil without evaluate
	Warnings   []string             // remarks on a run that is done
}

// Event tells that a run has ended.
type Event struct {
	Step
	Cell   runs.PlannedCell
	Record *runs.Record // nil for a warm-up run
	// Finished and Total count the runs of the plan, warm-up runs among them.
	// Runs skipped after a failure of their cell count as finished.
	Finished, Total int
	CellEnded       bool // no run of the cell remains
	// Left is the estimated time of the rest; 0 before every cell has run once.
	Left time.Duration
}

// ErrInterrupted is returned by [Session.Execute] when its context ends before
// the plan does.
var ErrInterrupted = errors.New("interrupted")

// Execute makes the runs of the session's invocation that the run directory does
// not have yet, in the order of [Schedule], and appends a record as each ends. A
// shard makes those of its own cells, in the order that they have in the whole.
// observe, which may be nil, is called after every run.
//
// A cell whose run fails, takes too long or cannot be prepared is not run
// again. When ctx ends, the run in progress is finished and recorded, and the
// error is [ErrInterrupted]. Failures of runs are data, not errors: the error
// is about the run directory.
func (s *Session) Execute(ctx context.Context, executor Executor, observe func(Event)) error {
	e := s.Plan.Experiment
	book := newLedger(s.Plan, s.records)
	book.keepTo(s.Shard())
	steps := book.missing(Schedule(len(s.Plan.Cells), e.Repeats, e.Warmup, s.out.Manifest().ShuffleSeed, s.Invocation))
	rest := newEstimate(len(s.Plan.Cells), steps)
	finished := 0
	for _, step := range steps {
		if book.cells[step.Cell].settled {
			continue
		}
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		begin := time.Now()
		record, err := s.step(context.WithoutCancel(ctx), executor, book, step)
		if err != nil {
			return err
		}
		rest.ran(step.Cell, time.Since(begin))
		finished++
		if book.cells[step.Cell].settled {
			finished += rest.drop(step.Cell)
		}
		if observe != nil {
			left, ok := rest.remaining()
			if !ok {
				left = 0
			}
			observe(Event{
				Step: step, Cell: s.Plan.Cells[step.Cell], Record: record,
				Finished: finished, Total: len(steps), CellEnded: rest.left[step.Cell] == 0, Left: left,
			})
		}
	}
	return nil
}

// step makes one run and records it. The record of a warm-up run that is done
// is nil.
func (s *Session) step(ctx context.Context, executor Executor, book *ledger, step Step) (*runs.Record, error) {
	outcome := executor.Execute(ctx, step.Cell, step.Repeat != Warmup && !book.cells[step.Cell].evaluated)
	if step.Repeat == Warmup {
		if outcome.Status == runs.Done {
			return nil, nil
		}
		step.Repeat = book.next(step.Cell)
	}
	r := s.record(step, outcome)
	book.enter(step.Cell, &r)
	if err := s.out.Append(r); err != nil {
		return nil, fmt.Errorf("cannot write the record of a run: %w", err)
	}
	return &r, nil
}

// record turns an outcome into the record of a step.
func (s *Session) record(step Step, o Outcome) runs.Record {
	r := runs.Record{
		PlannedCell: &s.Plan.Cells[step.Cell],
		Repeat:      step.Repeat,
		Invocation:  s.Invocation,
		Status:      o.Status,
		Reason:      o.Reason,
		Start:       o.Start.UTC(),
		Environment: s.environment,
	}
	if o.Status == runs.Done {
		r.AnswerHash, r.Run, r.Layer, r.Window, r.Warnings = o.AnswerHash, runs.NewValues(o.Run), o.Layer, o.Window, o.Warnings
	}
	return r
}
