package harness

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/runs"
)

func TestParseExperiment(t *testing.T) {
	step := 3
	got, err := ParseExperiment([]byte(`
name: all
description: every key
strategies: [lpt, "topk-max-any:k=16"]
workloads:
  - uniform
  - spec: lognormal:sigma=1
    packs: [4, 8]
  - { file: loads.npz, array: weight, step: 3 }
packs: [32]
backends: [cpu, cuda]
rng: torch
seeds: [7, 18446744073709551615]
repeats: 4
warmup: 0
timeout: 30s
`))
	if err != nil {
		t.Fatal(err)
	}
	want := runs.Experiment{
		Name: "all", Description: "every key",
		Strategies: specs("lpt", "topk-max-any:k=16"),
		Workloads: []runs.Workload{
			{Spec: "uniform"},
			{Spec: "lognormal:sigma=1", Packs: []int{4, 8}},
			{File: "loads.npz", Array: "weight", Step: &step},
		},
		Packs: []int{32}, Backends: []string{"cpu", "cuda"}, RNG: "torch",
		Seeds: []uint64{7, 1<<64 - 1}, Repeats: 4, Warmup: 0, Timeout: "30s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseExperimentKeepsDefaults(t *testing.T) {
	got, err := ParseExperiment([]byte("# nothing\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultExperiment(), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseExperimentErrors(t *testing.T) {
	for _, test := range []struct{ yaml, want string }{
		{"name: a\nstrategis: [lpt]\n", `line 2, column 1: unknown key "strategis": did you mean "strategies"?`},
		{"workloads:\n  - uniform\n  - spec: x\n    pack: [3]\n", `line 4, column 5: unknown key "pack": did you mean "packs"?`},
		{"repeats: many", `line 1, column 10: "many": use a whole number`},
		{"repeats: 1.5", "line 1, column 10: 1.5: use a whole number"},
		{"seeds: [1, .inf]", "line 1, column 12: .inf: use a whole number"},
		{"repeats: ~", "line 1, column 10: a value is missing"},
		{"packs:\nname: x", "a value is missing"},
		{"seeds: [-1]", "line 1, column 9: -1: use a whole number from 0"},
		{"seeds: [99999999999999999999]", "line 1, column 9: 99999999999999999999: use a whole number from 0"},
		{"strategies: lpt", "line 1, column 13: string where a list is expected"},
		{"workloads: [lognormal:sigma=1,items=72]", `line 1, column 31: "items=72": in brackets a comma ends a value: write "lognormal:sigma=1,items=72" in quotes, or a value per line`},
		{"x: 1", "use one of name, description, strategies, planners, workloads, packs, topologies, previous, backends, rng, seeds, repeats, warmup, invocations, timeout, replay, spec, file, key, array, step, steps, estimators, traces, windows"},
		{"workloads: [[1]]", "line 1, column 13"},
		{"workloads: [{spec: a, packs: 3}]", "line 1, column 30"},
		{"name: {a: b}", "line 1, column 7: \"{\": use text"},
		{"seeds: [18446744073709551616]", "line 1, column 9: 18446744073709551616: use a whole number from 0 to 2^64 − 1"},
		{"a: " + strings.Repeat("[", 1000), "nested more than 100 deep"},
		{strings.Repeat("- a:\n ", 60000), "the max for an experiment"},
		{"name: [", "line 1, column 7"},
		{"a: b: c", "line 1, column 4"},
		{"name: a\nname: b", `line 2, column 1: mapping key "name" already defined`},
		{"name: a\n---\nname: b\n", "a second YAML document"},
		{"- lpt", "line 1, column 1"},
		{"lpt", "line 1, column 1"},
	} {
		_, err := ParseExperiment([]byte(test.yaml))
		wantError(t, err, test.want)
	}
}

func TestReadExperiment(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mine.yaml")
	if err := os.WriteFile(path, []byte("workloads: [{file: loads.csv}]\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	e, err := FindExperiment(path)
	if err != nil {
		t.Fatal(err)
	}
	if e.Name != "mine" || e.Base != dir {
		t.Errorf("name %q, base %q: want mine and the directory of the file", e.Name, e.Base)
	}
	_, err = FindExperiment(filepath.Join(dir, "none.yaml"))
	wantError(t, err, "cannot read", "none.yaml: no such file")
	_, err = FindExperiment("smok")
	wantError(t, err, `unknown experiment "smok": did you mean "smoke"?`)
}

// FuzzParseExperiment looks for text that makes the parser panic, and for
// errors that are not one line.
func FuzzParseExperiment(f *testing.F) {
	for _, name := range BuiltinNames() {
		text, err := BuiltinYAML(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, seed := range []string{"name: &a [*a]", "<<: {name: a}", "? a\n: b", "\tname: x", "workloads: [{spec: !!int a}]", "a: |\n x", "%YAML 1.2\n---\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExperiment([]byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		_ = check(&e)
	})
}
