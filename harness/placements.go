package harness

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/runs"
)

// initialPlacement is the value of [runs.Experiment.Previous] for the placement
// that engines begin with.
const initialPlacement = "initial"

// plannerBackend is what planners run on.
const plannerBackend = "cpu"

// placementJob is what the names of a planner's cell mean.
type placementJob struct {
	planner  placement.Planner
	topology placement.Topology
	initial  bool // whether the placement that engines begin with is there
	threads  int
}

// checkPlacements returns an error for what an experiment with planners must not
// say.
func checkPlacements(e *runs.Experiment) error {
	switch {
	case len(e.Strategies) > 0:
		return errors.New("the experiment has strategies and planners: write an experiment for each")
	case len(e.Packs) > 0:
		return errors.New("packs are for strategies: give planners topologies")
	case !slices.Equal(e.Backends, []string{plannerBackend}):
		return fmt.Errorf("backends %v: planners run on %s alone", e.Backends, plannerBackend)
	case e.Previous != "" && e.Previous != initialPlacement:
		return fmt.Errorf("previous %q%s: use %s, the placement that engines begin with, or leave it out", e.Previous, spec.Suggest(e.Previous, []string{initialPlacement}), initialPlacement)
	}
	return nil
}

// addPlacements appends the cells of an experiment with planners: for each
// workload, for each topology, every planner with every seed.
func (p *Plan) addPlacements(c Catalog) error {
	e := &p.Experiment
	list, err := c.planners(e.Planners)
	if err != nil {
		return err
	}
	p.labelPlanners(list)
	for _, planner := range list {
		if f, ok := planner.(placement.External); ok {
			if p.Programs == nil {
				p.Programs = map[string]string{}
			}
			p.Programs[planner.Spec().String()] = f.Content()
		}
	}
	for _, entry := range e.Workloads {
		if len(entry.Packs) > 0 {
			return errors.New("packs are for strategies: give planners topologies")
		}
		w, err := openWorkload(entry, e.Base, true)
		if err != nil {
			return err
		}
		topologies := entry.Topologies
		if len(topologies) == 0 {
			topologies = e.Topologies
		}
		if len(topologies) == 0 {
			return fmt.Errorf("workload %s has no topologies: give them for it or for the whole experiment, as in {slots: 288, gpus: 32}", w.name)
		}
		for _, t := range topologies {
			for _, planner := range list {
				if err := p.addPlacement(job{workload: w}, t, planner, c.Threads); err != nil {
					return err
				}
			}
		}
	}
	return p.unique()
}

// addPlacement appends the cells of a planner on a topology for every seed.
func (p *Plan) addPlacement(j job, t runs.Topology, planner placement.Planner, threads int) error {
	if err := p.fits(len(p.Experiment.Seeds), "planners, workloads, topologies"); err != nil {
		return err
	}
	for _, seed := range p.Experiment.Seeds {
		l, err := p.loads.get(j.workload, seed)
		if err != nil {
			return err
		}
		place := &placementJob{planner: planner, topology: deploymentOf(t, l.Items), initial: p.Experiment.Previous == initialPlacement, threads: threads}
		task, err := place.task(l)
		if err == nil {
			err = task.Validate()
		}
		if err != nil {
			return fmt.Errorf("workload %s: %w", j.workload.name, err)
		}
		j.placement, j.random.Seed = place, seed
		p.enter(place.cell(j.workload.name, p.Experiment.Previous, seed), j, l)
	}
	return nil
}

// deploymentOf returns the topology of that many experts with its defaults, one node and one group.
func deploymentOf(t runs.Topology, experts int) placement.Topology {
	full := placement.Topology{Experts: experts, Slots: t.Slots, GPUs: t.GPUs, Nodes: t.Nodes, Groups: t.Groups}
	if full.Nodes == 0 {
		full.Nodes = 1
	}
	if full.Groups == 0 {
		full.Groups = 1
	}
	return full
}

// task returns the task of planning for loads.
func (j *placementJob) task(l *keptLoads) (*placement.Task, error) {
	task := &placement.Task{Topology: j.topology, Steps: l.Steps, Layers: l.Layers, Loads: l.Weights, Threads: j.threads}
	var err error
	if j.initial {
		task.Previous, err = placement.Initial(j.topology, l.Layers)
	}
	return task, err
}

func (j *placementJob) cell(workload, previous string, seed uint64) runs.Cell {
	t := j.topology
	list := []runs.Coordinate{
		{Axis: runs.PlannerAxis, Value: j.planner.Spec().String()},
		{Axis: runs.WorkloadAxis, Value: workload},
		{Axis: runs.SlotsAxis, Value: strconv.Itoa(t.Slots)},
		{Axis: runs.GPUsAxis, Value: strconv.Itoa(t.GPUs)},
		{Axis: runs.NodesAxis, Value: strconv.Itoa(t.Nodes)},
		{Axis: runs.GroupsAxis, Value: strconv.Itoa(t.Groups)},
		{Axis: runs.BackendAxis, Value: plannerBackend},
		{Axis: runs.SeedAxis, Value: strconv.FormatUint(seed, 10)},
	}
	if previous != "" {
		list = append(list, runs.Coordinate{Axis: runs.PreviousAxis, Value: previous})
	}
	return runs.NewCell(list...)
}

// planners parses the specs, which must mean different planners.
func (c Catalog) planners(list []runs.Named) ([]placement.Planner, error) {
	var parsed []placement.Planner
	written := map[string]string{} // by canonical form
	for _, named := range list {
		planner, err := c.Planners.Parse(named.Spec)
		if err != nil {
			return nil, err
		}
		canonical := planner.Spec().String()
		if first, ok := written[canonical]; ok {
			return nil, fmt.Errorf("planners %q and %q are the same: drop one", first, named.Spec)
		}
		written[canonical] = named.Spec
		parsed = append(parsed, planner)
	}
	return parsed, nil
}

// labelPlanners adds the names that the experiment gives its planners and those
// of programs, where they tell them apart.
func (p *Plan) labelPlanners(parsed []placement.Planner) {
	labels, taken := map[string]string{}, map[string]bool{}
	for i, planner := range parsed {
		value, label := planner.Spec().String(), p.Experiment.Planners[i].Name
		if f, ok := planner.(placement.External); ok && label == "" && !taken[f.Label()] {
			label = f.Label()
		}
		if taken[label] = true; label != "" && label != value {
			labels[value] = label
		}
	}
	if len(labels) == 0 {
		return
	}
	if p.Labels == nil {
		p.Labels = map[string]map[string]string{}
	}
	p.Labels[runs.PlannerAxis] = labels
}
