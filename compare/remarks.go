package compare

import (
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// remarks are the notes below the tables.
func (c *Comparison) remarks(a axes) []string {
	var refused, missing, unmatched, means gathered
	var warnings warned
	old, new := c.sides()
	idle := 0
	for i := range c.Cells {
		cell := &c.Cells[i]
		label := a.label(cell)
		idle += cell.Idle
		if cell.Reason != "" {
			refused.add(cell.Reason, label)
		}
		for _, r := range cell.Results {
			switch {
			case r.Reason != "":
				missing.add(plural(r.Measure.Name)+" not compared, "+r.Reason, label)
			case r.Runs != nil:
				warnings.add(label+", "+old, r.Runs.OldWarnings)
				warnings.add(label+", "+new, r.Runs.NewWarnings)
			case r.Layers == cell.firstLayers() && r.Layers != nil:
				warnings.add(label, r.Layers.Warnings)
			}
		}
	}
	for _, u := range c.Unmatched {
		unmatched.add(c.where(u), c.all().label(&Cell{Cell: u.Cell}))
	}
	for _, g := range c.Groups {
		for _, m := range g.Means {
			for _, left := range m.Left {
				if m.Measure.Scope == runs.PerLayer && !refused.has(left.Reason) && !missing.has(plural(m.Measure.Name)+" not compared, "+left.Reason) {
					means.add("no ratio of the "+m.Measure.Name+", left out of the geometric mean, "+left.Reason, c.groupName(g)+" on "+left.Name)
				}
			}
		}
	}
	notes := c.equal()
	if idle > 0 {
		notes = append(notes, fmt.Sprintf("%s no load and no part in any result", count(idle, "layer has", "layers have")))
	}
	notes = append(notes, c.twins()...)
	notes = append(notes, refused.lines("not compared, ")...)
	notes = append(notes, missing.lines("")...)
	notes = append(notes, means.lines("")...)
	notes = append(notes, c.disagreements(a)...)
	notes = append(notes, unmatched.lines("")...)
	notes = append(notes, warnings.lines()...)
	notes = append(notes, c.units()...)
	notes = append(notes, c.windowNotes(a)...)
	notes = append(notes, c.Notes...)
	return append(notes, c.method())
}

// where says on which side a cell is that has no partner.
func (c *Comparison) where(u Unmatched) string {
	switch {
	case c.Baseline != "":
		return "without a baseline"
	case u.Run == "":
		return "only in the " + u.In + " run"
	case u.In == "new":
		return "only in " + u.Run
	}
	return "not in " + u.Run
}

// groupName names a group by its strategy, and by its run where there are
// several.
func (c *Comparison) groupName(g Group) string {
	var parts []string
	for _, x := range g.Coordinates {
		if x.Axis == runAxis.Name || x.Axis == runs.StrategyAxis {
			parts = append(parts, c.label(x.Axis, x.Value))
		}
	}
	return strings.Join(parts, ", ")
}

// equal counts, for each measure of layers, the cells that have no row. Measures
// with the same count share a note.
func (c *Comparison) equal() []string {
	var notes gathered
	for _, d := range c.Measures {
		cells, same := 0, 0
		for i := range c.Cells {
			if q := c.Cells[i].Result(d.Name).Layers; q != nil && q.Verdict == Equal {
				cells++
				if c.Cells[i].Same {
					same++
				}
			}
		}
		if cells == 0 {
			continue
		}
		packings := fmt.Sprintf("in %d of them the packings are identical, bit for bit", same)
		if cells == same {
			packings = "the packings are identical, bit for bit"
		}
		notes.add(fmt.Sprintf("%s identical %%s on every layer and %s omitted; %s", count(cells, "cell has", "cells have"), are(cells), packings), d.Name)
	}
	var lines []string
	for _, what := range notes.order {
		lines = append(lines, fmt.Sprintf(what, and(notes.names[what])))
	}
	return lines
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// disagreements names the cells where the test, which ranks the differences,
// and the interval of the mean difference, which weighs them, say opposite
// things or only one of them says anything.
func (c *Comparison) disagreements(a axes) []string {
	var found gathered
	for i := range c.Cells {
		for _, r := range c.Cells[i].Results {
			q := r.Layers
			if q == nil || q.Verdict == Equal {
				continue
			}
			if mean := r.meanVerdict(); mean != Unclear && q.Verdict != mean {
				found.add(fmt.Sprintf("%s: the interval of the mean says %s, the test over ranks says %s: a few layers differ by much, or many by little", r.Measure.Name, mean, said(q.Verdict)), a.label(&c.Cells[i]))
			}
		}
	}
	return found.lines("")
}

// meanVerdict is what the interval of the mean difference says of a result over
// layers.
func (r *Result) meanVerdict() Verdict {
	d := r.Layers.Difference
	switch lower := r.Measure.Better != runs.Higher; {
	case !(d.Lo*d.Hi > 0):
		return Unclear
	case d.Lo > 0 == lower:
		return Worse
	}
	return Better
}

// said is a verdict in a sentence.
func said(v Verdict) string {
	if v == Unclear {
		return "nothing"
	}
	return string(v)
}

// plural is the name of a measure for all its values.
func plural(name string) string {
	if name == runs.TimeMeasure {
		return "times"
	}
	return name
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// method says what the numbers are.
func (c *Comparison) method() string {
	text := fmt.Sprintf("Brackets are intervals of at least %g %%: exact ones of the median over runs, BCa bootstrap ones of the mean paired difference. "+
		"p is of the Mann-Whitney U test over runs and of the Wilcoxon signed-rank test over layers, Holm-corrected for the number of cells that differ at all; "+
		"better, worse and ~ (neither) are at level %g. "+
		"+/=/- counts the layers that are better, equal and worse; delta is Cliff's delta, r the rank-biserial correlation, from -1 (always less) to +1.", 100*c.Confidence, c.Alpha)
	if c.lowerIsBetter() {
		text += " Lower is better."
	}
	return text
}

// units says what the times are worth: within a run, or from run to run.
func (c *Comparison) units() []string {
	least, most := 0, 0
	for i := range c.Cells {
		for _, r := range c.Cells[i].Results {
			if t := r.Runs; t != nil && r.Measure.Unit == runs.Nanoseconds && t.Unit == ByInvocation {
				n := min(t.OldUnits, t.NewUnits)
				if least == 0 || n < least {
					least = n
				}
				most = max(most, t.OldUnits, t.NewUnits)
			}
		}
	}
	switch {
	case least > 0 && least == most:
		return []string{fmt.Sprintf("times: medians of %d invocations a side, each the median of its runs, are the values of intervals and tests", least)}
	case least > 0:
		return []string{fmt.Sprintf("times: medians of invocations, %d to %d a side, each the median of its runs, are the values of intervals and tests", least, most)}
	case c.timed():
		return []string{fmt.Sprintf("times: p and intervals are within this run; expect ±%g %% between runs, which they do not show (bench run --invocations 6, or bench duel, does)", 100*analysis.BetweenRuns)}
	}
	return nil
}

// timed reports whether any time is compared.
func (c *Comparison) timed() bool {
	return slices.ContainsFunc(c.Cells, func(cell Cell) bool {
		return slices.ContainsFunc(cell.Results, func(r Result) bool { return r.Runs != nil && r.Measure.Unit == runs.Nanoseconds })
	})
}

// twins says how many layers count once with others.
func (c *Comparison) twins() []string {
	layers, cells := 0, 0
	for i := range c.Cells {
		if q := c.Cells[i].firstLayers(); q != nil && q.Units < q.Layers {
			layers, cells = layers+q.Layers-q.Units, cells+1
		}
	}
	if cells == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s the loads of another one, in another order, and count once with it (%s)", count(layers, "layer has", "layers have"), number.Count(cells, "cell"))}
}

func (c *Comparison) lowerIsBetter() bool {
	for _, d := range c.Measures {
		if d.Better == runs.Higher {
			return false
		}
	}
	return true
}
