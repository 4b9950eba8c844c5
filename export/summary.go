package export

import (
	"encoding/csv"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"packbench/analysis"
	"packbench/internal/atomicfile"
	"packbench/internal/clean"
	"packbench/runs"
)

// WriteSummary writes summary.csv of the run: a line per cell, in the order of
// the plan. A field is empty where the cell has no such number. Statistics are
// over the layers that are not idle.
func WriteSummary(run *runs.Run) error {
	return atomicfile.Write(filepath.Join(run.Dir, runs.SummaryFile), func(w io.Writer) error {
		return writeSummary(w, run)
	})
}

func writeSummary(w io.Writer, run *runs.Run) error {
	out := csv.NewWriter(w)
	columns := summaryColumns(&run.Manifest)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = clean.Field(c.name)
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, cell := range analysis.Cells(run) {
		for i, c := range columns {
			line[i] = clean.Field(c.of(cell))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// summaryColumn is a column of summary.csv.
type summaryColumn struct {
	name string
	of   func(*analysis.Cell) string
}

// summaryColumns returns the columns: those that summary.csv has always had,
// then the others.
func summaryColumns(m *runs.Manifest) []summaryColumn {
	columns := cellColumns(m)
	usual := []string{runs.ImbalanceMeasure, analysis.MaxOverMean, analysis.Gap}
	perLayer, perRun := quoted(m), runMeasures(m)
	var statistics, others []summaryColumn
	for _, d := range perLayer {
		for _, c := range overLayers(d) {
			if slices.Contains(usual, d.Name) && c.name != "median_max_over_mean" && c.name != "worst_max_over_mean" && c.name != "median_gap" {
				statistics = append(statistics, c)
			} else {
				others = append(others, c)
			}
		}
	}
	columns = append(columns, statistics...)
	for _, d := range perRun {
		if d.Name == runs.TimeMeasure {
			columns = append(columns, overRuns(d, "confidence")...)
		} else {
			others = append(others, overRuns(d, d.Name+"_confidence")...)
		}
	}
	columns = append(columns,
		summaryColumn{"idle_layers", judged(func(c *analysis.Cell) string { return strconv.Itoa(c.Idle()) })},
		summaryColumn{"proven_layers", judged(func(c *analysis.Cell) string { return strconv.Itoa(c.Proof().Proven) })})
	for _, d := range perLayer {
		columns = append(columns, summaryColumn{"worst_" + d.Name + "_layer", func(c *analysis.Cell) string {
			if o := c.Over(d); o.At >= 0 {
				return strconv.Itoa(c.Known(d.Name)[o.At])
			}
			return ""
		}})
	}
	columns = append(columns, others...)
	return append(columns,
		summaryColumn{"optimum_layers", judged(func(c *analysis.Cell) string { return strconv.Itoa(len(c.Known(analysis.AboveOptimum))) })},
		summaryColumn{"invocations", func(c *analysis.Cell) string { return strconv.Itoa(c.Median(runs.TimeMeasure).Invocations) }})
}

// judged leaves the field of a cell without measures of its layers empty.
func judged(of func(*analysis.Cell) string) func(*analysis.Cell) string {
	return func(c *analysis.Cell) string {
		if !c.Judged() {
			return ""
		}
		return of(c)
	}
}

// cellColumns say which cell it is and how it did.
func cellColumns(m *runs.Manifest) []summaryColumn {
	columns := []summaryColumn{{"key", func(c *analysis.Cell) string { return c.Key }}}
	for _, a := range axes(m) {
		columns = append(columns, summaryColumn{a.Name, func(c *analysis.Cell) string { return c.Get(a.Name) }})
		if a.Name == runs.WorkloadAxis {
			columns = append(columns,
				summaryColumn{"layers", func(c *analysis.Cell) string { return strconv.Itoa(c.Layers) }},
				summaryColumn{"items", func(c *analysis.Cell) string { return strconv.Itoa(c.Items) }})
		}
	}
	return append(columns,
		summaryColumn{"status", func(c *analysis.Cell) string { return string(c.Status()) }},
		summaryColumn{"reason", func(c *analysis.Cell) string { return c.Reason() }},
		summaryColumn{"runs", func(c *analysis.Cell) string { return strconv.Itoa(len(c.Done())) }})
}

// overLayers are the statistics of a measure over layers.
func overLayers(d runs.Measure) []summaryColumn {
	column := func(statistic string, of func(analysis.Over) float64) summaryColumn {
		return summaryColumn{statistic + "_" + d.Name, func(c *analysis.Cell) string {
			return field(number(of(c.Over(d))))
		}}
	}
	return []summaryColumn{
		column("mean", func(o analysis.Over) float64 { return o.Mean }),
		column("median", func(o analysis.Over) float64 { return o.Median }),
		column("worst", func(o analysis.Over) float64 { return o.Worst }),
	}
}

// overRuns are the median of a measure over runs and its interval, empty where
// there are too few runs for one. confidence is the name of the last column.
func overRuns(d runs.Measure, confidence string) []summaryColumn {
	name := d.Name
	if d.Unit == runs.Nanoseconds {
		name += "_ns"
	}
	plain := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	bounded := func(of func(analysis.Times) string) func(*analysis.Cell) string {
		return func(c *analysis.Cell) string {
			if t := c.Median(d.Name); t.Bounded() {
				return of(t)
			}
			return ""
		}
	}
	return []summaryColumn{
		{"median_" + name, func(c *analysis.Cell) string {
			if t := c.Median(d.Name); t.N > 0 {
				return plain(t.Center)
			}
			return ""
		}},
		{"low_" + name, bounded(func(t analysis.Times) string { return plain(t.Lo) })},
		{"high_" + name, bounded(func(t analysis.Times) string { return plain(t.Hi) })},
		{confidence, bounded(func(t analysis.Times) string { return field(t.Confidence) })},
	}
}
