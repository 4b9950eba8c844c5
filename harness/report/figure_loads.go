package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"packbench/harness"
)

// LoadsOf returns the load of each pack of each layer, [layers, packs] row-major,
// that a cell's strategy arrives at. Records do not hold them.
type LoadsOf func(harness.PlannedCell) ([]float64, error)

// mostHeat is how many problems the figure of loads shows.
const mostHeat = 8

// loadsFigure shows the load of every pack of one layer under each strategy, a
// panel per problem: a layer where the strategies differ much. Without a
// figure it says why.
func loadsFigure(v *view, o options) (f *figure, missing string) {
	if o.loadsOf == nil {
		return nil, "the loads of single packs are not recorded: bench report packs again and draws them"
	}
	f = &figure{
		id:    "pack-loads",
		title: "Load of every pack in one layer, by strategy",
		caption: "Each cell is one pack, the heaviest on the left, coloured by its load against the mean of the packs: the paler a row, the better the balance. " +
			"For each problem a layer is shown where the strategies differ much; the deviation from which the colour is full differs from panel to panel.",
		subtitle: v.common(),
		notes:    v.missingBackends(),
		tips:     &tips{},
	}
	problems := v.problems
	if len(problems) > mostHeat {
		f.subtitle = strings.TrimPrefix(fmt.Sprintf("%s, the first %d of %d problems", f.subtitle, mostHeat, len(problems)), ", ")
		problems = problems[:mostHeat]
	}
	columns := min(v.columns(), 2)
	if f.subtitle == "" {
		f.subtitle = "layers × items × packs in the titles"
	}
	var panels []*panel
	for i, p := range problems {
		h := &heat{tips: f.tips}
		n := v.problemPanel(p, columns)
		if !v.oneShape() && !v.oneWorkload() {
			n.title[len(n.title)-1] += fmt.Sprintf(", %d × %d × %d", p.layers, p.items, p.pack)
		}
		at, differ := v.telling(p, o.layer)
		for _, s := range v.strategies {
			row, why := v.heatRow(p, s, at, o.loadsOf)
			h.labels, h.rows, h.notes = append(h.labels, s), append(h.rows, row), append(h.notes, why)
		}
		h.limit = heatLimit(h.rows)
		n.under = fmt.Sprintf("layer %d of seed %d, full colour from ± %s", at.layer, at.seed, trimmed(percent(h.limit)))
		if !differ {
			n.under += ", all strategies alike"
		}
		panels = append(panels, h.panel(n, i%columns == 0))
	}
	f.legend = heatLegend()
	f.setRows(grid(panels, columns), vg.Length(16*len(v.strategies)+6))
	return f, ""
}

// telling returns the instance of a problem that shows best how the strategies
// differ: where one two thirds down the list lies furthest behind the best in
// imbalance relative to the mean load. The worst of many strategies would be a
// baseline that differs everywhere. Where the problem has the chosen layer, it
// is one of that layer.
func (v *view) telling(p problem, chosen *int) (at instance, differ bool) {
	reached := map[[2]uint64][]instance{}
	for _, s := range v.strategies {
		if r := v.quality(p, s); r != nil {
			for _, i := range r.layers() {
				if chosen == nil || *chosen == i.layer || *chosen >= p.layers {
					reached[i.key()] = append(reached[i.key()], i)
				}
			}
		}
	}
	most := -1.0
	for _, all := range reached {
		slices.SortStableFunc(all, func(a, b instance) int { return cmp.Compare(a.relative, b.relative) })
		d := all[twoThirds(len(all))].relative - all[0].relative
		if d > most || d == most && slices.Compare(keyOf(all[0]), keyOf(at)) < 0 {
			most, at = d, all[0]
		}
	}
	return at, most > 0
}

// twoThirds is the index of the element two thirds down a list of n; of up to
// three it is the last.
func twoThirds(n int) int { return min(n-1, 2*n/3) }

func keyOf(i instance) []uint64 { k := i.key(); return k[:] }

// heatRow returns the loads of the packs, heaviest first, relative to their
// mean: 0.01 is 1 % above. Otherwise it says why there are none.
func (v *view) heatRow(p problem, strategy string, at instance, loadsOf LoadsOf) (row []float64, why string) {
	r := v.quality(p, strategy)
	if r == nil {
		return nil, "not asked for"
	}
	for _, c := range r.cells {
		q := c.Quality()
		if c.Seed != at.seed || q == nil {
			continue
		}
		loads, err := loadsOf(c.PlannedCell)
		if err != nil {
			return nil, err.Error()
		}
		if len(loads) != p.layers*p.pack {
			return nil, fmt.Sprintf("%d loads for %d packs of %d layers", len(loads), p.pack, p.layers)
		}
		row = slices.Sorted(slices.Values(loads[at.layer*p.pack : (at.layer+1)*p.pack]))
		slices.Reverse(row)
		got, want := row[0]-row[len(row)-1], q.Imbalance[at.layer]
		if math.Abs(got-want) > 1e-9*row[0] {
			return nil, fmt.Sprintf("packed again it has imbalance %s, not %s as recorded", number(got), number(want))
		}
		if mean := q.Mean[at.layer]; mean > 0 {
			for i := range row {
				row[i] = row[i]/mean - 1
			}
		}
		return row, ""
	}
	return nil, r.trouble()
}

