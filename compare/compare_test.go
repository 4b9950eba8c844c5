package compare

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"packbench/harness"
)

func find(t *testing.T, c *Comparison, strategy, workload string) Cell {
	t.Helper()
	for _, cell := range c.Cells {
		if cell.Strategy == strategy && strings.HasPrefix(cell.Workload, workload) && cell.Backend == "cpu" {
			return cell
		}
	}
	t.Fatalf("no cell of %s on %s", strategy, workload)
	return Cell{}
}

func TestRuns(t *testing.T) {
	c := compareRuns(t, "old", "new", Options{})
	same := find(t, c, "lpt", "uniform")
	if !same.Same || same.Imbalance.Verdict != Equal || same.Imbalance.Ratio != 1 || same.Imbalance.Pairs.Ties != 8 {
		t.Errorf("the same packing: %+v", same.Imbalance)
	}
	if same.Time.Verdict != Unclear || same.Time.P < 0.05 {
		t.Errorf("times within noise: %+v", same.Time)
	}
	slower := find(t, c, "lpt", "zipf")
	// 7 slower runs against 7: p = 2/C(14, 7), and 4 cells have times.
	if p := 2.0 / 3432; math.Abs(slower.Time.P-p) > 1e-9 || math.Abs(slower.Time.Adjusted-4*p) > 1e-9 {
		t.Errorf("p = %v, adjusted %v", slower.Time.P, slower.Time.Adjusted)
	}
	if slower.Time.Verdict != Worse || slower.Time.Delta != 1 || math.Abs(float64(slower.Time.Ratio)-1.25) > 0.001 {
		t.Errorf("25 %% slower: %+v", slower.Time)
	}
	better := find(t, c, "two-opt", "uniform")
	if b := better.Imbalance; b.Verdict != Better || b.Pairs.Wins != 8 || b.Pairs.RankBiserial != -1 ||
		math.Abs(b.Difference.Center+0.625) > 1e-9 || !(b.Difference.Hi < 0) {
		t.Errorf("less imbalance everywhere: %+v", b)
	}
	if better.Gap.Verdict != Better || better.Time.Verdict != Better {
		t.Errorf("gap %+v, time %+v", better.Gap, better.Time)
	}
	if failed := find(t, c, "topk-max-any", "uniform"); failed.Status != Failed || failed.Reason != "new is timeout: longer than 1s" || failed.Imbalance != nil {
		t.Errorf("failed cell: %+v", failed)
	}
	var unmatched []string
	for _, u := range c.Unmatched {
		unmatched = append(unmatched, u.In+" "+u.Strategy)
	}
	if want := []string{"new exact", "old topk-max-any"}; !slices.Equal(unmatched, want) {
		t.Errorf("unmatched %q, want %q", unmatched, want)
	}
}

func TestGroupsNameWhatTheyLeaveOut(t *testing.T) {
	c := compareRuns(t, "old", "new", Options{})
	group := func(strategy, backend string) Group {
		for _, g := range c.Groups {
			if g.Strategy == strategy && g.Backend == backend {
				return g
			}
		}
		t.Fatalf("no group %s %s", strategy, backend)
		return Group{}
	}
	two := group("two-opt", "cpu")
	if two.Imbalance.Used != 1 || two.Imbalance.Of != 2 || two.Imbalance.Left[0].Reason != "from 15.5 to 0" || two.Wins != 16 {
		t.Errorf("two-opt: %+v", two)
	}
	if cuda := group("lpt", "cuda"); cuda.Time.Used != 0 || !strings.Contains(cuda.Time.Left[0].Reason, "no driver") {
		t.Errorf("cuda: %+v", cuda)
	}
}

func TestRegressions(t *testing.T) {
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
			got = append(got, r.Strategy+" "+r.Measure)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	limit := 0.05
	back := compareRuns(t, "new", "old", Options{FailAbove: &limit})
	var got []string
	for _, r := range back.Regressions {
		got = append(got, r.Strategy+" "+r.Measure)
	}
	if want := []string{"two-opt time", "two-opt imbalance", "two-opt imbalance"}; !slices.Equal(got, want) {
		t.Errorf("backwards: %q, want %q", got, want)
	}
}

func TestOtherMachineKeepsTheImbalance(t *testing.T) {
	limit := 0.05
	c := compareRuns(t, "old", "machine", Options{FailAbove: &limit})
	cell := find(t, c, "lpt", "zipf")
	if cell.Time != nil || !strings.Contains(cell.NoTime, "CPU Example CPU against Other CPU") {
		t.Errorf("time %+v, %q", cell.Time, cell.NoTime)
	}
	if cell.Imbalance.Verdict != Worse || len(c.Regressions) != 1 || c.Regressions[0].Measure != "imbalance" {
		t.Errorf("imbalance %+v, regressions %+v", cell.Imbalance, c.Regressions)
	}
	if anyway := find(t, compareRuns(t, "old", "machine", Options{AnyMachine: true}), "lpt", "zipf"); anyway.Time == nil || anyway.Time.Verdict != Better {
		t.Errorf("on any machine: %+v", anyway.Time)
	}
}

