package runs

import (
	"slices"
	"testing"
)

func TestCellsSayHowTheirRunsWent(t *testing.T) {
	cells := load(t, write(t)).Cells()
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
			t.Errorf("%s: %s, %q, %v: want %+v", c.Strategy(), c.Status(), c.Reason(), c.Times(), want)
		}
		if (c.Layer(MaxMeasure) != nil) != (len(want.times) > 0) {
			t.Errorf("%s: max %v", c.Strategy(), c.Layer(MaxMeasure))
		}
	}
	if stages := cells[0].Records[0].Stages(); len(stages) != 1 || stages[0] != (Stage{"greedy", 15}) {
		t.Errorf("stages %v", stages)
	}
}

func TestFailureCountsCellsThatBroke(t *testing.T) {
	run := load(t, write(t))
	wantError(t, run.Failure(), "1 of 4 cells failed, the first b on w (cpu): broke")
	run.Records[7].Status = Done
	if err := run.Failure(); err != nil {
		t.Error(err)
	}
}
