package compare

import (
	"fmt"
	"strings"
)

// document is a comparison laid out for reading, before any format.
type document struct {
	heading []string
	tables  []table
	notes   []string
}

// table is a titled table of formatted values.
type table struct {
	title   string
	columns []column
	rows    [][]string
}

type column struct {
	name  string
	right bool // aligned right
}

// document lays the comparison out.
func (c *Comparison) document() document {
	axes := c.varying()
	d := document{heading: c.heading(axes), tables: []table{c.groupTable()}}
	for _, t := range []table{
		c.timeTable(axes),
		c.qualityTable(axes, "Imbalance, max − min load, mean over layers", 1, func(cell Cell) *Quality { return cell.Imbalance }),
		c.qualityTable(axes, "Gap to the lower bound in %, mean over layers", 100, func(cell Cell) *Quality { return cell.Gap }),
	} {
		if len(t.rows) > 0 {
			d.tables = append(d.tables, t)
		}
	}
	d.notes = c.remarks(axes)
	return d
}

func (c *Comparison) heading(a axes) []string {
	var lines []string
	if c.Baseline != "" {
		lines = append(lines, fmt.Sprintf("%s: every strategy against %s", c.New.describe(), c.Baseline))
	} else {
		lines = append(lines, "old: "+c.Old.describe(), "new: "+c.New.describe())
	}
	if len(a.fixed) > 0 && len(c.Cells) > 0 {
		var parts []string
		for _, axis := range a.fixed {
			parts = append(parts, axis.name+" "+axis.value(c.Cells[0]))
		}
		lines = append(lines, "everywhere: "+strings.Join(parts, ", "))
	}
	return lines
}

func (s Side) describe() string {
	var facts []string
	for _, f := range []string{s.Experiment, s.Program} {
		if f != "" {
			facts = append(facts, f)
		}
	}
	if facts == nil {
		return s.Dir
	}
	return s.Dir + " (" + strings.Join(facts, ", ") + ")"
}

// sides are the words for the two sides in column names.
func (c *Comparison) sides() (old, new string) {
	if c.Baseline != "" {
		return "baseline", "value"
	}
	return "old", "new"
}

func (c *Comparison) groupTable() table {
	title := "Geometric means of new/old"
	if c.Baseline != "" {
		title = "Geometric means of the ratios to " + c.Baseline
	}
	t := table{
		title: title,
		columns: []column{
			{"strategy", false}, {"backend", false}, {"time", true}, {"imbalance", true},
			{"layers better", true}, {"equal", true}, {"worse", true},
		},
	}
	for _, g := range c.Groups {
		t.rows = append(t.rows, []string{
			g.Strategy, g.Backend, formatFactor(g.Time), formatFactor(g.Imbalance),
			fmt.Sprint(g.Wins), fmt.Sprint(g.Ties), fmt.Sprint(g.Losses),
		})
	}
	return t
}

func (a axes) columns() []column {
	var columns []column
	for _, axis := range a.vary {
		columns = append(columns, column{axis.name, axis.right})
	}
	return columns
}

func (c *Comparison) timeTable(a axes) table {
	old, new := c.sides()
	t := table{
		title: "Time, median of the runs",
		columns: append(a.columns(), column{old, true}, column{new, true}, column{"change", true},
			column{"p", true}, column{"delta", true}, column{"", false}),
	}
	for _, cell := range c.Cells {
		if m := cell.Time; m != nil {
			t.rows = append(t.rows, append(a.values(cell), formatTime(m.Old), formatTime(m.New),
				formatChange(m.Ratio), formatP(m.Adjusted), formatEffect(m.Delta), string(m.Verdict)))
		}
	}
	return t
}

// qualityTable is the table of a measure over layers; values are shown times
// scale. Cells without any difference have no row: a note counts them.
func (c *Comparison) qualityTable(a axes, title string, scale float64, measure func(Cell) *Quality) table {
	old, new := c.sides()
	t := table{
		title: title,
		columns: append(a.columns(), column{old, true}, column{new, true}, column{"change", true}, column{"difference", true},
			column{"layers +/=/-", true}, column{"p", true}, column{"r", true}, column{"", false}),
	}
	for _, cell := range c.Cells {
		if q := measure(cell); q != nil && q.Verdict != Equal {
			t.rows = append(t.rows, append(a.values(cell),
				significant(q.OldMean*scale, 4), significant(q.NewMean*scale, 4), formatChange(q.Ratio),
				formatDifference(q.Difference, scale), fmt.Sprintf("%d/%d/%d", q.Pairs.Wins, q.Pairs.Ties, q.Pairs.Losses),
				formatP(q.Adjusted), formatEffect(q.Pairs.RankBiserial), string(q.Verdict)))
		}
	}
	return t
}

// remarks are the notes below the tables.
func (c *Comparison) remarks(a axes) []string {
	var refused, untimed, unmatched, means gathered
	var warnings warned
	old, new := c.sides()
	equal, same := 0, 0
	for _, cell := range c.Cells {
		label := a.label(cell)
		if cell.Reason != "" {
			refused.add(cell.Reason, label)
		}
		if cell.NoTime != "" {
			untimed.add(cell.NoTime, label)
		}
		if t := cell.Time; t != nil {
			warnings.add(label+", "+old, t.OldWarnings)
			warnings.add(label+", "+new, t.NewWarnings)
		}
		if q := cell.Imbalance; q != nil {
			warnings.add(label, q.Warnings)
			if q.Verdict == Equal {
				equal++
			}
			if cell.Same {
				same++
			}
		}
	}
	for _, u := range c.Unmatched {
		where := "only in the " + u.In + " run"
		if c.Baseline != "" {
			where = "without a baseline"
		}
		unmatched.add(where, axes{vary: allAxes}.label(Cell{Cell: u.Cell}))
	}
	for _, g := range c.Groups {
		for _, left := range g.Imbalance.Left {
			if !refused.has(left.Reason) {
				means.add(left.Reason, g.Strategy+" on "+left.Name)
			}
		}
	}
	var notes []string
	if equal > 0 {
		notes = append(notes, fmt.Sprintf("%s the same imbalance in every layer on both sides and no row for it; in %d of them the packings are the same, bit for bit", count(equal, "cell has", "cells have"), same))
	}
	notes = append(notes, refused.lines("not compared, ")...)
	notes = append(notes, untimed.lines("times not compared, ")...)
	notes = append(notes, means.lines("no ratio of the imbalance, left out of the geometric mean, ")...)
	notes = append(notes, unmatched.lines("")...)
	notes = append(notes, warnings.lines()...)
	notes = append(notes, c.Notes...)
	return append(notes, c.method())
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// method says what the numbers are.
func (c *Comparison) method() string {
	text := fmt.Sprintf("Brackets are intervals of at least %g %%: exact ones of the median time, BCa bootstrap ones of the mean paired difference. "+
		"p is of the Mann-Whitney U test for times and of the Wilcoxon signed-rank test over layers otherwise, corrected by Holm for the number of cells that differ at all; "+
		"better, worse and ~ (neither) are at level %g. "+
		"+/=/- counts the layers that are better, equal and worse; delta is Cliff's delta, r the rank-biserial correlation, from -1 (always less) to +1. Less is better.", 100*c.Confidence, c.Alpha)
	if c.Baseline == "" {
		text += " Two runs are two moments of a machine: repeat them before believing a surprising difference of times."
	}
	return text
}
