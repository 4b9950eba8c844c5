package runs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseRecordsErrors(t *testing.T) {
	ok := `{"key":"a","repeat":0,"status":"done"}` + "\n"
	for _, test := range []struct{ text, want string }{
		{ok + "nonsense\n" + ok, "line 2: invalid character"},
		{"\n", "line 1: unexpected end"},
		{`{"repeat":0,"status":"done"}`, "line 1: a record without key"},
		{`{"key":"a","repeat":-1,"status":"done"}`, "line 1: repeat -1"},
		{`{"key":"a","repeat":0,"status":"fine"}`, `line 1: unknown status "fine"`},
		{`{"key":"a","repeat":0,"status":"pending"}`, `line 1: unknown status "pending"`},
		{ok + ok, "line 2: run 0 of cell a is already on line 1"},
		{`{"key":"a","status":"done","layers":2,"quality":{"imbalance":[1]}}`, "line 1: quality of 1 layers in a record of 2 layers"},
		{`{"key":"a","status":"done","layers":1,"quality":{"imbalance":[1],"max":[1],"min":[1],"mean":[1],"lower_bound":[1],"optimal":[]}}`, "line 1: proofs of 0 layers"},
		{`{"key":"a","status":"done","time_ns":-5}`, "line 1: time of -5 ns"},
	} {
		_, _, err := parseRecords([]byte(test.text))
		wantError(t, err, test.want)
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir)
	wantError(t, err, dir+" is not a run directory: it has no manifest.json")
	manifest := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, ManifestFile), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	manifest("{")
	_, err = Load(dir)
	wantError(t, err, "manifest.json: unexpected end of JSON input")
	manifest(`{"format": 2}`)
	_, err = Load(dir)
	wantError(t, err, "manifest.json has format 2: this program reads format 1")
	manifest(`{"format": 1}`)
	if run, err := Load(dir); err != nil || len(run.Records) != 0 || run.Truncated {
		t.Errorf("a run that has not begun: %+v, %v", run, err)
	}
}

// FuzzParseRecords: whatever the text, what is read can be worked with, and
// what is read again from the complete part is the same.
func FuzzParseRecords(f *testing.F) {
	f.Add([]byte(`{"strategy":"lpt","key":"a","repeat":0,"status":"done","layers":1,"time_ns":5,"quality":{"imbalance":[3],"max":[12],"min":[9],"mean":[10],"lower_bound":[10]}}` + "\n"))
	f.Add([]byte(`{"key":"a","status":"failed","reason":"no"}` + "\n" + `{"key":"b","st`))
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"key":"a","status":"done","layers":-1,"quality":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		records, complete, err := parseRecords(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		if complete < 0 || complete > int64(len(text)) {
			t.Fatalf("%d complete bytes of %d", complete, len(text))
		}
		run := Run{Records: records}
		for _, c := range run.Cells() {
			_, _, _ = c.Status(), c.Reason(), c.Summarize()
		}
		again, rest, err := parseRecords(text[:complete])
		if err != nil || rest != complete {
			t.Fatalf("the complete part: %d of %d bytes, %v", rest, complete, err)
		}
		a, _ := json.Marshal(records)
		b, _ := json.Marshal(again)
		if !bytes.Equal(a, b) {
			t.Error("the complete part gives other records")
		}
	})
}
