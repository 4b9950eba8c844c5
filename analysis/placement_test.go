package analysis

import (
	"slices"
	"strconv"
	"testing"

	"packbench/runs"
)

// placementRun is a run of planners on one problem of three layers, the last of
// them idle, with a balance of the GPUs per planner and layer.
func placementRun(balance map[string][]float64) *runs.Run {
	run := &runs.Run{}
	for i, planner := range []string{"a", "b", "c"} {
		cell := runs.NewCell(
			runs.Coordinate{Axis: runs.PlannerAxis, Value: planner}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: "w:items=4,s=1"},
			runs.Coordinate{Axis: runs.SlotsAxis, Value: "8"}, runs.Coordinate{Axis: runs.GPUsAxis, Value: "4"},
			runs.Coordinate{Axis: runs.NodesAxis, Value: "2"}, runs.Coordinate{Axis: runs.GroupsAxis, Value: "1"},
			runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"}, runs.Coordinate{Axis: runs.SeedAxis, Value: "1"},
		)
		planned := runs.PlannedCell{Cell: cell, Key: cell.Key(""), Layers: 3, Items: 4}
		run.Manifest.Cells = append(run.Manifest.Cells, planned)
		r := runs.Record{PlannedCell: &planned, Status: runs.Done, AnswerHash: strconv.Itoa(i),
			Run: runs.NewValues(map[string]float64{runs.TimeMeasure: float64(100 * (i + 1))})}
		if b := balance[planner]; b != nil {
			r.Layer = map[string][]float64{runs.GPUBalanceLayerMeasure: b, runs.GPUMaxMeasure: {5, 5, 0}}
		} else {
			r.Status, r.Reason, r.Run, r.AnswerHash = runs.Unsupported, "288 slots do not divide", runs.Values{}, ""
		}
		run.Records = append(run.Records, r)
	}
	return run
}

// Runs without packings are ranked by their first judged measure; idle layers do
// not count.
func TestRunsWithoutPackingsAreRankedByTheirFirstMeasure(t *testing.T) {
	run := placementRun(map[string][]float64{"a": {0.5, 0.75, 1}, "b": {0.75, 0.75, 1}})
	if d := Leading(&run.Manifest); d.Name != runs.GPUBalanceLayerMeasure {
		t.Fatalf("ranked by %q", d.Name)
	}
	r := Arrange(run)
	p := r.Problems[0]
	if p.Packed() || p.ShortShape() != "3×4 → 8s/4g/2n" || p.ShapeText() != "3 layers × 4 experts to 8 slots, 4 GPUs, 2 nodes" || p.Name != "w s=1" {
		t.Errorf("%q, %q, %q", p.Name, p.ShortShape(), p.ShapeText())
	}
	ranking := r.Rank()
	var order []string
	for _, s := range ranking.Standings {
		order = append(order, s.Strategy)
	}
	if !slices.Equal(order, []string{"b", "a", "c"}) {
		t.Errorf("order %v", order)
	}
	first, second := ranking.Standings[0], ranking.Standings[1]
	if first.Layers != 2 || first.Mean != 0.75 || first.Worst != 0.75 || first.Best != 2 || !near(first.Times[0], 200) {
		t.Errorf("first %+v", first)
	}
	if second.Mean != 0.625 || second.Worst != 0.5 || second.Best != 1 || !slices.Equal(second.Layer, []float64{0.5, 0.75}) {
		t.Errorf("second %+v", second)
	}
	if last := ranking.Standings[2]; last.Layers != 0 {
		t.Errorf("last %+v", last)
	}
}

func TestCellsWithoutPackingsHaveNoDerivedMeasures(t *testing.T) {
	run := placementRun(map[string][]float64{"a": {0.5, 0.75, 1}})
	c := Cells(run)[0]
	if !c.Judged() || c.Idle() != 1 || !slices.Equal(c.Busy(), []int{0, 1}) || c.Proof() != (Proof{Of: 2}) {
		t.Errorf("judged %v, idle %d, busy %v, proof %v", c.Judged(), c.Idle(), c.Busy(), c.Proof())
	}
	if c.Every(Gap) != nil || Cells(run)[1].Judged() {
		t.Error("measures out of nothing")
	}
	for _, d := range Measures(&run.Manifest, runs.PerLayer) {
		if d.Name == Gap || d.Name == runs.ImbalanceMeasure {
			t.Errorf("%s of placements", d.Name)
		}
	}
}

// A run of another program, with measures that nothing here knows of, has no
// idle layers and is ranked all the same.
func TestRunsOfUnknownMeasures(t *testing.T) {
	run := placementRun(map[string][]float64{"a": {1, 2, 3}, "b": {1, 1, 1}, "c": {4, 4, 4}})
	run.Manifest.Measures = []runs.Measure{
		{Name: runs.TimeMeasure, Unit: runs.Nanoseconds, Better: runs.Lower, Scope: runs.PerRun},
		{Name: "hops", Unit: runs.Count, Better: runs.Lower, Scope: runs.PerLayer},
	}
	for _, r := range run.Records {
		r.Layer["hops"] = r.Layer[runs.GPUBalanceLayerMeasure]
		delete(r.Layer, runs.GPUBalanceLayerMeasure)
		delete(r.Layer, runs.GPUMaxMeasure)
	}
	ranking := Arrange(run).Rank()
	if ranking.Measure.Name != "hops" || ranking.Standings[0].Strategy != "b" || ranking.Standings[0].Layers != 3 || ranking.Standings[2].Worst != 4 {
		t.Errorf("%+v", ranking)
	}
}
