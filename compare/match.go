package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/spec"
	"packbench/replay"
	"packbench/runs"
)

// pair is a cell on both sides.
type pair struct {
	old, new       *runs.CellRuns
	oldRun, newRun *runs.Run
	side           int              // which of the new runs
	pooled         []string         // the axes that are pooled
	optima         *analysis.Optima // of all cells of both runs
}

// of returns the pair with its pooled axes, none unless seeds are pooled.
func (p pair) of(replicates []string, seeds bool) pair {
	if seeds {
		p.pooled = replicates
	}
	return p
}

// Unmatched is a cell that only one side has.
type Unmatched struct {
	runs.Cell
	In  string // "old" or "new"
	Run string // directory of the new side, where there are several
}

func side(r *runs.Run) Side {
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
func program(e runs.Environment) string {
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
// Cells are paired by key, which for recorded loads holds their hash and not
// their path; then by equal loads under different names; then by the values on
// all axes, to be refused later.
func (c *Comparison) matchRuns(old, new *runs.Run) []pair {
	oldCells, newCells := old.Cells(), new.Cells()
	partner := make([]*runs.CellRuns, len(newCells))
	taken := map[*runs.CellRuns]bool{}
	for _, identity := range []func(*runs.CellRuns) string{
		func(cell *runs.CellRuns) string { return cell.Key },
		func(cell *runs.CellRuns) string {
			return cell.Cell.Without(runs.WorkloadAxis).ID() + " " + cell.WorkloadHash
		},
		func(cell *runs.CellRuns) string { return cell.Cell.ID() },
	} {
		known := map[string]*runs.CellRuns{}
		for _, cell := range oldCells {
			if id := identity(cell); !taken[cell] && known[id] == nil {
				known[id] = cell
			}
		}
		for i, cell := range newCells {
			if found := known[identity(cell)]; partner[i] == nil && found != nil && !taken[found] {
				partner[i], taken[found] = found, true
			}
		}
	}
	where := ""
	if len(c.More) > 0 {
		where = new.Dir
	}
	var pairs []pair
	for i, cell := range newCells {
		if partner[i] == nil {
			c.Unmatched = append(c.Unmatched, Unmatched{cell.Cell, "new", where})
			continue
		}
		pairs = append(pairs, pair{old: partner[i], new: cell, oldRun: old, newRun: new})
	}
	for _, cell := range oldCells {
		if !taken[cell] {
			c.Unmatched = append(c.Unmatched, Unmatched{cell.Cell, "old", where})
		}
	}
	return pairs
}

// together puts the pairs of an old cell next to each other, in the order of
// the first run that has them.
func together(pairs []pair) []pair {
	place := map[*runs.CellRuns]int{}
	at := map[string]int{} // Cells makes new values for every run
	for _, p := range pairs {
		if _, ok := at[p.old.Key]; !ok {
			at[p.old.Key] = len(at)
		}
		place[p.old] = at[p.old.Key]
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return place[a.old] - place[b.old] })
	return pairs
}

// disjoint says why no cell is common to two runs.
func disjoint(old, new *runs.Run) string {
	text := fmt.Sprintf("%s and %s have no cell in common", old.Dir, new.Dir)
	for _, run := range []*runs.Run{old, new} {
		if len(run.Manifest.Cells) == 0 {
			return text + ": no cell in " + run.Dir
		}
	}
	for _, a := range axesOf([]*runs.Run{old, new}) {
		before, now := valuesOn(old, a.Name), valuesOn(new, a.Name)
		if !slices.ContainsFunc(before, func(v string) bool { return slices.Contains(now, v) }) {
			return text + fmt.Sprintf(": %s %s against %s", a.Name, list(before), list(now))
		}
	}
	return text + ": compare runs of the same strategies, workloads, packs, backends and seeds"
}

// valuesOn returns the values that the cells of a run have on an axis.
func valuesOn(run *runs.Run, axis string) []string {
	var values []string
	for _, c := range run.Manifest.Cells {
		v := c.Get(axis)
		if v == "" {
			v = "none"
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values
}

// matchBaseline pairs each cell of another strategy with that of the baseline.
func (c *Comparison) matchBaseline(run *runs.Run, strategy string) ([]pair, error) {
	problem := func(cell *runs.CellRuns) string {
		return cell.Cell.Without(runs.StrategyAxis, runs.PlannerAxis).ID() + " " + cell.WorkloadHash
	}
	cells := run.Cells()
	baseline := map[string]*runs.CellRuns{}
	var names []string
	for _, cell := range cells {
		if cell.Subject() == strategy {
			baseline[problem(cell)] = cell
		}
		if !slices.Contains(names, cell.Subject()) {
			names = append(names, cell.Subject())
		}
	}
	if len(baseline) == 0 {
		return nil, fmt.Errorf("%s has no strategy %q%s", run.Dir, strategy, spec.Suggest(strategy, names))
	}
	var pairs []pair
	var rails []string
	for _, cell := range cells {
		if cell.Subject() == strategy {
			continue
		}
		if replay.Rail(cell.Get(runs.PlannerAxis)) {
			if name := cell.Subject(); !slices.Contains(rails, name) {
				rails = append(rails, name)
			}
			continue
		}
		if partner := baseline[problem(cell)]; partner != nil {
			pairs = append(pairs, pair{old: partner, new: cell, oldRun: run, newRun: run})
		} else {
			c.Unmatched = append(c.Unmatched, Unmatched{Cell: cell.Cell, In: "new"})
		}
	}
	if len(rails) > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%s not compared: no planner can know what %s", and(rails), map[bool]string{true: "it knows", false: "they know"}[len(rails) == 1]))
	}
	if len(pairs) == 0 {
		return nil, nothing{fmt.Sprintf("%s has no other strategy to compare with %s", run.Dir, strategy)}
	}
	return pairs, nil
}
