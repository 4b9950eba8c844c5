package compare

import (
	"fmt"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// Gate says whether the new side may pass: nothing regressed, and everything
// that could have regressed was checked. A gate that could not check something
// does not pass.
type Gate struct {
	Limit   float64   `json:"limit"` // [Options.FailAbove]
	Passed  bool      `json:"passed"`
	Checked []Checked `json:"checked"` // by measure
	// Regressions are the significant changes for the worse above the limit,
	// and the cells that broke. As JSON they stand in the comparison.
	Regressions []Regression `json:"-"`
	// Unchecked is what was not checked and is not allowed to be.
	Unchecked []Gap `json:"unchecked,omitempty"`
	// Allowed is what was not checked but is allowed to be: cells that neither
	// side could run, or that [Options.AllowMissing] covers.
	Allowed []Gap `json:"allowed,omitempty"`
}

// Checked counts the cells whose measure was checked against the limit.
type Checked struct {
	Measure string `json:"measure"`
	Cells   int    `json:"cells"`
}

// Gap is something that a gate did not check: the cells it concerns and why.
type Gap struct {
	Reason string   `json:"reason"`
	Cells  []string `json:"cells"` // by the coordinates that tell them apart
}

// Regression is a finding above the limit of [Options.FailAbove].
type Regression struct {
	Cell    Cell
	Measure string // the name of a measure, or "status" of a cell that broke
	Ratio   Ratio  // new/old; 1 for status
	Message string // one line without the cell
}

// gate holds the comparison to the limit.
func (c *Comparison) gate(limit float64, o Options) *Gate {
	g := &Gate{Limit: limit, Regressions: c.regressions(limit)}
	var unchecked, allowed gathered
	miss := func(forgiven bool, reason, cell string) {
		if forgiven {
			allowed.add(reason, cell)
		} else {
			unchecked.add(reason, cell)
		}
	}
	names := c.varying()
	for i := range c.Cells {
		cell := &c.Cells[i]
		if cell.Status != Compared && !(cell.broke && c.Baseline == "") { // a cell that broke has regressed
			miss(cell.neither() || cell.Status == Failed && o.AllowMissing, cell.Reason, names.label(cell))
		}
		if cell.unfinished != "" {
			miss(o.AllowMissing, cell.unfinished, names.label(cell))
		}
	}
	for _, u := range c.Unmatched {
		miss(o.AllowMissing, c.where(u), c.all().label(&Cell{Cell: u.Cell}))
	}
	for _, d := range c.Measures {
		family := len(c.family(d.Name))
		n := 0
		for i := range c.Cells {
			cell := &c.Cells[i]
			r := cell.Result(d.Name)
			if cell.Status != Compared || r == nil {
				continue
			}
			reason := r.Reason
			if reason == "" {
				reason = r.blind(family, limit, c.Alpha)
			}
			if reason == "" {
				n++
			} else {
				miss(r.absence == idle || r.absence == lacking && o.AllowMissing, d.Name+": "+reason, names.label(cell))
			}
		}
		g.Checked = append(g.Checked, Checked{d.Name, n})
	}
	g.Unchecked, g.Allowed = unchecked.gaps(), allowed.gaps()
	g.Passed = len(g.Regressions) == 0 && len(g.Unchecked) == 0 && g.cells() > 0
	return g
}

// neither reports whether no side could run the cell, for want of a backend:
// there is nothing that could have changed.
func (c *Cell) neither() bool {
	return slices.Contains([]runs.Status{runs.Unavailable, runs.Unsupported}, c.statuses[0]) && c.statuses[0] == c.statuses[1]
}

// cells returns the largest number of cells that any measure was checked on.
func (g *Gate) cells() int {
	n := 0
	for _, c := range g.Checked {
		n = max(n, c.Cells)
	}
	return n
}

// blind says why the test could not have found a change for the worse: the
// min p that its sample size allows does not survive the correction. For
// layers, whose values are exact, it matters only where the change is above the
// limit.
func (r *Result) blind(family int, limit, alpha float64) string {
	if t := r.Runs; t != nil {
		least := stats.LeastP(t.OldUnits, t.NewUnits)
		if least*float64(family) < alpha {
			return ""
		}
		need := max(t.OldUnits, t.NewUnits)
		for stats.LeastP(need, need)*float64(family) >= alpha {
			need++
		}
		advice := fmt.Sprintf("repeat each cell at least %d times", need)
		if t.Unit == ByInvocation {
			advice = fmt.Sprintf("use at least %d invocations", need)
		}
		return fmt.Sprintf("%d and %d %ss cannot show a difference: the min possible p, %.2g, times %s is not below %g: %s",
			t.OldUnits, t.NewUnits, t.Unit, least, number.Count(family, "cell"), alpha, advice)
	}
	q := r.Layers
	if q.differ() == 0 || !exceeds(r.Measure, q.Ratio, limit) {
		return ""
	}
	least := leastPairedP(q.differ())
	if least*float64(family) < alpha {
		return ""
	}
	return fmt.Sprintf("%s, but %s cannot show it: the min possible p, %.2g, times %s is not below %g",
		formatChange(q.Ratio), number.Count(q.differ(), "layer")+that(q.differ()), least, number.Count(family, "cell"), alpha)
}

// that is the verb for so many layers.
func that(n int) string {
	if n == 1 {
		return " that differs"
	}
	return " that differ"
}

// exceeds reports whether a ratio is worse than the limit allows.
func exceeds(d runs.Measure, r Ratio, limit float64) bool {
	if d.Better == runs.Higher {
		return 1-float64(r) > limit
	}
	return float64(r)-1 > limit
}

// surely reports whether a significant change for the worse is above the limit
// by all that the gate asks for. Times of one process a side are known within
// that process only, so that the whole interval has to be above the limit.
func (r *Result) surely(limit float64) bool {
	f := r.finding()
	if !exceeds(r.Measure, f.Ratio, limit) {
		return false
	}
	if r.Runs == nil || r.Runs.Unit == ByInvocation || r.Runs.Factor == nil {
		return true
	}
	end := r.Runs.Factor.Lo
	if r.Measure.Better == runs.Higher {
		end = r.Runs.Factor.Hi
	}
	return exceeds(r.Measure, Ratio(end), limit)
}

// change says by how much a measure changed: "+6.1 % [+5.2 %, +7.0 %]".
func (r *Result) change() string {
	text := formatChange(r.finding().Ratio)
	if r.Runs != nil && r.Runs.Factor != nil {
		text += fmt.Sprintf(" [%s, %s]", formatChange(Ratio(r.Runs.Factor.Lo)), formatChange(Ratio(r.Runs.Factor.Hi)))
	}
	return text
}

// regressions are the significant changes for the worse by more than the limit,
// and, between runs, the cells that broke.
func (c *Comparison) regressions(limit float64) []Regression {
	var list []Regression
	for _, cell := range c.Cells {
		if cell.broke && c.Baseline == "" {
			message := cell.Reason
			if message == "" {
				message = "some of its runs failed: " + cell.why
			}
			list = append(list, Regression{cell, "status", 1, message})
		}
		for _, r := range cell.Results {
			if f := r.finding(); f != nil && f.Verdict == Worse && r.surely(limit) {
				list = append(list, Regression{cell, r.Measure.Name, f.Ratio,
					fmt.Sprintf("%s %s (p %s)", r.Measure.Name, r.change(), formatP(f.Adjusted))})
			}
		}
	}
	return list
}

// insignificant are the changes for the worse above the limit that the test does
// not find significant, or not surely above it: a gate passes them with a
// remark.
func (c *Comparison) insignificant(a axes) []string {
	var lines []string
	for i := range c.Cells {
		cell := &c.Cells[i]
		for _, r := range cell.Results {
			f := r.finding()
			if f == nil || !exceeds(r.Measure, f.Ratio, c.Gate.Limit) || f.Verdict == Worse && r.surely(c.Gate.Limit) {
				continue
			}
			line := fmt.Sprintf("%s: %s %s (p %s)", a.label(cell), r.Measure.Name, r.change(), formatP(f.Adjusted))
			if f.Verdict == Worse {
				line += ", whose interval reaches below the limit"
			}
			if r.Layers != nil {
				if r.meanVerdict() == Worse {
					line += ", although the interval of the mean difference is worse"
				}
				line += ", the worst layer " + r.Layers.worst(scaleOf(r.Measure))
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// CheckedText returns how many cells were checked against the limit: "checked
// 12 cells: time, imbalance, gap".
func (g *Gate) CheckedText() string {
	var order []int
	names := map[int][]string{}
	for _, c := range g.Checked {
		if names[c.Cells] == nil {
			order = append(order, c.Cells)
		}
		names[c.Cells] = append(names[c.Cells], c.Measure)
	}
	slices.SortStableFunc(order, func(a, b int) int { return b - a })
	var parts []string
	for _, n := range order {
		parts = append(parts, number.Count(n, "cell")+": "+strings.Join(names[n], ", "))
	}
	if parts == nil {
		return "checked nothing"
	}
	return "checked " + strings.Join(parts, "; ")
}

// tests says by which statistic each measure was tested.
func (c *Comparison) tests() string {
	var parts []string
	for _, scope := range []runs.Scope{runs.PerRun, runs.PerLayer} {
		var names []string
		for _, d := range c.Measures {
			if d.Scope == scope {
				names = append(names, d.Name)
			}
		}
		switch {
		case names == nil:
		case scope == runs.PerLayer:
			parts = append(parts, and(names)+" by the Wilcoxon signed-rank test over layers")
		case c.byRun():
			parts = append(parts, and(names)+" by the Mann-Whitney U test over the runs of one invocation a side, where the whole interval of the change must be above the limit")
		default:
			parts = append(parts, and(names)+" by the Mann-Whitney U test over the medians of invocations")
		}
	}
	return "tested: " + strings.Join(parts, "; ")
}

// byRun reports whether any measure of runs is compared by single runs.
func (c *Comparison) byRun() bool {
	return slices.ContainsFunc(c.Cells, func(cell Cell) bool {
		return slices.ContainsFunc(cell.Results, func(r Result) bool { return r.Runs != nil && r.Runs.Unit == ByRun })
	})
}

// Verdict is the outcome in one line; "" if the gate passes.
func (g *Gate) Verdict() string {
	var parts []string
	if n := len(g.Regressions); n > 0 {
		first := g.Regressions[0]
		text := fmt.Sprintf("regressed: %s on %s, %s, %s: %s", first.Cell.Subject(), first.Cell.Workload(), first.Cell.Target(), first.Cell.Backend(), first.Message)
		if n > 1 {
			text += fmt.Sprintf(", and %d more", n-1)
		}
		parts = append(parts, text)
	}
	if n := len(g.Unchecked); n > 0 {
		first := g.Unchecked[0]
		text := fmt.Sprintf("not checked: %s: %s", first.Reason, list(first.Cells))
		if n > 1 {
			text += fmt.Sprintf(", and %s more", number.Count(n-1, "reason"))
		}
		parts = append(parts, text)
	} else if g.cells() == 0 {
		parts = append(parts, "not checked: no cell could be compared")
	}
	return strings.Join(parts, "; ")
}
