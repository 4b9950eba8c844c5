package compare

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"packbench/analysis"
	"packbench/runs"
	"packbench/stats"
)

func TestWideTablesAreFolded(t *testing.T) {
	wide := table{
		title:   "numbers",
		columns: []column{{"name", false}, {"first", true}, {"second", true}, {"third", true}},
		rows:    [][]string{{"a", "1", "2", "3"}, {"b", "4", "5", "6"}},
	}
	if parts := wide.fold(10); len(parts) != 1 || len(parts[0].columns) != 4 {
		t.Errorf("a table without keys is folded: %+v", parts)
	}
	wide.keys = 1
	parts := wide.fold(6 + 7 + 8) // name, first, second
	if len(parts) != 2 || len(parts[0].columns) != 3 || parts[0].title != "numbers" || parts[1].title != "" {
		t.Fatalf("%+v", parts)
	}
	last := parts[1]
	if len(last.columns) != 2 || last.columns[0].name != "name" || last.columns[1].name != "third" || last.rows[1][0] != "b" || last.rows[1][1] != "6" {
		t.Errorf("%+v", last)
	}
	if parts := wide.fold(1); len(parts) != 3 { // a column at least
		t.Errorf("%d parts", len(parts))
	}
}

// The CSV has rows of their own for windows, which pool the seeds, and LaTeX tables
// whose letters it can set.
func TestWindowsInFiles(t *testing.T) {
	c := compareBaseline(t, "old", "lpt", Options{})
	plain, err := csv.NewReader(strings.NewReader(written(t, c, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cell := Cell{Cell: c.Cells[0].Cell, Pooled: map[string][]string{runs.SeedAxis: {"1", "2"}}}
	balance := analysis.OverWindows{Measure: analysis.WindowMeasures()[0], Traces: 2, Windows: 9, Better: 5, Worse: 3, Baseline: 0.5, Value: 0.75,
		Difference: stats.Interval{Center: 0.25, Lo: 0.125, Hi: 0.375}, Units: 2}
	c.Windows = []Windows{{Cell: cell, Idle: 4, Over: []analysis.OverWindows{balance}}}
	rows, err := csv.NewReader(strings.NewReader(written(t, c, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(plain)+1 {
		t.Fatalf("%d rows, want one more than %d", len(rows), len(plain))
	}
	last := rows[len(rows)-1]
	for i, name := range rows[0] {
		want, known := map[string]string{
			"strategy": cell.Strategy(), "seed": "1 2", "baseline": "lpt", "status": "windows", "same_packing": "", "layers": "", "time_ratio": "",
			"window_balance_old_mean": "0.5", "window_balance_new_mean": "0.75", "window_balance_difference": "0.25",
			"window_balance_difference_low": "0.125", "window_balance_difference_high": "0.375", "window_balance_wins": "5", "window_balance_losses": "3",
			"window_balance_windows": "9", "window_balance_traces": "2", "window_balance_unit": "2 traces", "window_balance_verdict": "better",
			"window_lost_verdict": "", "idle_windows": "4",
		}[name]
		if known && last[i] != want {
			t.Errorf("%s is %q, want %q", name, last[i], want)
		}
		if strings.HasPrefix(name, "window_") && rows[1][i] != "" {
			t.Errorf("a cell has %s: %q", name, rows[1][i])
		}
	}
	if i := slices.Index(rows[0], "window_balance_verdict"); i < 0 {
		t.Error("no verdict over windows")
	}
	if text := written(t, c, "latex"); !strings.Contains(text, `\caption{Mean balance over windows: \(\Sigma\) mean/\(\Sigma\) max load`) || strings.Contains(text, "Σ") {
		t.Errorf("no table of windows in\n%s", text)
	}
}
