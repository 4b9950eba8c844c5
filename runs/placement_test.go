package runs

import (
	"path/filepath"
	"slices"
	"testing"
)

// placed is a cell of a planner on two layers.
func placed() PlannedCell {
	c := NewCell(
		Coordinate{PlannerAxis, "p"}, Coordinate{WorkloadAxis, "w"}, Coordinate{SlotsAxis, "16"}, Coordinate{GPUsAxis, "4"},
		Coordinate{NodesAxis, "2"}, Coordinate{GroupsAxis, "1"}, Coordinate{BackendAxis, "cpu"}, Coordinate{SeedAxis, "1"},
	)
	return PlannedCell{Cell: c, Key: c.Key(""), Layers: 2, Items: 12, WorkloadHash: hash}
}

func TestDeclarationsFollowTheCells(t *testing.T) {
	names := func(cells ...PlannedCell) (list []string) {
		for _, a := range AxesOf(cells) {
			list = append(list, a.Name)
		}
		for _, m := range MeasuresOf(cells) {
			list = append(list, m.Name)
		}
		return list
	}
	packing := []string{"workload", "packs", "seed", "rng", "backend", "strategy", "time", "imbalance", "max", "min", "mean", "lower_bound", "optimal", "loads"}
	placement := []string{"workload", "slots", "gpus", "nodes", "groups", "seed", "backend", "planner",
		"time", "gpu_balance", "node_balance", "slot_balance", "split_balance", "copies_max", "duplicate_copies", "gpu_max", "loads"}
	if got := names(); !slices.Equal(got, packing) {
		t.Errorf("without cells: %v", got)
	}
	if got := names(planned("a")); !slices.Equal(got, packing) {
		t.Errorf("packings: %v", got)
	}
	if got := names(placed()); !slices.Equal(got, placement) {
		t.Errorf("placements: %v", got)
	}
	after := placed()
	after.Cell = after.With(PreviousAxis, "initial")
	if got := names(after); !slices.Contains(got, LayerMovesMeasure) || !slices.Contains(got, PreviousAxis) {
		t.Errorf("placements after another: %v", got)
	}
}

func TestTargetSaysWhatLoadsAreDistributedOver(t *testing.T) {
	for want, c := range map[string]Cell{
		"3 packs":                             planned("a").Cell,
		"16 slots, 4 GPUs, 2 nodes":           placed().Cell,
		"16 slots, 4 GPUs, 2 nodes, 4 groups": placed().With(GroupsAxis, "4"),
		"16 slots, 3 GPUs":                    planned("a").With(SlotsAxis, "16"), // as a replay has it
	} {
		if got := c.Target(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if placed().Subject() != "p" || planned("a").Subject() != "a" {
		t.Error("another subject")
	}
}

// Measures of placements are checked against each other, and those of packings
// are not asked for.
func TestPlacementsAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		change func(map[string][]float64)
		want   string
	}{
		"sound":                 {func(map[string][]float64) {}, ""},
		"no balance of nodes":   {func(m map[string][]float64) { delete(m, NodeBalanceLayerMeasure) }, ""},
		"balance above 1":       {func(m map[string][]float64) { m[SlotBalanceLayerMeasure][1] = 1.5 }, "line 1: layer 1: slot_balance 1.5: a balance is from 0 to 1"},
		"balance below 0":       {func(m map[string][]float64) { m[GPUBalanceLayerMeasure][0] = -0.5 }, "gpu_balance -0.5: a balance is from 0 to 1"},
		"nodes less even":       {func(m map[string][]float64) { m[NodeBalanceLayerMeasure][0] = 0.5 }, "node_balance 0.5 is below the 0.75 of the GPUs"},
		"best split less even":  {func(m map[string][]float64) { m[SplitBalanceLayerMeasure][0] = 0.5 }, "split_balance 0.5 is below the 0.75 of the GPUs"},
		"one of packings":       {func(m map[string][]float64) { m[MaxMeasure] = []float64{1, 1} }, `"max" is not a declared measure of layers`},
		"measure not declared":  {func(m map[string][]float64) { m["color"] = []float64{1, 1} }, `"color" is not a declared measure of layers`},
		"layers without number": {func(m map[string][]float64) { clear(m) }, "none of its runs has the measures of its layers"},
	} {
		t.Run(name, func(t *testing.T) {
			p := placed()
			layer := map[string][]float64{
				GPUBalanceLayerMeasure: {0.75, 1}, NodeBalanceLayerMeasure: {0.875, 1}, SlotBalanceLayerMeasure: {0.25, 0.5}, SplitBalanceLayerMeasure: {0.75, 1},
				CopiesMaxMeasure: {3, 2}, DuplicateCopiesMeasure: {0, 1}, GPUMaxMeasure: {40, 30},
			}
			test.change(layer)
			m := sampleManifest()
			m.Cells = []PlannedCell{p}
			dir := filepath.Join(t.TempDir(), "run")
			w, err := Create(dir, m)
			if err != nil {
				t.Fatal(err)
			}
			r := record("a", 1, 5)
			r.Key, r.Cell, r.Layer = p.Key, p.Cell, layer
			if err := w.Append(r); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			_, err = Load(dir)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, test.want)
		})
	}
}
