package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecoderReadsLikeEncodingJSON: what the fast decoder reads is what package
// encoding/json reads; what it does not it leaves to that.
func FuzzDecoderReadsLikeEncodingJSON(f *testing.F) {
	for _, r := range sampleRecords() {
		r.Warnings = []string{"one", "two"}
		text, err := marshal(&r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		for _, change := range [][2]string{
			{`"repeat":`, `"repeat":-0`}, {`"repeat":`, `"repeat":1e3`}, {`"repeat":`, `"Repeat":`}, {`"status":`, `"repeat":7,"status":`},
			{`"warnings":["one"`, `"warnings":["\u00e9"`}, {`"warnings":["one"`, `"warnings":[null`}, {`"warnings":["one"`, `"warnings":["é"`},
			{`"time":`, `"time":1,"time":`}, {`"time":`, `"time":01`}, {`"time":`, `"time":1e999`}, {`"time":`, `"time":-.5`}, {`[4,0]`, `[]`}, {`[4,0]`, `[4,null]`},
			{`"start":"0001`, `"start":"2026`}, {`Z"`, `+01:00"`}, {`Z"`, `.120Z"`}, {`{`, `{ `}, {`"strategy":"a"`, `"strategy":"b"`},
			{`"layers":2,`, ``}, {`"items":12,`, `"items":13,`}, {`"workload_hash":"` + hash + `",`, ``}, {`"workload_hash":"0`, `"workload_hash":"1`},
			{`"stage/greedy":`, `"":`}, {`"stage/greedy":`, `"zzz":`},
		} {
			f.Add(bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1))
		}
	}
	m := sampleManifest()
	f.Fuzz(func(t *testing.T, text []byte) {
		var got Record
		if !newDecoder(m.Planned()).record(text, &got) {
			return
		}
		var want Record
		if err := unmarshalStrict(text, &want); err != nil {
			t.Fatalf("%q is read although it is wrong: %v", text, err)
		}
		if diff := cmp.Diff(want, got, sameCells); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	})
}

// TestDecoderReadsOrdinaryRecords: the fast path is taken for what Append
// writes.
func TestDecoderReadsOrdinaryRecords(t *testing.T) {
	m := sampleManifest()
	for _, r := range sampleRecords() {
		text, err := marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		if !newDecoder(m.Planned()).record(text, &Record{}) {
			t.Errorf("left to encoding/json: %s", text)
		}
	}
}

// TestScanHandsOnEveryLine: the lines are those of the file, in order, across
// batches.
func TestScanHandsOnEveryLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	w, err := Create(dir, sampleManifest())
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for repeat := range 2000 {
		for _, strategy := range []string{"a", "b"} {
			r := record(strategy, repeat, float64(1+repeat))
			line, err := r.Line()
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, line...)
		}
	}
	w.Close()
	writeFile(t, want, dir, RecordsFile)
	var got []byte
	err = scan(dir, func(line []byte, r *Record) error {
		got = append(append(got, line...), '\n')
		return nil
	})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: %d bytes, want %d", err, len(got), len(want))
	}

	stop := errors.New("stop")
	n := 0
	err = scan(dir, func([]byte, *Record) error {
		if n++; n == 5 {
			return stop
		}
		return nil
	})
	if err != stop || n != 5 {
		t.Errorf("%v after %d records", err, n)
	}
}

func BenchmarkScan(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "run")
	w, err := Create(dir, sampleManifest())
	if err != nil {
		b.Fatal(err)
	}
	w.Close()
	file, err := os.OpenFile(filepath.Join(dir, RecordsFile), os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	size := 0
	for repeat := range 20_000 {
		r := record("a", repeat, float64(12345+repeat))
		line, err := r.Line()
		if err == nil {
			_, err = file.Write(line)
		}
		if err != nil {
			b.Fatal(err)
		}
		size += len(line)
	}
	file.Close()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := scan(dir, func([]byte, *Record) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

func scan(dir string, visit func([]byte, *Record) error) error {
	r, err := Open(dir)
	if err != nil {
		return err
	}
	return r.Scan(visit)
}

// FuzzPlannedCellReadsLikeEncodingJSON: what the fast reader of planned cells
// reads is what package encoding/json reads.
func FuzzPlannedCellReadsLikeEncodingJSON(f *testing.F) {
	text, err := planned("a").MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, change := range [][2]string{
		{`"a"`, `"b,\"key\":"`}, {`"a"`, `",\"key\":"`}, {`"packs":3`, `"packs":03`}, {`"packs":3`, `"packs":"3"`}, {`"packs":3`, `"packs":3,"packs":3`},
		{`"layers":2`, `"layers":-0`}, {`"layers":2`, `"layers":2.0`}, {`"items"`, `"Items"`}, {`}`, `},"key":"x"`}, {`"rng"`, `"other"`},
	} {
		f.Add(bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := plainPlanned(text)
		if !ok {
			return
		}
		var want struct {
			Cell         map[string]json.RawMessage `json:"cell"`
			Key          string                     `json:"key"`
			Layers       int                        `json:"layers"`
			Items        int                        `json:"items"`
			WorkloadHash string                     `json:"workload_hash"`
		}
		if err := unmarshalStrict(text, &want); err != nil {
			t.Fatalf("%q is read although it is wrong: %v", text, err)
		}
		if got.Key != want.Key || got.Layers != want.Layers || got.Items != want.Items || got.WorkloadHash != want.WorkloadHash || len(got.coordinates) != len(want.Cell) {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
		for _, x := range got.coordinates {
			value := string(want.Cell[x.Axis])
			if a, _ := findAxis(Axes(), x.Axis); !a.Number {
				var text string
				if err := json.Unmarshal(want.Cell[x.Axis], &text); err != nil {
					t.Fatal(err)
				}
				value = text
			}
			if x.Value != value {
				t.Errorf("%q: %s is %q, want %q", text, x.Axis, x.Value, value)
			}
		}
	})
}
