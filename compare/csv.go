package compare

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"packbench/analysis"
	"packbench/internal/clean"
	"packbench/runs"
	"packbench/stats"
)

// csvColumn is a column of the CSV: its name, its text for a cell, and that for a
// comparison over windows, nil where it has none.
type csvColumn struct {
	name    string
	value   func(*Cell) string
	windows func(*Windows) string
}

// csvColumns are the columns, a measure's after the other. Fields of what was
// not compared are empty.
func (c *Comparison) csvColumns() []csvColumn {
	var columns []csvColumn
	add := func(name string, value func(*Cell) string) {
		columns = append(columns, csvColumn{name: name, value: value})
	}
	both := func(name string, value func(*Cell) string) {
		columns = append(columns, csvColumn{name, value, func(w *Windows) string { return value(&w.Cell) }})
	}
	if len(c.More) > 0 {
		both(runAxis.Name, func(cell *Cell) string { return cell.Run })
	}
	for _, a := range c.axes {
		both(a.Name, func(cell *Cell) string { return strings.ReplaceAll(cell.value(a.Name), ", ", " ") })
		if a.Name == runs.WorkloadAxis {
			add("layers", func(cell *Cell) string { return strconv.Itoa(cell.Layers) })
			add("items", func(cell *Cell) string { return strconv.Itoa(cell.Items) })
		}
	}
	both("baseline", func(*Cell) string { return c.Baseline })
	columns = append(columns, csvColumn{"status", func(cell *Cell) string { return string(cell.Status) }, func(*Windows) string { return "windows" }})
	add("reason", func(cell *Cell) string { return cell.Reason })
	add("same_packing", func(cell *Cell) string { return strconv.FormatBool(cell.Same) })
	for _, d := range c.Measures {
		add("no_"+d.Name, func(cell *Cell) string { return cell.Result(d.Name).Reason })
	}
	for _, d := range c.Measures {
		if d.Scope == runs.PerRun {
			columns = append(columns, runColumns(d)...)
		} else {
			columns = append(columns, layerColumns(d)...)
		}
	}
	add("idle_layers", func(cell *Cell) string { return strconv.Itoa(cell.Idle) })
	if len(c.Windows) > 0 {
		for _, d := range analysis.WindowMeasures() {
			columns = append(columns, windowColumns(d)...)
		}
		columns = append(columns, csvColumn{name: "idle_windows", windows: func(w *Windows) string { return strconv.Itoa(w.Idle) }})
	}
	return columns
}

// windowColumns are those of a measure of windows, which rows of their own fill:
// all seeds of a trace are compared together.
func windowColumns(d runs.Measure) []csvColumn {
	var columns []csvColumn
	add := func(name string, value func(*analysis.OverWindows) string) {
		columns = append(columns, csvColumn{name: d.Name + "_" + name, windows: func(w *Windows) string {
			for i := range w.Over {
				if w.Over[i].Measure.Name == d.Name {
					return value(&w.Over[i])
				}
			}
			return ""
		}})
	}
	add("old_mean", func(o *analysis.OverWindows) string { return exact(o.Baseline) })
	add("new_mean", func(o *analysis.OverWindows) string { return exact(o.Value) })
	add("difference", func(o *analysis.OverWindows) string { return exact(o.Difference.Center) })
	add("difference_low", func(o *analysis.OverWindows) string { return exact(o.Difference.Lo) })
	add("difference_high", func(o *analysis.OverWindows) string { return exact(o.Difference.Hi) })
	add("wins", func(o *analysis.OverWindows) string { return strconv.Itoa(o.Better) })
	add("losses", func(o *analysis.OverWindows) string { return strconv.Itoa(o.Worse) })
	add("windows", func(o *analysis.OverWindows) string { return strconv.Itoa(o.Windows) })
	add("traces", func(o *analysis.OverWindows) string { return strconv.Itoa(o.Traces) })
	add("unit", func(o *analysis.OverWindows) string { return o.Unit() })
	add("verdict", func(o *analysis.OverWindows) string { return windowVerdict(o) })
	add("remark", func(o *analysis.OverWindows) string { return o.Remark })
	return columns
}

