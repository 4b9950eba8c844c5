package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var sameCells = cmp.Options{cmp.Comparer(Cell.Equal), cmpopts.EquateEmpty()}

func TestLoadReadsWhatWasWritten(t *testing.T) {
	run := load(t, write(t))
	if diff := cmp.Diff(sampleRecords(), run.Records, sameCells); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	want := sampleManifest()
	want.Format, want.Axes, want.Measures = Format, AxesOf(nil), MeasuresOf(nil)
	if diff := cmp.Diff(want, run.Manifest, sameCells); diff != "" {
		t.Errorf("manifest (-want +got)\n%s", diff)
	}
	if run.Truncated {
		t.Error("cut short")
	}
}

// TestEveryFlippedBitIsNoticed flips single bits anywhere in both files.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	dir := write(t)
	random := rand.New(rand.NewPCG(1, 2))
	for name, flips := range map[string]int{RecordsFile: 1500, ManifestFile: 300} {
		whole := readFile(t, dir, name)
		for range flips {
			text := bytes.Clone(whole)
			bit := random.IntN(8 * len(text))
			text[bit/8] ^= 1 << (bit % 8)
			writeFile(t, text, dir, name)
			run, err := Load(dir)
			switch {
			case err == nil && name == ManifestFile && sameJSON(text, whole):
				// white space between members is not protected
			case err == nil:
				t.Errorf("%s: bit %d of byte %d (%q) went unnoticed: %d records", name, bit%8, bit/8, whole[bit/8], len(run.Records))
			case name == RecordsFile && !strings.Contains(err.Error(), "line "):
				t.Errorf("the error does not name the line: %v", err)
			case strings.Contains(err.Error(), "\n"):
				t.Errorf("error of several lines: %v", err)
			}
		}
		writeFile(t, whole, dir, name)
	}
}

func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// TestEveryTruncationIsRead: whatever a dying machine left of the last line, the
// records before it are there.
func TestEveryTruncationIsRead(t *testing.T) {
	dir := write(t)
	whole := readFile(t, dir, RecordsFile)
	for length := range len(whole) + 1 {
		tails := []string{""}
		if length%5 == 0 {
			tails = append(tails, "\x00\x00\x00")
		}
		for _, tail := range tails {
			writeFile(t, append(bytes.Clone(whole[:length]), tail...), dir, RecordsFile)
			run, err := Load(dir)
			lines := bytes.Count(whole[:length], []byte("\n"))
			if length < len(whole) && whole[length] == '\n' && tail == "" {
				lines++ // all but its line end is there
			}
			atLineEnd := length == 0 || whole[length-1] == '\n'
			switch {
			case err != nil && strings.Contains(err.Error(), "has the measures of its layers"):
				// the record that holds them is cut off
			case err != nil && tail != "" && whole[length] == '\n':
				// a whole line, and then zeros: damaged
			case err != nil:
				t.Fatalf("%d bytes: %v", length, err)
			case len(run.Records) != lines:
				t.Fatalf("%d bytes: %d records, want %d", length, len(run.Records), lines)
			case run.Truncated != (!atLineEnd && (length == len(whole) || whole[length] != '\n') || tail != ""):
				t.Fatalf("%d bytes: truncated %t", length, run.Truncated)
			}
		}
	}
}

func TestMeasuresOfWindowsAreOfAsMany(t *testing.T) {
	c := checker{manifest: &Manifest{Measures: ReplayMeasures()}}
	window := map[string][]float64{WindowPrefix + BalanceMeasure: {1, 1}, WindowPrefix + MovesMeasure: {1, 2}}
	if err := c.windows(&Record{Window: window}); err != nil {
		t.Error(err)
	}
	window[WindowPrefix+BalanceMeasure] = []float64{1}
	wantError(t, c.windows(&Record{Window: window}), "window_moves of 2 windows in a record of 1 windows")
}

func TestLoadRefusesWhatContradicts(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Record)
		want   string
	}{
		{"another key", func(r *Record) { r.Key = "x" }, `cell "x" is not in the plan`},
		{"key of another cell", func(r *Record) { r.Key = planned("b").Key }, "does not match the cell"},
		{"negative repeat", func(r *Record) { r.Repeat = -1 }, "repeat -1"},
		{"unknown status", func(r *Record) { r.Status = "fine" }, `unknown status "fine"`},
		{"pending", func(r *Record) { r.Status = Pending }, `unknown status "pending"`},
		{"no time", func(r *Record) { r.Run = Values{} }, "time of 0 ns"},
		{"negative time", func(r *Record) { r.Run.Set(TimeMeasure, -5) }, "time of -5 ns"},
		{"failed with time", func(r *Record) { r.Status = Failed }, "measures of a run that is failed"},
		{"reason of a run that is done", func(r *Record) { r.Reason = "x" }, "a reason"},
		{"no answer", func(r *Record) { r.AnswerHash = "" }, "without the hash of its answer"},
		{"other loads", func(r *Record) { r.WorkloadHash = "x" }, "workload hash"},
		{"other shape", func(r *Record) { r.Layers = 3 }, "3 layers of 12 items"},
		{"other machine", func(r *Record) { r.Environment = "x" }, `environment "x" is not in manifest.json`},
		{"too few layers", func(r *Record) { r.Layer[MaxMeasure] = []float64{12} }, "max of 1 layers in a record of 2"},
		{"a measure is missing", func(r *Record) { delete(r.Layer, MinMeasure) }, "layers without min"},
		{"unknown measure", func(r *Record) { r.Layer["mac"] = []float64{1, 2} }, `"mac" is not a declared measure`},
		{"unknown measure of runs", func(r *Record) { r.Run.Set("tim", 1) }, `"tim" is not a declared measure`},
		{"unknown measure of windows", func(r *Record) { r.Window = map[string][]float64{"mac": {1}} }, `"mac" is not a declared measure of windows`},
		{"imbalance", func(r *Record) { r.Layer[ImbalanceMeasure][0] = 2 }, "layer 0: imbalance 2 is not max − min, 12 − 8"},
		{"bound above max", func(r *Record) { r.Layer[LowerBoundMeasure][1] = 10.5 }, "layer 1: lower bound 10.5 is above max 10"},
		{"bound below mean", func(r *Record) { r.Layer[LowerBoundMeasure][1] = 9 }, "layer 1: lower bound 9 is below the mean 10"},
		{"mean", func(r *Record) { r.Layer[MeanMeasure][0] = 13 }, "layer 0: mean 13 is not between"},
		{"proof", func(r *Record) { r.Layer[OptimalMeasure][0] = .5 }, "optimal 0.5"},
		{"no measures of layers", func(r *Record) { r.Layer = nil }, "is done but none of its runs has the measures of its layers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			w, err := Create(dir, sampleManifest())
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			r := record("a", 0, 5)
			test.change(&r)
			if err := w.Append(r); err != nil {
				t.Fatal(err)
			}
			_, err = Load(dir)
			wantError(t, err, "records.jsonl: line 1: ", test.want)
		})
	}
}

