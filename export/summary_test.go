package export

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"packbench/runs"
)

// usualColumns are the columns that scripts know summary.csv by, in their
// order.
const usualColumns = "key,strategy,workload,layers,items,packs,backend,rng,seed,status,reason,runs," +
	"mean_imbalance,median_imbalance,worst_imbalance,mean_max_over_mean,mean_gap,worst_gap," +
	"median_time_ns,low_time_ns,high_time_ns,confidence,"

func summaryOf(t *testing.T, run *runs.Run) (header []string, rows []map[string]string) {
	t.Helper()
	var b bytes.Buffer
	if err := writeSummary(&b, run); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return lines[0], rows
}

func TestSummaryHasARowPerCell(t *testing.T) {
	header, rows := summaryOf(t, load(t, "new"))
	if !strings.HasPrefix(strings.Join(header, ","), usualColumns) {
		t.Errorf("header %q, want it to begin with %s", header, usualColumns)
	}
	for name, want := range map[string]string{
		"strategy": "lpt", "packs": "8", "status": "done", "reason": "", "runs": "7",
		"mean_imbalance": "13.5", "median_imbalance": "13.5", "worst_imbalance": "17", "worst_imbalance_layer": "7",
		"median_time_ns": "100463", "idle_layers": "0", "proven_layers": "0", "worst_gap_layer": "7",
	} {
		if got := rows[0][name]; got != want {
			t.Errorf("%s of the first cell: %q, want %q", name, got, want)
		}
	}
	broken := rows[slices.IndexFunc(rows, func(r map[string]string) bool { return r["status"] == "timeout" })]
	for _, name := range []string{"mean_imbalance", "median_time_ns", "confidence", "idle_layers", "proven_layers", "worst_gap_layer"} {
		if broken[name] != "" {
			t.Errorf("%s of a cell that timed out: %q", name, broken[name])
		}
	}
}

// Idle layers are counted and change no statistic; proofs are the strategy's
// and those that the bound gives.
func TestSummaryOfIdleAndProvenLayers(t *testing.T) {
	run := load(t, "machine")
	for i := range run.Records {
		if m := run.Records[i].Layer; m != nil {
			for name := range m {
				m[name][0] = 0 // layer 0 is idle
			}
			m[runs.MaxMeasure][1], m[runs.MinMeasure][1], m[runs.ImbalanceMeasure][1] = 1000, 1000, 0
			m[runs.OptimalMeasure] = []float64{0, 0, 0, 1, 0, 0, 0, 0}
		}
	}
	_, rows := summaryOf(t, run)
	for name, want := range map[string]string{"idle_layers": "1", "proven_layers": "2", "median_imbalance": "14", "worst_imbalance_layer": "7"} {
		if got := rows[0][name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestSummaryNeutralisesFormulas(t *testing.T) {
	run := load(t, "machine")
	for i := range run.Manifest.Cells {
		run.Manifest.Cells[i].Cell = run.Manifest.Cells[i].Cell.With(runs.WorkloadAxis, "=HYPERLINK(\"http://example.com\")\x1b[2J")
	}
	_, rows := summaryOf(t, run)
	if got, want := rows[0]["workload"], `'=HYPERLINK("http://example.com")\x1b[2J`; got != want {
		t.Errorf("workload %q, want %q", got, want)
	}
}

func TestWriteSummaryWritesTheFile(t *testing.T) {
	run := load(t, "new")
	run.Dir = t.TempDir()
	if err := WriteSummary(run); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(run.Dir, runs.SummaryFile))
	if err != nil || !strings.HasPrefix(string(text), usualColumns) {
		t.Errorf("%.100q, %v", text, err)
	}
}
