package compare

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"packbench/runs"
)

// invented returns a run of so many cells on one machine, each of so many runs,
// with a time and an imbalance per cell: imbalance is that of layers 1, 2, …;
// layer 0 is idle.
func invented(cells, repeats int, time, imbalance func(cell int) float64) *runs.Run {
	const layers = 9
	e := runs.Environment{Host: "host", CPU: "CPU", Cores: 4, Threads: 4}
	r := &runs.Run{Dir: "run", Manifest: runs.Manifest{
		Experiment:   runs.Experiment{Repeats: repeats},
		Environments: map[string]runs.Environment{"here": e},
	}}
	for c := range cells {
		cell := runs.NewCell(
			runs.Coordinate{Axis: runs.StrategyAxis, Value: fmt.Sprintf("s%d", c)},
			runs.Coordinate{Axis: runs.WorkloadAxis, Value: "w"},
			runs.Coordinate{Axis: runs.PacksAxis, Value: "8"},
			runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"},
			runs.Coordinate{Axis: runs.RNGAxis, Value: "philox"},
			runs.Coordinate{Axis: runs.SeedAxis, Value: "1"})
		p := runs.PlannedCell{Cell: cell, Key: cell.Key(""), Layers: layers, Items: 64, WorkloadHash: "loads"}
		r.Manifest.Cells = append(r.Manifest.Cells, p)
		for repeat := range repeats {
			record := runs.Record{
				PlannedCell: &p, Repeat: repeat, Status: runs.Done, AnswerHash: fmt.Sprint(imbalance(c)), Environment: "here",
				Run: runs.NewValues(map[string]float64{runs.TimeMeasure: time(c) + float64(repeat)}),
			}
			if repeat == 0 {
				record.Layer = map[string][]float64{}
				for l := range layers {
					d, mean := imbalance(c)*(1+0.01*float64(l)), 1000.0
					if l == 0 {
						d, mean = 0, 0
					}
					for name, v := range map[string]float64{
						runs.ImbalanceMeasure: d, runs.MaxMeasure: mean + d/2, runs.MinMeasure: mean - d/2, runs.MeanMeasure: mean, runs.LowerBoundMeasure: mean,
					} {
						record.Layer[name] = append(record.Layer[name], v)
					}
				}
			}
			r.Records = append(r.Records, record)
		}
	}
	return r
}

func same(v float64) func(int) float64 { return func(int) float64 { return v } }

// base is a run of 3 cells of 8 runs.
func base() *runs.Run { return invented(3, 8, same(1e6), same(10)) }

// ofCell returns whether a record is of a cell of the run.
func ofCell(r *runs.Run, cell int) func(runs.Record) bool {
	key := r.Manifest.Cells[cell].Key
	return func(record runs.Record) bool { return record.Key == key }
}

// drop removes a cell with its records.
func drop(r *runs.Run, cell int) {
	r.Records = slices.DeleteFunc(r.Records, ofCell(r, cell))
	r.Manifest.Cells = slices.Delete(r.Manifest.Cells, cell, cell+1)
}

// end replaces the records of a cell by one that ended so.
func end(r *runs.Run, cell int, s runs.Status) {
	p := r.Manifest.Cells[cell]
	r.Records = slices.DeleteFunc(r.Records, ofCell(r, cell))
	if s != runs.Pending {
		r.Records = append(r.Records, runs.Record{PlannedCell: &p, Status: s, Reason: "reason", Environment: "here"})
	}
}

// environment changes the environment of a run.
func environment(change func(*runs.Environment)) func(*runs.Run) {
	return func(r *runs.Run) {
		e := r.Manifest.Environments["here"]
		change(&e)
		r.Manifest.Environments["here"] = e
	}
}

