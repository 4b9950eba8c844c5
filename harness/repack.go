package harness

import (
	"context"
	"fmt"

	"packbench/packing"
	"packbench/strategies"
)

// Repack packs the problem of a cell again, for those who need the packing
// itself, which records do not hold. It runs on the first backend of the
// catalog that can execute the strategy: all give the same packing.
//
// The error says where the problem cannot be had again: its file is not there
// or has changed, a strategy or workload is not of this program, or no backend
// here runs the strategy.
func (r *Run) Repack(ctx context.Context, c PlannedCell, catalog Catalog) (*packing.Problem, *packing.Packing, error) {
	p, err := r.problem(c)
	if err != nil {
		return nil, nil, err
	}
	s, err := catalog.Strategies.Parse(c.Strategy)
	if err != nil {
		return nil, nil, err
	}
	none := fmt.Errorf("no backend to run %s on", c.Strategy)
	for _, b := range catalog.Backends {
		runner, err := b.Prepare(s, p.Shape)
		if err != nil {
			none = fmt.Errorf("%w; %s: %w", none, b.Name(), err)
			continue
		}
		defer runner.Close()
		out := packing.NewPacking(p.Shape)
		if _, err := runner.Pack(ctx, p, strategies.Random{Stream: c.RNG, Seed: c.Seed}, out); err != nil {
			return nil, nil, err
		}
		return p, out, out.Validate(p)
	}
	return nil, nil, none
}

// problem makes the problem of a cell anew and checks that it is the recorded
// one.
func (r *Run) problem(c PlannedCell) (*packing.Problem, error) {
	e := r.Manifest.Experiment
	for _, entry := range e.Workloads {
		w, err := newWorkload(entry, e.Base)
		if err != nil {
			return nil, err
		}
		if w.name != c.Workload {
			continue
		}
		l, err := w.load(c.Seed)
		if err != nil {
			return nil, err
		}
		if l.Hash() != c.WorkloadHash {
			return nil, fmt.Errorf("the loads of %s are not those that were recorded", c.Workload)
		}
		return packing.NewGiven(l.Weights, l.Values, l.Layers, l.Items, c.Packs)
	}
	return nil, fmt.Errorf("workload %s is not in the experiment", c.Workload)
}
