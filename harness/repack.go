package harness

import (
	"context"
	"fmt"

	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
)

// Repacker packs the problems of a run's cells again, for callers that need the
// packings, which records do not hold. It keeps the loads of one cell for the
// next.
type Repacker struct {
	experiment runs.Experiment
	catalog    Catalog
	loads      *loadStore
	workloads  map[string]*workload // by name; nil until first needed
}

// NewRepacker returns a repacker for a run of the experiment.
func NewRepacker(e runs.Experiment, catalog Catalog) *Repacker {
	return &Repacker{experiment: e, catalog: catalog, loads: newLoadStore()}
}

// Pack packs the problem of a cell on the first backend of the catalog that can
// execute the strategy: all give the same packing.
//
// The error says where the problem cannot be had again: its file is not there
// or has changed, a strategy or workload is not of this program, or no backend
// here runs the strategy.
func (r *Repacker) Pack(ctx context.Context, c runs.PlannedCell) (*packing.Problem, *packing.Packing, error) {
	p, err := r.problem(c)
	if err != nil {
		return nil, nil, err
	}
	s, err := r.catalog.Strategies.Parse(c.Strategy())
	if err != nil {
		return nil, nil, err
	}
	stream, err := strategies.ParseStream(c.RNG())
	if err != nil {
		return nil, nil, err
	}
	none := fmt.Errorf("no backend to run %s on", c.Strategy())
	for _, b := range r.catalog.Backends {
		out, err := strategies.Pack(ctx, b, s, p, strategies.Random{Stream: stream, Seed: c.Seed()})
		if err == nil {
			return p, out.Packing, nil
		}
		none = fmt.Errorf("%w; %s: %w", none, b.Name(), err)
	}
	return nil, nil, none
}

// problem makes the problem of a cell anew and checks that it is the recorded
// one.
func (r *Repacker) problem(c runs.PlannedCell) (*packing.Problem, error) {
	l, err := r.cellLoads(c)
	if err != nil {
		return nil, err
	}
	return packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, c.Packs())
}

// cellLoads returns the loads of a cell, which are the recorded ones.
func (r *Repacker) cellLoads(c runs.PlannedCell) (*keptLoads, error) {
	w, err := r.workload(c.Workload())
	if err != nil {
		return nil, err
	}
	l, err := r.loads.get(w, c.Seed())
	if err != nil {
		return nil, err
	}
	if l.hash != c.WorkloadHash {
		return nil, fmt.Errorf("the loads of %s differ from those recorded", c.Workload())
	}
	return l, nil
}

// workload finds the experiment's workload of that name.
func (r *Repacker) workload(name string) (*workload, error) {
	if w, ok := r.workloads[name]; ok {
		return w, nil
	}
	for _, entry := range r.experiment.Workloads {
		w, err := openWorkload(entry, r.experiment.Base, len(r.experiment.Planners) > 0)
		if err != nil {
			return nil, err
		}
		if w.name == name {
			if r.workloads == nil {
				r.workloads = map[string]*workload{}
			}
			r.workloads[name] = w
			return w, nil
		}
	}
	return nil, fmt.Errorf("workload %s is not in the experiment", name)
}
