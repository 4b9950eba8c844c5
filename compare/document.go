package compare

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/analysis"
	"packbench/internal/clean"
	"packbench/internal/number"
	"packbench/runs"
)

// document is a comparison laid out for reading, before any format. Its text is
// clean.
type document struct {
	heading []string
	tables  []table
	notes   []string
	gate    []string // what became of the limit, if there is one
}

// table is a titled table of formatted values.
type table struct {
	title   string
	columns []column
	rows    [][]string
	keys    int // columns that say what a row is, of a table that may be folded
}

// fold cuts a table that is wider than a terminal into several, each with the
// columns that say what a row is. One without such columns stays as it is.
func (t table) fold(width int) []table {
	if t.keys == 0 {
		return []table{t}
	}
	wide := make([]int, len(t.columns))
	for i, c := range t.columns {
		wide[i] = text.StringWidthWithoutEscSequences(c.name) + 2
		for _, row := range t.rows {
			wide[i] = max(wide[i], text.StringWidthWithoutEscSequences(row[i])+2)
		}
	}
	first := 0
	for _, n := range wide[:t.keys] {
		first += n
	}
	var parts []table
	for lo := t.keys; lo < len(t.columns); {
		hi, used := lo+1, first+wide[lo]
		for hi < len(t.columns) && used+wide[hi] <= width {
			used, hi = used+wide[hi], hi+1
		}
		part := table{columns: append(slices.Clone(t.columns[:t.keys]), t.columns[lo:hi]...)}
		for _, row := range t.rows {
			part.rows = append(part.rows, append(slices.Clone(row[:t.keys]), row[lo:hi]...))
		}
		parts, lo = append(parts, part), hi
	}
	parts[0].title = t.title
	return parts
}

type column struct {
	name  string
	right bool // aligned right
}

// document lays the comparison out.
func (c *Comparison) document() document {
	axes := c.varying()
	d := document{heading: c.heading(axes), tables: []table{c.groupTable()}, notes: c.remarks(axes), gate: c.gateLines(axes)}
	d.tables = append(d.tables, c.windowTables(axes)...)
	for _, m := range c.Measures {
		t := c.layerTable(axes, m)
		if m.Scope == runs.PerRun {
			t = c.runTable(axes, m)
		}
		if len(t.rows) > 0 {
			d.tables = append(d.tables, t)
		}
	}
	d.clean()
	return d
}

// clean replaces what could do harm on a terminal.
func (d *document) clean() {
	for _, lines := range [][]string{d.heading, d.notes, d.gate} {
		for i := range lines {
			lines[i] = clean.Line(lines[i])
		}
	}
	for i := range d.tables {
		t := &d.tables[i]
		t.title = clean.Line(t.title)
		for j := range t.columns {
			t.columns[j].name = clean.Line(t.columns[j].name)
		}
		for _, row := range t.rows {
			for j := range row {
				row[j] = clean.Line(row[j])
			}
		}
	}
}

