package compare

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"packbench/analysis"
	"packbench/runs"
)

func find(t *testing.T, c *Comparison, strategy, workload string) Cell {
	t.Helper()
	for _, cell := range c.Cells {
		if cell.Strategy() == strategy && strings.HasPrefix(cell.Workload(), workload) && cell.Backend() == "cpu" {
			return cell
		}
	}
	t.Fatalf("no cell of %s on %s", strategy, workload)
	return Cell{}
}

// The results of a cell by their measures.
func (c Cell) time() *OverRuns        { return c.Result(runs.TimeMeasure).Runs }
func (c Cell) imbalance() *OverLayers { return c.Result(runs.ImbalanceMeasure).Layers }
func (c Cell) gap() *OverLayers       { return c.Result(analysis.Gap).Layers }

func TestRunsAreComparedCellByCell(t *testing.T) {
	c := compareRuns(t, "old", "new", Options{})
	same := find(t, c, "lpt", "uniform")
	if !same.Same || same.imbalance().Verdict != Equal || same.imbalance().Ratio != 1 || same.imbalance().Pairs.Ties != 8 {
		t.Errorf("the same packing: %+v", same.imbalance())
	}
	if same.time().Verdict != Unclear || same.time().P < 0.05 {
		t.Errorf("times within noise: %+v", same.time())
	}
	slower := find(t, c, "lpt", "zipf")
	// 7 slower runs against 7: p = 2/C(14, 7), and 4 cells have times.
	if p := 2.0 / 3432; math.Abs(slower.time().P-p) > 1e-9 || math.Abs(slower.time().Adjusted-4*p) > 1e-9 {
		t.Errorf("p = %v, adjusted %v", slower.time().P, slower.time().Adjusted)
	}
	if slower.time().Verdict != Worse || slower.time().Delta != 1 || math.Abs(float64(slower.time().Ratio)-1.25) > 0.001 {
		t.Errorf("25 %% slower: %+v", slower.time())
	}
	better := find(t, c, "two-opt", "uniform")
	if b := better.imbalance(); b.Verdict != Better || b.Pairs.Wins != 8 || b.Pairs.RankBiserial != -1 ||
		math.Abs(b.Difference.Center+0.625) > 1e-9 || !(b.Difference.Hi < 0) {
		t.Errorf("less imbalance everywhere: %+v", b)
	}
	if better.gap().Verdict != Better || better.time().Verdict != Better {
		t.Errorf("gap %+v, time %+v", better.gap(), better.time())
	}
	if failed := find(t, c, "topk-max-any", "uniform"); failed.Status != Failed || failed.Reason != "new is timeout: longer than 1s" || failed.imbalance() != nil {
		t.Errorf("failed cell: %+v", failed)
	}
	var unmatched []string
	for _, u := range c.Unmatched {
		unmatched = append(unmatched, u.In+" "+u.Strategy())
	}
	if want := []string{"new exact", "old topk-max-any"}; !slices.Equal(unmatched, want) {
		t.Errorf("unmatched %q, want %q", unmatched, want)
	}
}

func TestGroupsNameWhatTheyLeaveOut(t *testing.T) {
	c := compareRuns(t, "old", "new", Options{})
	group := func(strategy, backend string) Group {
		for _, g := range c.Groups {
			if g.Coordinates[0].Value == strategy && g.Coordinates[1].Value == backend {
				return g
			}
		}
		t.Fatalf("no group %s %s", strategy, backend)
		return Group{}
	}
	two := group("two-opt", "cpu")
	if two.Mean("imbalance").Used != 1 || two.Mean("imbalance").Of != 2 || two.Mean("imbalance").Left[0].Reason != "from 15.5 to 0" || two.Wins != 16 {
		t.Errorf("two-opt: %+v", two)
	}
	if cuda := group("lpt", "cuda"); cuda.Mean("time").Used != 0 || !strings.Contains(cuda.Mean("time").Left[0].Reason, "no driver") {
		t.Errorf("cuda: %+v", cuda)
	}
}

