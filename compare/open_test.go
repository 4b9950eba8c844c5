package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"packbench/runs"
)

// written returns the comparison in a format.
func written(t *testing.T, c *Comparison, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withNews returns a run that declares an axis and measures of its own.
func withNews(window string, moved, memory float64) *runs.Run {
	r := base()
	m := &r.Manifest
	m.Axes = append(runs.AxesOf(nil), runs.Axis{Name: "window", Role: runs.Problem, Number: true, Phrase: "window %s"})
	m.Measures = append(runs.MeasuresOf(nil),
		runs.Measure{Name: "kept", Unit: runs.Count, Better: runs.Higher, Scope: runs.PerLayer, Meaning: "items that stay"},
		runs.Measure{Name: "memory", Unit: "byte", Better: runs.Lower, Scope: runs.PerRun, Meaning: "memory in use"})
	m.Cells = slices.Clone(m.Cells) // records have those that were
	keys := map[string]int{}
	for i := range m.Cells {
		c := &m.Cells[i]
		keys[c.Key] = i
		if i == 0 {
			c.Cell = c.Cell.With("window", "9")
		} else {
			c.Cell = c.Cell.With("window", window)
		}
		c.Key = c.Cell.Key("")
	}
	for i := range r.Records {
		record := &r.Records[i]
		record.PlannedCell = &m.Cells[keys[record.Key]]
		record.Run.Set("memory", memory+float64(i))
		if record.Layer != nil {
			record.Layer["kept"] = slices.Repeat([]float64{moved}, record.Layers)
		}
	}
	return r
}

// What is declared in package runs appears without a change here: as a column,
// a table, a test and a reason to fail.
func TestNewAxisAndMeasuresAppear(t *testing.T) {
	limit := 0.05
	c, err := Runs(withNews("16", 50, 1000), []*runs.Run{withNews("16", 40, 1000)}, Options{FailAbove: &limit})
	if err != nil {
		t.Fatal(err)
	}
	kept := c.Cells[0].Result("kept").Layers
	if kept.Verdict != Worse || kept.Pairs.Losses != 8 || kept.OldMean != 50 || kept.NewWorst != 40 || c.Cells[0].Result("memory").Runs.Verdict != Unclear {
		t.Errorf("kept %+v", kept)
	}
	if len(c.Regressions) != 3 || c.Regressions[0].Message != "kept -20.0 % (p 0.0234)" {
		t.Errorf("regressions %+v", c.Regressions)
	}
	text := written(t, c, "text")
	for _, want := range []string{
		"Memory, median of the runs", "Mean kept over layers: items that stay", "window", "checked 3 cells: time, memory, imbalance, kept, gap",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "Less is better") {
		t.Error("less is said to be better although more items kept are")
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, c, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"window": "16", "kept_verdict": "worse", "memory_old_runs": "8", "kept_losses": "8"} {
		if at := slices.Index(rows[0], name); at < 0 || rows[3][at] != want {
			t.Errorf("CSV: no %s of %s", name, want)
		}
	}
	var document struct {
		Cells []map[string]any
	}
	if err := json.Unmarshal([]byte(written(t, c, "json")), &document); err != nil {
		t.Fatal(err)
	}
	if cell := document.Cells[1]; fmt.Sprint(cell["window"]) != "16" || cell["kept"].(map[string]any)["verdict"] != "worse" {
		t.Errorf("JSON: %v", cell)
	}
}

func TestCellsOfAnotherWindowDoNotMatch(t *testing.T) {
	c, err := Runs(withNews("16", 50, 1000), []*runs.Run{withNews("32", 50, 1000)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Cells) != 1 || len(c.Unmatched) != 4 {
		t.Errorf("%d cells, %d unmatched", len(c.Cells), len(c.Unmatched))
	}
}

func TestMeasuresByName(t *testing.T) {
	c, err := Runs(base(), []*runs.Run{base()}, Options{Measures: []string{"max", "balancedness"}})
	if err != nil || len(c.Measures) != 2 || c.Cells[0].Result("balancedness").Layers.NewMean >= 1 {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = Runs(base(), []*runs.Run{base()}, Options{Measures: []string{"gapp"}})
	if err == nil || !strings.Contains(err.Error(), `no measure "gapp" to compare: use time, imbalance, max`) {
		t.Errorf("error %v", err)
	}
	if _, err := Runs(base(), []*runs.Run{base()}, Options{Measures: []string{"lower_bound"}}); err == nil {
		t.Error("a measure that is neither good nor bad was compared")
	}
}

// recorded renames the workload of a run to a file whose loads have the hash
// that all runs of these tests have.
func recorded(path string) *runs.Run {
	r := base()
	r.Manifest.Cells = slices.Clone(r.Manifest.Cells) // records have those that were
	for i := range r.Manifest.Cells {
		c := &r.Manifest.Cells[i]
		old := c.Key
		c.Cell = c.Cell.With(runs.WorkloadAxis, path)
		c.Key = c.Cell.Key(c.WorkloadHash)
		for j := range r.Records {
			if record := &r.Records[j]; record.Key == old {
				record.PlannedCell = c
			}
		}
	}
	return r
}

// The same loads are the same workload, under whatever name.
func TestEqualLoadsUnderOtherNamesMatch(t *testing.T) {
	for _, c := range []struct{ old, new *runs.Run }{
		{recorded("data/loads.csv"), recorded("archive/loads.csv")},
		{base(), recorded("w.npy")},
	} {
		limit := 0.05
		got, err := Runs(c.old, []*runs.Run{c.new}, Options{FailAbove: &limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Cells) != 3 || !got.Gate.Passed || !strings.Contains(strings.Join(got.Notes, "\n"), "are the same loads: only the name differs") {
			t.Errorf("%d cells, passed %t, notes %q", len(got.Cells), got.Gate.Passed, got.Notes)
		}
	}
}

func TestIdleLayersAreCountedAndLeftOut(t *testing.T) {
	c, err := Runs(base(), []*runs.Run{base()}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if q := c.Cells[0].imbalance(); c.Cells[0].Idle != 1 || q.Pairs.Ties != 8 || q.WorstLayer != 8 {
		t.Errorf("idle %d, %+v", c.Cells[0].Idle, q)
	}
	if text := written(t, c, "text"); !strings.Contains(text, "3 layers have no load and no part in any result") {
		t.Errorf("no word on idle layers in\n%s", text)
	}
}

// The repeats of a file's loads under other seeds are the same layers again.
func TestSeedsOfTheSameLoadsAreNotPooled(t *testing.T) {
	limit := 0.05
	c, err := Runs(reseeded(t, "old", true), []*runs.Run{reseeded(t, "old", true)}, Options{PoolSeeds: true, FailAbove: &limit})
	if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), "are the same for every seed") {
		t.Errorf("%+v, error %v", c, err)
	}
}

// worsened returns a run whose layers have another imbalance.
func worsened(imbalance func(layer int, before float64) float64) *runs.Run {
	r := base()
	for _, record := range r.Records {
		for l, before := range record.Layer[runs.ImbalanceMeasure] {
			if l > 0 { // layer 0 is idle
				record.Layer[runs.ImbalanceMeasure][l] = imbalance(l, before)
			}
		}
	}
	return r
}

func TestMeanAndRanksThatDisagreeAreBothSaid(t *testing.T) {
	limit := 0.05
	for _, c := range []struct {
		name      string
		imbalance func(layer int, before float64) float64
		verdict   Verdict
		want      string
		passed    bool
	}{
		{"one layer much worse, the others a little better", func(l int, before float64) float64 {
			if l == 2 {
				return 500
			}
			return 0.99 * before
		}, Unclear, "above the limit, but not significantly: s0: imbalance +585.0 % (p 0.5859), the worst layer 10.80 → 500.0", true},
		{"four layers much worse, four a little better", func(l int, before float64) float64 {
			if l <= 4 {
				return (40 + float64(l)) * before
			}
			return 0.99 * before
		}, Unclear, "imbalance: the interval of the mean says worse, the test over ranks says nothing", true},
		{"all worse", func(l int, before float64) float64 { return 2 * before }, Worse, "regressed: s0: imbalance +100.0 %", false},
	} {
		got, err := Runs(base(), []*runs.Run{worsened(c.imbalance)}, Options{FailAbove: &limit, Measures: []string{runs.ImbalanceMeasure}})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(written(t, got, "text")), " ")
		if q := got.Cells[0].imbalance(); q.Verdict != c.verdict || !strings.Contains(text, c.want) || got.Gate.Passed != c.passed {
			t.Errorf("%s: passed %t, no %q in %s", c.name, got.Gate.Passed, c.want, text)
		}
	}
}

// Names and reasons from files do no harm where the comparison is shown.
func TestHostileNamesAreShownHarmless(t *testing.T) {
	hostile := "=cmd|' /C calc'!A0\x1b[2J\u202e<script>"
	several := func() *runs.Run { // the hostile workload and another, so that tables name them
		a, b := recorded(hostile), recorded("w`[x](y)|`")
		a.Manifest.Cells, a.Records = append(a.Manifest.Cells, b.Manifest.Cells[:1]...), append(a.Records, b.Records[:8]...)
		last := &a.Manifest.Cells[3]
		last.Key, last.WorkloadHash = "other", "other"
		for i := range a.Records[24:] {
			a.Records[24+i].PlannedCell = last
		}
		return a
	}
	c, err := Runs(several(), []*runs.Run{several()}, Options{})
	if err != nil || len(c.Cells) != 4 {
		t.Fatal(c, err)
	}
	for _, format := range Formats() {
		text := written(t, c, format)
		if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(r rune) bool { return unicode.IsControl(r) || r == '\u202e' }) {
			t.Errorf("%s keeps control characters", format)
		}
		if format == "csv" && strings.Contains(text, "\n\"=") || format == "csv" && strings.Contains(text, "\n=") {
			t.Errorf("a formula in %s", text)
		}
		if format == "markdown" && (strings.Contains(text, "<script>") || strings.Contains(text, "](y)")) {
			t.Errorf("markup in %s", text)
		}
	}
}
