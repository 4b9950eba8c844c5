package runs

import (
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestCellsAreTheSameOfAMergedRun: a merged run has the same cells as any other.
func TestCellsAreTheSameOfAMergedRun(t *testing.T) {
	plain := load(t, write(t))
	m := plain.Manifest
	m.Sources = []Source{{ShuffleSeed: 1}}
	dir := filepath.Join(t.TempDir(), "merged")
	err := Assemble(dir, func(w io.Writer) (Manifest, error) {
		for i := range plain.Records {
			line, err := plain.Records[i].Line()
			if err != nil {
				return m, err
			}
			if _, err := w.Write(line); err != nil {
				return m, err
			}
		}
		return m, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	merged := load(t, dir)
	if diff := cmp.Diff(plain.Cells(), merged.Cells(), sameCells); diff != "" {
		t.Errorf("cells (-plain +merged)\n%s", diff)
	}
	// Cells follow what is done to the records.
	merged.Records[0].Status = Failed
	if got := merged.Cells()[0].Status(); got != Failed {
		t.Errorf("status %s after a record has changed", got)
	}
	merged.Records = append(merged.Records, Record{PlannedCell: &PlannedCell{Key: "of no cell"}})
	if got := len(merged.Cells()); got != 4 {
		t.Errorf("%d cells", got)
	}
}