// Answers of a strategy in a file of its own may change from run to run.
func TestLoadAcceptsAnswersOfProgramsThatChange(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	first, second := record("a", 0, 7), record("a", 1, 7)
	second.AnswerHash, second.Layer = strings.ToUpper(hash), nil
	m := sampleManifest()
	m.Programs = map[string]string{first.Cell.Strategy(): "hash"}
	w, err := Create(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, r := range []Record{first, second} {
		if err := w.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
}

func TestLoadRefusesRunsThatDisagree(t *testing.T) {
	for _, test := range []struct {
		name   string
		second Record
		want   string
	}{
		{"twice", record("a", 0, 7), "line 2: run 0 of cell"},
		{"another answer", func() Record { r := record("a", 1, 7); r.AnswerHash = strings.ToUpper(hash); return r }(), "line 2: answer hash"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			w, err := Create(dir, sampleManifest())
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			for _, r := range []Record{record("a", 0, 5), test.second} {
				if err := w.Append(r); err != nil {
					t.Fatal(err)
				}
			}
			_, err = Load(dir)
			wantError(t, err, test.want)
		})
	}
}

func TestLoadNamesTheVersionItCannotRead(t *testing.T) {
	dir := write(t)
	writeFile(t, bytes.Replace(readFile(t, dir, ManifestFile), []byte(`"format": 2`), []byte(`"format": 3`), 1), dir, ManifestFile)
	_, err := Load(dir)
	wantError(t, err, "format 3: this program reads formats 1 to 2; a newer one may read it")
}

func TestLoadRefusesWhatIsNoRun(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir)
	wantError(t, err, dir+" is not a run directory: it has no manifest.json")
	for text, want := range map[string]string{
		"{":              "manifest.json: not JSON at byte 1: unexpected end of JSON input",
		"null":           "format 0",
		`{"format":2}`:   "the checksum is missing",
		"[]":             "manifest.json: not a JSON object but of type array",
		`{"format":"2"}`: "format: a string does not belong there",
	} {
		writeFile(t, []byte(text), dir, ManifestFile)
		_, err := Load(dir)
		wantError(t, err, want)
	}
	file := filepath.Join(dir, ManifestFile)
	_, err = Load(file)
	wantError(t, err, file+" is a file: name a run directory")
}

// TestLoadDoesNotWaitForPipes: reading a fifo would never end.
func TestLoadDoesNotWaitForPipes(t *testing.T) {
	for _, name := range []string{RecordsFile, ManifestFile} {
		dir := write(t)
		path := filepath.Join(dir, name)
		os.Remove(path)
		if err := syscall.Mkfifo(path, 0o666); err != nil {
			t.Skip("no pipes here:", err)
		}
		_, err := Load(dir)
		wantError(t, err, path+" is not a regular file")
		_, _, err = Continue(dir)
		wantError(t, err, path+" is not a regular file")
	}
}

// FuzzRecords: whatever the text, what is read can be worked with, and errors
// are one line.
func FuzzRecords(f *testing.F) {
	dir := write(f)
	whole := readFile(f, dir, RecordsFile)
	f.Add(whole)
	f.Add(whole[:len(whole)-9])
	f.Add([]byte("{}\n"))
	f.Add(append(seal([]byte(`{"key":"a","layer":{"max":[]}}`)), '\n'))
	f.Add(append(seal([]byte(fmt.Sprintf(`{"key":%q,"cell":{}}`, planned("a").Key))), '\n'))
	manifest := readFile(f, dir, ManifestFile)
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		writeFile(t, manifest, dir, ManifestFile)
		writeFile(t, text, dir, RecordsFile)
		run, err := Load(dir)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		for _, c := range run.Cells() {
			_, _, _, _ = c.Status(), c.Reason(), c.Times(), c.Layer(MaxMeasure)
		}
		if run.complete > int64(len(text)) {
			t.Errorf("%d complete bytes of %d", run.complete, len(text))
		}
	})
}
