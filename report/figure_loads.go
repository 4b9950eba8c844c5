package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

// maxHeat is how many problems the figure of loads shows: every cell of it is
// packed again.
const maxHeat = 8

func missingLoads(sk *sketch) string {
	if sk.options.LoadsOf == nil {
		return "the loads of single packs are not recorded: bench report packs again to draw them"
	}
	return ""
}

// drawLoads shows the load of every pack of one layer under each strategy, a
// panel per problem: a layer where the strategies differ much.
func drawLoads(sk *sketch) (*picture, error) {
	which := "the layer on which they differ most"
	if sk.options.Layer != nil {
		which = fmt.Sprintf("layer %d, or %s where the problem has fewer", *sk.options.Layer, which)
	}
	p := sk.newPicture("Load of every pack in one layer, by strategy",
		"Each cell is one pack, heaviest on the left, coloured by how far its load is from the mean of the packs: the paler a row, the better the balance. "+
			"Each panel shows "+which+"; the deviation at which the colour is full differs between panels.")
	problems := sk.begin(p, maxHeat)
	columns := sk.size.Columns(len(problems), 2)
	if !sk.oneWorkload() {
		p.Subtitle = join(sk.shapeKey(), p.Subtitle)
	}
	var panels []*figure.Panel
	for i, problem := range problems {
		h := &figure.Heat{}
		n := sk.problemPanel(problem)
		if !sk.oneShape() && !sk.oneWorkload() {
			n.Title = sk.shortName(problem)
		}
		at, differ := sk.telling(problem, sk.options.Layer)
		for _, s := range sk.Strategies {
			h.Rows = append(h.Rows, sk.heatRow(problem, s, at))
		}
		h.Limit = figure.HeatLimit(h.Rows)
		n.Under = fmt.Sprintf("layer %d of seed %d, full colour from ± %s", at.Layer, at.Seed(), number.Trimmed(number.Percent(h.Limit)))
		if !differ {
			n.Under += ", all strategies alike"
		}
		panels = append(panels, h.Panel(n, sk.size, i%columns == 0))
	}
	p.Legend = figure.HeatEntries()
	p.SetPanels(panels, columns, figure.HeatHeight(len(sk.Strategies)))
	return p, nil
}

// telling returns the analysis.Instance of a problem that shows best how the strategies
// differ: where one two thirds down the list lies furthest behind the best in
// imbalance relative to the mean load. The worst of many strategies would be a
// baseline that differs everywhere. Where the problem has the chosen layer, it
// is one of that layer.
func (v *view) telling(p *analysis.Problem, chosen *int) (at analysis.Instance, differ bool) {
	reached := map[[2]uint64][]analysis.Instance{}
	for _, s := range v.Strategies {
		if r := v.Answer(p, s); r != nil {
			for _, i := range r.Instances() {
				if chosen == nil || *chosen == i.Layer || *chosen >= p.Layers {
					reached[i.Key()] = append(reached[i.Key()], i)
				}
			}
		}
	}
	largest := -1.0
	for _, all := range reached {
		slices.SortStableFunc(all, func(a, b analysis.Instance) int { return cmp.Compare(v.loss(a), v.loss(b)) })
		d := v.loss(all[min(len(all)-1, 2*len(all)/3)]) - v.loss(all[0])
		if d > largest || d == largest && slices.Compare(keyOf(all[0]), keyOf(at)) < 0 {
			largest, at = d, all[0]
		}
	}
	return at, largest > 0
}

func keyOf(i analysis.Instance) []uint64 { k := i.Key(); return k[:] }

// heatRow returns the loads of the packs, heaviest first, relative to their
// mean: 0.01 is 1 % above. Otherwise it says why there are none.
func (sk *sketch) heatRow(p *analysis.Problem, strategy string, at analysis.Instance) figure.HeatRow {
	row := figure.HeatRow{Label: sk.strategyName(strategy)}
	r := sk.Answer(p, strategy)
	if r == nil {
		row.Note = "not part of the experiment"
		return row
	}
	row.Note = r.Trouble()
	for _, c := range r.Cells {
		means := c.Layer(runs.MeanMeasure)
		if c.Seed() != at.Seed() || at.Layer >= len(means) {
			continue
		}
		loads, err := sk.options.LoadsOf(c.PlannedCell)
		switch {
		case err != nil:
			row.Note = printable(err.Error())
			return row
		case len(loads) != p.Layers*p.Cell.Packs():
			row.Note = fmt.Sprintf("%d loads for %d packs of %d layers", len(loads), p.Cell.Packs(), p.Layers)
			return row
		}
		packs := slices.Sorted(slices.Values(loads[at.Layer*p.Cell.Packs() : (at.Layer+1)*p.Cell.Packs()]))
		slices.Reverse(packs)
		got, want := packs[0]-packs[len(packs)-1], c.Layer(runs.ImbalanceMeasure)[at.Layer]
		if math.Abs(got-want) > 1e-9*packs[0] {
			row.Note = fmt.Sprintf("packed again, it has imbalance %s, not the recorded %s", number.Short(got), number.Short(want))
			return row
		}
		if mean := means[at.Layer]; mean > 0 {
			for i := range packs {
				packs[i] = packs[i]/mean - 1
			}
		}
		row.Values = packs
		row.Tip = fmt.Sprintf("%s: heaviest pack %s above the mean, lightest %s below",
			row.Label, number.Percent(packs[0]), number.Percent(-packs[len(packs)-1]))
		return row
	}
	return row
}