func TestBaseline(t *testing.T) {
	c := compareBaseline(t, "old", "lpt", Options{})
	if len(c.Cells) != 4 {
		t.Fatalf("%d cells, want those of two strategies on two workloads", len(c.Cells))
	}
	cell := find(t, c, "two-opt", "uniform")
	if cell.Imbalance.Verdict != Better || cell.Time.Verdict != Worse || cell.Imbalance.OldMean != 13.5 || cell.Imbalance.NewMean != 5.75 {
		t.Errorf("two-opt against lpt: %+v, %+v", cell.Imbalance, cell.Time)
	}
}

func TestRefusals(t *testing.T) {
	bad, minus := math.NaN(), -1.0
	for _, c := range []struct {
		name string
		call func() (*Comparison, error)
		want string
	}{
		{"other loads", func() (*Comparison, error) { return Runs(load(t, "old"), load(t, "loads"), Options{}) }, "not comparable: the loads of uniform:layers=8,items=64 differ"},
		{"no common cell", func() (*Comparison, error) { return Runs(load(t, "old"), load(t, "nothing"), Options{}) }, "have no cell in common"},
		{"unknown baseline", func() (*Comparison, error) { return Baseline(load(t, "old"), "two-opr", Options{}) }, `no strategy "two-opr"`},
		{"only the baseline", func() (*Comparison, error) { return Baseline(load(t, "machine"), "lpt", Options{}) }, "no other strategy"},
		{"alpha", func() (*Comparison, error) { return Baseline(load(t, "old"), "lpt", Options{Alpha: 2}) }, "alpha 2"},
		{"confidence", func() (*Comparison, error) { return Runs(load(t, "old"), load(t, "old"), Options{Confidence: -1}) }, "confidence -1"},
		{"limit", func() (*Comparison, error) { return Runs(load(t, "old"), load(t, "old"), Options{FailAbove: &minus}) }, "fail above -1"},
		{"limit NaN", func() (*Comparison, error) { return Baseline(load(t, "old"), "lpt", Options{FailAbove: &bad}) }, "fail above NaN"},
	} {
		_, err := c.call()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", c.name, err, c.want)
		}
	}
}

// A run compared with itself shows no difference at all.
func TestSelf(t *testing.T) {
	limit := 0.0
	c := compareRuns(t, "old", "old", Options{FailAbove: &limit})
	for _, cell := range c.Cells {
		if cell.Status == Compared && (!cell.Same || cell.Imbalance.Verdict != Equal || cell.Time.Verdict != Unclear || cell.Time.Ratio != 1) {
			t.Errorf("%s: %+v", cell.Strategy, cell)
		}
	}
	if len(c.Regressions) != 0 || len(c.Unmatched) != 0 {
		t.Errorf("regressions %v, unmatched %v", c.Regressions, c.Unmatched)
	}
}

func TestGapTakesTheBetterBound(t *testing.T) {
	cell := func(bound float64) *harness.CellRuns {
		q := &harness.LayerData{Imbalance: []float64{20}, Max: []float64{110}, Min: []float64{90}, Mean: []float64{100}, LowerBound: []float64{bound}}
		return &harness.CellRuns{Records: []harness.Record{{Status: harness.Done, Quality: q, TimeNS: 1000}}}
	}
	p := pair{old: cell(100), new: cell(110), oldRun: &harness.Run{}, newRun: &harness.Run{}}
	c, err := match{p}.compare(Options{Alpha: 0.05, Confidence: 0.95})
	if err != nil {
		t.Fatal(err)
	}
	if c.Gap.OldMean != 0 || c.Gap.NewMean != 0 {
		t.Errorf("gaps %v and %v: the second side proves both optimal", c.Gap.OldMean, c.Gap.NewMean)
	}
}

func TestPoolSeeds(t *testing.T) {
	reseeded := func(name string) *harness.Run {
		run := load(t, name)
		for _, r := range slices.Clone(run.Records) {
			r.Seed, r.Key, r.WorkloadHash = 2, r.Key+"2", r.WorkloadHash+"2"
			run.Records = append(run.Records, r)
		}
		for _, p := range slices.Clone(run.Manifest.Cells) {
			p.Seed, p.Key, p.WorkloadHash = 2, p.Key+"2", p.WorkloadHash+"2"
			run.Manifest.Cells = append(run.Manifest.Cells, p)
		}
		return run
	}
	c, err := Runs(reseeded("old"), reseeded("new"), Options{PoolSeeds: true})
	if err != nil {
		t.Fatal(err)
	}
	cell := find(t, c, "two-opt", "uniform")
	if !slices.Equal(cell.Seeds, []uint64{1, 2}) || cell.Imbalance.Pairs.Wins != 16 || cell.Time.OldRuns != 14 || cell.Time.NewRuns != 14 {
		t.Errorf("two seeds: %v, %+v, %+v", cell.Seeds, cell.Imbalance, cell.Time)
	}
	if failed := find(t, c, "topk-max-any", "uniform"); failed.Reason != "seed 1: new is timeout: longer than 1s" {
		t.Errorf("failed: %+v", failed)
	}
	alone, err := Runs(reseeded("old"), reseeded("new"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(alone.Cells) != 2*len(c.Cells) {
		t.Errorf("%d cells alone, %d pooled", len(alone.Cells), len(c.Cells))
	}
	if got := c.varying().label(cell); got != "uniform:layers=8,items=64, cpu, two-opt" {
		t.Errorf("label %q", got)
	}
}

func TestRatio(t *testing.T) {
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
