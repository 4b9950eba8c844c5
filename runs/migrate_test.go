package runs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// copyOld copies the run directory of format 1, of which testdata has one.
func copyOld(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(dir, os.DirFS("testdata/format1")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFormat1IsRead: the run has three strategies on three problems, two
// backends and two seeds; no GPU was there.
func TestFormat1IsRead(t *testing.T) {
	run := load(t, "testdata/format1")
	if len(run.Records) != 54 || len(run.Manifest.Cells) != 36 || run.Manifest.Format != Format {
		t.Fatalf("%d records, %d cells, format %d", len(run.Records), len(run.Manifest.Cells), run.Manifest.Format)
	}
	cells := run.Cells()
	for _, c := range cells {
		want := Done
		switch {
		case c.Backend() == "cuda" && c.Strategy() == "exact:nodes=1":
			want = Unsupported
		case c.Backend() == "cuda":
			want = Unavailable
		}
		if c.Status() != want {
			t.Errorf("%s on %s is %s", c.Strategy(), c.Backend(), c.Status())
		}
		content := ""
		if c.Workload() == "loads.csv" {
			content = c.WorkloadHash
		}
		if c.Key != c.Cell.Key(content) {
			t.Errorf("key %s of %s on %s", c.Key, c.Strategy(), c.Workload())
		}
	}
	proofs := 0
	for _, c := range cells {
		if c.Strategy() == "exact:nodes=1" && c.Layer(OptimalMeasure) != nil {
			proofs++
		}
	}
	if proofs == 0 {
		t.Error("no proof was taken over")
	}
	if !load(t, write(t)).Cells()[0].Equal(planned("a")) {
		t.Error("keys have changed")
	}
}

// TestFormat1IsContinued: the directory is brought up to date, and nothing in
// it changes.
func TestFormat1IsContinued(t *testing.T) {
	dir := copyOld(t)
	before := load(t, dir)
	w, found, err := Continue(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if diff := cmp.Diff(before.Records, found.Records, sameCells); diff != "" {
		t.Errorf("(-before +found)\n%s", diff)
	}
	after := load(t, dir)
	if after.format != Format {
		t.Errorf("format %d on disk", after.format)
	}
	if diff := cmp.Diff(before.Records, after.Records, sameCells); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
	if diff := cmp.Diff(before.Manifest, after.Manifest, sameCells); diff != "" {
		t.Errorf("(-before +after)\n%s", diff)
	}
}

// TestFormat1NoticesDamage: without checksums, what contradicts the rest is
// noticed all the same.
func TestFormat1NoticesDamage(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`"imbalance":[`, `"imbalance":[9`, "is not max − min"},
		{`"quality"`, `"pualiti"`, `unknown field "pualiti"`},
		{`"strategy":"lpt"`, `"strategy":"lqt"`, "does not match the cell"},
		{`"packing_hash":"`, `"packing_hash":"f`, "answer hash"},
		{`"time_ns":`, `"time_ns":-`, "time of -"},
	} {
		dir := copyOld(t)
		text := readFile(t, dir, RecordsFile)
		if !bytes.Contains(text, []byte(test.old)) {
			t.Fatalf("no %s in the records", test.old)
		}
		writeFile(t, bytes.Replace(text, []byte(test.old), []byte(test.new), 1), dir, RecordsFile)
		_, err := Load(dir)
		wantError(t, err, "line ", test.want)
	}
}

// TestFormat1CutShort: as for this format, a last line that was cut short is no
// error.
func TestFormat1CutShort(t *testing.T) {
	dir := copyOld(t)
	text := readFile(t, dir, RecordsFile)
	writeFile(t, text[:len(text)-20], dir, RecordsFile)
	run := load(t, dir)
	if !run.Truncated || len(run.Records) != strings.Count(string(text), "\n")-1 {
		t.Errorf("truncated %t, %d records", run.Truncated, len(run.Records))
	}
}
