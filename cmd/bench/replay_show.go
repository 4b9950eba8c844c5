package main

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/cmd/bench/internal/listing"
	"packbench/harness"
	"packbench/internal/number"
	"packbench/replay"
	"packbench/runs"
)

// replayedCell is a cell with its replay.
type replayedCell struct {
	cell   runs.PlannedCell
	result *replay.Result
	prices replay.Prices
}

// showReplays writes a table for every problem, in the order of the plan.
func showReplays(w io.Writer, plan *harness.Plan, cells []*replayedCell, score *replay.Evaluator) error {
	var group []*replayedCell
	flush := func() {
		if len(group) > 0 {
			showReplay(w, plan, group, score)
		}
		group = nil
	}
	problem := func(c *replayedCell) string {
		return c.cell.Without(runs.PlannerAxis, runs.EstimatorAxis, runs.SeedAxis).ID()
	}
	for _, c := range cells {
		if len(group) > 0 && problem(group[0]) != problem(c) {
			flush()
		}
		group = append(group, c)
	}
	flush()
	return nil
}

// showReplay writes the table of one problem. Replays of several seeds are
// averaged; the first planner is what the others are compared with.
func showReplay(w io.Writer, plan *harness.Plan, cells []*replayedCell, score *replay.Evaluator) {
	c := cells[0]
	label := func(axis string) string {
		value := c.cell.Get(axis)
		if l := plan.Labels[axis][value]; l != "" {
			return l
		}
		return value
	}
	fmt.Fprintf(w, "%s: %s × %s in %s on %s", label(runs.WorkloadAxis), number.Count(c.cell.Layers, "layer"), number.Count(c.cell.Items, "expert"), number.Count(c.cell.Number(runs.SlotsAxis), "slot"), number.Count(c.cell.Packs(), "GPU"))
	if n := c.cell.Get(runs.NodesAxis); n != "" {
		fmt.Fprintf(w, " of %s nodes", n)
	}
	fmt.Fprintf(w, "\n%s a window, %s scored; a plan every %s, in force after %s\n\n", number.Count(atoi(c.cell.Get(runs.WindowAxis)), "step"),
		number.Count(len(c.result.Windows), "window"), number.Count(max(1, atoi(c.cell.Get(runs.EveryAxis))), "window"), number.Count(atoi(c.cell.Get(runs.DelayAxis)), "window"))
	t := listing.PlainTable(w)
	header := table.Row{"planner", "even split", "best split", "layers", "worst", "Δ first", "better", "moves", "across", "touched", "duplicates", "plan ms", "lost s/h", "of it, moves"}
	if score != nil {
		header = append(header, score.Name)
	}
	listing.AlignRight(t, 2, len(header))
	t.AppendHeader(header)
	order, bySubject := subjectsOf(plan, cells)
	first := bySubject[order[0]]
	for _, name := range order {
		t.AppendRow(replayRow(name, bySubject[name], first, score))
	}
	t.Render()
	fmt.Fprintln(w, `
even split, best split: Σ mean/Σ max of the GPUs over layers and windows; layers: mean of mean/max; worst: the min. Δ first: mean difference
of the windows' balance to the first planner's, and in how many windows it is better; windows of one trace depend on each other, so these are
effect sizes, not tests. moves: experts received per plan and layer; lost: time lost per hour of work at even loads, by the time model.`)
	fmt.Fprintln(w)
}

func atoi(s string) int {
	n := 0
	fmt.Sscan(s, &n)
	return n
}

// subjectsOf groups the cells by what is compared, seeds together.
func subjectsOf(plan *harness.Plan, cells []*replayedCell) (order []string, bySubject map[string][]*replayedCell) {
	bySubject = map[string][]*replayedCell{}
	for _, c := range cells {
		name := c.cell.Get(runs.PlannerAxis)
		if l := plan.Labels[runs.PlannerAxis][name]; l != "" {
			name = l
		}
		if e := c.cell.Get(runs.EstimatorAxis); e != "" {
			name += " + " + e
		}
		if bySubject[name] == nil {
			order = append(order, name)
		}
		bySubject[name] = append(bySubject[name], c)
	}
	return order, bySubject
}

// replayRow returns the row of a subject: means over its seeds.
func replayRow(name string, cells, first []*replayedCell, score *replay.Evaluator) table.Row {
	mean := func(of func(*replayedCell) float64) float64 {
		sum := 0.0
		for _, c := range cells {
			sum += of(c)
		}
		return sum / float64(len(cells))
	}
	total := func(of func(replay.Total) float64) float64 {
		return mean(func(c *replayedCell) float64 { return of(c.result.Total()) })
	}
	worst := 1.0
	better, windows, difference := 0, 0, 0.0
	for i, c := range cells {
		worst = min(worst, c.result.Total().Worst)
		d := replay.Compare(first[i].result, c.result)
		better, windows, difference = better+d.Better, windows+d.Windows, difference+d.Mean/float64(len(cells))
	}
	cost := func(of func(replay.Cost) float64) float64 {
		return mean(func(c *replayedCell) float64 { return of(c.prices.CostOf(c.result)) })
	}
	delta, won := "", ""
	if cells[0] != first[0] {
		delta, won = fmt.Sprintf("%+.4f", difference), fmt.Sprintf("%d/%d", better, windows)
	}
	row := table.Row{
		name,
		ratio(total(func(t replay.Total) float64 { return t.Balance })), ratio(total(func(t replay.Total) float64 { return t.BestSplit })),
		ratio(total(func(t replay.Total) float64 { return t.Ratios })), ratio(worst), delta, won,
		fmt.Sprintf("%.2f", total(func(t replay.Total) float64 { return t.Moves })), fmt.Sprintf("%.2f", total(func(t replay.Total) float64 { return t.Across })),
		fmt.Sprintf("%.1f", total(func(t replay.Total) float64 { return t.Touched })), fmt.Sprintf("%.2f", total(func(t replay.Total) float64 { return t.Duplicates })),
		fmt.Sprintf("%.2f", total(func(t replay.Total) float64 { return t.PlanTime / 1e6 })),
		fmt.Sprintf("%.1f", cost(replay.Cost.Total)), fmt.Sprintf("%.1f", cost(func(c replay.Cost) float64 { return c.Moves })),
	}
	if score != nil {
		v := mean(func(c *replayedCell) float64 { return score.Of(c.result, c.prices) })
		if score.Unit == "ns" {
			row = append(row, number.Duration(v))
		} else {
			row = append(row, fmt.Sprintf("%.4f", v))
		}
	}
	return row
}
