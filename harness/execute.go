package harness

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Executor makes one run of a cell. The harness has one ([NewExecutor]); tests
// of the order and the bookkeeping have another that runs nothing.
type Executor interface {
	// Execute runs cell i of the plan once. With evaluate the outcome of a run
	// that is done has the quality of its packing.
	Execute(ctx context.Context, i int, evaluate bool) Outcome
}

// Outcome is how one run went.
type Outcome struct {
	Status      Status
	Reason      string // one line; why Status is not [Done]
	Start       time.Time
	Time        time.Duration
	Stages      []StageNS
	PackingHash string
	Quality     *LayerData
	Warnings    []string // of a run whose packing was evaluated
}

// Event tells that a run has ended.
type Event struct {
	Step
	Cell   PlannedCell
	Record *Record // nil for a warm-up run
	// Finished and Total count the runs of the plan, warm-up runs among them.
	// Runs that a failure of their cell made pointless count as finished.
	Finished, Total int
	CellEnded       bool // no run of the cell remains
}

// ErrInterrupted is returned by [Session.Execute] when its context ends before
// the plan does.
var ErrInterrupted = errors.New("interrupted")

// Execute makes the runs that the run directory does not have yet, in the
// order of [Schedule], and appends a record as each ends. observe, which may be
// nil, is called after every run.
//
// A cell whose run fails, takes too long or cannot be made is not run again.
// When ctx ends, the run in progress is finished and recorded, and the error
// is [ErrInterrupted]. Failures of runs are data, not errors: the error is
// about the run directory.
func (s *Session) Execute(ctx context.Context, executor Executor, observe func(Event)) error {
	e := s.Plan.Experiment
	book := newLedger(s.Plan, s.records)
	steps := book.missing(Schedule(len(s.Plan.Cells), e.Repeats, e.Warmup, s.manifest.ShuffleSeed))
	remaining := make([]int, len(s.Plan.Cells))
	for _, step := range steps {
		remaining[step.Cell]++
	}
	finished := 0
	for _, step := range steps {
		if book.cells[step.Cell].settled {
			continue
		}
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		record, err := s.step(context.WithoutCancel(ctx), executor, book, step)
		if err != nil {
			return err
		}
		ran := 1
		if book.cells[step.Cell].settled {
			ran = remaining[step.Cell]
		}
		remaining[step.Cell] -= ran
		finished += ran
		if observe != nil {
			observe(Event{
				Step: step, Cell: s.Plan.Cells[step.Cell], Record: record,
				Finished: finished, Total: len(steps), CellEnded: remaining[step.Cell] == 0,
			})
		}
	}
	return nil
}

// step makes one run and records it. The record of a warm-up run that is done
// is nil.
func (s *Session) step(ctx context.Context, executor Executor, book *ledger, step Step) (*Record, error) {
	outcome := executor.Execute(ctx, step.Cell, step.Repeat != Warmup && !book.cells[step.Cell].evaluated)
	if step.Repeat == Warmup {
		if outcome.Status == Done {
			return nil, nil
		}
		step.Repeat = book.next(step.Cell)
	}
	r := s.record(step, outcome)
	book.enter(step.Cell, &r)
	if err := s.append(r); err != nil {
		return nil, fmt.Errorf("cannot write the record of a run: %w", err)
	}
	return &r, nil
}

// record turns an outcome into the record of a step.
func (s *Session) record(step Step, o Outcome) Record {
	c := s.Plan.Cells[step.Cell]
	r := Record{
		Cell:         c.Cell,
		Key:          c.Key,
		Repeat:       step.Repeat,
		Status:       o.Status,
		Reason:       o.Reason,
		Layers:       c.Layers,
		Items:        c.Items,
		WorkloadHash: c.WorkloadHash,
		Start:        o.Start.UTC(),
		Environment:  s.environment,
	}
	if o.Status == Done {
		r.PackingHash, r.TimeNS, r.Stages, r.Quality = o.PackingHash, int64(o.Time), o.Stages, o.Quality
		r.Warnings = o.Warnings
	}
	return r
}
