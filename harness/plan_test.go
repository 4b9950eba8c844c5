package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/spec"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// published are the strategies of the published comparison alone, so that the
// goldens do not change when a strategy is added.
func published() Catalog {
	c := catalog(&fakebackend.Backend{Named: "cpu"}, &fakebackend.Backend{Named: "cuda"})
	c.Strategies = nil
	for _, d := range strategies.Builtin() {
		if d.Name == "lpt" || d.Name == "two-opt" || d.Name == "topk-max-any" {
			c.Strategies = append(c.Strategies, d)
		}
	}
	return c
}

// TestPlanGolden compares the cells of built-in experiments, keys and workload
// hashes included, with testdata/plan-*.txt: records of another version can
// only be compared while these stay. UPDATE_GOLDEN=1 writes them anew.
func TestPlanGolden(t *testing.T) {
	for _, name := range []string{"seed", "smoke", "shapes"} {
		t.Run(name, func(t *testing.T) {
			e, err := Builtin(name)
			if err != nil {
				t.Fatal(err)
			}
			if e.Name != name || e.Description == "" {
				t.Errorf("name %q, description %q", e.Name, e.Description)
			}
			var b strings.Builder
			for _, c := range mustPlan(t, e, published()).Cells {
				fmt.Fprintf(&b, "%s %-12s %s into %d on %s, seed %d, %d×%d, %.8s\n", c.Key, c.Strategy(), c.Workload(), c.Packs(), c.Backend(), c.Seed(), c.Layers, c.Items, c.WorkloadHash)
			}
			golden(t, "plan-"+name+".txt", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", path, diff)
	}
}

// TestBuiltinsPlan: every built-in experiment is valid with the strategies
// there are.
func TestBuiltinsPlan(t *testing.T) {
	for _, name := range BuiltinNames() {
		e, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		mustPlan(t, e, catalog(&fakebackend.Backend{Named: "cpu"}, &fakebackend.Backend{Named: "cuda"}))
	}
}

func TestNewPlanErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*runs.Experiment)
		want   string
	}{
		{"no name", func(e *runs.Experiment) { e.Name = "" }, `name "": use letters`},
		{"name with slash", func(e *runs.Experiment) { e.Name = "../x" }, `name "../x"`},
		{"no strategies", func(e *runs.Experiment) { e.Strategies = nil }, "no strategies"},
		{"unknown strategy", func(e *runs.Experiment) { e.Strategies[0].Spec = "lbt" }, `unknown strategy "lbt": did you mean "lpt"?`},
		{"parameter out of range", func(e *runs.Experiment) { e.Strategies[0].Spec = "topk-max-any:rounds=-1" }, "rounds=-1 is out of range"},
		{"same strategy twice", func(e *runs.Experiment) { e.Strategies = specs("two-opt", "lpt", "two-opt:rounds=20") }, `strategies "two-opt" and "two-opt:rounds=20" are the same`},
		{"same name of strategies", func(e *runs.Experiment) { e.Strategies[0].Name, e.Strategies[1].Name = "a", "a" }, `strategies "lpt" and "two-opt" are both called "a": give them different names`},
		{"name that is another's spec", func(e *runs.Experiment) { e.Strategies[1].Name = "lpt" }, `strategies "lpt" and "two-opt" are both called "lpt"`},
		{"same name of workloads", func(e *runs.Experiment) {
			e.Workloads[0].Name = "n"
			e.Workloads = append(e.Workloads, runs.Workload{Spec: "gamma:layers=2,items=12", Name: "n"})
		}, `workloads "uniform:layers=2,items=12" and "gamma:layers=2,items=12" are both called "n"`},
		{"no workloads", func(e *runs.Experiment) { e.Workloads = nil }, "no workloads"},
		{"empty workload", func(e *runs.Experiment) { e.Workloads[0] = runs.Workload{} }, "neither spec nor file"},
		{"unknown workload", func(e *runs.Experiment) { e.Workloads[0].Spec = "unifrm" }, `unknown workload "unifrm": did you mean "uniform"?`},
		{"spec and file", func(e *runs.Experiment) { e.Workloads[0].File = "x.csv" }, "spec uniform:layers=2,items=12 and file x.csv"},
		{"array of a spec", func(e *runs.Experiment) { e.Workloads[0].Array = "w" }, "array, key, step and steps are for files"},
		{"file that is not there", func(e *runs.Experiment) { e.Workloads[0] = runs.Workload{File: "none.csv"} }, "none.csv: no such file"},
		{"standard input", func(e *runs.Experiment) { e.Workloads[0] = runs.Workload{File: "-"} }, "cannot read standard input"},
		{"same workload twice", func(e *runs.Experiment) { e.Workloads = append(e.Workloads, e.Workloads[0]) }, "workloads: uniform:layers=2,items=12 with 3 packs is in the experiment twice: drop one"},
		{"same packs of a workload twice", func(e *runs.Experiment) { e.Workloads[0].Packs = []int{4, 6, 4} }, "packs: 4 of one workload is in the experiment twice: drop one"},
		{"no packs", func(e *runs.Experiment) { e.Packs = nil }, "has no packs"},
		{"packs that do not divide", func(e *runs.Experiment) { e.Packs = []int{5} }, "workload uniform:layers=2,items=12: 12 items do not divide into 5 packs: use a divisor of 12 (… 3, 4, 6, 12)"},
		{"no packs at all", func(e *runs.Experiment) { e.Packs = []int{0} }, "0 packs"},
		{"packs twice", func(e *runs.Experiment) { e.Packs = []int{2, 3, 3} }, "packs: 3 is in the experiment twice: drop one"},
		{"no backends", func(e *runs.Experiment) { e.Backends = nil }, "no backends"},
		{"unknown backend", func(e *runs.Experiment) { e.Backends = []string{"cup"} }, `unknown backend "cup": did you mean "cpu"?`},
		{"backend twice", func(e *runs.Experiment) { e.Backends = []string{"cpu", "cpu"} }, `backend "cpu" is listed twice`},
		{"unknown stream", func(e *runs.Experiment) { e.RNG = "torsh" }, `unknown random stream "torsh": did you mean "torch"?`},
		{"no seeds", func(e *runs.Experiment) { e.Seeds = nil }, "no seeds"},
		{"seed twice", func(e *runs.Experiment) { e.Seeds = []uint64{1, 1} }, "seeds: 1 is in the experiment twice: drop one"},
		{"no repeats", func(e *runs.Experiment) { e.Repeats = 0 }, "repeats 0"},
		{"negative warm-up", func(e *runs.Experiment) { e.Warmup = -1 }, "warmup -1"},
		{"timeout without unit", func(e *runs.Experiment) { e.Timeout = "30" }, `timeout "30": use a positive time with its unit`},
		{"negative timeout", func(e *runs.Experiment) { e.Timeout = "-1s" }, `timeout "-1s"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := small()
			test.change(&e)
			_, err := NewPlan(e, catalog(&fakebackend.Backend{Named: "cpu"}))
			wantError(t, err, test.want)
		})
	}
}

// TestFileWorkload: a file is named as the experiment names it, and its cells
// have another key when its content is another.
func TestFileWorkload(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "loads.csv"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	e := small()
	e.Base, e.Workloads = dir, []runs.Workload{{File: "loads.csv"}}
	write("1,2,3\n4,5,6\n")
	before := mustPlan(t, e, catalog(&fakebackend.Backend{Named: "cpu"})).Cells[0]
	if before.Workload() != "loads.csv" || before.Layers != 2 || before.Items != 3 {
		t.Errorf("%+v", before)
	}
	write("1,2,3\n4,5,7\n")
	after := mustPlan(t, e, catalog(&fakebackend.Backend{Named: "cpu"})).Cells[0]
	if after.Key == before.Key || after.WorkloadHash == before.WorkloadHash {
		t.Error("another content has the same key or hash")
	}
}

func TestNarrowSetsRepeatsAndBackends(t *testing.T) {
	e := small()
	e.Backends = []string{"cpu", "cuda"}
	seven := 7
	got, err := Narrow(e, &seven, []string{"cuda"})
	if err != nil || got.Repeats != 7 || len(got.Backends) != 1 || got.Backends[0] != "cuda" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := Narrow(e, nil, nil); err != nil || got.Repeats != e.Repeats || len(got.Backends) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = Narrow(e, nil, []string{"cudda"})
	wantError(t, err, `no backend "cudda": did you mean "cuda"?`)
}

// TestLoadStoreIsBounded: loads used longest ago make room.
func TestLoadStoreIsBounded(t *testing.T) {
	s := newLoadStore()
	s.limit = 4 * 4 * 48
	w, err := newWorkload(runs.Workload{Spec: "constant:layers=4,items=12"}, "") // 4 · 48 bytes
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range []uint64{0, 1, 2, 3, 0, 4} {
		if _, err := s.get(w, seed); err != nil {
			t.Fatal(err)
		}
		if s.bytes > s.limit {
			t.Fatalf("%d bytes kept", s.bytes)
		}
	}
	for seed, want := range []bool{true, false, true, true, true} { // 1 was used longest ago
		if _, ok := s.kept[loadKey{w.name, "", uint64(seed)}]; ok != want {
			t.Errorf("loads of seed %d kept: %t", seed, ok)
		}
	}
}

// A strategy is shown by the name that the experiment gives it, a
// preset by its short form, and a workload by its name.
func TestLabelsAreGivenNamesOrPresets(t *testing.T) {
	params := []strategies.Param{{Name: "tol", Kind: spec.Float, Default: "0", Max: 1}}
	registry := strategies.Registry{{
		Name: "mine", Params: params, Presets: []spec.Preset{{Name: "fast", Args: []spec.Arg{{Key: "tol", Value: "0.5"}}}},
		New: func(v strategies.Values) (strategies.Strategy, error) { return mine{v.Canonical()}, nil },
	}}
	e := small()
	e.Strategies = []runs.Named{{Spec: "mine:fast"}, {Spec: "mine:tol=0.25", Name: "quarter"}, {Spec: "mine"}, {Spec: "gone"}}
	e.Workloads = []runs.Workload{{Spec: "uniform:items=12", Name: "flat"}, {File: "loads.npy", Key: "w", Name: "recorded"}, {Spec: "zipf"}}
	want := map[string]map[string]string{
		runs.StrategyAxis: {"mine:tol=0.5": "mine:fast", "mine:tol=0.25": "quarter"},
		runs.WorkloadAxis: {"uniform:items=12": "flat", "loads.npy:array=w": "recorded"},
	}
	if diff := cmp.Diff(want, Labels(&e, registry)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

type mine struct{ spec spec.Spec }

func (m mine) Spec() spec.Spec { return m.spec }
