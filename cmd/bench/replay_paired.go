package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/analysis"
	"packbench/cmd/bench/internal/listing"
	"packbench/replay"
	"packbench/runs"
)

// showPaired writes how the planners differ from one of them, the baseline, over
// windows. Rails are no planners.
func showPaired(w io.Writer, subjects []*replayed, baseline string) error {
	subjects = slices.DeleteFunc(slices.Clone(subjects), (*replayed).rail)
	base := slices.IndexFunc(subjects, func(r *replayed) bool { return r.full == baseline })
	if base < 0 {
		base = strongest(subjects)
	}
	if len(subjects) < 2 || base < 0 {
		return nil
	}
	t := listing.PlainTable(w)
	t.AppendHeader(table.Row{"planner", "Δ even split [95 %]", "", "windows +/-", "Δ lost s/h [95 %]", ""})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight}})
	var units, remarks []string
	note := func(list *[]string, text string) {
		if text != "" && !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for i, r := range subjects {
		if i == base {
			continue
		}
		row := table.Row{r.name}
		for j, d := range analysis.WindowMeasures() {
			traces := r.against(subjects[base], d)
			if len(traces) == 0 {
				return nil // no window has any load
			}
			o, err := analysis.CompareWindows(d, traces, .95)
			if err != nil {
				return err
			}
			name := "even split"
			if j == 0 {
				row = append(row, o.Shown(4), o.Verdict(), fmt.Sprintf("%d/%d", o.Better, o.Worse))
			} else {
				row, name = append(row, o.Shown(1), o.Verdict()), "lost"
			}
			note(&units, o.Unit())
			if o.Remark != "" {
				note(&remarks, fmt.Sprintf("%s, %s: %s", r.full, name, o.Remark))
			}
		}
		t.AppendRow(row)
	}
	fmt.Fprintf(w, "against %s, paired over windows\n\n", subjects[base].full)
	t.Render()
	if len(units) == 0 {
		units = []string{"none"}
	}
	fmt.Fprintf(w, "\nwindows +/-: better and worse. Windows of one trace depend on each other, so an interval is made of blocks of\n"+
		"consecutive windows or, over several seeds, of traces; here of: %s.\n", strings.Join(units, "; "))
	for _, r := range remarks {
		fmt.Fprintln(w, r)
	}
	fmt.Fprintln(w)
	return nil
}

// strongest returns the planner to compare the others with; −1 of none.
func strongest(subjects []*replayed) int {
	var list []analysis.Contender
	for _, r := range subjects {
		c := r.cells[0].cell
		list = append(list, analysis.Contender{Planner: c.Get(runs.PlannerAxis), Estimator: c.Get(runs.EstimatorAxis), Balance: r.total(func(t replay.Total) float64 { return t.Balance })})
	}
	return analysis.Strongest(list)
}

// against pairs the windows with those of the baseline, a trace per seed.
func (r *replayed) against(base *replayed, d runs.Measure) (traces []analysis.PairedWindows) {
	for i, c := range r.cells {
		of := func(w *replay.Window) float64 { return w.Score.GPUs.Ratio }
		if d.Name == runs.WindowPrefix+runs.LostMeasure {
			of = func(w *replay.Window) float64 { return c.prices.Cost(w).Total() }
		}
		if x, y := replay.Paired(base.cells[i].result, c.result, of); len(x) > 0 {
			traces = append(traces, analysis.PairedWindows{Baseline: x, Value: y})
		}
	}
	return traces
}
