package compare

import (
	"math"
	"strings"
	"testing"

	"packbench/analysis"
	"packbench/runs"
)

// inInvocations spreads the runs of r over n invocations, whose medians are
// shifted by the given shares.
func inInvocations(r *runs.Run, shifts ...float64) *runs.Run {
	r.Manifest.Experiment.Invocations = len(shifts)
	r.Manifest.Experiment.Repeats /= len(shifts)
	for i := range r.Records {
		record := &r.Records[i]
		record.Invocation = record.Repeat * len(shifts) / (r.Manifest.Experiment.Repeats * len(shifts))
		record.Run.Set(runs.TimeMeasure, record.Time()*(1+shifts[record.Invocation]))
	}
	return r
}

func gated(t *testing.T, old, new *runs.Run) *Comparison {
	t.Helper()
	limit := 0.05
	c, err := Runs(old, []*runs.Run{new}, Options{FailAbove: &limit})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestInvocationsAreTheUnits: two processes that differ by 7 % are not a
// regression where times vary so from process to process, though every run of
// one is slower than every run of the other; 30 % are.
func TestInvocationsAreTheUnits(t *testing.T) {
	twelve := func(time float64) *runs.Run { return invented(1, 12, same(time), same(10)) }
	noise := []float64{-.09, -.05, 0, .03, .06, .1}
	if c := gated(t, twelve(1e6), twelve(1.07e6)); c.Gate.Passed || c.Cells[0].time().Unit != ByRun {
		t.Errorf("within a run 7 %% is a regression: %+v", c.Cells[0].time())
	}
	c := gated(t, inInvocations(twelve(1e6), noise...), inInvocations(twelve(1.07e6), noise...))
	if got := c.Cells[0].time(); !c.Gate.Passed || got.Unit != ByInvocation || got.OldUnits != 6 || got.OldRuns != 12 || got.P < 0.05 {
		t.Errorf("between runs it is none: %+v", got)
	}
	c = gated(t, inInvocations(twelve(1e6), noise...), inInvocations(twelve(1.3e6), noise...))
	if c.Gate.Passed || !strings.Contains(c.Gate.Verdict(), "time +30") {
		t.Errorf("30 %%: %s", c.Gate.Verdict())
	}
	if text := written(t, c, "text"); !strings.Contains(text, "medians of 6 invocations a side") || strings.Contains(text, "within this run") {
		t.Errorf("does not say what its values are:\n%s", text)
	}
}

// TestFewInvocationsCheckNothing: three a side cannot show a difference, and the
// gate says how many could.
func TestFewInvocationsCheckNothing(t *testing.T) {
	c := gated(t, inInvocations(invented(1, 12, same(1e6), same(10)), 0, .01, .02), inInvocations(invented(1, 12, same(2e6), same(10)), 0, .01, .02))
	if c.Gate.Passed || !strings.Contains(c.Gate.Verdict(), "use at least 4 invocations") {
		t.Errorf("%s", c.Gate.Verdict())
	}
}

// TestWithinARunTheWholeIntervalCounts: a median 6 % slower whose interval
// begins below the limit of 5 % passes and is named.
func TestWithinARunTheWholeIntervalCounts(t *testing.T) {
	wide := func(factor float64) *runs.Run {
		r := invented(1, 12, same(0), same(10))
		for i := range r.Records {
			r.Records[i].Run.Set(runs.TimeMeasure, factor*(1e6+5e3*float64(i)))
		}
		return r
	}
	c := gated(t, wide(1), wide(1.06))
	cell := c.Cells[0].time()
	if cell.Verdict != Worse || !(cell.Factor.Lo < 1.05) || !c.Gate.Passed {
		t.Errorf("%+v, passed %t", cell, c.Gate.Passed)
	}
	if text := written(t, c, "text"); !strings.Contains(text, "whose interval reaches below the limit") || !strings.Contains(text, "within this run; expect ±2 % between runs") {
		t.Errorf("does not say so:\n%s", text)
	}
	if c := gated(t, wide(1), wide(1.15)); c.Gate.Passed {
		t.Errorf("15 %%: %+v", c.Cells[0].time())
	}
}

// TestEqualLoadsCountOnce: nine layers with the same loads in other orders are
// one pair, which proves nothing.
func TestEqualLoadsCountOnce(t *testing.T) {
	twins := func(imbalance float64) *runs.Run {
		r := invented(1, 8, same(1e6), same(imbalance))
		ids := make([]float64, 9)
		for l := range ids {
			ids[l] = 42
		}
		r.Records[0].Layer[runs.LoadsMeasure] = ids
		return r
	}
	c := gated(t, twins(10), twins(20))
	q := c.Cells[0].imbalance()
	if q.Layers != 8 || q.Units != 1 || q.Pairs.Losses != 1 || q.Pairs.P != 1 {
		t.Errorf("%+v", q)
	}
	if c.Gate.Passed {
		t.Error("a gate that could not look passed")
	}
	if text := written(t, c, "text"); !strings.Contains(text, "7 layers have the loads of another one") {
		t.Errorf("does not say so:\n%s", text)
	}
}

// TestGapAboveTheOptimumStandsBesideTheGap: a proof of either side serves both.
func TestGapAboveTheOptimumStandsBesideTheGap(t *testing.T) {
	old, new := invented(1, 8, same(1e6), same(20)), invented(1, 8, same(1e6), same(10))
	proofs := make([]float64, 9)
	proofs[1] = 1 // max load 1005.05
	new.Records[0].Layer[runs.OptimalMeasure] = proofs
	c := gated(t, old, new)
	a := c.Cells[0].gap().Above
	if a == nil || a.Layers != 1 || a.NewMean != 0 || math.Abs(a.OldMean-(1010.1/1005.05-1)) > 1e-12 {
		t.Errorf("%+v", a)
	}
	if text := written(t, c, "text"); !strings.Contains(text, "1 of 8") || !strings.Contains(text, "above the optimum") {
		t.Errorf("not shown:\n%s", text)
	}
	named, err := Runs(old, []*runs.Run{new}, Options{Measures: []string{analysis.AboveOptimum}})
	if err != nil {
		t.Fatal(err)
	}
	if q := named.Cells[0].Result(analysis.AboveOptimum).Layers; q == nil || q.Layers != 1 || q.NewMean != 0 {
		t.Errorf("by its name: %+v", q)
	}
}
