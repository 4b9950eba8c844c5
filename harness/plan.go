// Package harness turns an experiment into runs and the runs into records.
//
// A [runs.Experiment] says which strategies run on which workloads, packs,
// backends and seeds. Its [Plan] is the list of cells, one per combination.
// Executing the plan runs every cell several times, interleaved in a shuffled
// order, and appends one record per run to the run directory as it ends. The
// package depends on no figure and on no strategy by name.
package harness

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/placement/planners"
	"packbench/runs"
	"packbench/strategies"
)

// Catalog is what experiments can name: the known strategies, backends and
// planners.
type Catalog struct {
	Strategies strategies.Registry
	Backends   []strategies.Backend
	Planners   planners.Registry
	Threads    int // of planners: layers planned at a time; 0 means one per core
}

// Plan is a checked experiment, spelled out: the cells to run, in the order
// in which they are listed wherever results are shown. [Schedule] says in which
// order they run.
type Plan struct {
	Experiment runs.Experiment
	Cells      []runs.PlannedCell
	Labels     map[string]map[string]string // names to show; see [runs.Manifest]
	Programs   map[string]string            // of strategies in files; see [runs.Manifest]
	Notes      []string                     // what the readers of files decided, a line each

	jobs    []job       // an element per cell: what carries it out
	replays []replayJob // the same for a replay
	loads   *loadStore
	keys    map[string]runs.Cell // of the cells
	timeout time.Duration        // of a run; 0 is none
}

// job is what a cell's names mean.
type job struct {
	strategy strategies.Strategy
	backend  strategies.Backend
	workload *workload
	packs    int
	random   strategies.Random

	placement *placementJob // of a planner, in the place of strategy, backend and packs
}

// Job is a cell made concrete: a problem and the strategy or planner that
// solves it.
type Job struct {
	Cell     runs.PlannedCell
	Problem  *packing.Problem
	Strategy strategies.Strategy
	Random   strategies.Random
}

// Job returns cell i with its problem, generated or read again if it was not
// kept.
func (p *Plan) Job(i int) (Job, error) {
	j := p.jobs[i]
	problem, err := p.problem(i)
	return Job{p.Cells[i], problem, j.strategy, j.random}, err
}

// problem is the problem of cell i, on loads that are kept while there is room.
func (p *Plan) problem(i int) (*packing.Problem, error) {
	j := p.jobs[i]
	l, err := p.loads.get(j.workload, j.random.Seed)
	if err != nil {
		return nil, err
	}
	return packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, j.packs)
}

// identities returns [runs.LoadsMeasure] of the layers of cell i, on loads that
// are kept.
func (p *Plan) identities(i int) ([]float64, error) {
	j := p.jobs[i]
	l, err := p.loads.get(j.workload, j.random.Seed)
	if err != nil {
		return nil, err
	}
	return l.identities(), nil
}

// shape is the shape of the problem of cell i.
func (p *Plan) shape(i int) packing.Shape {
	return packing.Shape{Layers: p.Cells[i].Layers, Items: p.Cells[i].Items, Packs: p.jobs[i].packs}
}

