package runs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCreateTakesWhatAKilledRunLeft: a directory without a manifest holds no
// run.
func TestCreateTakesWhatAKilledRunLeft(t *testing.T) {
	for name, files := range map[string][]string{
		"empty":          nil,
		"empty records":  {RecordsFile},
		"half manifest":  {".manifest.json.0123abcd.tmp"},
		"both leftovers": {RecordsFile, ".manifest.json.0123abcd.tmp"},
	} {
		dir := t.TempDir()
		for _, f := range files {
			writeFile(t, nil, dir, f)
		}
		w, err := Create(dir, sampleManifest())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w.Close()
		load(t, dir)
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	run := write(t)
	before := readFile(t, run, RecordsFile)
	_, err := Create(run, sampleManifest())
	wantError(t, err, run+" exists", "--resume "+run)
	if string(readFile(t, run, RecordsFile)) != string(before) {
		t.Error("the records changed")
	}

	other := t.TempDir()
	writeFile(t, []byte("mine"), other, "notes.txt")
	_, err = Create(other, sampleManifest())
	wantError(t, err, "holds notes.txt, which does not belong to a run")

	orphan := t.TempDir()
	writeFile(t, []byte("{}\n"), orphan, RecordsFile)
	_, err = Create(orphan, sampleManifest())
	wantError(t, err, "holds records and no manifest.json")

	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, nil, file)
	if _, err := Create(file, sampleManifest()); err == nil {
		t.Error("a file was taken for a directory")
	}
}

func TestOnlyOneWriter(t *testing.T) {
	dir := write(t)
	w, _, err := Continue(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_, _, err = Continue(dir)
	wantError(t, err, "is being written by another run")
}

func TestContinueMakesNothingWhereNoRunIs(t *testing.T) {
	dir := t.TempDir()
	_, _, err := Continue(dir)
	wantError(t, err, "not a run directory")
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("%d files were written", len(files))
	}
}

// TestAppendNoticesThatTheDirectoryIsGone: what is written to a deleted file is
// lost, and the run must not go on for hours.
func TestAppendNoticesThatTheDirectoryIsGone(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"directory removed": os.RemoveAll,
		"records removed":   func(dir string) error { return os.Remove(filepath.Join(dir, RecordsFile)) },
		"records replaced": func(dir string) error {
			path := filepath.Join(dir, RecordsFile)
			if err := os.Rename(path, path+".old"); err != nil {
				return err
			}
			return os.WriteFile(path, nil, 0o666)
		},
	} {
		dir := write(t)
		w, _, err := Continue(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := remove(dir); err != nil {
			t.Fatal(err)
		}
		wantError(t, w.Append(record("d", 0, 3)), "was removed or replaced")
		w.Close()
		_ = name
	}
}

// TestOnlyDeclaredMeasuresCount: a manifest that declares measures knows no other.
// What this program measures beyond those of an older run is not recorded there,
// and a record that has an undeclared measure all the same is refused.
func TestOnlyDeclaredMeasuresCount(t *testing.T) {
	m := sampleManifest()
	m.declare()
	if _, ok := m.Measure(BalanceMeasure); ok {
		t.Error("packings have a measure of replays")
	}
	if _, ok := m.Measure(StagePrefix + "sort"); !ok {
		t.Error("a stage is no measure")
	}
	if _, ok := (&Manifest{}).Measure(BalanceMeasure); !ok {
		t.Error("a manifest without declarations does not have this program's")
	}
	dir := write(t)
	w, _, err := Continue(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := record("d", 0, 7)
	r.Run.Set(BalanceMeasure, .5)
	r.Layer[GPUMaxMeasure] = []float64{1, 2}
	if err := w.Append(r); err != nil {
		t.Fatal(err)
	}
	if b, _ := r.Run.Get(BalanceMeasure); b != .5 {
		t.Error("the caller's record has changed")
	}
	r = record("d", 1, 7)
	if err := w.Append(r); err != nil {
		t.Fatal(err)
	}
	run, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	last := run.Records[len(run.Records)-2]
	if _, ok := last.Run.Get(BalanceMeasure); ok || last.Time() != 7 || last.Layer[GPUMaxMeasure] != nil || last.Layer[MaxMeasure] == nil {
		t.Errorf("%v %v", last.Run, last.Layer)
	}
	r.Repeat, r.Run = 2, NewValues(map[string]float64{TimeMeasure: 7, "speed": 3}) // of no program
	if err := w.Append(r); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), `"speed" is not a declared measure of runs`) {
		t.Errorf("an undeclared measure: %v", err)
	}
}
