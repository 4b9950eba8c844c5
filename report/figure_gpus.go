package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// lossAxis labels axes of what imbalance costs.
const lossAxis = "1 − mean/max load of the GPUs: what imbalance costs"

// loss is how far an instance is from even loads, the smaller the better: the
// imbalance of a packing over its mean, 1 − balance otherwise.
func (v *view) loss(i analysis.Instance) float64 {
	d := v.lead()
	switch {
	case v.packed():
		return i.Relative
	case d.Better == runs.Higher:
		return 1 - i.Lead
	}
	return i.Lead
}

// losses are 1 − the balance of the GPUs of every layer.
func losses(r *analysis.Result) []float64 {
	values := r.Values(runs.GPUBalanceLayerMeasure)
	for i, v := range values {
		values[i] = 1 - v
	}
	return values
}

// drawGPUBalance shows what imbalance costs on every layer, by planner, a panel
// per problem.
func drawGPUBalance(sk *sketch) (*picture, error) {
	p := sk.newPicture("What the imbalance of GPUs costs by planner, every layer",
		"Each dot is one layer: 1 − mean/max load of its GPUs, the share of their time that GPUs wait for the heaviest, with an expert's load in equal shares on its copies; further left is better. "+
			"The large mark is the median over the layers, the bar spans the middle half of them, the ring marks the worst layer.")
	p.Legend = []figure.Entry{figure.DotEntry("one layer"), figure.NeutralMark("median", false), figure.BarEntry("middle half of the layers", false), figure.RingEntry("worst layer")}
	sk.strips(p, lossAxis, false, number.Percent, func(p *analysis.Problem) []figure.StripRow {
		var rows []figure.StripRow
		for _, s := range sk.Strategies {
			if r := sk.Answer(p, s); r != nil {
				rows = append(rows, sk.lossRow(s, r))
			}
		}
		return rows
	})
	return p, nil
}

func (sk *sketch) lossRow(s string, r *analysis.Result) figure.StripRow {
	name := sk.strategyName(s)
	row := figure.StripRow{Label: rowLabel(name), Look: sk.looks[s], Lo: 1, Worst: true, Note: r.Trouble(), Values: losses(r)}
	row.Tip = name + ": " + row.Note
	if len(row.Values) > 0 {
		o := analysis.Describe(row.Values, runs.Lower)
		row.Lo, row.Middle, row.Hi = o.Q1, o.Median, o.Q3
		row.Tip = fmt.Sprintf("%s: median %s, middle half %s to %s, worst %s (%s), %s", name, number.Percent(o.Median),
			number.Percent(o.Q1), number.Percent(o.Q3), number.Percent(o.Worst), sk.where(r.Instances()[o.At]), number.Count(len(row.Values), "layer"))
	}
	return row
}

// slotSeries are problems that differ in the number of slots alone, ascending.
type slotSeries struct {
	name     string
	problems []*analysis.Problem
}

// slotSeries returns the series of two problems or more, in the order of the plan.
func (v *view) slotSeries() []slotSeries {
	var all []slotSeries
	for _, p := range v.Problems {
		if p.Packed() {
			continue
		}
		rest := p.Cell.Without(runs.WorkloadAxis, runs.SlotsAxis, runs.PreviousAxis)
		name := fmt.Sprintf("%s, %s on %s", v.problemName(p), number.Count(p.Items, "expert"), rest.Target())
		i := slices.IndexFunc(all, func(s slotSeries) bool {
			return s.problems[0].Layers == p.Layers && s.problems[0].Cell.Without(runs.SlotsAxis).Equal(p.Cell.Without(runs.SlotsAxis))
		})
		if i < 0 {
			i, all = len(all), append(all, slotSeries{name: name})
		}
		all[i].problems = append(all[i].problems, p)
	}
	all = slices.DeleteFunc(all, func(s slotSeries) bool { return len(s.problems) < 2 })
	for _, s := range all {
		slices.SortFunc(s.problems, func(a, b *analysis.Problem) int { return a.Slots() - b.Slots() })
	}
	return all
}

func missingSlots(sk *sketch) string {
	if len(sk.slotSeries()) == 0 {
		return "needs problems that differ in their number of slots alone"
	}
	return ""
}

// drawSlots shows what imbalance costs against the number of slots, a panel per
// series of problems.
func drawSlots(sk *sketch) (*picture, error) {
	p := sk.newPicture("What the imbalance of GPUs costs against the number of slots",
		"Median over the layers of 1 − mean/max load of the GPUs for growing numbers of slots on the same GPUs; the bars span the middle half of the layers. "+
			"Where a curve is flat, more copies gain nothing.")
	p.XLabel, p.YLabel = "slots per layer", lossAxis
	for _, s := range sk.Strategies {
		p.Legend = append(p.Legend, figure.CurveEntry(sk.strategyName(s), sk.looks[s], false))
	}
	series := sk.slotSeries()
	if len(series) > maxPanels {
		series = series[:maxPanels]
		p.Subtitle = fmt.Sprintf("the first %d series of problems; the table has all", maxPanels)
	}
	var panels []*figure.Panel
	for _, line := range series {
		ch, n := &figure.Chart{}, figure.NewPanel(line.name)
		var ys []float64
		var slots []float64
		for k, s := range sk.Strategies {
			cv := sk.slotCurve(s, line.problems)
			cv.Shift = 2 * (vg.Length(k) - vg.Length(len(sk.Strategies)-1)/2)
			if len(cv.Xs) == 0 {
				n.Notes = append(n.Notes, "without "+sk.strategyName(s))
				continue
			}
			ch.Curves = append(ch.Curves, cv)
			ys = append(ys, cv.Extent()...)
			slots = append(slots, cv.Xs...)
		}
		n.Notes = n.Notes[:min(2, len(n.Notes))]
		ch.X = figure.RangeScale(slots, func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) })
		ch.Y = figure.NewScale(ys, number.Percent)
		panels = append(panels, ch.Panel(n))
	}
	p.SetPanels(panels, sk.columns(len(panels)), tradeoffHeight)
	return p, nil
}

