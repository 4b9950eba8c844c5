package report

import (
	"fmt"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
)

// maxPanels is how many problems have a panel in one figure: more would be
// looked at by nobody, and the tables have them all.
const maxPanels = 48

// missingBackends says which backends could not run at all, a line each.
func (v *view) missingBackends() []string {
	var lines []string
	for _, b := range v.Backends {
		if reason := v.Missing(b); reason != "" {
			lines = append(lines, "× "+b+" "+reason)
		}
	}
	return lines
}

// shown returns the problems that have a panel, and says which where those are
// not all.
func (sk *sketch) shown(limit int) (problems []*analysis.Problem, note string) {
	n := len(sk.Problems)
	if sk.size.Bare { // a page of a paper is not higher
		limit = min(limit, 6*sk.size.Columns(n, 3))
	}
	if n <= limit {
		return sk.Problems, ""
	}
	for i := range limit {
		problems = append(problems, sk.Problems[i*n/limit])
	}
	return problems, fmt.Sprintf("%d of %d problems, evenly spaced in the order of the plan; the table has all", limit, n)
}

// columns is the number of panels beside each other where each problem has one.
func (sk *sketch) columns(panels int) int {
	if panels > 8 {
		return sk.size.Columns(panels, 3)
	}
	return sk.size.Columns(panels, 2)
}

// common is what all problems share, their shape or their workload, to be said
// once; "" where they share neither.
func (sk *sketch) common() string {
	switch {
	case len(sk.Problems) == 0:
		return ""
	case sk.oneShape():
		return sk.Problems[0].ShapeText()
	case sk.oneWorkload() && len(sk.Problems) > 8:
		return sk.problemName(sk.Problems[0]) + ", layers×items×packs"
	case sk.oneWorkload():
		return sk.problemName(sk.Problems[0])
	}
	return ""
}

// shapeKey explains the shapes in short names, "" where there are none or common
// does.
func (sk *sketch) shapeKey() string {
	if sk.oneShape() || sk.oneWorkload() && len(sk.Problems) > 8 {
		return ""
	}
	return "layers×items×packs"
}

// begin fills in what figures with a panel per problem have alike and returns
// the problems that have one.
func (sk *sketch) begin(p *picture, limit int) []*analysis.Problem {
	problems, note := sk.shown(limit)
	p.Subtitle = join(sk.common(), note)
	return problems
}

func join(parts ...string) string {
	text := ""
	for _, part := range parts {
		if text != "" && part != "" {
			text += " · "
		}
		text += part
	}
	return text
}

// problemPanel returns an empty panel for a problem.
func (sk *sketch) problemPanel(p *analysis.Problem) *figure.Panel {
	var n *figure.Panel
	switch {
	case sk.oneShape():
		n = figure.NewPanel(sk.problemName(p))
	case sk.oneWorkload() && len(sk.Problems) > 8:
		n = figure.NewPanel(p.ShortShape()) // common explains it
	case sk.oneWorkload():
		n = figure.NewPanel(p.ShapeText())
	default:
		n = figure.NewPanel(sk.problemName(p))
		n.Under = p.ShapeText()
	}
	if idle := sk.idle(p); idle > 0 {
		n.Under = join(n.Under, number.Count(idle, "idle layer")+" left out")
	}
	return n
}

// shortName names a problem in a line, without what all problems share.
func (sk *sketch) shortName(p *analysis.Problem) string {
	switch {
	case sk.oneShape():
		return sk.problemName(p)
	case sk.oneWorkload():
		return p.ShortShape()
	}
	return sk.problemName(p) + " · " + p.ShortShape()
}

// strategyLegend explains the marks of the strategies, and of backends where
// there are several.
func (sk *sketch) strategyLegend() []figure.Entry {
	var legend []figure.Entry
	for _, s := range sk.Strategies {
		legend = append(legend, figure.MarkEntry(sk.strategyName(s), sk.looks[s], false))
	}
	for i, backend := range sk.Present() {
		if i > 0 {
			legend = append(legend, figure.NeutralMark("hollow: on "+backend, true))
		}
	}
	return legend
}
