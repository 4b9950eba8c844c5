package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"packbench/runs"
)

func load(t *testing.T, name string) *runs.Run {
	t.Helper()
	run, err := runs.Load(filepath.Join("..", "compare", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func write(t *testing.T, run *runs.Run, o Options) []byte {
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

// records returns the rows of a table by column.
func records(t *table) []map[string]any {
	var list []map[string]any
	for row := range t.rows {
		r := map[string]any{}
		for i, c := range t.columns {
			r[c.name] = row[i]
		}
		list = append(list, r)
	}
	return list
}

func TestRunRows(t *testing.T) {
	rows := records(runTable(load(t, "new")))
	if len(rows) != doneRuns+brokenRuns {
		t.Fatalf("%d rows, want %d", len(rows), doneRuns+brokenRuns)
	}
	done := 0
	for _, r := range rows {
		if r["status"] != "done" {
			if r["time_ns"] != nil || r["imbalance"] != nil || r["reason"] == "" {
				t.Errorf("a run that is not done: %+v", r)
			}
			continue
		}
		done++
		if r["time_ns"] == nil || r["imbalance"] == nil || r["device"] != "Example CPU, 2 threads" || r["commit"] == "" {
			t.Errorf("a run that is done: %+v", r)
		}
	}
	if done != doneRuns {
		t.Errorf("%d runs are done, want %d", done, doneRuns)
	}
	// Layers have 10, 11, …, 17 around a mean of 1000.
	for name, want := range map[string]any{
		"strategy_name": "lpt", "imbalance": 13.5, "max_over_mean": 1.00675, "packs": int64(8), "seed": uint64(1), "layers": int64(8),
		"start": time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
	} {
		if got := rows[0][name]; got != want {
			t.Errorf("%s of the first run: %v, want %v", name, got, want)
		}
	}
}

// Every format gives back the rows it was given.
func TestReadBack(t *testing.T) {
	run := load(t, "new")
	for _, c := range tables {
		t.Run(c.name, func(t *testing.T) { readBack(t, run, c.name, c.of(run)) })
	}
}

func readBack(t *testing.T, run *runs.Run, name string, want *table) {
	t.Helper()
	var objects []map[string]any
	if err := json.Unmarshal(write(t, run, Options{"json", name}), &objects); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(write(t, run, Options{"csv", name}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	data := write(t, run, Options{"parquet", name})
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	wanted := slices.Collect(want.rows)
	rows := make([]parquet.Row, len(wanted)+1)
	reader := parquet.NewReader(file)
	n, err := reader.ReadRows(rows)
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if len(objects) != len(wanted) || len(lines) != len(wanted)+1 || n != len(wanted) {
		t.Fatalf("%d objects, %d lines, %d Parquet rows: want %d rows", len(objects), len(lines), n, len(wanted))
	}
	fields := file.Schema().Fields()
	for i, c := range want.columns {
		if fields[i].Name() != c.name || lines[0][i] != c.name || fields[i].Optional() != c.optional {
			t.Fatalf("column %d is %s in Parquet and %s in CSV, want %s", i, fields[i].Name(), lines[0][i], c.name)
		}
		for j, row := range wanted {
			plain, err := json.Marshal(row[i])
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(objects[j][c.name])
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(plain) {
				t.Errorf("row %d, %s: %s as JSON, want %s", j, c.name, got, plain)
			}
			if got := lines[j+1][i]; got != field(row[i]) {
				t.Errorf("row %d, %s: %q as CSV, want %q", j, c.name, got, field(row[i]))
			}
			if got := fromParquet(rows[j][i], c.kind); got != row[i] {
				t.Errorf("row %d, %s: %v from Parquet, want %v", j, c.name, got, row[i])
			}
		}
	}
}

// fromParquet returns a value as a row has it.
func fromParquet(v parquet.Value, k kind) any {
	switch {
	case v.IsNull():
		return nil
	case k == whole:
		return v.Int64()
	case k == natural:
		return v.Uint64()
	case k == real:
		return v.Double()
	case k == truth:
		return v.Boolean()
	case k == moment:
		return time.UnixMicro(v.Int64()).UTC()
	}
	return string(v.ByteArray())
}

// A run that declares an axis and measures that this program does not know
// exports them, and those alone are new.
func TestNewAxisAndMeasuresAppear(t *testing.T) {
	run := load(t, "new")
	m := &run.Manifest
	m.Axes = append(m.Axes, runs.Axis{Name: "window", Role: runs.Setting, Number: true})
	m.Measures = append(m.Measures,
		runs.Measure{Name: "moved", Unit: runs.Count, Better: runs.Lower, Scope: runs.PerLayer, Meaning: "items that moved"},
		runs.Measure{Name: "memory", Unit: "byte", Better: runs.Lower, Scope: runs.PerRun, Meaning: "memory in use"},
		runs.Measure{Name: "kernel", Unit: runs.Nanoseconds, Better: runs.Lower, Scope: runs.PerRun, Meaning: "time on the device"})
	m.Cells[0].Cell = m.Cells[0].Cell.With("window", "16")
	for i := range run.Records {
		r := &run.Records[i]
		if r.Key != m.Cells[0].Key {
			continue
		}
		r.PlannedCell = &m.Cells[0]
		r.Run.Set("memory", 1.5)
		r.Run.Set("kernel", 99)
		if r.Layer != nil {
			r.Layer["moved"] = []float64{1, 2, 3, 4, 5, 6, 7, 8}
		}
	}
	first := func(table string) map[string]any {
		var rows []map[string]any
		if err := json.Unmarshal(write(t, run, Options{"json", table}), &rows); err != nil {
			t.Fatal(err)
		}
		if last := rows[len(rows)-1]; last["window"] != nil {
			t.Errorf("%s: window %v in a cell without one", table, last["window"])
		}
		return rows[0]
	}
	row, layer := first("runs"), first("layers")
	if row["window"] != 16.0 || row["memory"] != 1.5 || row["kernel_ns"] != 99.0 || row["moved"] != 4.5 {
		t.Errorf("run %v", row)
	}
	if layer["window"] != 16.0 || layer["moved"] != 1.0 {
		t.Errorf("layer %v", layer)
	}
	write(t, run, Options{"parquet", "runs"})
	text := string(write(t, run, Options{Format: "benchfmt"}))
	for _, want := range []string{"Unit moved better=lower assume=exact\n", "Unit memory better=lower\n", "/window=16-2 1 99195 ns/op", " 1.5 memory ", " 99 kernel-ns/op", " 4.5 moved"} {
		if !strings.Contains(text, want) {
			t.Errorf("benchfmt has no %q", want)
		}
	}
	var summary bytes.Buffer
	if err := writeSummary(&summary, run); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&summary).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"window": "16", "mean_moved": "4.5", "worst_moved": "8", "worst_moved_layer": "7", "median_memory": "1.5", "median_kernel_ns": "99"} {
		if at := slices.Index(lines[0], name); at < 0 || lines[1][at] != want {
			t.Errorf("summary: no %s of %s in %q", name, want, lines[0])
		}
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
	run := &runs.Run{}
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

func TestUnknownFormatsAndTablesAreRefused(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want string // in the error
	}{
		{Options{"parquett", ""}, `unknown format "parquett"`},
		{Options{"", ""}, `unknown format ""`},
		{Options{"csv", "layer"}, `unknown table "layer"`},
		{Options{"benchfmt", "layers"}, "benchfmt has no table of layers"},
	} {
		err := Write(&bytes.Buffer{}, &runs.Run{}, c.o)
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