func TestRegressionsAreSignificantAndAboveTheLimit(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit float64
		want  []string
	}{
		{"5 %", 0.05, []string{"lpt time", "topk-max-any status"}},
		{"30 %", 0.30, []string{"topk-max-any status"}},
	} {
		var got []string
		for _, r := range compareRuns(t, "old", "new", Options{FailAbove: &c.limit}).Regressions {
			got = append(got, r.Cell.Strategy()+" "+r.Measure)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	limit := 0.05
	back := compareRuns(t, "new", "old", Options{FailAbove: &limit})
	var got []string
	for _, r := range back.Regressions {
		got = append(got, r.Cell.Strategy()+" "+r.Measure)
	}
	if want := []string{"two-opt time", "two-opt imbalance", "two-opt gap", "two-opt imbalance", "two-opt gap"}; !slices.Equal(got, want) {
		t.Errorf("backwards: %q, want %q", got, want)
	}
}

func TestOtherMachineKeepsTheImbalance(t *testing.T) {
	limit := 0.05
	c := compareRuns(t, "old", "machine", Options{FailAbove: &limit})
	cell := find(t, c, "lpt", "zipf")
	if cell.time() != nil || !strings.Contains(cell.Result(runs.TimeMeasure).Reason, "CPU Example CPU against Other CPU") {
		t.Errorf("time %+v, %q", cell.time(), cell.Result(runs.TimeMeasure).Reason)
	}
	if cell.imbalance().Verdict != Worse || len(c.Regressions) != 2 || c.Regressions[0].Measure != "imbalance" || c.Regressions[1].Measure != "gap" {
		t.Errorf("imbalance %+v, %d regressions", cell.imbalance(), len(c.Regressions))
	}
	if anyway := find(t, compareRuns(t, "old", "machine", Options{AcrossMachines: true}), "lpt", "zipf"); anyway.time() == nil || anyway.time().Verdict != Better {
		t.Errorf("on any machine: %+v", anyway.time())
	}
}

func TestStrategiesAreComparedWithTheBaseline(t *testing.T) {
	c := compareBaseline(t, "old", "lpt", Options{})
	if len(c.Cells) != 4 {
		t.Fatalf("%d cells, want those of two strategies on two workloads", len(c.Cells))
	}
	cell := find(t, c, "two-opt", "uniform")
	if cell.imbalance().Verdict != Better || cell.time().Verdict != Worse || cell.imbalance().OldMean != 13.5 || cell.imbalance().NewMean != 5.75 {
		t.Errorf("two-opt against lpt: %+v, %+v", cell.imbalance(), cell.time())
	}
}

func TestBadOptionsAndRunsAreRefused(t *testing.T) {
	bad, minus := math.NaN(), -1.0
	for _, c := range []struct {
		name string
		call func() (*Comparison, error)
		want string
	}{
		{"other loads", func() (*Comparison, error) { return Runs(load(t, "old"), []*runs.Run{load(t, "loads")}, Options{}) }, "not comparable: the loads of uniform:layers=8,items=64 differ"},
		{"no common cell", func() (*Comparison, error) { return Runs(load(t, "old"), []*runs.Run{load(t, "nothing")}, Options{}) }, "have no cell in common"},
		{"unknown baseline", func() (*Comparison, error) { return Baseline(load(t, "old"), "two-opr", Options{}) }, `no strategy "two-opr"`},
		{"only the baseline", func() (*Comparison, error) { return Baseline(load(t, "machine"), "lpt", Options{}) }, "no other strategy"},
		{"alpha", func() (*Comparison, error) { return Baseline(load(t, "old"), "lpt", Options{Alpha: 2}) }, "alpha 2"},
		{"confidence", func() (*Comparison, error) {
			return Runs(load(t, "old"), []*runs.Run{load(t, "old")}, Options{Confidence: -1})
		}, "confidence -1"},
		{"limit", func() (*Comparison, error) {
			return Runs(load(t, "old"), []*runs.Run{load(t, "old")}, Options{FailAbove: &minus})
		}, "fail above -1"},
		{"limit NaN", func() (*Comparison, error) { return Baseline(load(t, "old"), "lpt", Options{FailAbove: &bad}) }, "fail above NaN"},
	} {
		_, err := c.call()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", c.name, err, c.want)
		}
	}
}

