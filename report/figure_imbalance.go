package report

import (
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// imbalanceAxis labels axes of imbalance.
const imbalanceAxis = "imbalance: max − min load of a layer's packs, in the unit of the loads"

// drawImbalance shows the imbalance of every layer, by strategy, a panel per
// problem.
func drawImbalance(sk *sketch) (*picture, error) {
	p := sk.newPicture("Imbalance by strategy, every layer",
		"Each dot is one layer: the load of its heaviest pack minus that of its lightest, in the unit of the loads; further left is better. "+
			"The large mark is the median over the layers, the bar spans the middle half of them, the ring marks the worst layer. Perfectly packed layers are at 0.")
	p.Legend = []figure.Entry{figure.DotEntry("one layer"), figure.NeutralMark("median", false), figure.BarEntry("middle half of the layers", false), figure.RingEntry("worst layer")}
	sk.strips(p, imbalanceAxis, false, number.Short, func(p *analysis.Problem) []figure.StripRow {
		var rows []figure.StripRow
		for _, s := range sk.Strategies {
			if r := sk.Answer(p, s); r != nil {
				rows = append(rows, sk.imbalanceRow(s, r))
			}
		}
		return rows
	})
	return p, nil
}

func (sk *sketch) imbalanceRow(s string, r *analysis.Result) figure.StripRow {
	name := sk.strategyName(s)
	row := figure.StripRow{Label: rowLabel(name), Look: sk.looks[s], Lo: 1, Worst: true, Note: r.Trouble()}
	row.Values = r.Values(runs.ImbalanceMeasure)
	row.Tip = name + ": " + row.Note
	if len(row.Values) > 0 {
		o := analysis.Describe(row.Values, runs.Lower)
		row.Lo, row.Middle, row.Hi = o.Q1, o.Median, o.Q3
		w := r.Instances()[o.At]
		row.Tip = fmt.Sprintf("%s: median imbalance %s, middle half %s to %s, worst %s (%s), %s", name,
			number.Short(row.Middle), number.Short(row.Lo), number.Short(row.Hi), number.Short(w.Imbalance), sk.where(w), number.Count(len(row.Values), "layer"))
	}
	return row
}

// strips fills p with one strip per problem. The panels share their axis where
// the values are shared, of one kind on all problems.
func (sk *sketch) strips(p *picture, axis string, shared bool, format func(float64) string, rowsOf func(*analysis.Problem) []figure.StripRow) {
	problems := sk.begin(p, maxPanels)
	p.XLabel = axis
	strips := make([]*figure.Strip, len(problems))
	var all []float64
	rows, crowd := 0, 0
	for i, problem := range problems {
		s := &figure.Strip{Rows: rowsOf(problem)}
		var values []float64
		for _, r := range s.Rows {
			values = append(values, r.Values...)
			crowd = max(crowd, len(r.Values))
		}
		s.Scale = figure.NewScale(values, format)
		all = append(all, values...)
		rows = max(rows, len(s.Rows))
		strips[i] = s
	}
	if limit := dotsPerRow(len(strips) * rows); crowd > limit {
		crowd = limit
		p.Subtitle = join(p.Subtitle, fmt.Sprintf("at most %d dots in a row", limit))
		p.caption += fmt.Sprintf(" Rows of more than %d dots have %d: the extremes and, of the others in their order, evenly spaced ones.", limit, limit)
		for _, s := range strips {
			for i := range s.Rows {
				s.Rows[i].Values = thinned(s.Rows[i].Values, limit)
			}
		}
	}
	columns := sk.columns(len(problems))
	var panels []*figure.Panel
	for i, s := range strips {
		s.Crowd = crowd
		if shared {
			s.Scale = figure.NewScale(all, format)
		}
		if columns == 1 {
			s.Scale = s.Scale.Wide()
		}
		panels = append(panels, s.Panel(sk.problemPanel(problems[i]), sk.size, i%columns == 0))
	}
	p.SetPanels(panels, columns, figure.StripHeight(rows))
}

// dotsPerRow is how many dots a row has at most in a figure of so many rows: the
// files of a figure grow with its dots, and what it shows does not.
func dotsPerRow(rows int) int {
	const figure, fewest, most = 24_000, 60, 1_000
	return min(most, max(fewest, figure/max(1, rows)))
}

// thinned returns n of more values: the extremes and, of the others in their
// order, evenly spaced ones.
func thinned(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	sorted := slices.Sorted(slices.Values(values))
	kept := make([]float64, n)
	for i := range kept {
		kept[i] = sorted[i*(len(sorted)-1)/(n-1)]
	}
	return kept
}

// rowLabel breaks a strategy's spec into lines: the name, then the parameters.
func rowLabel(spec string) string {
	name, args, ok := strings.Cut(spec, ":")
	if !ok {
		return spec
	}
	return name + "\n" + strings.ReplaceAll(args, ",", ", ")
}