// NewPlan checks every value of e and returns its cells: for each workload, for
// each number of packs, every strategy on every backend with every seed.
// Workloads are generated or read, so that their shapes and hashes are known
// and their errors surface now.
func NewPlan(e runs.Experiment, c Catalog) (*Plan, error) {
	if err := check(&e); err != nil {
		return nil, err
	}
	if e.Replay != nil {
		return newReplayPlan(e, c.Planners)
	}
	limit, err := timeout(&e)
	if err != nil {
		return nil, err
	}
	stream, err := strategies.ParseStream(e.RNG)
	if err != nil {
		return nil, err
	}
	p := &Plan{Experiment: e, Labels: Labels(&e, c.Strategies), loads: newLoadStore(), keys: map[string]runs.Cell{}, timeout: limit}
	if len(e.Planners) > 0 {
		return p, p.addPlacements(c)
	}
	chosen, err := c.strategies(e.Strategies)
	if err != nil {
		return nil, err
	}
	for _, s := range chosen {
		if f, ok := s.(strategies.External); ok {
			if p.Programs == nil {
				p.Programs = map[string]string{}
			}
			p.Programs[s.Spec().String()] = f.Content()
		}
	}
	backends, err := c.backends(e.Backends)
	if err != nil {
		return nil, err
	}
	for _, entry := range e.Workloads {
		w, err := newWorkload(entry, e.Base)
		if err != nil {
			return nil, err
		}
		for _, note := range w.notes {
			p.Notes = append(p.Notes, w.name+": "+note)
		}
		packs := entry.Packs
		if len(packs) == 0 {
			packs = e.Packs
		}
		if len(packs) == 0 {
			return nil, fmt.Errorf("workload %s has no packs: give packs for it or for the whole experiment", w.name)
		}
		for _, m := range packs {
			for _, s := range chosen {
				for _, b := range backends {
					j := job{strategy: s, backend: b, workload: w, packs: m, random: strategies.Random{Stream: stream}}
					if err := p.add(j); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return p, p.unique()
}

// add appends the cells of a job for every seed.
func (p *Plan) add(j job) error {
	e := &p.Experiment
	if err := p.fits(len(e.Seeds), "strategies, workloads, packs"); err != nil {
		return err
	}
	for _, seed := range e.Seeds {
		l, err := p.loads.get(j.workload, seed)
		if err != nil {
			return err
		}
		if _, err := packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, j.packs); err != nil {
			return fmt.Errorf("workload %s: %w", j.workload.name, err)
		}
		j.random.Seed = seed
		cell := runs.NewCell(
			runs.Coordinate{Axis: runs.StrategyAxis, Value: j.strategy.Spec().String()},
			runs.Coordinate{Axis: runs.WorkloadAxis, Value: j.workload.name},
			runs.Coordinate{Axis: runs.PacksAxis, Value: strconv.Itoa(j.packs)},
			runs.Coordinate{Axis: runs.BackendAxis, Value: j.backend.Name()},
			runs.Coordinate{Axis: runs.RNGAxis, Value: j.random.Stream.String()},
			runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.FormatUint(seed, 10)},
		)
		p.enter(cell, j, l)
	}
	return nil
}

// fits returns an error where more cells are more runs than are allowed, with what
// to list less of.
func (p *Plan) fits(more int, what string) error {
	each := (p.Experiment.Warmup + p.Experiment.Repeats) * max(1, p.Experiment.Invocations)
	if n := len(p.Cells) + more; n > maxRuns/each {
		return fmt.Errorf("%d cells or more, run %d times each, are more than %d runs: list fewer %s or seeds, or repeat less", n, each, maxRuns, what)
	}
	return nil
}

// enter appends the cell of a job on its loads.
func (p *Plan) enter(cell runs.Cell, j job, l *keptLoads) {
	key := cell.Key(j.workload.content)
	if before, ok := p.keys[key]; ok && before.Workload() != cell.Workload() {
		key = cell.NamedKey(j.workload.content) // another file with the same loads
	}
	p.keys[key] = cell
	p.jobs = append(p.jobs, j)
	p.Cells = append(p.Cells, runs.PlannedCell{
		Cell:         cell,
		Key:          key,
		Layers:       l.Layers,
		Items:        l.Items,
		WorkloadHash: l.hash,
		Draws:        j.workload.draws(j.random.Seed),
	})
}

// unique returns an error that names the list of the experiment that has a value
// twice, if a cell occurs twice.
func (p *Plan) unique() error {
	seen := make(map[string]bool, len(p.Cells))
	for _, c := range p.Cells {
		if seen[c.Key] {
			return fmt.Errorf("%s is in the experiment twice: drop one", repeated(&p.Experiment, c.Cell))
		}
		seen[c.Key] = true
	}
	return nil
}

// repeated names the value that makes a cell of the experiment occur twice, with its
// list. Strategies, planners, estimators and backends were looked at before.
func repeated(e *runs.Experiment, c runs.Cell) string {
	if twice(e.Seeds, c.Seed()) {
		return fmt.Sprintf("seeds: %d", c.Seed())
	}
	if r := e.Replay; r != nil {
		for _, list := range []struct {
			name, axis string
			values     []int
		}{{"windows", runs.WindowAxis, r.Windows}, {"delays", runs.DelayAxis, r.Delays}, {"every", runs.EveryAxis, r.Every}} {
			if n := c.Number(list.axis); twice(list.values, n) {
				return fmt.Sprintf("%s: %d", list.name, n)
			}
		}
		return "traces: " + c.Workload()
	}
	sizes := func(packs []int, topologies []runs.Topology) string {
		at := runs.Topology{Slots: c.Number(runs.SlotsAxis), GPUs: c.Number(runs.GPUsAxis), Nodes: c.Number(runs.NodesAxis), Groups: c.Number(runs.GroupsAxis)}
		full := slices.Clone(topologies)
		for i := range full {
			full[i].Nodes, full[i].Groups = max(1, full[i].Nodes), max(1, full[i].Groups)
		}
		switch {
		case twice(packs, c.Packs()):
			return fmt.Sprintf("packs: %d", c.Packs())
		case twice(full, at):
			return "topologies: " + c.Target()
		}
		return ""
	}
	for _, w := range e.Workloads {
		if text := sizes(w.Packs, w.Topologies); text != "" {
			return text + " of one workload"
		}
	}
	return cmp.Or(sizes(e.Packs, e.Topologies), fmt.Sprintf("workloads: %s with %s", c.Workload(), c.Target()))
}

// twice reports whether a list has a value more than once.
func twice[T comparable](list []T, value T) bool {
	at := slices.Index(list, value)
	return at >= 0 && slices.Contains(list[at+1:], value)
}

// strategies parses the specs, which must mean different strategies.
func (c Catalog) strategies(list []runs.Named) ([]strategies.Strategy, error) {
	var parsed []strategies.Strategy
	written := map[string]string{} // by canonical form
	for _, named := range list {
		s, err := c.Strategies.Parse(named.Spec)
		if err != nil {
			return nil, err
		}
		canonical := s.Spec().String()
		if first, ok := written[canonical]; ok {
			return nil, fmt.Errorf("strategies %q and %q are the same: drop one", first, named.Spec)
		}
		written[canonical] = named.Spec
		parsed = append(parsed, s)
	}
	return parsed, nil
}

// backends returns the backends of the given names, in that order.
func (c Catalog) backends(names []string) ([]strategies.Backend, error) {
	known := make([]string, len(c.Backends))
	for i, b := range c.Backends {
		known[i] = b.Name()
	}
	var list []strategies.Backend
	for i, name := range names {
		at := slices.Index(known, name)
		if at < 0 {
			return nil, fmt.Errorf("unknown backend %q%s", name, spec.Suggest(name, known))
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("backend %q is listed twice: drop one", name)
		}
		list = append(list, c.Backends[at])
	}
	return list, nil
}
