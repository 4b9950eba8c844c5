package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/internal/shorten"
	"packbench/runs"
)

// Format is a way to write a table.
type Format string

// The formats of [Table].
const (
	Text     Format = "text" // for a terminal
	Markdown Format = "markdown"
	CSV      Format = "csv" // full precision, times in ns, a gap of 0.01 is 1 %
	HTML     Format = "html"
)

// Formats lists the formats of [Table].
func Formats() []Format { return []Format{Text, Markdown, CSV, HTML} }

// Table writes a table of the run's results, one line per workload, shape,
// strategy and backend: quality as medians over the layers that have load and of
// the worst layer, time as the median over the runs with its exact 95 %
// confidence interval. What failed or could not run has a line with its reason.
// The error is w's, or names an unknown format.
func Table(w io.Writer, run *runs.Run, format Format, names Names) error {
	v := newView(run, names)
	switch format {
	case CSV:
		return v.writeCSV(w)
	case Text, Markdown, HTML:
		_, err := io.WriteString(w, v.table(format)+"\n")
		return err
	}
	return fmt.Errorf("unknown table format %q: use text, markdown, csv or html", format)
}

func (v *view) table(format Format) string {
	t := table.NewWriter()
	rows := v.rows()
	shown := v.shownFields(rows)
	if format == Text {
		shown = slices.DeleteFunc(shown, func(f field) bool {
			return f.wide || f.id == shapeField && v.oneShape()
		})
		if v.oneShape() && len(v.Problems) > 0 {
			t.SetTitle(v.Problems[0].ShapeText())
		}
	}
	var header table.Row
	var configs []table.ColumnConfig
	for i, f := range shown {
		title := f.title
		if format == Text { // the statistic above the quantity keeps columns narrow
			if at := strings.LastIndex(title, " "); at > 0 && v.replayed() {
				title = strings.ReplaceAll(title, " ", "\n")
			} else if at > 0 {
				title = title[:at] + "\n" + title[at+1:]
			}
		}
		header = append(header, title)
		if f.value != nil {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	t.SetStyle(tableStyle)
	if format == Text {
		shortenNames(rows, v.replayed())
	}
	last := ""
	for _, r := range rows {
		group := r.workload + r.shape
		var line table.Row
		for _, f := range shown {
			cell := f.text(r)
			switch {
			case format == Text && group == last && (f.id == workloadField || f.id == shapeField):
				cell = "" // said in the line above
			case format == Text && f.id == intervalField && r.trouble != "" && r.time.N == 0:
				cell, _, _ = strings.Cut(r.trouble, ":")
			case format == Markdown:
				cell = markdown(cell)
			}
			line = append(line, cell)
		}
		if last != "" && group != last {
			t.AppendSeparator()
		}
		last = group
		t.AppendRow(line)
	}
	switch format {
	case Markdown:
		return t.RenderMarkdown()
	case HTML:
		return t.RenderHTML()
	}
	lines := t.Render()
	for _, t := range v.troubles() {
		lines += "\n × " + t
	}
	for _, idle := range v.idleLayers() {
		lines += "\n " + idle
	}
	if !v.replayed() && slices.ContainsFunc(rows, func(r row) bool { return r.time.N > 0 }) {
		lines += "\n intervals of times: " + timesFact(v.Run.Manifest.Experiment)
	}
	return lines
}

// shortenNames makes the names of workloads and strategies fit a terminal, where
// those that differ still do.
func shortenNames(rows []row, narrow bool) {
	workload, strategy := 34.0, 30.0 // columns
	if narrow {
		strategy = 26
	}
	measure := func(s string) float64 { return float64(text.StringWidthWithoutEscSequences(s)) }
	workloads, strategies := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		workloads[i], strategies[i] = r.workload, r.strategy
	}
	workloads, strategies = shorten.All(workloads, workload, measure), shorten.All(strategies, strategy, measure)
	for i := range rows {
		rows[i].workload, rows[i].strategy = workloads[i], strategies[i]
	}
}

// tableStyle is plain: rules between the workloads, nothing else.
var tableStyle = func() table.Style {
	s := table.StyleLight
	s.Name = "packbench"
	s.Format.Header = text.FormatDefault
	s.Options.DrawBorder = false
	s.Options.SeparateColumns = false
	s.Options.SeparateHeader = true
	s.Title.Align = text.AlignLeft
	return s
}()

// shownFields leaves out the columns that say nothing: remarks where there are
// none, proofs where nobody gives any, the backend where there is one.
func (v *view) shownFields(rows []row) []field {
	return slices.DeleteFunc(v.fields(), func(f field) bool {
		switch f.id {
		case remarkField:
			return !slices.ContainsFunc(rows, func(r row) bool { return r.remark() != "" })
		case backendField:
			return len(v.Backends) < 2
		case provenField:
			return !slices.ContainsFunc(rows, func(r row) bool { return r.proves })
		case aboveField:
			return !slices.ContainsFunc(rows, func(r row) bool { return r.known > 0 })
		}
		return false
	})
}

// writeCSV writes the rows in full precision under names that are easy to type.
func (v *view) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{}
	for _, f := range v.fields() {
		switch f.id {
		case intervalField:
			header = append(header, "time_lo_ns", "time_hi_ns")
		case provenField:
			header = append(header, "layers", "idle_layers", "proven_layers")
		default:
			header = append(header, f.id)
		}
	}
	if err := c.Write(header); err != nil {
		return err
	}
	exact := func(v float64) string {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	for _, r := range v.rows() {
		var line []string
		for _, f := range v.fields() {
			switch {
			case f.id == intervalField:
				line = append(line, exact(orNaN(r.time, r.time.Lo)), exact(orNaN(r.time, r.time.Hi)))
			case f.id == provenField:
				line = append(line, strconv.Itoa(r.layers), strconv.Itoa(r.idle), strconv.Itoa(r.proven))
			case f.value != nil:
				line = append(line, exact(f.value(r)))
			default:
				line = append(line, spreadsheet(f.text(r)))
			}
		}
		if err := c.Write(line); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
