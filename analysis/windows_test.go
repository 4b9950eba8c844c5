package analysis

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"packbench/runs"
)

// replayOf is a run that replays planners, on traces of so many seeds, with
// balances per window.
func replayOf(traces []string, seeds, windows int, balance func(planner, trace string, seed, window int) float64, planners ...string) *runs.Run {
	run := &runs.Run{}
	run.Manifest.Measures, run.Manifest.Axes = runs.ReplayMeasures(), runs.ReplayAxes()
	for _, trace := range traces {
		for seed := range seeds {
			for i, planner := range planners {
				cell := runs.NewCell(
					runs.Coordinate{Axis: runs.WorkloadAxis, Value: trace}, runs.Coordinate{Axis: runs.PacksAxis, Value: "4"}, runs.Coordinate{Axis: runs.SlotsAxis, Value: "8"},
					runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"}, runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.Itoa(seed)}, runs.Coordinate{Axis: runs.PlannerAxis, Value: planner},
				)
				planned := runs.PlannedCell{Cell: cell, Key: cell.Key(""), Layers: 2, Items: 4, WorkloadHash: trace + strconv.Itoa(seed)}
				run.Manifest.Cells = append(run.Manifest.Cells, planned)
				r := runs.Record{PlannedCell: &planned, Status: runs.Done, AnswerHash: strconv.Itoa(i), Layer: map[string][]float64{runs.MaxMeasure: {5, 5}, runs.MinMeasure: {1, 1}, runs.MeanMeasure: {2, 2}, runs.LowerBoundMeasure: {2, 2}}, Window: map[string][]float64{}}
				mean := 0.0
				for w := range windows {
					b := balance(planner, trace, seed, w)
					mean += b / float64(windows)
					for name, v := range map[string]float64{"index": float64(w + 1), runs.BalanceMeasure: b, runs.LostMeasure: 3600 * (1/b - 1), runs.IdleMeasure: 0} {
						r.Window[runs.WindowPrefix+name] = append(r.Window[runs.WindowPrefix+name], v)
					}
				}
				r.Run = runs.NewValues(map[string]float64{runs.TimeMeasure: 1, runs.BalanceMeasure: mean})
				run.Records = append(run.Records, r)
			}
		}
	}
	return run
}

// noise is a number in ±1 that differs from window to window.
func noise(planner, trace string, seed, window int) float64 {
	return math.Sin(float64(len(planner)*31+len(trace)*17+seed*7919) + 2.4*float64(window*window))
}

func TestPlannersAreComparedWithTheBaselineOverWindows(t *testing.T) {
	level := map[string]float64{"vllm": .8, "deepseek": .81, "steady": .85, "oracle": .99, "truth": .95, "static": .6}
	planners := []string{"vllm", "deepseek", "steady", "static", "oracle", "truth"}
	balance := func(p, trace string, seed, w int) float64 { return level[p] + .01*noise(p, trace, seed, w) }

	// One trace: the unit is a block of its windows.
	baseline, rows, err := Arrange(replayOf([]string{"a"}, 1, 20, balance, planners...)).AgainstBaseline("", .95)
	if err != nil || baseline != "deepseek" {
		t.Fatalf("against %q: %v", baseline, err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Strategy)
	}
	if !slices.Equal(names, []string{"vllm", "steady", "static"}) {
		t.Fatalf("rows of %v: rails are no contenders, and nobody is compared with itself", names)
	}
	steady := rows[1]
	for i, o := range steady.Over {
		if o.Windows != 20 || o.Traces != 1 || o.Unit() != "5 blocks of 4 windows" || o.Verdict() != "better" || o.Better != 20 || o.Worse != 0 || o.Remark != "" {
			t.Errorf("%s: %+v", WindowMeasures()[i].Name, o)
		}
	}
	if d := steady.Over[0].Difference; !(d.Lo < .04 && .04 < d.Hi) || d.Lo < .03 {
		t.Errorf("difference %+v, not about .04", d)
	}
	if rows[2].Over[0].Verdict() != "worse" || rows[2].Over[1].Verdict() != "worse" {
		t.Errorf("static: %+v", rows[2].Over)
	}

	// Several seeds: the unit is the trace; several problems: a row over them.
	_, rows, err = Arrange(replayOf([]string{"a", "bb", "ccc"}, 4, 20, balance, planners...)).AgainstBaseline("vllm", .95)
	if err != nil || len(rows) != 3+9 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	if r := rows[1]; r.Problem != nil || r.Strategy != "steady" || r.Over[0].Unit() != "3 traces" || r.Over[0].Verdict() != "better" {
		t.Errorf("over all: %+v", r)
	}
	if r := rows[4]; r.Problem == nil || r.Strategy != "steady" || r.Over[0].Unit() != "4 traces" || r.Over[0].Windows != 80 {
		t.Errorf("on a: %+v", r)
	}

	// Too few: effect sizes alone, with a remark.
	for _, few := range []struct{ seeds, windows int }{{1, 8}, {2, 20}} {
		_, rows, err = Arrange(replayOf([]string{"a"}, few.seeds, few.windows, balance, planners...)).AgainstBaseline("", .95)
		if err != nil {
			t.Fatal(err)
		}
		if o := rows[1].Over[0]; o.Difference.Bounded() || o.Verdict() != "" || o.Unit() != "" || !strings.HasPrefix(o.Remark, "no interval: ") || math.Abs(o.Difference.Center-.04) > .01 {
			t.Errorf("%+v: %+v", few, o)
		}
	}
	if _, _, err := Arrange(replayOf([]string{"a"}, 1, 20, balance, planners...)).AgainstBaseline("oracle", .95); err == nil {
		t.Error("a rail is a baseline")
	}
}

func TestWindowsThatDependOnEachOtherGiveNoInterval(t *testing.T) {
	balance := func(p, _ string, _, w int) float64 {
		if p == "vllm" {
			return .8
		}
		return .703 + .01*float64(w) // falls behind, then leads
	}
	_, rows, err := Arrange(replayOf([]string{"a"}, 1, 20, balance, "vllm", "steady")).AgainstBaseline("", .95)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if o := rows[0].Over[0]; o.Difference.Bounded() || !strings.Contains(o.Remark, "depend on each other") || o.Better != 10 || o.Worse != 10 {
		t.Errorf("%+v", o)
	}
}

// Windows without load do not count, and are counted.
func TestIdleWindowsAreLeftOut(t *testing.T) {
	run := replayOf([]string{"a"}, 1, 20, func(p, _ string, _, w int) float64 {
		switch {
		case w == 7:
			return 1
		case p == "vllm":
			return .8
		}
		return .9
	}, "vllm", "steady")
	for i := range run.Records {
		run.Records[i].Window[runs.WindowPrefix+runs.IdleMeasure][7] = 2
	}
	_, rows, err := Arrange(run).AgainstBaseline("", .95)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if r := rows[0]; r.Idle != 1 || r.Over[0].Windows != 19 || r.Over[0].Better != 19 || math.Abs(r.Over[0].Difference.Lo-.1) > 1e-9 {
		t.Errorf("%+v", r)
	}
}

func TestStrongestIsPublished(t *testing.T) {
	list := []Contender{{"steady", "", .9}, {"vllm", "krige", .85}, {"vllm", "", .8}, {"deepseek", "", math.NaN()}, {"trtllm", "", .82}}
	if i := Strongest(list); i != 4 {
		t.Errorf("%d of %v", i, list)
	}
	if i := Strongest(list[:2]); i != 0 {
		t.Errorf("without a published one: %d", i)
	}
	if i := Strongest(nil); i != -1 {
		t.Errorf("of none: %d", i)
	}
}