func (sk *sketch) slotCurve(s string, problems []*analysis.Problem) figure.Curve {
	cv := figure.Curve{Look: sk.looks[s], Name: sk.strategyName(s), Marks: true}
	for _, p := range problems {
		r := sk.Answer(p, s)
		if r == nil || len(r.Instances()) == 0 {
			continue
		}
		o := analysis.Describe(losses(r), runs.Lower)
		cv.Xs, cv.Ys = append(cv.Xs, float64(p.Slots())), append(cv.Ys, o.Median)
		cv.Lo, cv.Hi = append(cv.Lo, o.Q1), append(cv.Hi, o.Q3)
	}
	cv.Tip = func(i int) string {
		return fmt.Sprintf("%s in %.0f slots: median %s", cv.Name, cv.Xs[i], number.Percent(cv.Ys[i]))
	}
	return cv
}

func missingGPULoads(sk *sketch) string {
	if sk.options.LoadsOf == nil {
		return "the loads of single GPUs are not recorded: bench report plans again to draw them"
	}
	return ""
}

// drawGPULoads shows the load of every GPU of one layer under each planner, a
// panel per problem: a layer where the planners differ much.
func drawGPULoads(sk *sketch) (*picture, error) {
	p := sk.newPicture("Load of every GPU in one layer, by planner",
		"Each cell is one GPU, heaviest on the left, coloured by how far its load is from the mean of the GPUs: the paler a row, the better the balance. "+
			"Each panel shows a layer on which the planners differ clearly; the deviation at which the colour is full differs between panels.")
	problems := sk.begin(p, maxHeat)
	columns := sk.size.Columns(len(problems), 2)
	var panels []*figure.Panel
	for i, problem := range problems {
		h := &figure.Heat{}
		n := sk.problemPanel(problem)
		at, differ := sk.telling(problem, sk.options.Layer)
		for _, s := range sk.Strategies {
			h.Rows = append(h.Rows, sk.gpuRow(problem, s, at))
		}
		h.Limit = figure.HeatLimit(h.Rows)
		n.Under = join(n.Under, fmt.Sprintf("layer %d of seed %d, full colour from ± %s", at.Layer, at.Seed(), number.Trimmed(number.Percent(h.Limit))))
		if !differ {
			n.Under += ", all planners alike"
		}
		panels = append(panels, h.Panel(n, sk.size, i%columns == 0))
	}
	p.Legend = figure.HeatEntries()
	p.SetPanels(panels, columns, figure.HeatHeight(len(sk.Strategies)))
	return p, nil
}

// gpuRow returns the loads of the GPUs, heaviest first, relative to their mean:
// 0.01 is 1 % above. Otherwise it says why there are none.
func (sk *sketch) gpuRow(p *analysis.Problem, planner string, at analysis.Instance) figure.HeatRow {
	row := figure.HeatRow{Label: sk.strategyName(planner)}
	r := sk.Answer(p, planner)
	if r == nil {
		row.Note = "not part of the experiment"
		return row
	}
	row.Note = r.Trouble()
	gpus := p.Cell.Number(runs.GPUsAxis)
	for _, c := range r.Cells {
		heaviest := c.Layer(runs.GPUMaxMeasure)
		if c.Seed() != at.Seed() || at.Layer >= len(heaviest) {
			continue
		}
		loads, err := sk.options.LoadsOf(c.PlannedCell)
		switch {
		case err != nil:
			row.Note = printable(err.Error())
			return row
		case gpus < 1 || len(loads) != p.Layers*gpus:
			row.Note = fmt.Sprintf("%d loads for %d GPUs of %d layers", len(loads), gpus, p.Layers)
			return row
		}
		layer := slices.Sorted(slices.Values(loads[at.Layer*gpus : (at.Layer+1)*gpus]))
		slices.Reverse(layer)
		if want := heaviest[at.Layer]; math.Abs(layer[0]-want) > 1e-9*want {
			row.Note = fmt.Sprintf("planned again, its heaviest GPU has load %s, not the recorded %s", number.Short(layer[0]), number.Short(want))
			return row
		}
		if mean := analysis.Mean(layer); mean > 0 {
			for i := range layer {
				layer[i] = layer[i]/mean - 1
			}
		}
		row.Values = layer
		row.Tip = fmt.Sprintf("%s: heaviest GPU %s above the mean, lightest %s below", row.Label, number.Percent(layer[0]), number.Percent(-layer[gpus-1]))
		return row
	}
	return row
}
