package analysis

import (
	"math"
	"slices"
	"testing"

	"packbench/runs"
)

// TestInvocationsAreTheUnits: as soon as there are several, the values are their
// medians, however many runs they have.
func TestInvocationsAreTheUnits(t *testing.T) {
	c := Cells(runOf(packed{"lpt", 1, [][3]float64{{12, 8, 10}}, []float64{1, 2, 9, 5, 6, 7}, nil}))[0]
	if s := SampleOf(runs.TimeMeasure, c); s.Invocations != 1 || s.Runs != 6 || len(s.Values) != 6 {
		t.Errorf("one process: %+v", s)
	}
	for i := range c.Records {
		c.Records[i].Invocation = i / 3
	}
	s := SampleOf(runs.TimeMeasure, c)
	if s.Invocations != 2 || s.Runs != 6 || !slices.Equal(s.Values, []float64{2, 6}) {
		t.Errorf("two processes: %+v", s)
	}
	if m := c.Median(runs.TimeMeasure); m.Center != 4 || m.N != 6 || m.Invocations != 2 || m.Bounded() {
		t.Errorf("median %+v", m)
	}
}

// TestGapAboveTheProvenOptimum: a proof by one strategy serves all; layers
// without a proof have no such gap.
func TestGapAboveTheProvenOptimum(t *testing.T) {
	cells := Cells(runOf(
		packed{"exact", 1, [][3]float64{{11, 9, 10}, {12, 8, 10}, {0, 0, 0}}, []float64{1}, []float64{1, 0, 1}},
		packed{"lpt", 1, [][3]float64{{12.1, 8, 10}, {13, 8, 10}, {0, 0, 0}}, []float64{1}, nil},
	))
	exact, lpt := cells[0], cells[1]
	if v := lpt.Values(AboveOptimum); len(v) != 1 || !near(v[0], 0.1) {
		t.Errorf("lpt: %v", v)
	}
	if v := exact.Values(AboveOptimum); !slices.Equal(v, []float64{0}) {
		t.Errorf("exact: %v", v)
	}
	if every := lpt.Every(AboveOptimum); len(every) != 3 || !math.IsNaN(every[1]) || !math.IsNaN(every[2]) {
		t.Errorf("every layer: %v", every)
	}
	if k := lpt.Known(AboveOptimum); !slices.Equal(k, []int{0}) {
		t.Errorf("known of %v", k)
	}
	none := Cells(runOf(packed{"lpt", 1, [][3]float64{{12, 8, 10}}, []float64{1}, nil}))[0]
	if none.Every(AboveOptimum) != nil || none.Values(AboveOptimum) != nil {
		t.Error("an optimum that nobody proved")
	}
}
