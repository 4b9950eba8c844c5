package harness

import (
	"fmt"
	"time"

	"packbench/internal/number"
	"packbench/runs"
)

// Session is a plan being carried out in a run directory. Make one with
// [Create] or [Resume], carry it out with [Session.Execute], and close it.
type Session struct {
	Dir  string
	Plan *Plan
	// Invocation is which of the experiment's invocations this process makes,
	// from 0.
	Invocation int

	out         *runs.Writer
	environment string        // key of the environment that runs now
	records     []runs.Record // that there were when the session began
}

// Origin is how a run was requested and where it runs.
type Origin struct {
	Command     []string // as typed
	ShuffleSeed uint64   // of the order of runs; a resumed run keeps its own
	Environment runs.Environment
	// Shard is the part of the plan to run; nil is all of it. A resumed run
	// keeps its own.
	Shard *runs.Shard
}

// Create begins a run of the plan in the directory dir, which must not hold a
// run. While a session is open no other can be opened in the same directory.
func Create(dir string, plan *Plan, o Origin) (*Session, error) {
	key := o.Environment.Key()
	out, err := runs.Create(dir, runs.Manifest{
		Experiment:   plan.Experiment,
		ShuffleSeed:  o.ShuffleSeed,
		Command:      o.Command,
		Created:      time.Now().UTC().Truncate(time.Second),
		Environments: map[string]runs.Environment{key: o.Environment},
		Cells:        plan.Cells,
		Labels:       plan.Labels,
		Programs:     plan.Programs,
		Shard:        o.Shard,
	})
	if err != nil {
		return nil, err
	}
	return &Session{Dir: dir, Plan: plan, out: out, environment: key}, nil
}

// Resume opens the run directory dir to finish what is missing there. A last
// record that was cut short is dropped; that run is made again. It is an error
// if the plan has changed: another workload, a missing strategy.
func Resume(dir string, catalog Catalog, o Origin) (*Session, error) {
	run, err := runs.Load(dir)
	if err != nil {
		return nil, err
	}
	plan, err := NewPlan(run.Manifest.Experiment, catalog)
	if err == nil {
		err = plan.sameAs(run.Manifest.Cells)
	}
	if err == nil {
		err = plan.samePrograms(run.Manifest.Programs)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot resume %s: %w", dir, err)
	}
	out, run, err := runs.Continue(dir)
	if err != nil {
		return nil, err
	}
	s := &Session{Dir: dir, Plan: plan, out: out, records: run.Records}
	if len(s.Unfinished()) == 0 { // no run will be made here
		return s, nil
	}
	if s.environment, err = out.AddEnvironment(o.Environment); err != nil {
		out.Close()
		return nil, err
	}
	return s, nil
}

// Unfinished returns the invocations that still have runs to make.
func (s *Session) Unfinished() []int {
	e := s.Plan.Experiment
	book := newLedger(s.Plan, s.records)
	book.keepTo(s.Shard())
	var list []int
	for i := range max(1, e.Invocations) {
		if len(book.missing(Schedule(len(s.Plan.Cells), e.Repeats, e.Warmup, 0, i))) > 0 {
			list = append(list, i)
		}
	}
	return list
}

// sameAs returns an error for the first difference between the plan and the
// cells of an earlier one.
func (p *Plan) sameAs(cells []runs.PlannedCell) error {
	if len(p.Cells) != len(cells) {
		return fmt.Errorf("the experiment has %s now and had %d: start a new run", number.Count(len(p.Cells), "cell"), len(cells))
	}
	for i, now := range p.Cells {
		switch before := cells[i]; {
		case now.Equal(before):
		case now.WorkloadHash != before.WorkloadHash:
			return fmt.Errorf("workload %s has changed since the run began (hash %.12s, was %.12s): start a new run", now.Workload(), now.WorkloadHash, before.WorkloadHash)
		default:
			return fmt.Errorf("cell %d is %s on %s now and was %s on %s: start a new run", i, now.Subject(), now.Workload(), before.Subject(), before.Workload())
		}
	}
	return nil
}

// samePrograms returns an error for a strategy whose file is not what it was.
func (p *Plan) samePrograms(before map[string]string) error {
	for _, c := range p.Cells {
		s := c.Subject()
		if was := before[s]; was != p.Programs[s] {
			return fmt.Errorf("the program of %s has changed since the run began (hash %.12s, was %.12s): start a new run", s, p.Programs[s], was)
		}
	}
	return nil
}

// Shard returns the part of the plan that the session runs; nil is all of it.
func (s *Session) Shard() *runs.Shard { return s.out.Manifest().Shard }

// Cells returns the number of cells that the session runs: those of its shard,
// or of the whole plan.
func (s *Session) Cells() int {
	if shard := s.Shard(); shard != nil {
		return len(shard.Cells)
	}
	return len(s.Plan.Cells)
}

// Close closes the run directory.
func (s *Session) Close() error { return s.out.Close() }
