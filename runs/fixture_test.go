package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hash is a SHA-256 of nothing in particular.
const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// planned is a cell of two layers.
func planned(strategy string) PlannedCell {
	c := NewCell(
		Coordinate{StrategyAxis, strategy}, Coordinate{WorkloadAxis, "w"}, Coordinate{PacksAxis, "3"},
		Coordinate{BackendAxis, "cpu"}, Coordinate{RNGAxis, "philox"}, Coordinate{SeedAxis, "18446744073709551615"},
	)
	return PlannedCell{Cell: c, Key: c.Key(""), Layers: 2, Items: 12, WorkloadHash: hash}
}

// sampleManifest plans the cells a, b, c and d.
func sampleManifest() Manifest {
	e := Environment{Host: "h", CPU: "<c>"}
	m := Manifest{
		Experiment:   Experiment{Name: "sample", Strategies: []Named{{Spec: "a"}, {Spec: "b", Name: "B"}}},
		Created:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Environments: map[string]Environment{e.Key(): e},
	}
	for _, strategy := range []string{"a", "b", "c", "d"} {
		m.Cells = append(m.Cells, planned(strategy))
	}
	return m
}

// record is a record of a run that is done in time ns, or, where that is 0,
// failed.
func record(strategy string, repeat int, time float64) Record {
	p := planned(strategy)
	r := Record{
		PlannedCell: &p, Repeat: repeat, Status: Done, AnswerHash: hash,
		Run:         NewValues(map[string]float64{TimeMeasure: time, StagePrefix + "greedy": time / 2}),
		Environment: Environment{Host: "h", CPU: "<c>"}.Key(),
	}
	if time == 0 {
		r.Status, r.Reason, r.Run, r.AnswerHash = Failed, "broke", Values{}, ""
	} else if repeat == 0 {
		r.Layer = map[string][]float64{
			ImbalanceMeasure: {4, 0}, MaxMeasure: {12, 10}, MinMeasure: {8, 10}, MeanMeasure: {10, 10}, LowerBoundMeasure: {10, 10}, OptimalMeasure: {0, 1},
		}
	}
	return r
}

// sampleRecords are runs of four cells: done (repeats out of order), failed
// after a run that was done, unavailable, and not yet run.
func sampleRecords() []Record {
	var list []Record
	for repeat, time := range []float64{60, 10, 50, 20, 40, 30} {
		list = append(list, record("a", 5-repeat, time))
	}
	gone := record("c", 0, 0)
	gone.Status, gone.Reason = Unavailable, "no driver"
	return append(list, record("b", 0, 5), record("b", 1, 0), gone)
}

// write makes a run directory of the sample.
func write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	w, err := Create(dir, sampleManifest())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sampleRecords() {
		if err := w.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t testing.TB, dir string) *Run {
	t.Helper()
	r, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t testing.TB, text []byte, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), text, 0o666); err != nil {
		t.Fatal(err)
	}
}

// wantError requires an error on one line that contains each of the parts.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q: want it to contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has more than one line", err)
	}
}
