package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"packbench/harness"
	"packbench/internal/spec"
)

// pair is a cell on both sides.
type pair struct {
	old, new       *harness.CellRuns
	oldRun, newRun *harness.Run
}

func side(r *harness.Run) Side {
	programs := map[string]bool{}
	for _, e := range r.Manifest.Environments {
		programs[program(e)] = true
	}
	return Side{
		Dir:        r.Dir,
		Experiment: r.Manifest.Experiment.Name,
		Program:    strings.Join(slices.Sorted(maps.Keys(programs)), ", "),
	}
}

// program names the version that made records, as far as it is known.
func program(e harness.Environment) string {
	switch {
	case e.Commit == "":
		return e.Program
	case e.Dirty:
		return "commit " + short(e.Commit) + " with changes"
	}
	return "commit " + short(e.Commit)
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

// matchRuns pairs the cells of the runs and records those that only one has.
// Cells are paired by key; the key of a recorded workload holds the hash of its
// loads, so that what is left is paired by the names of the axes, to be refused
// later.
func (c *Comparison) matchRuns(old, new *harness.Run) []pair {
	byKey := map[string]*harness.CellRuns{}
	byName := map[harness.Cell]*harness.CellRuns{}
	oldCells := old.Cells()
	for _, cell := range oldCells {
		byKey[cell.Key], byName[cell.Cell] = cell, cell
	}
	var pairs []pair
	taken := map[*harness.CellRuns]bool{}
	for _, cell := range new.Cells() {
		partner := byKey[cell.Key]
		if partner == nil {
			partner = byName[cell.Cell]
		}
		if partner == nil {
			c.Unmatched = append(c.Unmatched, Unmatched{cell.Cell, "new"})
			continue
		}
		taken[partner] = true
		pairs = append(pairs, pair{partner, cell, old, new})
	}
	for _, cell := range oldCells {
		if !taken[cell] {
			c.Unmatched = append(c.Unmatched, Unmatched{cell.Cell, "old"})
		}
	}
	return pairs
}

// matchBaseline pairs each cell of another strategy with that of the baseline.
func (c *Comparison) matchBaseline(run *harness.Run, strategy string) ([]pair, error) {
	type problem struct {
		harness.Cell
		hash string
	}
	at := func(cell *harness.CellRuns) problem {
		p := problem{cell.Cell, cell.WorkloadHash}
		p.Strategy = ""
		return p
	}
	cells := run.Cells()
	baseline := map[problem]*harness.CellRuns{}
	var names []string
	for _, cell := range cells {
		if cell.Strategy == strategy {
			baseline[at(cell)] = cell
		}
		if !slices.Contains(names, cell.Strategy) {
			names = append(names, cell.Strategy)
		}
	}
	if len(baseline) == 0 {
		return nil, fmt.Errorf("%s has no strategy %q%s", run.Dir, strategy, spec.Suggest(strategy, names))
	}
	var pairs []pair
	for _, cell := range cells {
		if cell.Strategy == strategy {
			continue
		}
		if partner := baseline[at(cell)]; partner != nil {
			pairs = append(pairs, pair{partner, cell, run, run})
		} else {
			c.Unmatched = append(c.Unmatched, Unmatched{cell.Cell, "new"})
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%s has no other strategy to compare with %s", run.Dir, strategy)
	}
	return pairs, nil
}
