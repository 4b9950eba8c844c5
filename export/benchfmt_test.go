package export

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"packbench/runs"
)

func TestBenchfmtReadsBack(t *testing.T) {
	text := write(t, load(t, "new"), Options{Format: "benchfmt"})
	reader := benchfmt.NewReader(bytes.NewReader(text), "new")
	results := 0
	for reader.Scan() {
		switch r := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Errorf("%v", r)
		case *benchfmt.Result:
			results++
			if seconds, ok := r.Value("sec/op"); !ok || seconds <= 0 {
				t.Errorf("%s: %v sec/op", r.Name, seconds)
			}
			for _, unit := range []string{"imbalance", "max/mean", "gap-%"} {
				if _, ok := r.Value(unit); !ok {
					t.Errorf("%s: no %s", r.Name, unit)
				}
			}
			if cpu := r.GetConfig("cpu"); cpu != "Example CPU" {
				t.Errorf("%s: cpu %q", r.Name, cpu)
			}
		}
	}
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	if results != doneRuns {
		t.Errorf("%d results, want %d", results, doneRuns)
	}
	for _, unit := range []string{"imbalance", "max/mean", "gap-%"} {
		if reader.Units().GetBetter(unit) != -1 {
			t.Errorf("less %s is not known to be better", unit)
		}
	}
	if broken := strings.Count(string(text), "\n# Pack/"); broken != brokenRuns {
		t.Errorf("%d comments on broken runs, want %d", broken, brokenRuns)
	}
}

func TestBenchmarkNameSurvivesOddSpecs(t *testing.T) {
	c := runs.NewCell(
		runs.Coordinate{Axis: runs.StrategyAxis, Value: "lpt"},
		runs.Coordinate{Axis: runs.WorkloadAxis, Value: "file:my loads/a b\x1b.npy"},
		runs.Coordinate{Axis: runs.PacksAxis, Value: "4"},
		runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"},
		runs.Coordinate{Axis: runs.RNGAxis, Value: "philox"},
		runs.Coordinate{Axis: runs.SeedAxis, Value: "7"})
	name := benchfmt.Name(benchmarkName(&runs.Manifest{}, c) + threads(runs.Environment{Threads: 2}))
	base, parts := name.Parts()
	if string(base) != "Pack" || len(parts) != 7 || string(parts[1]) != "/workload=file:my_loads∕a_b\\x1b.npy" || string(parts[6]) != "-2" {
		t.Errorf("parts %q", parts)
	}
}

// The program that the format is for reads it: benchstat, in the version of
// go.mod.
func TestBenchstatReadsTheExport(t *testing.T) {
	if testing.Short() {
		t.Skip("builds benchstat")
	}
	dir := t.TempDir()
	for _, name := range []string{"old", "new"} {
		text := write(t, load(t, name), Options{Format: "benchfmt"})
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	benchstat := func(args ...string) string {
		t.Helper()
		command := exec.Command("go", append([]string{"run", "-mod=readonly", "golang.org/x/perf/cmd/benchstat"}, args...)...)
		var stderr bytes.Buffer
		command.Stderr = &stderr
		out, err := command.Output()
		if err != nil {
			t.Fatalf("benchstat %q: %v\n%s", args, err, stderr.String())
		}
		return string(out)
	}
	two := benchstat("-format", "csv", filepath.Join(dir, "old"), filepath.Join(dir, "new"))
	for _, want := range []string{",0.000600065,1%,-33.33%,p=0.001 n=7", ",~,p=0.710 n=7"} {
		if !strings.Contains(two, want) {
			t.Errorf("two runs: no %q in\n%s", want, two)
		}
	}
	strategies := benchstat("-filter", ".unit:imbalance", "-row", "/workload", "-col", "/strategy", filepath.Join(dir, "old"))
	if !strings.Contains(strategies, "-57.41%") {
		t.Errorf("strategies:\n%s", strategies)
	}
}
