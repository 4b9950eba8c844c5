package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/cmd/bench/internal/listing"
	"packbench/harness"
	"packbench/internal/number"
	"packbench/internal/shorten"
	"packbench/replay"
	"packbench/runs"
)

// replayedCell is a cell with its replay.
type replayedCell struct {
	cell   runs.PlannedCell
	result *replay.Result
	prices replay.Prices
}

// replayed is what is compared: the replays of a planner, one per seed.
type replayed struct {
	name  string // as tables show it
	full  string // the same, not shortened
	cells []*replayedCell
}

// rail reports whether no planner can be it.
func (r *replayed) rail() bool { return replay.Rail(r.cells[0].cell.Get(runs.PlannerAxis)) }

// checkBaseline returns an error where a planner to compare with is named that is
// none of the plan.
func checkBaseline(plan *harness.Plan, name string) error {
	var known []string
	for _, c := range plan.Cells {
		s := nameOf(plan, c.Cell)
		if s == name || name == "" {
			return nil
		}
		if !replay.Rail(c.Get(runs.PlannerAxis)) && !slices.Contains(known, s) {
			known = append(known, s)
		}
	}
	return fmt.Errorf("--baseline %s: use %s", name, strings.Join(known, ", "))
}

// nameOf is the planner of a cell by its label, and its estimator.
func nameOf(plan *harness.Plan, c runs.Cell) string {
	name := c.Get(runs.PlannerAxis)
	if l := plan.Labels[runs.PlannerAxis][name]; l != "" {
		name = l
	}
	if e := c.Get(runs.EstimatorAxis); e != "" {
		name += " + " + e
	}
	return name
}

// showReplays writes two tables for every problem, in the order of the plan.
func showReplays(w io.Writer, plan *harness.Plan, cells []*replayedCell, score *replay.Evaluator, baseline string) error {
	var group []*replayedCell
	problem := func(c *replayedCell) string {
		return c.cell.Without(runs.PlannerAxis, runs.EstimatorAxis, runs.SeedAxis).ID()
	}
	for i, c := range cells {
		group = append(group, c)
		if i+1 < len(cells) && problem(cells[i+1]) == problem(c) {
			continue
		}
		subjects := subjectsOf(plan, group)
		showProblem(w, plan, group[0])
		showReplay(w, subjects, score)
		if err := showPaired(w, subjects, baseline); err != nil {
			return err
		}
		group = nil
	}
	return nil
}

// showProblem writes what is replayed and how.
func showProblem(w io.Writer, plan *harness.Plan, c *replayedCell) {
	workload := c.cell.Get(runs.WorkloadAxis)
	if l := plan.Labels[runs.WorkloadAxis][workload]; l != "" {
		workload = l
	}
	fmt.Fprintf(w, "%s: %s × %s in %s on %s", workload, number.Count(c.cell.Layers, "layer"), number.Count(c.cell.Items, "expert"), number.Count(c.cell.Number(runs.SlotsAxis), "slot"), number.Count(c.cell.Packs(), "GPU"))
	if n := c.cell.Get(runs.NodesAxis); n != "" {
		fmt.Fprintf(w, " of %s nodes", n)
	}
	fmt.Fprintf(w, "\n%s a window, %s scored; a plan every %s, in force after %s\n", number.Count(atoi(c.cell.Get(runs.WindowAxis)), "step"),
		number.Count(len(c.result.Windows), "window"), number.Count(max(1, atoi(c.cell.Get(runs.EveryAxis))), "window"), number.Count(atoi(c.cell.Get(runs.DelayAxis)), "window"))
	showIdle(w, c.result)
	fmt.Fprintln(w)
}

// showIdle says what has no load and does not count.
func showIdle(w io.Writer, r *replay.Result) {
	windows, layers := r.Idle()
	count := func(n, of int, what string) string {
		have := "have no load and do not count"
		if n == 1 {
			have = "has no load and does not count"
		}
		return fmt.Sprintf("%d of %s %s", n, number.Count(of, what), have)
	}
	switch live := (len(r.Windows) - windows) * len(r.Layers.Max); {
	case live == 0:
		fmt.Fprint(w, "idle: no window has any load: there is nothing to balance\n")
	case windows > 0 && layers > 0:
		fmt.Fprintf(w, "idle: %s; of the layers of the others, %s\n", count(windows, len(r.Windows), "window"), count(layers, live, "layer"))
	case windows > 0:
		fmt.Fprintf(w, "idle: %s\n", count(windows, len(r.Windows), "window"))
	case layers > 0:
		fmt.Fprintf(w, "idle: over all windows, %s\n", count(layers, live, "layer"))
	}
}

// replayColumn is a column of the table of replays.
type replayColumn struct {
	title string
	text  func(*replayed) string
}

