package compare

import (
	"cmp"
	"fmt"
	"slices"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/replay"
	"packbench/runs"
)

// Windows is the comparison of a replay over the windows that both sides scored,
// all seeds of a trace together: see [analysis.OverWindows] for its unit. As JSON it
// has the coordinates and each measure as a member.
type Windows struct {
	Cell Cell // the coordinates of the new side, with the seeds pooled
	Idle int  // windows without any load: left out
	Over []analysis.OverWindows
}

// MarshalJSON writes the coordinates, then each measure under its name.
func (w Windows) MarshalJSON() ([]byte, error) {
	o := objectOf(w.Cell.Cell.Without(runs.SeedAxis))
	if w.Cell.Run != "" {
		o.add("run", w.Cell.Run)
	}
	if w.Idle > 0 {
		o.add("idle_windows", w.Idle)
	}
	for _, m := range w.Over {
		o.add(m.Measure.Name, m)
	}
	return o.end()
}

// overWindows fills in the comparisons over windows. Rails are left out: no
// planner can be them.
func (c *Comparison) overWindows(pairs []pair, o Options) error {
	var list []match
	at := map[string]int{}
	for _, p := range pairs {
		if p.new.Window(runs.WindowPrefix+runs.BalanceMeasure) == nil || replay.Rail(p.new.Get(runs.PlannerAxis)) {
			continue
		}
		if status, _ := p.comparable(); status != Compared {
			continue
		}
		id := fmt.Sprint(p.side, " ", p.new.Cell.Without(runs.SeedAxis).ID())
		i, known := at[id]
		if !known {
			i, at[id], list = len(list), len(list), append(list, nil)
		}
		if !list[i].repeats(p) {
			list[i] = append(list[i], p.of([]string{runs.SeedAxis}, true))
		}
	}
	sides := append([]Side{c.New}, c.More...)
	for _, m := range list {
		w := Windows{Cell: Cell{Cell: m[0].new.Cell, Pooled: map[string][]string{}}}
		if len(sides) > 1 {
			w.Cell.Run = sides[m[0].side].Dir
		}
		for _, p := range m {
			if seed := p.new.Get(runs.SeedAxis); seed != "" {
				w.Cell.Pooled[runs.SeedAxis] = append(w.Cell.Pooled[runs.SeedAxis], seed)
			}
		}
		for _, d := range analysis.WindowMeasures() {
			var traces []analysis.PairedWindows
			w.Idle = 0
			for _, p := range m {
				paired, idle := analysis.PairWindows(d.Name, p.old, p.new)
				w.Idle += idle
				if len(paired.Value) > 0 {
					traces = append(traces, paired)
				}
			}
			if len(traces) == 0 {
				continue
			}
			over, err := analysis.CompareWindows(d, traces, o.Confidence)
			if err != nil {
				return err
			}
			w.Over = append(w.Over, over)
		}
		if len(w.Over) > 0 {
			c.Windows = append(c.Windows, w)
		}
	}
	return nil
}

// windowTables are the tables of the measures of windows. Replays without any
// difference have no row: a note counts them.
func (c *Comparison) windowTables(a axes) []table {
	old, new := c.sides()
	var tables []table
	for _, d := range analysis.WindowMeasures() {
		digits := 4
		if d.Unit != runs.Ratio {
			digits = 1
		}
		t := table{
			title:   fmt.Sprintf("Mean %s over windows: %s", d.Name[len(runs.WindowPrefix):], d.Meaning),
			columns: append(a.columns(), column{old, true}, column{new, true}, column{"difference", true}, column{"windows +/-", true}, column{"unit", false}, column{"", false}),
		}
		for i := range c.Windows {
			w := &c.Windows[i]
			for j := range w.Over {
				if m := &w.Over[j]; m.Measure.Name == d.Name && m.Better+m.Worse > 0 {
					unit := cmp.Or(m.Unit(), "none")
					t.rows = append(t.rows, append(a.values(&w.Cell), fmt.Sprintf("%.*f", digits, m.Baseline), fmt.Sprintf("%.*f", digits, m.Value),
						m.Shown(digits), fmt.Sprintf("%d/%d", m.Better, m.Worse), unit, windowVerdict(m)))
				}
			}
		}
		if len(t.rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

// windowVerdict is "better", "worse" or "~".
func windowVerdict(o *analysis.OverWindows) string { return cmp.Or(o.Verdict(), string(Unclear)) }

// windowNotes say what the units are and what has no interval.
func (c *Comparison) windowNotes(a axes) []string {
	if len(c.Windows) == 0 {
		return nil
	}
	var remarks gathered
	same, idle := 0, 0
	for i := range c.Windows {
		w := &c.Windows[i]
		idle += w.Idle
		if !slices.ContainsFunc(w.Over, func(o analysis.OverWindows) bool { return o.Better+o.Worse > 0 }) {
			same++
			continue
		}
		for _, o := range w.Over {
			if o.Remark != "" {
				remarks.add(o.Measure.Name[len(runs.WindowPrefix):]+" over windows, "+o.Remark, a.label(&w.Cell))
			}
		}
	}
	var notes []string
	if same > 0 {
		notes = append(notes, fmt.Sprintf("%s no difference in any window and %s omitted", count(same, "replay has", "replays have"), are(same)))
	}
	if idle > 0 {
		notes = append(notes, fmt.Sprintf("%s without any load left out", number.Count(idle, "window")))
	}
	notes = append(notes, remarks.lines("")...)
	if same == len(c.Windows) {
		return notes
	}
	return append(notes, "Windows of one trace depend on each other. Intervals over windows are Student's t of the means of blocks of consecutive windows or, over several seeds, of the means of the traces, each for itself; better, worse and ~ say where they leave out 0.")
}