func runColumns(d runs.Measure) []csvColumn {
	unit := ""
	if d.Unit == runs.Nanoseconds {
		unit = "_ns"
	}
	var columns []csvColumn
	add := func(name string, value func(*OverRuns) string) {
		columns = append(columns, csvColumn{name: d.Name + "_" + name, value: func(c *Cell) string {
			if t := c.Result(d.Name).Runs; t != nil {
				return value(t)
			}
			return ""
		}})
	}
	add("old_runs", func(t *OverRuns) string { return strconv.Itoa(t.OldRuns) })
	add("new_runs", func(t *OverRuns) string { return strconv.Itoa(t.NewRuns) })
	add("old"+unit, func(t *OverRuns) string { return exact(t.Old.Center) })
	add("old_low"+unit, func(t *OverRuns) string { return exact(t.Old.Lo) })
	add("old_high"+unit, func(t *OverRuns) string { return exact(t.Old.Hi) })
	add("new"+unit, func(t *OverRuns) string { return exact(t.New.Center) })
	add("new_low"+unit, func(t *OverRuns) string { return exact(t.New.Lo) })
	add("new_high"+unit, func(t *OverRuns) string { return exact(t.New.Hi) })
	add("ratio", func(t *OverRuns) string { return exact(float64(t.Ratio)) })
	add("p", func(t *OverRuns) string { return exact(t.P) })
	add("p_adjusted", func(t *OverRuns) string { return exact(t.Adjusted) })
	add("cliff_delta", func(t *OverRuns) string { return exact(t.Delta) })
	add("shift"+unit, func(t *OverRuns) string { return exact(t.Shift) })
	add("verdict", func(t *OverRuns) string { return string(t.Verdict) })
	add("unit", func(t *OverRuns) string { return string(t.Unit) })
	add("old_units", func(t *OverRuns) string { return strconv.Itoa(t.OldUnits) })
	add("new_units", func(t *OverRuns) string { return strconv.Itoa(t.NewUnits) })
	end := func(of func(stats.Interval) float64) func(t *OverRuns) string {
		return func(t *OverRuns) string {
			if t.Factor == nil {
				return ""
			}
			return exact(of(*t.Factor))
		}
	}
	add("ratio_low", end(func(i stats.Interval) float64 { return i.Lo }))
	add("ratio_high", end(func(i stats.Interval) float64 { return i.Hi }))
	add("warnings", func(t *OverRuns) string {
		return codes(append(slices.Clone(t.OldWarnings), t.NewWarnings...))
	})
	return columns
}

func layerColumns(d runs.Measure) []csvColumn {
	var columns []csvColumn
	add := func(name string, value func(*OverLayers) string) {
		columns = append(columns, csvColumn{name: d.Name + "_" + name, value: func(c *Cell) string {
			if q := c.Result(d.Name).Layers; q != nil {
				return value(q)
			}
			return ""
		}})
	}
	add("old_mean", func(q *OverLayers) string { return exact(q.OldMean) })
	add("new_mean", func(q *OverLayers) string { return exact(q.NewMean) })
	add("ratio", func(q *OverLayers) string { return exact(float64(q.Ratio)) })
	add("difference", func(q *OverLayers) string { return exact(q.Difference.Center) })
	add("difference_low", func(q *OverLayers) string { return exact(q.Difference.Lo) })
	add("difference_high", func(q *OverLayers) string { return exact(q.Difference.Hi) })
	add("shift", func(q *OverLayers) string { return exact(q.Shift) })
	add("wins", func(q *OverLayers) string { return strconv.Itoa(q.Pairs.Wins) })
	add("ties", func(q *OverLayers) string { return strconv.Itoa(q.Pairs.Ties) })
	add("losses", func(q *OverLayers) string { return strconv.Itoa(q.Pairs.Losses) })
	add("p", func(q *OverLayers) string { return exact(q.Pairs.P) })
	add("p_adjusted", func(q *OverLayers) string { return exact(q.Adjusted) })
	add("rank_biserial", func(q *OverLayers) string { return exact(q.Pairs.RankBiserial) })
	add("verdict", func(q *OverLayers) string { return string(q.Verdict) })
	add("old_worst", func(q *OverLayers) string { return exact(q.OldWorst) })
	add("new_worst", func(q *OverLayers) string { return exact(q.NewWorst) })
	add("new_worst_layer", func(q *OverLayers) string { return strconv.Itoa(q.WorstLayer) })
	add("layers", func(q *OverLayers) string { return strconv.Itoa(q.Layers) })
	add("units", func(q *OverLayers) string { return strconv.Itoa(q.Units) })
	if d.Name == analysis.Gap {
		above := func(of func(*AboveOptimum) string) func(*OverLayers) string {
			return func(q *OverLayers) string {
				if q.Above == nil {
					return ""
				}
				return of(q.Above)
			}
		}
		add("old_above_optimum", above(func(a *AboveOptimum) string { return exact(a.OldMean) }))
		add("new_above_optimum", above(func(a *AboveOptimum) string { return exact(a.NewMean) }))
		add("optimum_layers", above(func(a *AboveOptimum) string { return strconv.Itoa(a.Layers) }))
	}
	return columns
}

func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// codes lists the kinds of warnings, each once.
func codes(warnings []stats.Warning) string {
	var list []string
	seen := map[stats.Code]bool{}
	for _, w := range warnings {
		if !seen[w.Code] {
			seen[w.Code] = true
			list = append(list, string(w.Code))
		}
	}
	return strings.Join(list, " ")
}

// writeCSV writes a row per cell, then one per comparison over windows, which has
// the status "windows".
func writeCSV(c *Comparison, w io.Writer) error {
	out := csv.NewWriter(w)
	columns := c.csvColumns()
	write := func(field func(csvColumn) string) error {
		row := make([]string, len(columns))
		for i, col := range columns {
			row[i] = clean.Field(field(col))
		}
		return out.Write(row)
	}
	if err := write(func(col csvColumn) string { return col.name }); err != nil {
		return err
	}
	for i := range c.Cells {
		if err := write(func(col csvColumn) string {
			if col.value == nil {
				return ""
			}
			return col.value(&c.Cells[i])
		}); err != nil {
			return err
		}
	}
	for i := range c.Windows {
		if err := write(func(col csvColumn) string {
			if col.windows == nil {
				return ""
			}
			return col.windows(&c.Windows[i])
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
