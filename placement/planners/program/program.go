// Package program makes planners of programs in Python, functions
// rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus), as they are.
package program

import (
	"context"
	"fmt"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/strategies/python"
)

// Definition returns the definition of the planners that h executes: "python", with
// the program's file as a parameter. The errors of making one are those of
// [python.Definition].
func Definition(h *python.Host) planners.Definition {
	return planners.Definition{
		Name:    "python",
		Summary: "a function rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus) in a Python file, run as it is",
		Source:  "the file",
		Params:  python.PlannerParameters(),
		New: func(v spec.Values) (placement.Planner, error) {
			p, err := python.NewPlanner(h, v)
			if err != nil {
				return nil, err
			}
			return planner{p}, nil
		},
	}
}

// planner is a program as a planner. It sums the loads of several steps, and knows
// nothing of a previous plan.
type planner struct{ program *python.Planner }

var _ placement.External = planner{}

// Spec implements [placement.Planner].
func (p planner) Spec() spec.Spec { return p.program.Spec() }

// Label implements [placement.External].
func (p planner) Label() string { return p.program.Label() }

// Content implements [placement.External].
func (p planner) Content() string { return p.program.Content() }

// Plan implements [placement.Planner].
func (p planner) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	if err := task.Validate(); err != nil {
		return nil, nil, err
	}
	t := task.Topology
	if !t.Uniform() {
		return nil, nil, fmt.Errorf("%s plans for GPUs of the same number of slots: these have %v", p.Spec(), t.Capacities())
	}
	sizes := python.Sizes{Layers: task.Layers, Experts: t.Experts, Slots: t.Slots, Groups: t.Groups, Nodes: t.Nodes, GPUs: t.GPUs}
	m, err := p.program.Plan(ctx, sizes, sum(task), 0)
	if err != nil {
		return nil, nil, err
	}
	plan, err := planOf(t, task.Layers, m)
	if err != nil {
		return nil, nil, &python.Fault{Kind: "answer", Message: fmt.Sprintf("not a valid plan: %v", err)}
	}
	report := &placement.Report{
		Time:   m.Time,
		Stages: []placement.Stage{{Name: "call", Time: m.Time}, {Name: "transport", Time: m.Beside}},
	}
	if m.Remark != "" {
		report.Warnings = []string{m.Remark}
	}
	return plan, report, nil
}

// planOf returns the plan of a program's maps. Where it gives but the first, the slots
// of an expert are listed in ascending order.
func planOf(t placement.Topology, layers int, m *python.Maps) (*placement.Plan, error) {
	if m.Width == 0 {
		return placement.FromPhysical(t, layers, m.PhysicalToLogical)
	}
	plan := &placement.Plan{
		Topology: t, Layers: layers, Width: m.Width,
		PhysicalToLogical: m.PhysicalToLogical, Counts: m.Counts, LogicalToPhysical: m.LogicalToPhysical,
	}
	return plan, plan.Validate()
}

// sum returns the loads of all steps together, [layers, experts].
func sum(task *placement.Task) []float32 {
	n := task.Layers * task.Topology.Experts
	if task.Steps == 1 {
		return task.Loads
	}
	out := make([]float32, n)
	for i := range out {
		total := 0.0
		for step := range task.Steps {
			total += float64(task.Loads[step*n+i])
		}
		out[i] = float32(total)
	}
	return out
}
