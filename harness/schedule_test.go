package harness

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// Whatever the sizes, every cell runs once in each round, warm-up
// rounds come first, and the order is a function of the seed.
func TestScheduleRunsEveryCellOncePerRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.IntRange(1, 20).Draw(t, "cells")
		repeats := rapid.IntRange(1, 6).Draw(t, "repeats")
		warmup := rapid.IntRange(0, 3).Draw(t, "warmup")
		seed := rapid.Uint64().Draw(t, "seed")
		steps := Schedule(cells, repeats, warmup, seed, 0)
		if len(steps) != cells*(repeats+warmup) {
			t.Fatalf("%d steps", len(steps))
		}
		for round, steps := range slices.Collect(slices.Chunk(steps, cells)) {
			seen := make([]bool, cells)
			for _, s := range steps {
				if want := max(Warmup, round-warmup); s.Repeat != want {
					t.Fatalf("round %d has repeat %d, want %d", round, s.Repeat, want)
				}
				if seen[s.Cell] {
					t.Fatalf("cell %d twice in round %d", s.Cell, round)
				}
				seen[s.Cell] = true
			}
		}
		if !slices.Equal(steps, Schedule(cells, repeats, warmup, seed, 0)) {
			t.Fatal("another order for the same seed")
		}
	})
}

func TestScheduleShuffles(t *testing.T) {
	a, b := Schedule(20, 2, 0, 1, 0), Schedule(20, 2, 0, 2, 0)
	if slices.Equal(a, b) {
		t.Error("two seeds give the same order")
	}
	if slices.EqualFunc(a[:20], a[20:], func(x, y Step) bool { return x.Cell == y.Cell }) {
		t.Error("two rounds have the same order")
	}
}

