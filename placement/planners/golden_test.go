package planners_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"packbench/internal/npz"
	"packbench/internal/tensor"
	"packbench/placement"
	"packbench/placement/planners"
)

// goldenCase is one recorded input of several engines.
type goldenCase struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Layers int    `json:"layers"`
	E      int    `json:"experts"`
	R      int    `json:"replicas"`
	G      int    `json:"groups"`
	N      int    `json:"nodes"`
	D      int    `json:"gpus"`
	Steps  int    `json:"steps"`
}

const goldenDir = "testdata/recorded"

// TestPlannersGiveTheEnginesPlans holds every engine's planner to the maps that
// the engine's program gave. Where a folder is named by PLACEMENTS, its cases
// are taken instead of the few that come with the source.
func TestPlannersGiveTheEnginesPlans(t *testing.T) {
	dir := goldenDir
	if d := os.Getenv("PLACEMENTS"); d != "" {
		dir = d
	}
	text, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct{ Cases []goldenCase }
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	equal, total := map[string]int{}, map[string]int{}
	for _, c := range index.Cases {
		arrays := readArrays(t, filepath.Join(dir, c.File))
		for _, engine := range []struct {
			prefix, planner string
			preserve        bool
		}{
			{"deepseek", "deepseek", false}, {"vllm", "vllm", false}, {"vllm_preserved", "vllm", true},
			{"sglang", "sglang", false}, {"vec", "sglang-vec", false}, {"trt", "trtllm", false},
		} {
			want := map[string]*tensor.Array{}
			for _, m := range []string{"phy2log", "log2phy", "logcnt"} {
				if v := arrays[engine.prefix+"_"+m]; v != nil {
					want[m] = v
				}
			}
			if len(want) == 0 && engine.prefix == "sglang" { // stored where it differs
				for _, m := range []string{"phy2log", "log2phy", "logcnt"} {
					want[m] = arrays["deepseek_"+m]
				}
			}
			if len(want) == 0 {
				continue
			}
			plan := c.plan(t, engine.planner, arrays, engine.preserve)
			got := map[string][]int32{"phy2log": plan.PhysicalToLogical, "log2phy": plan.LogicalToPhysical, "logcnt": plan.Counts}
			for m, v := range want {
				total[engine.prefix]++
				if same(got[m], v) {
					equal[engine.prefix]++
				} else {
					t.Errorf("%s: %s of %s differs", c.Name, m, engine.prefix)
				}
			}
		}
	}
	for p, n := range total {
		t.Logf("%s: %d of %d maps equal", p, equal[p], n)
	}
}

func readArrays(t *testing.T, path string) map[string]*tensor.Array {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := npz.OpenArchive(b)
	if err != nil {
		t.Fatal(err)
	}
	arrays := map[string]*tensor.Array{}
	for _, name := range archive.Names() {
		if arrays[name], err = archive.Read(name, 1<<24); err != nil {
			t.Fatal(err)
		}
	}
	return arrays
}

func same(got []int32, want *tensor.Array) bool {
	values, err := want.Ints()
	if err != nil || len(got) != len(values) {
		return false
	}
	for i, v := range got {
		if int(v) != values[i] {
			return false
		}
	}
	return true
}

func ints(v *tensor.Array) []int32 {
	values, err := v.Ints()
	if err != nil {
		panic(err) // recorded maps hold whole numbers
	}
	out := make([]int32, len(values))
	for i, x := range values {
		out[i] = int32(x)
	}
	return out
}

func (c goldenCase) plan(t *testing.T, name string, arrays map[string]*tensor.Array, preserve bool) *placement.Plan {
	t.Helper()
	planner, err := planners.Builtin().Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	task := &placement.Task{
		Topology: placement.Topology{Experts: c.E, Slots: c.R, Groups: c.G, Nodes: c.N, GPUs: c.D},
		Steps:    max(1, c.Steps), Layers: c.Layers,
	}
	weight := arrays["weight"]
	values, err := weight.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		task.Loads = append(task.Loads, float32(v))
	}
	task.Layers = weight.Shape[len(weight.Shape)-2]
	if preserve {
		task.Previous, err = placement.FromPhysical(task.Topology, task.Layers, ints(arrays["old_phy2log"]))
		if err != nil {
			t.Fatal(err)
		}
	}
	plan, _, err := planner.Plan(t.Context(), task)
	if err != nil {
		t.Fatalf("%s, %s: %v", c.Name, name, err)
	}
	if err := plan.Validate(); err != nil {
		t.Fatalf("%s, %s: %v", c.Name, name, err)
	}
	return plan
}