// mean is the mean of a number over the seeds.
func (r *replayed) mean(of func(*replayedCell) float64) float64 {
	sum := 0.0
	for _, c := range r.cells {
		sum += of(c)
	}
	return sum / float64(len(r.cells))
}

func (r *replayed) total(of func(replay.Total) float64) float64 {
	return r.mean(func(c *replayedCell) float64 { return of(c.result.Total()) })
}

func (r *replayed) worst() float64 {
	worst := 1.0
	for _, c := range r.cells {
		worst = min(worst, c.result.Total().Worst)
	}
	return worst
}

// replayColumns returns the columns that say something of the subjects, so that
// lines stay within 120 columns.
func replayColumns(subjects []*replayed, score *replay.Evaluator) []replayColumn {
	total := func(title, format string, of func(replay.Total) float64) replayColumn {
		return replayColumn{title, func(r *replayed) string { return fmt.Sprintf(format, r.total(of)) }}
	}
	cost := func(title string, of func(replay.Cost) float64) replayColumn {
		return replayColumn{title, func(r *replayed) string {
			return fmt.Sprintf("%.1f", r.mean(func(c *replayedCell) float64 { return of(c.prices.CostOf(c.result)) }))
		}}
	}
	list := []replayColumn{
		total("even\nsplit", "%.4f", func(t replay.Total) float64 { return t.Balance }),
		total("best\nsplit", "%.4f", func(t replay.Total) float64 { return t.BestSplit }),
		total("\nlayers", "%.4f", func(t replay.Total) float64 { return t.Ratios }),
		{"\nworst", func(r *replayed) string { return ratio(r.worst()) }},
		total("\nmoves", "%.2f", func(t replay.Total) float64 { return t.Moves }),
		total("across\nnodes", "%.2f", func(t replay.Total) float64 { return t.Across }),
		total("layers\ntouched", "%.1f", func(t replay.Total) float64 { return t.Touched }),
		total("\nduplicates", "%.2f", func(t replay.Total) float64 { return t.Duplicates }),
		total("plan\nms", "%.2f", func(t replay.Total) float64 { return t.PlanTime / 1e6 }),
		cost("lost\ns/h", replay.Cost.Total),
		cost("moves\ns/h", func(c replay.Cost) float64 { return c.Moves }),
	}
	list = slices.DeleteFunc(list, func(c replayColumn) bool {
		return (c.title == "across\nnodes" || c.title == "\nduplicates") && !slices.ContainsFunc(subjects, func(r *replayed) bool { return c.text(r) != "0.00" })
	})
	if score != nil {
		list = append(list, replayColumn{"\n" + score.Name, func(r *replayed) string {
			v := r.mean(func(c *replayedCell) float64 { return score.Of(c.result, c.prices) })
			if score.Unit == "ns" {
				return number.Duration(v)
			}
			return fmt.Sprintf("%.4f", v)
		}})
	}
	return list
}

// showReplay writes the table of one problem. Replays of several seeds are
// averaged.
func showReplay(w io.Writer, subjects []*replayed, score *replay.Evaluator) {
	t := listing.PlainTable(w)
	header := table.Row{"\nplanner"}
	columns := replayColumns(subjects, score)
	for _, c := range columns {
		header = append(header, c.title)
	}
	listing.AlignRight(t, 2, len(header))
	t.AppendHeader(header)
	for _, r := range subjects {
		row := table.Row{r.name}
		for _, c := range columns {
			row = append(row, c.text(r))
		}
		t.AppendRow(row)
	}
	t.Render()
	fmt.Fprintln(w, `
even split, best split: Σ mean/Σ max of the GPUs over layers and windows; layers: mean of mean/max; worst: the min.
moves: experts received per plan and layer. lost: time lost per hour of work at even loads, by the time model, and
the part of it for moves.`)
	fmt.Fprintln(w)
}

func atoi(s string) int {
	n := 0
	fmt.Sscan(s, &n)
	return n
}

// nameWidth is how wide the names of planners are in tables.
const nameWidth = 26

// subjectsOf groups the cells by what is compared, seeds together.
func subjectsOf(plan *harness.Plan, cells []*replayedCell) []*replayed {
	var list []*replayed
	var names []string
	for _, c := range cells {
		name := nameOf(plan, c.cell.Cell)
		i := slices.Index(names, name)
		if i < 0 {
			i, names, list = len(list), append(names, name), append(list, &replayed{full: name})
		}
		list[i].cells = append(list[i].cells, c)
	}
	for i, short := range shorten.All(names, nameWidth, func(s string) float64 { return float64(text.StringWidthWithoutEscSequences(s)) }) {
		list[i].name = short
	}
	return list
}
