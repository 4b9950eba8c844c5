package report

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", path, diff)
	}
}

func TestTableMatchesTheGoldenFiles(t *testing.T) {
	for format, name := range map[Format]string{Text: "table.txt", Markdown: "table.md", CSV: "table.csv", HTML: "table.html"} {
		var b bytes.Buffer
		if err := Table(&b, syntheticRun(), format, Names{}); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
	if err := Table(&bytes.Buffer{}, syntheticRun(), "troff", Names{}); err == nil {
		t.Error("no error for an unknown format")
	}
}

// A terminal has 100 columns or so; reasons may be longer.
func TestTextTableIsNarrow(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, syntheticRun(), Text, Names{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimRight(line, " \n"))); n > 100 && !strings.HasPrefix(line, " ×") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// The CSV holds what the records hold, not what is printed.
func TestCSVIsExact(t *testing.T) {
	run := syntheticRun()
	var b bytes.Buffer
	if err := Table(&b, run, CSV, Names{}); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	r := newView(run, Names{}).rows()[0]
	for name, want := range map[string]float64{"imbalance": r.imbalance, "time_ns": r.time.Center, "time_lo_ns": r.time.Lo, "time_hi_ns": r.time.Hi, "gap": r.gap} {
		i, ok := at[name]
		if !ok {
			t.Errorf("no column %s in %v", name, lines[0])
			continue
		}
		if got, err := strconv.ParseFloat(lines[1][i], 64); err != nil || got != want {
			t.Errorf("%s = %s, want %v", name, lines[1][i], want)
		}
	}
}
