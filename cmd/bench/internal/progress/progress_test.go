package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"packbench/harness"
	"packbench/runs"
)

// event is a run of strategy, the finished-th of total.
func event(finished, total int, left time.Duration, r *runs.Record) harness.Event {
	return harness.Event{Finished: finished, Total: total, Left: left, Record: r}
}

func record(status runs.Status, reason string, warnings ...string) *runs.Record {
	return &runs.Record{
		PlannedCell: &runs.PlannedCell{Cell: runs.NewCell(
			runs.Coordinate{Axis: runs.StrategyAxis, Value: "lpt"}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: "uniform"},
			runs.Coordinate{Axis: runs.PacksAxis, Value: "32"}, runs.Coordinate{Axis: runs.BackendAxis, Value: "cuda"},
			runs.Coordinate{Axis: runs.SeedAxis, Value: "1"},
		)},
		Status: status, Reason: reason, Warnings: warnings,
	}
}

// A pipe gets a line every few seconds, and what went wrong at once,
// each thing once.
func TestPipeGetsALineEveryFewSeconds(t *testing.T) {
	var out strings.Builder
	d := New(&out, false)
	clock := d.last
	d.now = func() time.Time { return clock }
	for _, step := range []struct {
		after time.Duration
		e     harness.Event
	}{
		{time.Second, event(1, 20, 0, nil)},
		{0, event(6, 20, 8*time.Second, record(runs.Unavailable, "no driver"))},
		{0, event(11, 20, 8*time.Second, record(runs.Unavailable, "no driver"))},
		{time.Second, event(12, 20, 8*time.Second, record(runs.Done, ""))},
		{4 * time.Second, event(13, 20, 8*time.Second, record(runs.Done, ""))},
		{time.Second, event(14, 20, 8*time.Second, record(runs.Failed, "broke"))},
		{time.Second, event(15, 20, 8*time.Second, record(runs.Done, "", "differs"))},
		{time.Second, event(16, 20, 8*time.Second, record(runs.Unsupported, "not this one"))},
		{time.Hour, event(20, 20, 8*time.Second, record(runs.Done, ""))},
	} {
		clock = clock.Add(step.after)
		d.Observe(step.e)
	}
	d.Close()
	want := `cuda: no driver
5 of 12 runs, about 8s left
lpt on uniform into 32 packs (cuda, seed 1): failed: broke
lpt on uniform into 32 packs (cuda, seed 1): differs
lpt on cuda: not this one
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A terminal gets a bar with the count and the time left, and it is
// gone at the end.
func TestTerminalGetsABarWithCountAndTimeLeft(t *testing.T) {
	var out strings.Builder
	d := newDisplay(&out, true, 0)
	for i := 1; i <= 4; i++ {
		d.Observe(event(i, 5, 3*time.Second, nil))
	}
	d.Observe(event(5, 5, 0, record(runs.Failed, "broke")))
	d.Close()
	for _, want := range []string{"runs", "(2/5", "about 3s left", "failed: broke\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in %q", want, out.String())
		}
	}
	_, last, _ := strings.Cut(out.String(), "broke\n")
	if strings.TrimSpace(last[strings.LastIndexByte(last, '\r')+1:]) != "" {
		t.Errorf("something is left at the end: %q", last)
	}
}
