package replays

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"packbench/analysis"
	"packbench/replay"
	"packbench/report/figure"
	"packbench/runs"
)

// drawHeat shows what re-planning gains over never planning again, by window and
// delay: a panel per trace and planner. It needs several of either, and the rail
// static.
func drawHeat(sk *sketch) *Picture {
	p := sk.picture("What re-planning gains, by window and delay",
		"Balance on the windows to come against that of the placement that is never planned again, a row per number of steps in a window and a cell per delay: blue where planning again pays, red where it hurts.")
	var panels []*figure.Panel
	var all []figure.HeatRow
	var heats []*figure.Heat
	rows := 0
	for _, group := range sk.grids() {
		windows, delays := group.values(runs.WindowAxis), group.values(runs.DelayAxis)
		if len(windows)*len(delays) < 2 {
			continue
		}
		for _, s := range sk.every(false) {
			if s.result.Cells[0].Get(runs.PlannerAxis) == replay.StaticName {
				continue
			}
			h := &figure.Heat{}
			for _, w := range windows {
				row := figure.HeatRow{Label: "window " + w}
				var tips []string
				for _, d := range delays {
					gain, ok := group.gain(sk, s.name, w, d)
					if !ok {
						row.Note = "not replayed with every delay"
						row.Values = nil
						break
					}
					row.Values = append(row.Values, -gain) // blue is better
					tips = append(tips, fmt.Sprintf("delay %s: %+.4f", d, gain))
				}
				row.Tip = s.name + ", window " + w + ": " + strings.Join(tips, ", ")
				h.Rows = append(h.Rows, row)
			}
			all = append(all, h.Rows...)
			heats = append(heats, h)
			n := figure.NewPanel(s.name)
			n.Under = group.name + "; delay " + strings.Join(delays, ", ") + " from left to right"
			rows = max(rows, len(h.Rows))
			panels = append(panels, n)
		}
	}
	if len(panels) == 0 {
		return nil
	}
	limit := figure.HeatLimit(all)
	for i, h := range heats {
		h.Limit = limit
		panels[i] = h.Panel(panels[i], sk.size, true)
	}
	p.Subtitle = fmt.Sprintf("full colour at ±%.4g of balance", limit)
	p.Legend = figure.HeatEntriesOf("worse than never planning again", "the same", "better")
	p.SetPanels(panels, sk.size.Columns(len(panels), 2), figure.HeatHeight(rows))
	return p
}

// grid is the problems of a trace that differ in window and delay alone.
type grid struct {
	name     string
	problems []*analysis.Problem
}

func (sk *sketch) grids() []grid {
	var list []grid
	at := map[string]int{}
	for _, p := range sk.Problems {
		id := p.Cell.Without(runs.WindowAxis, runs.DelayAxis).ID()
		i, ok := at[id]
		if !ok {
			i = len(list)
			at[id] = i
			m := &sk.Run.Manifest
			list = append(list, grid{name: analysis.PlainWorkload(m.Label(runs.WorkloadAxis, p.Workload()))})
		}
		list[i].problems = append(list[i].problems, p)
	}
	return list
}

// values returns the values on an axis, ascending.
func (g *grid) values(axis string) []string {
	var list []string
	for _, p := range g.problems {
		if v := p.Cell.Get(axis); !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return list
}

// gain is the balance of a subject minus that of the static rail.
func (g *grid) gain(sk *sketch, name, window, delay string) (float64, bool) {
	for _, p := range g.problems {
		if p.Cell.Get(runs.WindowAxis) != window || p.Cell.Get(runs.DelayAxis) != delay {
			continue
		}
		static, ok := sk.rail(p, replay.StaticName)
		if !ok {
			return 0, false
		}
		for _, s := range sk.subjects(p, false) {
			if s.name == name {
				return s.mean(runs.BalanceMeasure) - static.mean(runs.BalanceMeasure), true
			}
		}
	}
	return 0, false
}
