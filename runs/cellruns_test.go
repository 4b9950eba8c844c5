package runs

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sampleRun is a run of four cells: done (repeats out of order), failed after a
// run that was done, unavailable, and not yet run.
func sampleRun() *Run {
	cell := func(strategy string) PlannedCell {
		return PlannedCell{Cell: Cell{Strategy: strategy, Workload: "w", Packs: 3, Backend: "cpu"}, Key: strategy, Layers: 2, Items: 12}
	}
	run := &Run{Manifest: Manifest{Cells: []PlannedCell{cell("a"), cell("b"), cell("c"), cell("d")}}}
	add := func(strategy string, repeat int, status Status, reason string, time int64) {
		r := Record{Cell: cell(strategy).Cell, Key: strategy, Repeat: repeat, Status: status, Reason: reason, TimeNS: time, Layers: 2, Items: 12}
		if repeat == 0 && status == Done {
			r.Quality = &LayerData{Imbalance: []float64{4, 0}, Max: []float64{12, 10}, Min: []float64{8, 10}, Mean: []float64{10, 10}, LowerBound: []float64{10, 10}}
		}
		run.Records = append(run.Records, r)
	}
	for repeat, time := range []int64{60, 10, 50, 20, 40, 30} {
		add("a", 5-repeat, Done, "", time)
	}
	add("b", 0, Done, "", 5)
	add("b", 1, Failed, "broke", 0)
	add("c", 0, Unavailable, "no driver", 0)
	return run
}

func TestCells(t *testing.T) {
	cells := sampleRun().Cells()
	for i, want := range []struct {
		status Status
		reason string
		times  []float64
	}{
		{Done, "", []float64{30, 40, 20, 50, 10, 60}},
		{Failed, "broke", []float64{5}},
		{Unavailable, "no driver", nil},
		{Pending, "not run yet", nil},
	} {
		c := cells[i]
		if c.Status() != want.status || c.Reason() != want.reason || !slices.Equal(c.Times(), want.times) {
			t.Errorf("%s: %s, %q, %v: want %+v", c.Strategy, c.Status(), c.Reason(), c.Times(), want)
		}
		if (c.Quality() != nil) != (len(want.times) > 0) {
			t.Errorf("%s: quality %v", c.Strategy, c.Quality())
		}
	}
}

// TestCellsOfOtherPlans: records of a cell that the manifest does not list, as
// merged runs have, are there after the others.
func TestCellsOfOtherPlans(t *testing.T) {
	run := sampleRun()
	run.Manifest.Cells = run.Manifest.Cells[1:]
	cells := run.Cells()
	if len(cells) != 4 || cells[3].Strategy != "a" || cells[3].Layers != 2 || len(cells[3].Records) != 6 {
		t.Errorf("%d cells, the last %+v", len(cells), cells[3].PlannedCell)
	}
}

func TestFailure(t *testing.T) {
	run := sampleRun()
	wantError(t, run.Failure(), "1 of 4 cells failed, the first b on w (cpu): broke")
	run.Records[7].Status = Done
	if err := run.Failure(); err != nil {
		t.Error(err)
	}
}

func TestSummarize(t *testing.T) {
	cells := sampleRun().Cells()
	got := cells[0].Summarize()
	want := Summary{
		Runs: 6, MeanImbalance: 2, MedianImbalance: 2, WorstImbalance: 4, MeanMaxOverMean: 1.1, MeanGap: .1, WorstGap: .2,
		Median: 35, Low: 10, High: 60,
		Confidence: 1 - 2./64, // that six fall on one side of the median
	}
	for _, pair := range [][2]*float64{{&got.MeanMaxOverMean, &want.MeanMaxOverMean}, {&got.MeanGap, &want.MeanGap}, {&got.WorstGap, &want.WorstGap}, {&got.Confidence, &want.Confidence}} {
		if math.Abs(*pair[0]-*pair[1]) > 1e-12 {
			t.Errorf("%v, want %v", *pair[0], *pair[1])
		}
		*pair[0] = *pair[1]
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := cells[1].Summarize(); got.Median != 5 || got.Confidence != 0 {
		t.Errorf("one run: %+v: want a median and no interval", got)
	}
	if got := cells[3].Summarize(); got != (Summary{}) {
		t.Errorf("no run: %+v", got)
	}
}

func TestWriteSummary(t *testing.T) {
	run := sampleRun()
	run.Dir = t.TempDir()
	if err := run.WriteSummary(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(run.Dir, SummaryFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll() // checks that every row has as many fields
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 5 {
		t.Fatalf("%d lines", len(rows))
	}
	column := func(name string) (fields []string) {
		for _, row := range rows[1:] {
			fields = append(fields, row[slices.Index(rows[0], name)])
		}
		return fields
	}
	for name, want := range map[string][]string{
		"strategy":       {"a", "b", "c", "d"},
		"status":         {"done", "failed", "unavailable", "pending"},
		"reason":         {"", "broke", "no driver", "not run yet"},
		"runs":           {"6", "1", "0", "0"},
		"mean_imbalance": {"2", "2", "", ""},
		"median_time_ns": {"35", "5", "", ""},
		"low_time_ns":    {"10", "", "", ""},
	} {
		if got := column(name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
