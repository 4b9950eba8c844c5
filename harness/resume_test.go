package harness

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"packbench/runs"
	"packbench/strategies/fakebackend"
)

// finished makes a complete run without running anything and returns its
// directory.
func finished(t *testing.T) string {
	t.Helper()
	s, m := begin(t, small(), "cpu")
	checkComplete(t, recorded(t, s, m), 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.Dir
}

// resume finishes the run in dir with a mock executor on a machine called host.
func resume(t *testing.T, dir, host string) *mock {
	t.Helper()
	s, err := Resume(dir, catalog(&fakebackend.Backend{Named: "cpu"}), Origin{Environment: runs.Environment{Host: host}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := &mock{plan: s.Plan}
	if err := s.Execute(t.Context(), m, nil); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestResumeAfterCut cuts the records after every byte of the last two lines and
// around every other line end, as a machine that dies while writing does, and
// resumes: nothing is lost, nothing is made twice.
func TestResumeAfterCut(t *testing.T) {
	dir := finished(t)
	path := filepath.Join(dir, runs.RecordsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lastTwo := len(whole)
	for range 3 {
		lastTwo = bytes.LastIndexByte(whole[:lastTwo], '\n')
	}
	for length := range len(whole) + 1 {
		nearEnd := bytes.Contains(whole[max(0, length-2):min(len(whole), length+2)], []byte("\n"))
		if length > 2 && length < lastTwo && !nearEnd {
			continue
		}
		if err := os.WriteFile(path, whole[:length], 0o666); err != nil {
			t.Fatal(err)
		}
		before, err := runs.Load(dir)
		if err != nil {
			t.Fatalf("cut after %d bytes: %v", length, err)
		}
		complete := bytes.Count(whole[:length], []byte("\n"))
		if length < len(whole) && whole[length] == '\n' {
			complete++ // all but its line end is there
		}
		if len(before.Records) != complete {
			t.Fatalf("cut after %d bytes: %d records, want %d", length, len(before.Records), complete)
		}
		resume(t, dir, "here")
		after, err := runs.Load(dir)
		if err != nil {
			t.Fatalf("resumed after %d bytes: %v", length, err)
		}
		if after.Truncated {
			t.Fatalf("resumed after %d bytes: still cut short", length)
		}
		if diff := cmp.Diff(before.Records, after.Records[:len(before.Records)], cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("resumed after %d bytes: earlier records changed (-before +after)\n%s", length, diff)
		}
		checkComplete(t, after.Records, 3)
		if t.Failed() {
			t.Fatalf("cut after %d bytes", length)
		}
	}
}

func TestResumeComplete(t *testing.T) {
	dir := finished(t)
	if m := resume(t, dir, "here"); len(m.asked) != 0 {
		t.Errorf("a complete run made %q", m.asked)
	}
}

// TestResumeKeepsFailures: a cell that failed is not run again.
func TestResumeKeepsFailures(t *testing.T) {
	s, m := begin(t, small(), "cpu")
	m.script["lpt on cpu"] = []Outcome{{Status: runs.Failed, Reason: "no"}}
	recorded(t, s, m)
	s.Close()
	if m := resume(t, s.Dir, "here"); len(m.asked) != 0 {
		t.Errorf("ran %q", m.asked)
	}
}

// TestResumeElsewhere: a second machine adds its environment, and the records
// say which they come from.
func TestResumeElsewhere(t *testing.T) {
	dir := finished(t)
	path := filepath.Join(dir, runs.RecordsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if err := os.WriteFile(path, first, 0o666); err != nil {
		t.Fatal(err)
	}
	resume(t, dir, "there")
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Manifest.Environments) != 2 {
		t.Errorf("%d environments, want 2", len(run.Manifest.Environments))
	}
	for i, r := range run.Records {
		want := "there"
		if i == 0 {
			want = "here"
		}
		if got := run.Manifest.Environments[r.Environment].Host; got != want {
			t.Errorf("record %d is from %q, want %q", i, got, want)
		}
	}
}

// TestResumeOfCompleteRunNamesNoOtherMachine: no record is of the machine that
// only looked.
func TestResumeOfCompleteRunNamesNoOtherMachine(t *testing.T) {
	dir := finished(t)
	if m := resume(t, dir, "there"); len(m.asked) != 0 {
		t.Errorf("ran %q", m.asked)
	}
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Manifest.Environments) != 1 {
		t.Errorf("%d environments, want that of the records alone", len(run.Manifest.Environments))
	}
}

func TestResumeErrors(t *testing.T) {
	dir := finished(t)
	cpu := catalog(&fakebackend.Backend{Named: "cpu"})

	other := cpu
	other.Strategies = cpu.Strategies[1:]
	_, err := Resume(dir, other, Origin{})
	wantError(t, err, "cannot resume "+dir, `unknown strategy "lpt"`)

	s, err := Resume(dir, cpu, Origin{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Resume(dir, cpu, Origin{})
	wantError(t, err, "is being written by another run")
	s.Close()

	_, err = Create(dir, s.Plan, Origin{})
	wantError(t, err, dir+" exists", "--resume "+dir)

	empty := t.TempDir()
	_, err = Resume(empty, cpu, Origin{})
	wantError(t, err, "not a run directory: it has no manifest.json")
	if files, _ := os.ReadDir(empty); len(files) != 0 {
		t.Errorf("%d files were written to a directory that is not a run", len(files))
	}
}

func TestResumeRefusesOtherLoads(t *testing.T) {
	base := t.TempDir()
	loads := filepath.Join(base, "loads.csv")
	if err := os.WriteFile(loads, []byte("1,2,3\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	e := small()
	e.Base, e.Workloads = base, []runs.Workload{{File: "loads.csv"}}
	s, _ := begin(t, e, "cpu")
	s.Close()
	if err := os.WriteFile(loads, []byte("1,2,4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Resume(s.Dir, catalog(&fakebackend.Backend{Named: "cpu"}), Origin{})
	wantError(t, err, "workload loads.csv has changed since the run began")
}

// TestShardMakesItsOwnRuns: a shard makes the runs of its cells alone, in the
// order that they have in the whole, and goes on with the same after a cut.
func TestShardMakesItsOwnRuns(t *testing.T) {
	backend := &fakebackend.Backend{Named: "cpu"}
	e := small()
	e.Seeds = []uint64{1, 2, 3}
	plan := mustPlan(t, e, catalog(backend))
	made := func(shard *runs.Shard) (dir string, order []string) {
		dir = filepath.Join(t.TempDir(), "run")
		s, err := Create(dir, plan, Origin{ShuffleSeed: 5, Shard: shard})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := &mock{plan: plan}
		if err := s.Execute(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
		run, err := runs.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range run.Records {
			order = append(order, fmt.Sprint(r.Key, " ", r.Repeat))
		}
		if want := s.Cells() * (e.Warmup + e.Repeats); len(m.asked) != want || len(run.Cells()) != s.Cells() {
			t.Errorf("shard %v: %d runs made, want %d; %d cells", shard, len(m.asked), want, len(run.Cells()))
		}
		return dir, order
	}
	_, whole := made(nil)
	first := &runs.Shard{Index: 1, Of: 2, Cells: []int{0, 2, 5}}
	dir, order := made(first)
	_, others := made(&runs.Shard{Index: 2, Of: 2, Cells: []int{1, 3, 4}})
	own := func(key string) bool {
		return slices.ContainsFunc(first.Cells, func(c int) bool { return strings.HasPrefix(key, plan.Cells[c].Key) })
	}
	if want := slices.DeleteFunc(slices.Clone(whole), func(key string) bool { return !own(key) }); !slices.Equal(order, want) {
		t.Errorf("shard 1 made %q, want %q", order, want)
	}
	if want := slices.DeleteFunc(slices.Clone(whole), own); !slices.Equal(others, want) {
		t.Errorf("shard 2 made %q, want %q", others, want)
	}

	path := filepath.Join(dir, runs.RecordsFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(text)*2/3)); err != nil {
		t.Fatal(err)
	}
	resume(t, dir, "there")
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Records) != 9 {
		t.Errorf("%d records, want 9", len(run.Records))
	}
}