func TestRunAgainstItselfShowsNoDifference(t *testing.T) {
	limit := 0.0
	c := compareRuns(t, "old", "old", Options{FailAbove: &limit})
	for _, cell := range c.Cells {
		if cell.Status == Compared && (!cell.Same || cell.imbalance().Verdict != Equal || cell.time().Verdict != Unclear || cell.time().Ratio != 1) {
			t.Errorf("%s: %+v", cell.Strategy(), cell)
		}
	}
	if len(c.Regressions) != 0 || len(c.Unmatched) != 0 {
		t.Errorf("regressions %v, unmatched %v", c.Regressions, c.Unmatched)
	}
}

func TestGapTakesTheBetterBound(t *testing.T) {
	cell := func(bound float64) *runs.CellRuns {
		return &runs.CellRuns{
			PlannedCell: runs.PlannedCell{Layers: 1},
			Records: []*runs.Record{{Status: runs.Done, Run: runs.NewValues(map[string]float64{runs.TimeMeasure: 1000}), Layer: map[string][]float64{
				runs.ImbalanceMeasure: {20}, runs.MaxMeasure: {110}, runs.MinMeasure: {90}, runs.MeanMeasure: {100}, runs.LowerBoundMeasure: {bound},
			}}},
		}
	}
	p := pair{old: cell(100), new: cell(110), oldRun: &runs.Run{}, newRun: &runs.Run{}}
	c := match{p}.compare(analysis.Headline(&runs.Manifest{}, runs.PerLayer), Options{Alpha: 0.05, Confidence: 0.95})
	if gap := c.gap(); gap.OldMean != 0 || gap.NewMean != 0 {
		t.Errorf("gaps %v and %v: the second side proves both optimal", gap.OldMean, gap.NewMean)
	}
}

// reseeded returns a run with every cell twice, under seeds 1 and 2; sameLoads
// keeps the loads, as a recorded workload does.
func reseeded(t *testing.T, name string, sameLoads bool) *runs.Run {
	run := load(t, name)
	hash := "2"
	if sameLoads {
		hash = ""
	}
	for _, r := range slices.Clone(run.Records) {
		p := *r.PlannedCell
		p.Cell, p.Key, p.WorkloadHash = p.Cell.With(runs.SeedAxis, "2"), p.Key+"2", p.WorkloadHash+hash
		r.PlannedCell = &p
		run.Records = append(run.Records, r)
	}
	for _, p := range slices.Clone(run.Manifest.Cells) {
		p.Cell, p.Key, p.WorkloadHash = p.Cell.With(runs.SeedAxis, "2"), p.Key+"2", p.WorkloadHash+hash
		run.Manifest.Cells = append(run.Manifest.Cells, p)
	}
	return run
}

func TestPoolSeeds(t *testing.T) {
	c, err := Runs(reseeded(t, "old", false), []*runs.Run{reseeded(t, "new", false)}, Options{PoolSeeds: true})
	if err != nil {
		t.Fatal(err)
	}
	cell := find(t, c, "two-opt", "uniform")
	if !slices.Equal(cell.Pooled[runs.SeedAxis], []string{"1", "2"}) || cell.imbalance().Pairs.Wins != 16 || cell.time().OldRuns != 14 || cell.time().NewRuns != 14 {
		t.Errorf("two seeds: %v, %+v, %+v", cell.Pooled, cell.imbalance(), cell.time())
	}
	if failed := find(t, c, "topk-max-any", "uniform"); failed.Reason != "seed 1: new is timeout: longer than 1s" {
		t.Errorf("failed: %+v", failed)
	}
	alone, err := Runs(reseeded(t, "old", false), []*runs.Run{reseeded(t, "new", false)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(alone.Cells) != 2*len(c.Cells) {
		t.Errorf("%d cells alone, %d pooled", len(alone.Cells), len(c.Cells))
	}
	if got := c.varying().label(&cell); got != "uniform:layers=8,items=64, cpu, two-opt" {
		t.Errorf("label %q", got)
	}
}

func TestRatioFromZeroIsNullInJSON(t *testing.T) {
	for _, c := range []struct {
		now, before float64
		json        string
	}{{0, 0, "1"}, {3, 0, "null"}, {1, 4, "0.25"}, {0, 2, "0"}} {
		text, err := json.Marshal(ratio(c.now, c.before))
		if err != nil || string(text) != c.json {
			t.Errorf("%v/%v: %s, %v; want %s", c.now, c.before, text, err, c.json)
		}
	}
}
