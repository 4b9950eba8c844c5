package program_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/pythontest"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/placement/planners/program"
	"packbench/strategies/python"
)

// registry returns all planners, those in Python run by a host that is closed at the
// end of the test.
func registry(t *testing.T) planners.Registry {
	t.Helper()
	h := python.NewHost(python.Options{Interpreter: pythontest.Interpreter(t, "numpy"), Threads: 1})
	t.Cleanup(func() { h.Close() })
	return append(planners.Builtin(), program.Definition(h))
}

// task returns loads without ties, in two steps.
func task(topology placement.Topology) *placement.Task {
	k := &placement.Task{Topology: topology, Steps: 2, Layers: 3, Threads: 1}
	random := rand.New(rand.NewPCG(1, 2))
	for range k.Steps * k.Layers * topology.Experts {
		k.Loads = append(k.Loads, float32(random.ExpFloat64()))
	}
	return k
}

func plan(t *testing.T, r planners.Registry, name string, k *placement.Task) (*placement.Plan, *placement.Report, error) {
	t.Helper()
	p, err := r.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p.Plan(context.Background(), k)
}

// The example plans as DeepSeek's planner does without groups, map for map.
func TestTheExamplePlansAsDeepSeekDoes(t *testing.T) {
	r := registry(t)
	k := task(placement.Topology{Experts: 24, Slots: 32, Groups: 1, Nodes: 1, GPUs: 8})
	got, report, err := plan(t, r, "python:file=../../../examples/planner_numpy.py", k)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := plan(t, r, "deepseek", k)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the plan differs (-want +got):\n%s", d)
	}
	if report.Time <= 0 || len(report.Warnings) > 0 {
		t.Errorf("report %+v, want a time and no warnings", report)
	}
}

func TestPlansOfPrograms(t *testing.T) {
	r := registry(t)
	const head = `
import numpy as np

def rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus):
    layers, experts = weight.shape
    physical = np.tile(np.arange(num_replicas) % experts, (layers, 1))
    count = np.tile(np.bincount(physical[0]), (layers, 1))
    logical = np.full((layers, experts, num_replicas), -1)
    for slot in range(num_replicas):
        logical[:, slot % experts, slot // experts] = slot
    `
	tests := []struct{ name, body, want string }{
		{"three maps with a wide one", "return physical, logical, count", ""},
		{"the first map alone", "return physical", ""},
		{"a slot of no expert", "physical[1, 2] = -1; return physical, logical, count", "not a valid plan: layer 1: slot 2 holds expert -1"},
		{"an expert without slot", "physical[physical == 3] = 4; return physical", "not a valid plan: layer 0: no slot holds expert 3"},
		{"a wrong count", "count[0, 0] += 1; return physical, logical, count", "not a valid plan: layer 0: expert 0 has"},
		{"a wrong shape", "return physical[:, 1:], logical, count", "physical_to_logical_map has shape [3, 31]: return [3, 32]"},
		{"floats", "return physical, logical, count / 1.0", "expert_count has dtype float64: return whole numbers"},
		{"two maps", "return physical, count", "the answer is tuple of 2: return (physical_to_logical_map, logical_to_physical_map, expert_count)"},
		{"an exception", "raise IndexError('oh')", "IndexError: oh (planner.py, line 11, in rebalance_experts)"},
	}
	k := task(placement.Topology{Experts: 24, Slots: 32, Groups: 1, Nodes: 1, GPUs: 8})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "planner.py")
			if err := os.WriteFile(file, []byte(head+tt.body+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			p, _, err := plan(t, r, "python:file="+file, k)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want == "":
				if err := p.Validate(); err != nil {
					t.Error(err)
				}
			case err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n"):
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestProgramsDoNotPlanForUnequalGPUs(t *testing.T) {
	r := registry(t)
	k := task(placement.Topology{Experts: 4, Slots: 5, Groups: 1, Nodes: 1, GPUs: 2})
	if _, _, err := plan(t, r, "python:file=../../../examples/planner_numpy.py", k); err == nil || !strings.Contains(err.Error(), "GPUs of the same number of slots: these have [3 2]") {
		t.Errorf("error %v", err)
	}
}
