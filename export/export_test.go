package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"packbench/harness"
)

func load(t *testing.T, name string) *harness.Run {
	t.Helper()
	run, err := harness.Load(filepath.Join("..", "compare", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func write(t *testing.T, run *harness.Run, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, run, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The run "new" has 5 cells of 7 runs and 2 cells of one run that is not done.
const (
	doneRuns, brokenRuns = 5 * 7, 2
	layerCount           = 5 * 8
)

func TestRunRows(t *testing.T) {
	rows := runRows(load(t, "new"))
	if len(rows) != doneRuns+brokenRuns {
		t.Fatalf("%d rows, want %d", len(rows), doneRuns+brokenRuns)
	}
	done := 0
	for _, r := range rows {
		if r.Status != "done" {
			if r.TimeNS != nil || r.Imbalance != nil || r.Reason == "" {
				t.Errorf("a run that is not done: %+v", r)
			}
			continue
		}
		done++
		if r.TimeNS == nil || r.Imbalance == nil || r.Device != "Example CPU, 2 threads" || r.Commit == "" {
			t.Errorf("a run that is done: %+v", r)
		}
	}
	if done != doneRuns {
		t.Errorf("%d runs are done, want %d", done, doneRuns)
	}
	// Layers have 10, 11, …, 17 around a mean of 1000.
	if first := rows[0]; first.Name != "lpt" || *first.Imbalance != 13.5 || *first.MaxOverMean != 1.00675 || !first.Start.Equal(time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)) {
		t.Errorf("first run: %+v, imbalance %v", first, *first.Imbalance)
	}
}

// Every format gives back the rows it was given.
func TestReadBack(t *testing.T) {
	run := load(t, "new")
	readBack(t, run, "runs", runRows(run))
	readBack(t, run, "layers", layerRows(run))
	readBack(t, run, "stages", stageRows(run))
}

func readBack[R any](t *testing.T, run *harness.Run, table string, want []R) {
	t.Helper()
	var got []R
	if err := json.Unmarshal(write(t, run, Options{"json", table}), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s as JSON (-want +got):\n%s", table, diff)
	}
	file := write(t, run, Options{"parquet", table})
	got, err := parquet.Read[R](bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s as Parquet (-want +got):\n%s", table, diff)
	}
	lines, err := csv.NewReader(bytes.NewReader(write(t, run, Options{"csv", table}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(want)+1 {
		t.Errorf("%s as CSV: %d lines, want a header and %d rows", table, len(lines), len(want))
	}
}

func TestCSV(t *testing.T) {
	run := load(t, "new")
	lines, err := csv.NewReader(bytes.NewReader(write(t, run, Options{Format: "csv"}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, name string) string { return row[slices.Index(lines[0], name)] }
	for name, want := range map[string]string{
		"strategy": "lpt", "packs": "8", "seed": "1", "repeat": "0", "status": "done", "time_ns": "99195", "imbalance": "13.5", "start": "2026-01-02T03:04:06Z", "dirty": "false",
	} {
		if got := column(lines[1], name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	broken := slices.IndexFunc(lines, func(row []string) bool { return column(row, "status") == "timeout" })
	if column(lines[broken], "time_ns") != "" || column(lines[broken], "reason") != "longer than 1s" {
		t.Errorf("a timeout: %q", lines[broken])
	}
	layers, err := csv.NewReader(bytes.NewReader(write(t, run, Options{"csv", "layers"}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1+layerCount || !slices.Contains(layers[0], "lower_bound") {
		t.Errorf("layers: %d lines, header %q", len(layers), layers[0])
	}
}

func TestNothingToWrite(t *testing.T) {
	run := &harness.Run{}
	for _, format := range []string{"csv", "json", "parquet", "benchfmt"} {
		text := write(t, run, Options{Format: format})
		if len(text) == 0 {
			t.Errorf("%s of no run is empty: it must say its columns", format)
		}
	}
	if got := string(write(t, run, Options{Format: "json"})); got != "[]\n" {
		t.Errorf("JSON of no run: %q", got)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string // in the error
	}{
		{Options{"parquett", ""}, `unknown format "parquett"`},
		{Options{"", ""}, `unknown format ""`},
		{Options{"csv", "layer"}, `unknown table "layer"`},
		{Options{"benchfmt", "layers"}, "benchfmt has no table of layers"},
	} {
		err := Write(&bytes.Buffer{}, &harness.Run{}, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.o, err, c.want)
		}
	}
	for _, format := range Formats() {
		if err := (Options{format, "runs"}).Check(); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}
