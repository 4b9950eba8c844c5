package runs

import (
	"path/filepath"
	"testing"
)

// part writes a run of cell a with the given times, answer and layers in the
// first record.
func part(t *testing.T, name, answer string, times ...float64) *Run {
	t.Helper()
	m := sampleManifest()
	m.Cells = m.Cells[:1]
	dir := filepath.Join(t.TempDir(), name)
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	for i, time := range times {
		r := record("a", i, time)
		r.AnswerHash = answer
		if err := w.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return load(t, dir)
}

func TestJoinNumbersInvocations(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "joined")
	if err := Join(dir, []*Run{part(t, "one", hash, 1, 2), part(t, "two", hash, 3, 5)}); err != nil {
		t.Fatal(err)
	}
	run := load(t, dir)
	if n := run.Manifest.Experiment.Invocations; n != 2 {
		t.Errorf("%d invocations", n)
	}
	cell := run.Cells()[0]
	for i, want := range []struct{ repeat, invocation int }{{0, 0}, {1, 0}, {2, 1}, {3, 1}} {
		if r := cell.Records[i]; r.Repeat != want.repeat || r.Invocation != want.invocation {
			t.Errorf("record %d is repeat %d of invocation %d, want %+v", i, r.Repeat, r.Invocation, want)
		}
	}
	if by := cell.Invocations(TimeMeasure); len(by) != 2 || by[0][1] != 2 || by[1][0] != 3 {
		t.Errorf("times by invocation: %v", by)
	}
}

func TestJoinFindsOtherAnswers(t *testing.T) {
	other := "f" + hash[1:]
	dir := filepath.Join(t.TempDir(), "joined")
	if err := Join(dir, []*Run{part(t, "one", hash, 1), part(t, "two", other, 3)}); err != nil {
		t.Fatal(err)
	}
	if c := load(t, dir).Cells()[0]; c.Status() != Failed || len(c.Done()) != 1 {
		t.Errorf("status %s, %d runs done", c.Status(), len(c.Done()))
	}
}

func TestJoinRefusesOtherCells(t *testing.T) {
	one := part(t, "one", hash, 1)
	two := load(t, write(t)) // four cells
	wantError(t, Join(filepath.Join(t.TempDir(), "joined"), []*Run{one, two}), "different cells")
	wantError(t, Join(filepath.Join(t.TempDir(), "joined"), nil), "no runs to join")
}
