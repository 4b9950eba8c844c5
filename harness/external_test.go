package harness

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// program is a strategy outside this process, for tests.
type program struct {
	name, content string
	pack          func(call int, p *packing.Problem, g *packing.Packing) (strategies.Report, error)
}

var _ strategies.External = (*program)(nil)

func (s *program) Spec() spec.Spec { return spec.Spec{Name: s.name} }
func (s *program) Label() string   { return "a program" }
func (s *program) Content() string { return s.content }

func (s *program) PrepareOn(string, packing.Shape) (strategies.Runner, error) {
	return &programRunner{program: s}, nil
}

type programRunner struct {
	*program
	calls int
}

func (r *programRunner) Pack(_ context.Context, p *packing.Problem, _ strategies.Random, g *packing.Packing) (strategies.Report, error) {
	r.calls++
	return r.pack(r.calls, p, g)
}

func (r *programRunner) Close() error { return nil }

// hosting is a backend that executes programs only.
type hosting struct{ fakebackend.Backend }

func (b *hosting) Prepare(s strategies.Strategy, shape packing.Shape) (strategies.Runner, error) {
	return s.(strategies.External).PrepareOn(b.Name(), shape)
}

// programs is the catalog of the given programs.
func programs(list ...*program) Catalog {
	c := Catalog{Backends: []strategies.Backend{&hosting{fakebackend.Backend{Named: "cpu"}}}}
	for _, s := range list {
		c.Strategies = append(c.Strategies, strategies.Definition{
			Name: s.name,
			New:  func(strategies.Values) (strategies.Strategy, error) { return s, nil },
		})
	}
	return c
}

// roundRobin is the answer of programs that do as they should.
func roundRobin(_ int, p *packing.Problem, g *packing.Packing) (strategies.Report, error) {
	return strategies.Report{}, fakebackend.RoundRobin(context.Background(), p, g)
}

// runPrograms runs an experiment of one program and returns its records.
func runPrograms(t *testing.T, s *program, timeout string) *runs.Run {
	t.Helper()
	e := small()
	e.Strategies, e.Warmup, e.Repeats, e.Timeout = specs(s.name), 0, 3, timeout
	dir := filepath.Join(t.TempDir(), "run")
	plan := mustPlan(t, e, programs(s))
	session, err := Create(dir, plan, Origin{})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	x := NewExecutor(plan)
	defer x.Close()
	if err := session.Execute(t.Context(), x, nil); err != nil {
		t.Fatal(err)
	}
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// A program that has taken its own time is recorded with that.
func TestTheTimeOfAProgramIsItsOwn(t *testing.T) {
	run := runPrograms(t, &program{name: "program", content: "c", pack: func(call int, p *packing.Problem, g *packing.Packing) (strategies.Report, error) {
		time.Sleep(20 * time.Millisecond) // its worker is started, say
		report, err := roundRobin(call, p, g)
		report.Time = 5 * time.Millisecond
		return report, err
	}}, "10ms")
	if len(run.Records) != 3 {
		t.Fatalf("%d records, want 3", len(run.Records))
	}
	for _, r := range run.Records {
		if r.Status != runs.Done || r.Time() != 5e6 {
			t.Errorf("%s (%s) in %v ns, want done in 5e6", r.Status, r.Reason, r.Time())
		}
	}
}

// A program's answer may change; its other runs are made, and it is said.
func TestAnswersOfAProgramMayChange(t *testing.T) {
	run := runPrograms(t, &program{name: "program", content: "c", pack: func(call int, p *packing.Problem, g *packing.Packing) (strategies.Report, error) {
		if call == 2 {
			return strategies.Report{Warnings: []string{"changed"}}, fakebackend.Blocks(context.Background(), p, g)
		}
		return roundRobin(call, p, g)
	}}, "")
	if len(run.Records) != 3 || run.Failure() != nil {
		t.Fatalf("%d records and %v, want 3 and no failure", len(run.Records), run.Failure())
	}
	if a, b, c := run.Records[0], run.Records[1], run.Records[2]; a.AnswerHash == b.AnswerHash || a.AnswerHash != c.AnswerHash || len(b.Warnings) != 1 || len(a.Warnings) != 0 {
		t.Errorf("records %+v", run.Records)
	}
}

func TestFaultsOfAProgramAreStatuses(t *testing.T) {
	for _, test := range []struct {
		err    error
		took   time.Duration // 0: not said
		status runs.Status
		reason string
	}{
		{fmt.Errorf("ValueError: no\nluck"), time.Millisecond, runs.Failed, "ValueError: no luck"},
		{fmt.Errorf("%w: longer than 1s", strategies.ErrTimeLimit), time.Millisecond, runs.Timeout, "time limit reached: longer than 1s"},
		{fmt.Errorf("%w: no GPU", strategies.ErrUnavailable), time.Millisecond, runs.Unavailable, "backend not available: no GPU"},
		{fmt.Errorf("%w: NumPy", strategies.ErrUnsupported), time.Millisecond, runs.Unsupported, "strategy not supported by this backend: NumPy"},
		{fmt.Errorf("late"), time.Hour, runs.Timeout, "took longer than 1m0s"},
	} {
		run := runPrograms(t, &program{name: "program", content: "c", pack: func(int, *packing.Problem, *packing.Packing) (strategies.Report, error) {
			return strategies.Report{Time: test.took}, test.err
		}}, "1m")
		if len(run.Records) != 1 || run.Records[0].Status != test.status || run.Records[0].Reason != test.reason {
			t.Errorf("%v: %+v, want %s: %s", test.err, run.Records, test.status, test.reason)
		}
	}
}

func TestAProgramThatHasChangedIsNotResumed(t *testing.T) {
	s := &program{name: "program", content: "before", pack: roundRobin}
	e := small()
	e.Strategies = specs("program")
	dir := filepath.Join(t.TempDir(), "run")
	session, err := Create(dir, mustPlan(t, e, programs(s)), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	same, err := Resume(dir, programs(s), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if err := same.Close(); err != nil {
		t.Fatal(err)
	}
	s.content = "after"
	_, err = Resume(dir, programs(s), Origin{})
	wantError(t, err, "the program of program has changed since the run began (hash after, was before): start a new run")
}

// The label of a program is its own where no other has it.
func TestLabelsOfPrograms(t *testing.T) {
	a, b := &program{name: "a", pack: roundRobin}, &program{name: "b", pack: roundRobin}
	e := small()
	e.Strategies = specs("a", "b")
	labels := Labels(&e, programs(a, b).Strategies)[runs.StrategyAxis]
	if labels["a"] != "a program" || labels["b"] != "" {
		t.Errorf("labels %v, want one for a only", labels)
	}
}
