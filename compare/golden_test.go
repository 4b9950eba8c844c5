package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/runs"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func load(t *testing.T, name string) *runs.Run {
	t.Helper()
	run, err := runs.Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func compareRuns(t *testing.T, old, new string, o Options) *Comparison {
	t.Helper()
	c, err := Runs(load(t, old), []*runs.Run{load(t, new)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compareBaseline(t *testing.T, name, strategy string, o Options) *Comparison {
	t.Helper()
	c, err := Baseline(load(t, name), strategy, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The files under testdata/golden are what each format looks like; rewrite them
// with -update and read the difference.
func TestFormatsMatchTheGoldenFiles(t *testing.T) {
	limit := 0.05
	comparisons := map[string]*Comparison{
		"runs":     compareRuns(t, "old", "new", Options{FailAbove: &limit}),
		"machine":  compareRuns(t, "old", "machine", Options{FailAbove: &limit}),
		"baseline": compareBaseline(t, "old", "lpt", Options{}),
	}
	for name, c := range comparisons {
		for _, format := range Formats() {
			var got bytes.Buffer
			if err := c.Write(&got, format); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "golden", name+"."+format)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(lines(string(want)), lines(got.String())); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}

var decimal = regexp.MustCompile(`-?[0-9]+\.[0-9]{9,}(e[-+][0-9]+)?`)

// lines splits the text and rounds long decimals: machines that fuse multiply
// and add differ in the last digits.
func lines(text string) []string {
	rounded := decimal.ReplaceAllStringFunc(text, func(number string) string {
		v, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return number
		}
		return strconv.FormatFloat(v, 'g', 9, 64)
	})
	return strings.Split(rounded, "\n")
}

func TestUnknownFormat(t *testing.T) {
	err := compareRuns(t, "old", "new", Options{}).Write(&bytes.Buffer{}, "latx")
	if err == nil || !strings.Contains(err.Error(), "latex") {
		t.Errorf("error %v, want one that suggests latex", err)
	}
}

// CSV and JSON are for programs: they must parse and hold every cell.
func TestMachineFormats(t *testing.T) {
	c := compareRuns(t, "old", "new", Options{})
	var table, document bytes.Buffer
	if err := c.Write(&table, "csv"); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(c.Cells) {
		t.Errorf("CSV has %d lines, want a header and %d cells", len(rows), len(c.Cells))
	}
	if err := c.Write(&document, "json"); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Cells []struct {
			Strategy  string
			Imbalance *struct {
				Ratio *float64
				Pairs struct{ Wins int }
			}
		}
	}
	if err := json.Unmarshal(document.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Cells) != len(c.Cells) || back.Cells[2].Imbalance.Pairs.Wins != c.Cells[2].Result(runs.ImbalanceMeasure).Layers.Pairs.Wins {
		t.Errorf("read back %+v", back)
	}
}
