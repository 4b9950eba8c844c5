package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/strategies"
)

// Catalog is what experiments can name: the strategies and the backends there
// are.
type Catalog struct {
	Strategies strategies.Registry
	Backends   []strategies.Backend
}

// Plan is an experiment checked and spelled out: the cells to run, in the order
// in which they are listed wherever results are shown. [Schedule] says in which
// order they run.
type Plan struct {
	Experiment Experiment
	Cells      []PlannedCell

	jobs    []job // an element per cell: what carries it out
	loads   *loadStore
	timeout time.Duration // of a run; 0 is none
}

// job is what a cell's names mean.
type job struct {
	strategy strategies.Strategy
	backend  strategies.Backend
	workload *workload
}

// problem is the problem of cell i, on loads that are kept while there is room.
func (p *Plan) problem(i int) (*packing.Problem, error) {
	c := p.Cells[i]
	l, err := p.loads.get(p.jobs[i].workload, c.Seed)
	if err != nil {
		return nil, err
	}
	return packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, c.Packs)
}

// shape is the shape of the cell's problem.
func (c *PlannedCell) shape() packing.Shape {
	return packing.Shape{Layers: c.Layers, Items: c.Items, Packs: c.Packs}
}

// NewPlan checks every value of e and returns its cells: for each workload, for
// each number of packs, every strategy on every backend with every seed.
// Workloads are generated or read, so that their shapes and hashes are known
// and nothing can be wrong with them later.
func NewPlan(e Experiment, c Catalog) (*Plan, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	timeout, err := e.timeout()
	if err != nil {
		return nil, err
	}
	p := &Plan{Experiment: e, loads: newLoadStore(), timeout: timeout}
	chosen, err := c.strategies(e.Strategies)
	if err != nil {
		return nil, err
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
					if err := p.add(job{s, b, w}, m); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return p, p.unique()
}

// add appends the cells of a job for every seed.
func (p *Plan) add(j job, packs int) error {
	if len(p.Cells)+len(p.Experiment.Seeds) > most {
		return fmt.Errorf("the experiment has more than %d cells: list fewer strategies, workloads, packs or seeds", most)
	}
	for _, seed := range p.Experiment.Seeds {
		l, err := p.loads.get(j.workload, seed)
		if err != nil {
			return err
		}
		if _, err := packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, packs); err != nil {
			return fmt.Errorf("workload %s: %w", j.workload.name, err)
		}
		cell := Cell{
			Strategy: j.strategy.Spec().String(),
			Workload: j.workload.name,
			Packs:    packs,
			Backend:  j.backend.Name(),
			RNG:      p.Experiment.RNG,
			Seed:     seed,
		}
		p.jobs = append(p.jobs, j)
		p.Cells = append(p.Cells, PlannedCell{
			Cell:         cell,
			Key:          cell.key(j.workload.content),
			Layers:       l.Layers,
			Items:        l.Items,
			WorkloadHash: l.hash,
		})
	}
	return nil
}

// unique reports the first two cells that are the same.
func (p *Plan) unique() error {
	seen := make(map[string]bool, len(p.Cells))
	for _, c := range p.Cells {
		if seen[c.Key] {
			return fmt.Errorf("%s on %s with %d packs, backend %s and seed %d is in the experiment twice: drop one", c.Strategy, c.Workload, c.Packs, c.Backend, c.Seed)
		}
		seen[c.Key] = true
	}
	return nil
}

// strategies parses the specs, which must mean different strategies.
func (c Catalog) strategies(specs []string) ([]strategies.Strategy, error) {
	var list []strategies.Strategy
	written := map[string]string{} // by canonical form
	for _, text := range specs {
		s, err := c.Strategies.Parse(text)
		if err != nil {
			return nil, err
		}
		canonical := s.Spec().String()
		if first, ok := written[canonical]; ok {
			return nil, fmt.Errorf("strategies %q and %q are the same: drop one", first, text)
		}
		written[canonical] = text
		list = append(list, s)
	}
	return list, nil
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

// key returns the stable hash of the cell, 16 hex digits. content is the hash
// of the loads where the workload's name does not determine them (files), else
// "".
func (c Cell) key(content string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d %q %q %d", c.Strategy, c.Workload, c.Packs, c.Backend, c.RNG, c.Seed)
	io.WriteString(h, content)
	return hex.EncodeToString(h.Sum(nil))[:16]
}