func (c *Comparison) heading(a axes) []string {
	var lines []string
	switch {
	case c.Baseline != "":
		lines = append(lines, fmt.Sprintf("%s: every strategy against %s", c.New.describe(), c.label(runs.StrategyAxis, c.Baseline)))
	default:
		lines = append(lines, "old: "+c.Old.describe())
		for _, s := range append([]Side{c.New}, c.More...) {
			lines = append(lines, "new: "+s.describe())
		}
	}
	if len(a.fixed) > 0 && len(c.Cells) > 0 {
		var parts []string
		for _, axis := range a.fixed {
			if value := a.shown(&c.Cells[0], axis); value != "" {
				parts = append(parts, axis.Name+" "+value)
			}
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
	t := table{title: "Geometric means of new/old"}
	if c.Baseline != "" {
		t.title = "Geometric means of the ratios to " + c.label(runs.StrategyAxis, c.Baseline)
	}
	for _, a := range c.groupAxes() {
		t.columns = append(t.columns, column{a.Name, a.Number})
	}
	layers := ""
	for _, d := range c.Measures {
		t.columns = append(t.columns, column{d.Name, true})
		if d.Scope == runs.PerLayer && layers == "" {
			layers = d.Name
		}
	}
	if layers != "" {
		t.title += "; layers by " + layers
		t.columns = append(t.columns, column{"layers better", true}, column{"equal", true}, column{"worse", true})
	}
	if len(c.Windows) > 0 { // replays have many measures
		t.keys = len(c.groupAxes())
	}
	for _, g := range c.Groups {
		var row []string
		for _, x := range g.Coordinates {
			row = append(row, c.label(x.Axis, x.Value))
		}
		for _, m := range g.Means {
			row = append(row, formatFactor(m.GeometricMean))
		}
		if layers != "" {
			row = append(row, fmt.Sprint(g.Wins), fmt.Sprint(g.Ties), fmt.Sprint(g.Losses))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// runTable is the table of a measure over runs.
func (c *Comparison) runTable(a axes, d runs.Measure) table {
	old, new := c.sides()
	t := table{
		title: title(d.Name) + c.unitTitle(),
		columns: append(a.columns(), column{old, true}, column{new, true}, column{"change", true},
			column{"p", true}, column{"delta", true}, column{"", false}),
	}
	for i := range c.Cells {
		cell := &c.Cells[i]
		if m := cell.Result(d.Name).Runs; m != nil {
			t.rows = append(t.rows, append(a.values(cell), formatInterval(m.Old, d), formatInterval(m.New, d),
				formatChange(m.Ratio), formatP(m.Adjusted), formatEffect(m.Delta), string(m.Verdict)))
		}
	}
	return t
}

// unitTitle says what the medians are of.
func (c *Comparison) unitTitle() string {
	if c.byRun() {
		return ", median of the runs"
	}
	return ", median of the invocations"
}

// layerTable is the table of a measure over layers. Cells without any
// difference have no row: a note counts them.
func (c *Comparison) layerTable(a axes, d runs.Measure) table {
	old, new := c.sides()
	scale, unit := scaleOf(d), ""
	if scale == 100 {
		unit = " in %"
	}
	meaning, _, _ := strings.Cut(d.Meaning, ";")
	t := table{
		title: fmt.Sprintf("Mean %s over layers%s: %s", strings.ReplaceAll(d.Name, "_", " "), unit, meaning),
		columns: append(a.columns(), column{old, true}, column{new, true}, column{"change", true}, column{"difference", true},
			column{"worst layer", true}, column{"layers +/=/-", true}, column{"p", true}, column{"r", true}, column{"", false}),
	}
	above := slices.ContainsFunc(c.Cells, func(cell Cell) bool {
		q := cell.Result(d.Name).Layers
		return q != nil && q.Above != nil && q.Verdict != Equal
	})
	if above {
		last := len(t.columns) - 1
		t.columns = append(t.columns[:last], column{"above the optimum", true}, column{"proven layers", true}, t.columns[last])
	}
	for i := range c.Cells {
		cell := &c.Cells[i]
		if q := cell.Result(d.Name).Layers; q != nil && q.Verdict != Equal {
			row := append(a.values(cell),
				number.Significant(q.OldMean*scale, 4), number.Significant(q.NewMean*scale, 4), formatChange(q.Ratio),
				formatDifference(q.Difference, scale), q.worst(scale),
				fmt.Sprintf("%d/%d/%d", q.Pairs.Wins, q.Pairs.Ties, q.Pairs.Losses),
				formatP(q.Adjusted), formatEffect(q.Pairs.RankBiserial))
			if above {
				row = append(row, q.Above.shown(scale), q.proven())
			}
			t.rows = append(t.rows, append(row, string(q.Verdict)))
		}
	}
	return t
}

// scaleOf is what values are multiplied with to be shown: 100 for a measure
// that is shown as a percentage, a ratio for which 0 is perfect.
func scaleOf(d runs.Measure) float64 {
	if d.Name == analysis.Gap || d.Name == analysis.RelativeImbalance {
		return 100
	}
	return 1
}

// worst shows the worst layer on both sides.
func (q *OverLayers) worst(scale float64) string {
	return number.Significant(q.OldWorst*scale, 4) + " → " + number.Significant(q.NewWorst*scale, 4)
}

// shown is the mean on both sides, "–" where it is of no layer.
func (a *AboveOptimum) shown(scale float64) string {
	if a == nil {
		return "–"
	}
	return number.Significant(a.OldMean*scale, 3) + " → " + number.Significant(a.NewMean*scale, 3)
}

// proven says of how many layers the optimum is known.
func (q *OverLayers) proven() string {
	known := 0
	if q.Above != nil {
		known = q.Above.Layers
	}
	return fmt.Sprintf("%d of %d", known, q.Layers)
}

// title is the name of a measure as the beginning of a title.
func title(name string) string {
	first, width := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + strings.ReplaceAll(name[width:], "_", " ")
}

// gateLines say what became of the limit.
func (c *Comparison) gateLines(a axes) []string {
	if c.Gate == nil {
		return nil
	}
	var lines []string
	for _, r := range c.Gate.Regressions {
		lines = append(lines, fmt.Sprintf("regressed: %s: %s", a.label(&r.Cell), r.Message))
	}
	for _, gap := range c.Gate.Unchecked {
		lines = append(lines, fmt.Sprintf("not checked: %s: %s", gap.Reason, list(gap.Cells)))
	}
	for _, gap := range c.Gate.Allowed {
		lines = append(lines, fmt.Sprintf("not checked, as is allowed: %s: %s", gap.Reason, list(gap.Cells)))
	}
	if above := c.insignificant(a); len(above) > 0 {
		lines = append(lines, "above the limit, but not significantly: "+list(above))
	}
	lines = append(lines, c.tests())
	if c.Gate.Passed {
		return append(lines, fmt.Sprintf("%s; nothing regressed significantly by more than %g %%", c.Gate.CheckedText(), 100*c.Gate.Limit))
	}
	return append(lines, c.Gate.CheckedText())
}
