//go:build cuda

package cuda

import (
	"context"
	"fmt"
	"slices"

	"gorgonia.org/cu"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cuda/driver"
)

// runner packs problems of the shapes that it was prepared for: one, or as many as
// there are. Its memory is allocated and its launches are made ready when it is
// prepared; a run with draws sent over (the torch stream) has its own plans, because
// the draws take memory from the parts.
type runner struct {
	device   *device
	ensemble strategies.Ensemble
	shapes   []packing.Shape
	timed    bool

	groups []*group
	ready  bool // the groups have plans
	sent   bool // draws are sent over
	memory memory
	queues []queue
}

var (
	_ strategies.StageTimer  = (*runner)(nil)
	_ strategies.BatchRunner = (*runner)(nil)
)

// prepare plans, allocates and makes the launches ready; sent says whether draws are
// sent over. It replaces former plans.
func (r *runner) prepare(sent bool) error {
	if err := r.release(); err != nil {
		return err
	}
	available := r.device.options.Memory
	if available == 0 {
		free, _, err := cu.MemInfo()
		if err != nil {
			return driver.Wrap("cuMemGetInfo", err)
		}
		available = free / 10 * 9
	}
	plans, err := newPlans(r.ensemble, r.groups, sent, available, r.device.multiprocessors)
	if err != nil {
		return err
	}
	if err := r.allocate(plans, sent); err != nil {
		r.release() // err is the error that matters
		return fmt.Errorf("preparing %v with %d candidates: %w", r.what(), r.ensemble.Candidates, err)
	}
	r.ready, r.sent = true, sent
	return nil
}

// what says what the runner packs, for errors.
func (r *runner) what() string {
	if len(r.shapes) == 1 {
		return r.shapes[0].String()
	}
	return fmt.Sprintf("%d problems", len(r.shapes))
}

// newPlans plans each group, with its share of the memory.
func newPlans(e strategies.Ensemble, groups []*group, sent bool, memory int64, multiprocessors int) ([]*plan, error) {
	plans := make([]*plan, len(groups))
	need := make([]int64, len(groups))
	total := int64(0)
	for i, g := range groups {
		var err error
		if plans[i], err = newPlan(e, g.shape, sent, memory, multiprocessors); err != nil {
			return nil, err
		}
		need[i] = plans[i].bytes(g.shape.Layers)
		total += need[i]
	}
	if len(groups) == 1 || total <= memory {
		return plans, nil
	}
	for i, g := range groups {
		share := int64(float64(memory) * float64(need[i]) / float64(total))
		var err error
		if plans[i], err = newPlan(e, g.shape, sent, share, multiprocessors); err != nil {
			return nil, fmt.Errorf("%d sizes of layers in one call: %w, or a call for each", len(groups), err)
		}
	}
	return plans, nil
}

// allocate allocates memory for every group and makes the queues: one with all
// launches, a branch for each group, or one for each part where draws are sent over.
func (r *runner) allocate(plans []*plan, sent bool) error {
	var branches [][]launch
	count := 0
	for i, g := range r.groups {
		parts, err := g.allocate(plans[i], r.shapes, &r.memory)
		if err != nil {
			return err
		}
		if !sent { // a part needs the memory of the one before
			branch := slices.Concat(parts...)
			branches = append(branches, branch)
			count += len(branch)
			continue
		}
		for _, launches := range parts {
			if err := r.addQueue([][]launch{launches}, withoutGraph); err != nil {
				return err
			}
		}
	}
	if sent {
		return nil
	}
	graph := withoutGraph
	if count <= graphLaunches {
		graph = graphWanted
	}
	return r.addQueue(branches, graph)
}

// TimeStages implements [strategies.StageTimer]. The events between the stages cost
// some 18 µs of a run on an H100.
func (r *runner) TimeStages(on bool) { r.timed = on }

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	reports, err := r.PackBatch(ctx, []strategies.Job{{Problem: p, Random: random, Out: out}})
	if err != nil {
		return strategies.Report{}, err
	}
	if r.timed {
		err = r.device.do(func() (err error) {
			reports[0].Stages, err = r.times()
			return err
		})
	}
	return reports[0], err
}

// PackBatch implements [strategies.BatchRunner]. Problems whose layers are of one size
// go through as one; each size has a branch of its own in the one graph that is
// launched from the second call on. Without a graph, because there are more than
// graphLaunches or draws are sent over, sizes go through one after the other.
func (r *runner) PackBatch(ctx context.Context, jobs []strategies.Job) ([]strategies.Report, error) {
	if err := strategies.CheckJobs(jobs, r.shapes); err != nil || len(jobs) == 0 {
		return nil, err
	}
	reports := make([]strategies.Report, len(jobs))
	for i, shape := range r.shapes {
		reports[i].Layers = make([]strategies.LayerStats, shape.Layers)
	}
	sent := jobs[0].Random.Stream == strategies.Torch && r.ensemble.Candidates > 2
	prepared := r.ready && r.sent == sent
	run := func() error {
		if !prepared {
			if err := r.prepare(sent); err != nil {
				return err
			}
		}
		for _, g := range r.groups {
			g.write(jobs)
		}
		if err := r.run(ctx, jobs); err != nil {
			return err
		}
		for _, g := range r.groups {
			g.read(jobs, reports)
		}
		return nil
	}
	if prepared {
		return reports, r.device.hold(run) // the one call of the driver binds the context itself
	}
	return reports, r.device.do(run)
}

// run launches everything and waits for the device.
func (r *runner) run(ctx context.Context, jobs []strategies.Job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.sent {
		return r.queues[0].run(r.timed)
	}
	torch := make([]*draws.Torch, len(jobs))
	for i, j := range jobs {
		torch[i] = draws.NewTorch(j.Random.Seed, j.Problem.Layers, r.ensemble.Random, r.ensemble.Noisy(), j.Problem.Items)
	}
	queues := r.queues
	for _, g := range r.groups {
		for part := range g.parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			g.writeDraws(part, torch)
			if err := queues[0].run(r.timed); err != nil {
				return err
			}
			queues = queues[1:]
		}
	}
	return nil
}

// release frees all memory.
func (r *runner) release() error {
	r.ready, r.queues = false, nil
	return r.memory.release()
}

// Close implements [strategies.Runner].
func (r *runner) Close() error {
	r.ready = false
	return r.device.doIfOpen(r.release)
}