// TestGatePassesOnlyWhatItChecked: each case changes one side or both of a
// comparison that passes. What may pass with [Options.AllowMissing] or
// [Options.AcrossMachines] says so.
func TestGatePassesOnlyWhatItChecked(t *testing.T) {
	keep := func(*runs.Run) {}
	cell := func(s runs.Status) func(*runs.Run) { return func(r *runs.Run) { end(r, 1, s) } }
	all := func(s runs.Status) func(*runs.Run) {
		return func(r *runs.Run) {
			for c := range r.Manifest.Cells {
				end(r, c, s)
			}
		}
	}
	scale := func(measure string, factor float64) func(*runs.Run) {
		return func(r *runs.Run) {
			for i := range r.Records {
				record := &r.Records[i]
				if v, ok := record.Run.Get(measure); ok {
					record.Run.Set(measure, factor*v)
				}
				for l := range record.Layer[measure] {
					record.Layer[measure][l] *= factor
				}
			}
		}
	}
	declare := func(r *runs.Run) {
		r.Manifest.Measures = append(runs.MeasuresOf(nil), runs.Measure{Name: "memory", Unit: "byte", Better: runs.Lower, Scope: runs.PerRun})
	}
	fill := func(r *runs.Run) {
		declare(r)
		for i := range r.Records {
			r.Records[i].Run.Set("memory", float64(1000+i))
		}
	}
	const never = "never"
	for _, c := range []struct {
		name     string
		old, new func(*runs.Run)
		verdict  string // in the verdict; "" passes
		relaxed  string // "missing" or "machines" if that option makes it pass, never if none does
	}{
		{"equal runs", keep, keep, "", ""},
		{"faster and better", keep, func(r *runs.Run) { scale(runs.TimeMeasure, 0.5)(r) }, "", ""},
		{"slower", keep, scale(runs.TimeMeasure, 1.1), "regressed: s0 on w, 8 packs, cpu: time +10.0 %", never},
		{"slower within the limit", keep, scale(runs.TimeMeasure, 1.04), "", ""},
		{"a lower bound hides no worse gap", keep, func(r *runs.Run) {
			for _, record := range r.Records {
				for l := range record.Layer[runs.MaxMeasure] {
					record.Layer[runs.MaxMeasure][l] *= 1.001 // and the lightest pack with it
					record.Layer[runs.MinMeasure][l] = record.Layer[runs.MaxMeasure][l] - record.Layer[runs.ImbalanceMeasure][l]
				}
			}
		}, "gap +", never},

		{"a strategy is missing in new", keep, func(r *runs.Run) { drop(r, 1) }, "only in the old run", "missing"},
		{"a strategy is missing in old", func(r *runs.Run) { drop(r, 1) }, keep, "only in the new run", "missing"},
		{"pending in new", keep, cell(runs.Pending), "new is pending", "missing"},
		{"pending in old", cell(runs.Pending), keep, "old is pending", "missing"},
		{"pending on both sides", cell(runs.Pending), cell(runs.Pending), "new is pending", "missing"},
		{"failed in new", keep, cell(runs.Failed), "regressed: s1 on w, 8 packs, cpu: new is failed: reason", never},
		{"timeout in new", keep, cell(runs.Timeout), "regressed: s1 on w, 8 packs, cpu: new is timeout: reason", never},
		{"failed in old", cell(runs.Failed), keep, "old is failed: reason", "missing"},
		{"failed on both sides", cell(runs.Failed), cell(runs.Failed), "new is failed: reason", "missing"},
		{"unavailable in new", keep, cell(runs.Unavailable), "new is unavailable: reason", "missing"},
		{"unavailable in old", cell(runs.Unavailable), keep, "old is unavailable", "missing"},
		{"unavailable on both sides", cell(runs.Unavailable), cell(runs.Unavailable), "", ""},
		{"unsupported in new, unavailable in old", cell(runs.Unavailable), cell(runs.Unsupported), "new is unsupported", "missing"},
		{"all unavailable", all(runs.Unavailable), all(runs.Unavailable), "not checked: no cell could be compared", never},
		{"all failed", all(runs.Failed), all(runs.Failed), "new is failed", never},
		{"nothing has run yet", all(runs.Pending), all(runs.Pending), "new is pending", never},
		{"some runs of a cell failed in new", keep, func(r *runs.Run) {
			last := &r.Records[len(r.Records)-1]
			last.Status, last.Reason, last.Run = runs.Failed, "broke", runs.Values{}
		}, "some of its runs failed: broke", never},

		{"other host", keep, environment(func(e *runs.Environment) { e.Host = "other" }), "host host against other", "machines"},
		{"other CPU", keep, environment(func(e *runs.Environment) { e.CPU = "other" }), "CPU CPU against other", "machines"},
		{"fewer threads", keep, environment(func(e *runs.Environment) { e.Threads = 2 }), "threads 4 against 2", "machines"},
		{"CPU quota", keep, environment(func(e *runs.Environment) { e.CPUQuota = 0.5 }), "CPU quota none against 0.5 cores", "machines"},
		{"affinity", keep, environment(func(e *runs.Environment) { e.Affinity = 2 }), "affinity all cores against 2 cores", "machines"},
		{"governor", keep, environment(func(e *runs.Environment) { e.Governor = "powersave" }), "CPU governor unknown against powersave", "machines"},
		{"turbo", environment(func(e *runs.Environment) { e.Turbo = "on" }), environment(func(e *runs.Environment) { e.Turbo = "off" }), "turbo on against off", "machines"},
		{"turbo that one side does not tell", keep, environment(func(e *runs.Environment) { e.Turbo = "off" }), "", ""},
		{"device", keep, environment(func(e *runs.Environment) {
			e.Backends = map[string]runs.BackendDescription{"cpu": {Device: "another"}}
		}), "device unknown against another", "machines"},
		{"finished on another machine", keep, func(r *runs.Run) {
			r.Manifest.Environments["there"] = runs.Environment{Host: "other", CPU: "CPU", Cores: 4, Threads: 4}
			r.Records[7].Environment = "there"
		}, "host host against other", "machines"},

		{"other loads in one cell", keep, func(r *runs.Run) { r.Manifest.Cells[2].WorkloadHash = "others" }, "the loads of w differ", never},
		{"other shape in one cell", keep, func(r *runs.Run) { r.Manifest.Cells[2].Items = 32 }, "the shapes of w differ", never},
		{"a measure that old lacks", keep, fill, "memory: the old side has no memory", "missing"},
		{"a measure that new lacks", fill, declare, "memory: the new side has no memory", "missing"},
		{"a measure that both have", fill, fill, "", ""},
		{"a measure that is worse", fill, func(r *runs.Run) { fill(r); scale("memory", 2)(r) }, "memory +100.0 %", never},
		{"new runs ended early", keep, func(r *runs.Run) {
			r.Records = slices.DeleteFunc(r.Records, func(record runs.Record) bool { return record.Repeat > 0 })
		}, "new is not finished, 1 of 8 runs are recorded", never},
		{"new lacks its last run", keep, func(r *runs.Run) { r.Records = r.Records[:len(r.Records)-1] }, "new is not finished, 7 of 8 runs are recorded: s2", "missing"},
		{"old lacks its last run", func(r *runs.Run) { r.Records = r.Records[:len(r.Records)-1] }, keep, "old is not finished, 7 of 8 runs are recorded: s2", "missing"},
		{"different repeats on purpose", keep, func(r *runs.Run) {
			r.Manifest.Experiment.Repeats = 6
			r.Records = slices.DeleteFunc(r.Records, func(record runs.Record) bool { return record.Repeat >= 6 })
		}, "", ""},
		{"all layers idle in one cell", func(r *runs.Run) { idleCell(r, 1) }, func(r *runs.Run) { idleCell(r, 1) }, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit := 0.05
			for _, o := range []struct {
				option string
				Options
			}{{"", Options{}}, {"missing", Options{AllowMissing: true}}, {"machines", Options{AcrossMachines: true}}} {
				o.FailAbove = &limit
				old, new := base(), base()
				c.old(old)
				c.new(new)
				comparison, err := Runs(old, []*runs.Run{new}, o.Options)
				if err != nil {
					t.Fatal(err)
				}
				g := comparison.Gate
				if passes := c.verdict == "" || o.option != "" && o.option == c.relaxed; passes != g.Passed || passes != (g.Verdict() == "") {
					t.Errorf("option %q: passed %t: %q", o.option, g.Passed, g.Verdict())
				}
				if o.option == "" && !strings.Contains(g.Verdict(), c.verdict) {
					t.Errorf("verdict %q, want %q", g.Verdict(), c.verdict)
				}
				if strings.Contains(g.Verdict(), "\n") {
					t.Errorf("verdict of several lines: %q", g.Verdict())
				}
			}
		})
	}
}

