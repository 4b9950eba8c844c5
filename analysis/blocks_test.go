package analysis

import (
	"slices"
	"testing"

	"packbench/runs"
)

// layered returns a run of two strategies on a workload of three layers with the
// given identities of loads; b is better on every layer.
func layered(ids []float64, workloads ...string) *runs.Run {
	run := &runs.Run{}
	for _, w := range workloads {
		for _, strategy := range []string{"a", "b"} {
			worse := 0.0
			if strategy == "a" {
				worse = 2
			}
			one := runOf(packed{strategy, 1, [][3]float64{{12 + worse, 8, 10}, {12 + worse, 8, 10}, {12 + worse, 8, 10}}, []float64{1}, nil})
			p, r := one.Manifest.Cells[0], one.Records[0]
			p.Cell = p.Cell.With(runs.WorkloadAxis, w)
			p.Key = p.Cell.Key("")
			p.WorkloadHash = w
			r.PlannedCell = &p
			if ids != nil {
				r.Layer[runs.LoadsMeasure] = ids
			}
			run.Manifest.Cells, run.Records = append(run.Manifest.Cells, p), append(run.Records, r)
		}
	}
	return run
}

func TestBlocksAreIndependent(t *testing.T) {
	for _, c := range []struct {
		name      string
		ids       []float64
		workloads []string
		blocks    int
		layers    int
	}{
		{"other loads in every layer", []float64{1, 2, 3}, []string{"w"}, 3, 3},
		{"equal loads up to their order count once", []float64{7, 7, 7}, []string{"w"}, 1, 3},
		{"two of three", []float64{7, 7, 8}, []string{"w"}, 2, 3},
		{"one generator uses the same draws whatever its parameters", nil, []string{"w:s=1", "w:s=2"}, 3, 6},
		{"two generators do not", nil, []string{"v", "w"}, 6, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Arrange(layered(c.ids, c.workloads...)).Blocks()
			if len(b.Ranks) != c.blocks || b.Layers != c.layers || !slices.Equal(b.Strategies, []string{"a", "b"}) {
				t.Errorf("%d blocks of %d layers, strategies %v: want %d of %d", len(b.Ranks), b.Layers, b.Strategies, c.blocks, c.layers)
			}
			for _, ranks := range b.Ranks {
				if !slices.Equal(ranks, []float64{2, 1}) {
					t.Errorf("ranks %v", ranks)
				}
			}
		})
	}
}

// TestRecordedDrawsSayWhatIsIndependent: two workloads of one generator are two
// streams where the plan says so.
func TestRecordedDrawsSayWhatIsIndependent(t *testing.T) {
	run := layered(nil, "w:s=1,draws=2", "w:s=2,draws=2")
	for i := range run.Manifest.Cells {
		run.Manifest.Cells[i].Draws = run.Manifest.Cells[i].Workload()
	}
	if b := Arrange(run).Blocks(); len(b.Ranks) != 6 {
		t.Errorf("%d blocks, want 6", len(b.Ranks))
	}
}