// heatLimit is the deviation that gets the full colour: what 95 % of the packs of
// a row stay within, of the row two thirds down the list. A few heavy packs or
// a bad strategy do not make all others pale.
func heatLimit(rows [][]float64) float64 {
	var within []float64
	for _, row := range rows {
		var all []float64
		for _, x := range row {
			all = append(all, math.Abs(x))
		}
		if len(all) > 0 {
			slices.Sort(all)
			within = append(within, all[(len(all)-1)*95/100])
		}
	}
	slices.Sort(within)
	if len(within) == 0 || within[len(within)-1] == 0 {
		return 0.001
	}
	limit := within[twoThirds(len(within))]
	if limit == 0 {
		limit = within[len(within)-1]
	}
	return niceStep(limit)
}

// heat is a panel of rows of coloured cells.
type heat struct {
	labels []string
	rows   [][]float64
	notes  []string // why a row is empty
	limit  float64
	tips   *tips
}

func (h *heat) panel(p *panel, labels bool) *panel {
	p.HideX()
	p.Y.LineStyle.Width, p.Y.Tick.Length, p.Y.Padding = 0, 0, 0
	var ticks plot.ConstantTicks
	for i, l := range h.labels {
		if !labels {
			l = ""
		} else {
			s := style(smallSize, text0)
			l = shorten(l, 110, s.Width)
		}
		ticks = append(ticks, plot.Tick{Value: h.y(i), Label: l})
	}
	p.Y.Tick.Marker = ticks
	p.Add(h)
	return p
}

func (h *heat) y(i int) float64 { return 1 - (float64(i)+0.5)/float64(len(h.rows)) }

// Plot implements plot.Plotter.
func (h *heat) Plot(c draw.Canvas, _ *plot.Plot) {
	height := (c.Max.Y - c.Min.Y) / vg.Length(max(1, len(h.rows)))
	for i, row := range h.rows {
		y := c.Y(h.y(i))
		if len(row) == 0 {
			s := style(smallSize, alert)
			s.YAlign = text.YCenter
			drawText(&c, s, c.Min.X+4, y, shorten("× "+h.notes[i], c.Max.X-c.Min.X-8, s.Width))
			continue
		}
		width := (c.Max.X - c.Min.X) / vg.Length(len(row))
		gap := vg.Length(0)
		if width > 4 {
			gap = 0.5
		}
		for j, x := range row {
			left := c.Min.X + width*vg.Length(j)
			fillRect(&c, heatInk(x, h.limit), left, y-height/2+1, left+width-gap, y+height/2-1)
		}
		h.tips.add(vg.Point{X: c.Min.X + width/2, Y: y}, "%s: heaviest pack %s above the mean, lightest %s below",
			h.labels[i], percent(row[0]), percent(-row[len(row)-1]))
	}
}

// heatInk is the colour of a deviation from the mean.
func heatInk(x, limit float64) ink {
	half := len(heatInks) / 2
	i := half + int(math.Round(x/limit*float64(half)))
	return heatInks[min(len(heatInks)-1, max(0, i))]
}

// heatInks run from far below the mean to far above it, pale at the mean.
var heatInks = func() []ink {
	low := ink{"", rgb(0x1B5E9B), rgb(0x64B0F4)}
	mid := ink{"", rgb(0xECEEF0), rgb(0x2A3037)}
	high := ink{"", rgb(0xB3362B), rgb(0xF58A72)}
	const steps = 6 // on each side
	var all []ink
	for i := -steps; i <= steps; i++ {
		end, share := high, math.Abs(float64(i))/steps
		if i < 0 {
			end = low
		}
		all = append(all, ink{fmt.Sprintf("heat%d", i+steps), mix(mid.light, end.light, share), mix(mid.dark, end.dark, share)})
	}
	return all
}()

// heatLegend shows the colours.
func heatLegend() []legendEntry {
	var legend []legendEntry
	for _, e := range []struct {
		text string
		at   float64
	}{{"above the mean load", 1}, {"half as far", 0.5}, {"at the mean", 0}, {"half as far", -0.5}, {"below the mean load", -1}} {
		in := heatInk(e.at, 1)
		legend = append(legend, legendEntry{e.text, false, func(c *draw.Canvas, at vg.Point) {
			fillRect(c, in, at.X-5, at.Y-4, at.X+5, at.Y+4)
		}})
	}
	return legend
}
