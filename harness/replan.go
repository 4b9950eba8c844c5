package harness

import (
	"context"
	"fmt"

	"packbench/runs"
)

// GPULoads plans the task of a planner's cell again and returns the load of each
// GPU of each layer, [layers, GPUs] row-major, in equal shares on copies. Errors
// are those of [Repacker.Pack].
func (r *Repacker) GPULoads(ctx context.Context, c runs.PlannedCell) ([]float64, error) {
	planner, err := r.catalog.Planners.Parse(c.Get(runs.PlannerAxis))
	if err != nil {
		return nil, err
	}
	l, err := r.cellLoads(c)
	if err != nil {
		return nil, err
	}
	j := &placementJob{planner: planner, initial: c.Get(runs.PreviousAxis) == initialPlacement, threads: r.catalog.Threads,
		topology: deploymentOf(runs.Topology{Slots: c.Number(runs.SlotsAxis), GPUs: c.Number(runs.GPUsAxis), Nodes: c.Number(runs.NodesAxis), Groups: c.Number(runs.GroupsAxis)}, l.Items)}
	task, err := j.task(l)
	if err != nil {
		return nil, err
	}
	plan, _, err := planner.Plan(ctx, task)
	if err == nil {
		err = checkAnswer(plan, j.topology, l.Layers)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", planner.Spec(), err)
	}
	sum, err := l.Sum(0, l.Steps)
	if err != nil {
		return nil, err
	}
	return plan.GPULoads(sum.Weights), nil
}