// begin makes a run directory for e on backends that run nothing, with a mock
// executor.
func begin(t *testing.T, e runs.Experiment, backends ...string) (*Session, *mock) {
	t.Helper()
	var fakes []*fakebackend.Backend
	for _, name := range backends {
		fakes = append(fakes, &fakebackend.Backend{Named: name})
	}
	e.Backends = backends
	plan := mustPlan(t, e, catalog(fakes...))
	s, err := Create(filepath.Join(t.TempDir(), "run"), plan, Origin{ShuffleSeed: 3, Environment: runs.Environment{Host: "here"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, &mock{plan: plan, script: map[string][]Outcome{}}
}

// recorded executes the session and returns its records.
func recorded(t *testing.T, s *Session, m *mock) []runs.Record {
	t.Helper()
	if err := s.Execute(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	run, err := runs.Load(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return run.Records
}

func TestExecuteOrder(t *testing.T) {
	s, m := begin(t, small(), "cpu")
	got := lines(recorded(t, s, m))
	wantAsked := []string{
		"lpt on cpu", "two-opt on cpu", // warm-up
		"two-opt on cpu, evaluate", "lpt on cpu, evaluate",
		"two-opt on cpu", "lpt on cpu",
		"lpt on cpu", "two-opt on cpu",
	}
	if diff := cmp.Diff(wantAsked, m.asked); diff != "" {
		t.Errorf("asked (-want +got)\n%s", diff)
	}
	want := `two-opt on cpu #0 done
lpt on cpu #0 done
two-opt on cpu #1 done
lpt on cpu #1 done
lpt on cpu #2 done
two-opt on cpu #2 done
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got)\n%s", diff)
	}
}

// TestExecuteFailures: a cell whose run is not done is not run again, and the
// other cells go on.
func TestExecuteFailures(t *testing.T) {
	done := doneOutcome("same")
	for _, test := range []struct {
		name   string
		script []Outcome // of two-opt; the first is the warm-up
		want   string
		runs   int // of two-opt, warm-up included
	}{
		{"warm-up fails", []Outcome{{Status: runs.Failed, Reason: "no"}}, "two-opt on cpu #0 failed: no\n", 1},
		{"unsupported", []Outcome{{Status: runs.Unsupported, Reason: "no"}}, "two-opt on cpu #0 unsupported: no\n", 1},
		{"unavailable", []Outcome{{Status: runs.Unavailable, Reason: "no"}}, "two-opt on cpu #0 unavailable: no\n", 1},
		{"second run is slow", []Outcome{done, done, {Status: runs.Timeout, Reason: "slow"}}, "two-opt on cpu #0 done\ntwo-opt on cpu #1 timeout: slow\n", 3},
		{
			"not deterministic", []Outcome{done, done, doneOutcome("other")},
			"two-opt on cpu #0 done\ntwo-opt on cpu #1 failed: the packing (hash other) does not match the cell's earlier runs (same): the strategy is not deterministic\n", 3,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, m := begin(t, small(), "cpu")
			m.script["two-opt on cpu"] = test.script
			var ours []runs.Record
			lpt := 0
			for _, r := range recorded(t, s, m) {
				if r.Cell.Strategy() == "lpt" {
					lpt++
				} else {
					ours = append(ours, r)
				}
			}
			if lpt != 3 {
				t.Errorf("%d runs of lpt, want 3", lpt)
			}
			if diff := cmp.Diff(test.want, lines(ours)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			runs := 0
			for _, asked := range m.asked {
				if strings.HasPrefix(asked, "two-opt") {
					runs++
				}
			}
			if runs != test.runs {
				t.Errorf("two-opt ran %d times, want %d", runs, test.runs)
			}
		})
	}
}

// TestExecuteTwins: backends that disagree get a warning, once.
func TestExecuteTwins(t *testing.T) {
	e := small()
	e.Strategies, e.Repeats, e.Warmup = specs("lpt"), 2, 0
	s, m := begin(t, e, "cpu", "cuda")
	other := doneOutcome("other")
	m.script["lpt on cuda"] = []Outcome{other, other}
	warnings := 0
	for _, r := range recorded(t, s, m) {
		if r.Status != runs.Done {
			t.Errorf("%s on %s is %s", r.Cell.Strategy(), r.Cell.Backend(), r.Status)
		}
		warnings += len(r.Warnings)
	}
	if warnings != 1 {
		t.Errorf("%d warnings, want 1", warnings)
	}
}

func TestExecuteEvents(t *testing.T) {
	s, m := begin(t, small(), "cpu")
	m.script["two-opt on cpu"] = []Outcome{{Status: runs.Failed, Reason: "no"}}
	var finished []int
	ended := map[string]int{}
	err := s.Execute(t.Context(), m, func(e Event) {
		finished = append(finished, e.Finished)
		if e.CellEnded {
			ended[e.Cell.Strategy()]++
		}
		if e.Total != 8 {
			t.Errorf("total %d, want 8", e.Total)
		}
		if (e.Record == nil) != (e.Repeat == Warmup && e.Cell.Strategy() == "lpt") {
			t.Errorf("%s repeat %d: record %v", e.Cell.Strategy(), e.Repeat, e.Record)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 5, 6, 7, 8}; !slices.Equal(finished, want) {
		t.Errorf("finished %v, want %v", finished, want)
	}
	if diff := cmp.Diff(map[string]int{"lpt": 1, "two-opt": 1}, ended); diff != "" {
		t.Errorf("ended (-want +got)\n%s", diff)
	}
}

// The run in progress is recorded, the next does not begin, and
// a resumed session makes exactly the rest.
func TestInterruptedRunIsFinishedByResume(t *testing.T) {
	for stop := 1; stop <= 8; stop++ {
		s, m := begin(t, small(), "cpu")
		ctx, cancel := context.WithCancel(t.Context())
		m.after = func(call int) {
			if call == stop {
				cancel()
			}
		}
		err := s.Execute(ctx, m, nil)
		cancel()
		if want := stop < 8; errors.Is(err, ErrInterrupted) != want {
			t.Fatalf("after %d runs: %v", stop, err)
		}
		if len(m.asked) != stop {
			t.Fatalf("%d runs after the interrupt in run %d", len(m.asked), stop)
		}
		s.Close()
		s, err = Resume(s.Dir, catalog(&fakebackend.Backend{Named: "cpu"}), Origin{Environment: runs.Environment{Host: "here"}})
		if err != nil {
			t.Fatal(err)
		}
		records := recorded(t, s, &mock{plan: s.Plan})
		checkComplete(t, records, 3)
		s.Close()
	}
}

// checkComplete requires records 0 to repeats−1 of every cell, each once, and
// the quality in exactly one of them.
func checkComplete(t *testing.T, records []runs.Record, repeats int) {
	t.Helper()
	count, quality := map[string]int{}, map[string]int{}
	for _, r := range records {
		if r.Status != runs.Done || r.Repeat >= repeats {
			t.Errorf("%s #%d is %s", r.Cell.Strategy(), r.Repeat, r.Status)
		}
		count[r.Key]++ // Load has checked that no repeat is there twice
		if r.Layer != nil {
			quality[r.Key]++
		}
	}
	if len(count) != 2 {
		t.Errorf("records of %d cells, want 2", len(count))
	}
	for key := range count {
		if count[key] != repeats || quality[key] != 1 {
			t.Errorf("cell %s has %d records, %d with quality: want %d and 1", key, count[key], quality[key], repeats)
		}
	}
}

var _ strategies.Backend = (*fakebackend.Backend)(nil)