// idleCell takes all load from a cell.
func idleCell(r *runs.Run, cell int) {
	mine := ofCell(r, cell)
	for _, record := range r.Records {
		if mine(record) {
			for name := range maps.Keys(record.Layer) {
				clear(record.Layer[name])
			}
		}
	}
}

func TestGateSaysHowManyCellsItChecked(t *testing.T) {
	limit := 0.05
	old, new := base(), base()
	environment(func(e *runs.Environment) { e.Host = "other" })(new)
	for _, c := range []struct {
		new  *runs.Run
		o    Options
		want string
	}{
		{base(), Options{}, "checked 3 cells: time, imbalance, gap"},
		{new, Options{}, "checked 3 cells: imbalance, gap; 0 cells: time"},
		{new, Options{Measures: []string{"gap", "max"}}, "checked 3 cells: gap, max"},
	} {
		c.o.FailAbove = &limit
		comparison, err := Runs(old, []*runs.Run{c.new}, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := comparison.Gate.CheckedText(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A gate whose tests could not find anything passes nothing: six runs a side
// and 120 cells leave no p that survives the correction.
func TestGateWithoutPowerFails(t *testing.T) {
	limit := 0.05
	for _, c := range []struct {
		cells, repeats int
		slowdown       float64
		want           string // in the verdict; "" passes
	}{
		{120, 6, 2, "6 and 6 runs cannot show a difference: the min possible p, 0.0022, times 120 cells is not below 0.05: repeat each cell at least 8 times"},
		{120, 6, 1, "repeat each cell at least 8 times"},
		{120, 8, 1, ""},
		{120, 8, 2, "regressed"},
		{1, 3, 1, "repeat each cell at least 4 times"},
		{1, 4, 1, ""},
	} {
		old := invented(c.cells, c.repeats, same(1e6), same(10))
		new := invented(c.cells, c.repeats, same(c.slowdown*1e6), same(10))
		comparison, err := Runs(old, []*runs.Run{new}, Options{FailAbove: &limit})
		if err != nil {
			t.Fatal(err)
		}
		if g := comparison.Gate; g.Passed != (c.want == "") || !strings.Contains(g.Verdict(), c.want) {
			t.Errorf("%d cells of %d runs, ×%g: passed %t: %q", c.cells, c.repeats, c.slowdown, g.Passed, g.Verdict())
		}
	}
}

// A few layers that get much worse are not evidence for a test, but the values
// are exact: a gate does not pass them.
func TestGateDoesNotPassFewLayersThatGetMuchWorse(t *testing.T) {
	limit := 0.05
	old, new := base(), base()
	new.Records[0].Layer[runs.ImbalanceMeasure][3] = 200
	new.Records[0].AnswerHash = "other"
	comparison, err := Runs(old, []*runs.Run{new}, Options{FailAbove: &limit})
	if err != nil {
		t.Fatal(err)
	}
	if g := comparison.Gate; g.Passed || !strings.Contains(g.Verdict(), "imbalance: ") || !strings.Contains(g.Verdict(), "1 layer that differs cannot show it") {
		t.Errorf("passed %t: %q", g.Passed, g.Verdict())
	}
}

func TestNothingToCompareIsAnErrorOfItsKind(t *testing.T) {
	empty := &runs.Run{Dir: "empty"}
	other := base()
	for i := range other.Manifest.Cells {
		other.Manifest.Cells[i].WorkloadHash = "others"
	}
	renamed := base()
	for i := range renamed.Manifest.Cells {
		c := &renamed.Manifest.Cells[i]
		c.Cell, c.WorkloadHash = c.Cell.With(runs.WorkloadAxis, "v"), "others"
		c.Key = c.Cell.Key("")
	}
	for _, c := range []struct {
		new  *runs.Run
		want string
	}{
		{empty, "run and empty have no cell in common: no cell in empty"},
		{other, "not comparable: the loads of w differ"},
		{renamed, "run and run have no cell in common: workload w against v"},
	} {
		_, err := Runs(base(), []*runs.Run{c.new}, Options{})
		if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// A gate over several runs fails for any of them.
func TestGateOverSeveralRuns(t *testing.T) {
	limit := 0.05
	slow := invented(3, 8, same(2e6), same(10))
	slow.Dir = "slow"
	c, err := Runs(base(), []*runs.Run{base(), slow}, Options{FailAbove: &limit})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Cells) != 6 || c.Cells[0].Run != "run" || c.Cells[1].Run != "slow" || c.Gate.Passed || len(c.Regressions) != 3 || c.Regressions[0].Cell.Run != "slow" {
		t.Errorf("%d cells, %d regressions", len(c.Cells), len(c.Regressions))
	}
}

// A baseline does not judge strategies that failed, but a gate does not pass
// them either.
func TestGateOfABaseline(t *testing.T) {
	limit := 0.05
	run := base()
	end(run, 2, runs.Failed)
	c, err := Baseline(run, "s0", Options{FailAbove: &limit})
	if err != nil {
		t.Fatal(err)
	}
	if c.Gate.Passed || !strings.Contains(c.Gate.Verdict(), "new is failed: reason") {
		t.Errorf("passed %t: %q", c.Gate.Passed, c.Gate.Verdict())
	}
}
