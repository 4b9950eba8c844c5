package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"gonum.org/v1/plot/vg"

	"packbench/harness"
	reports "packbench/report"
	"packbench/report/figure"
	"packbench/report/replays"
	"packbench/runs"
	"packbench/strategies"
)

// reportCmd is "bench report".
type reportCmd struct {
	backendFlags

	Dir      string         `arg:"" help:"Run directory, as bench run makes them."`
	Out      string         `short:"o" placeholder:"PATH" help:"Write the report into this directory instead of the run directory, which may then be read-only; only the table of results into a file that ends in .txt, .md, .csv or .html."`
	Layer    *int           `range:"0.." placeholder:"N" help:"Layer whose pack loads are drawn, from 0; default one where the strategies differ clearly."`
	Baseline string         `placeholder:"PLANNER" help:"Planner of a replay that the others are compared with over windows; default the published one of the highest balance."`
	Table    reports.Format `placeholder:"FORMAT" help:"Only print the table of results, or write it to the file --out: text, markdown, csv or html."`
	Figures  string         `enum:"page,paper" default:"page" help:"page: figures for the report. paper: also untitled figures for one and two columns (-wide) of a paper, in figures/paper."`
	Column   float64        `range:"1..20" unit:"inches" placeholder:"INCHES" help:"Width of a column of the paper, from 1 to 20; two columns are as wide as two and a gap. Default 3.33."`
	Font     float64        `range:"4..20" unit:"points" placeholder:"POINTS" help:"Size of the text in figures for the paper, from 4 to 20. Default 7 in one column, 8 in two."`
}

// Run implements the verb.
func (c *reportCmd) Run(s *streams) error {
	o := reports.Options{Dir: c.Out, Layer: c.Layer, Baseline: c.Baseline}
	var err error
	if o.Extra, err = c.paper(); err != nil {
		return badInput(err)
	}
	if err := c.check(); err != nil {
		return badInput(err)
	}
	if err := c.target(s); err != nil {
		return err
	}
	run, err := runs.Load(c.Dir)
	if err != nil {
		return badInput(err)
	}
	frugal()
	if c.Table != "" {
		return c.table(s, run)
	}
	if c.Layer != nil {
		if err := checkLayer(run, *c.Layer); err != nil {
			return badInput(err)
		}
	}
	if err := reports.CheckBaseline(run, c.Baseline, names(run)); err != nil {
		return badInput(fmt.Errorf("--baseline: %w", err))
	}
	backends, err := c.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	paths, err := writeReport(run, harness.Catalog{Strategies: withoutPrograms(), Backends: backends, Planners: plannersWithoutPrograms()}, o)
	for _, path := range paths {
		if _, err := fmt.Fprintln(s.out, path); err != nil {
			return err
		}
	}
	return wrongTarget(err)
}

// table prints the table of results.
func (c *reportCmd) table(s *streams, run *runs.Run) error {
	return s.write(c.Out, func(w io.Writer) error { return reports.Table(w, run, c.Table, names(run)) })
}

// tableEndings are those of files with the table of results.
var tableEndings = []ending{{".txt", string(reports.Text)}, {".md", string(reports.Markdown)}, {".csv", string(reports.CSV)}, {".html", string(reports.HTML)}}

// target checks where the output goes. The name of a file that is not a directory
// tells the format of the table, if it tells one.
func (c *reportCmd) target(s *streams) error {
	if c.Table != "" && !slices.Contains(reports.Formats(), c.Table) {
		return badInput(fmt.Errorf("unknown table format %q: use text, markdown, csv or html", c.Table))
	}
	if info, err := os.Stat(c.Out); c.Table == "" && (err != nil || !info.IsDir()) {
		format, err := formatByName(c.Out, tableEndings)
		if err == nil { // of other names, any may be a directory's
			c.Table = reports.Format(format)
		}
	}
	if c.Table != "" {
		if err := s.idle("of the table alone nothing is drawn", "layer", "baseline", "figures", "column", "font", "threads", "device"); err != nil {
			return err
		}
		return checkFile(c.Out)
	}
	if c.Out == "" {
		return nil
	}
	return checkDir(c.Out)
}

// paper returns the figures for a paper that are asked for.
func (c *reportCmd) paper() ([]reports.FigureSet, error) {
	switch {
	case c.Figures != "paper" && (c.Column != 0 || c.Font != 0):
		return nil, fmt.Errorf("--column and --font only apply to figures for a paper: add --figures paper")
	case c.Figures != "paper":
		return nil, nil
	}
	one, two := figure.SingleColumn, figure.DoubleColumn
	if c.Column != 0 {
		const gap = vg.Inch / 3
		one.Width = vg.Length(c.Column) * vg.Inch
		two.Width = 2*one.Width + gap
	}
	if c.Font != 0 {
		one.Text, two.Text = vg.Length(c.Font), vg.Length(c.Font)
	}
	return []reports.FigureSet{{Dir: "paper", Size: one}, {Dir: "paper", Suffix: "-wide", Size: two}}, nil
}

// checkLayer returns an error where no problem of the run has the layer.
func checkLayer(run *runs.Run, layer int) error {
	layers := 0
	for _, c := range run.Cells() {
		layers = max(layers, c.Layers)
	}
	if layer < 0 || layer >= layers {
		return fmt.Errorf("--layer=%d: the problems of this run have layers 0 to %d", layer, layers-1)
	}
	return nil
}

// names are what the strategies and workloads of a run are called: as the run
// recorded it or, in runs that did not yet, as its experiment says.
func names(run *runs.Run) reports.Names {
	labels := run.Manifest.Labels
	if labels == nil {
		labels = harness.Labels(&run.Manifest.Experiment, strategies.Builtin())
	}
	subjects := labels[runs.StrategyAxis]
	if subjects == nil {
		subjects = labels[runs.PlannerAxis]
	}
	return reports.Names{Strategies: subjects, Workloads: labels[runs.WorkloadAxis]}
}

// writeReport writes the report of a run. Where it shows the loads of packs it
// packs again, with what the catalog has.
func writeReport(run *runs.Run, catalog harness.Catalog, o reports.Options) ([]string, error) {
	repacker := harness.NewRepacker(run.Manifest.Experiment, catalog)
	o.Names = names(run)
	o.LoadsOf = func(cell runs.PlannedCell) ([]float64, error) {
		if cell.Has(runs.PlannerAxis) {
			return repacker.GPULoads(context.Background(), cell)
		}
		problem, packing, err := repacker.Pack(context.Background(), cell)
		if err != nil {
			return nil, err
		}
		return packing.Loads(problem), nil
	}
	if run.Manifest.Experiment.Replay == nil {
		return reports.Write(run, o)
	}
	o.LoadsOf = nil // of one step, which a replay has not
	made, err := reports.Write(run, o)
	if err != nil {
		return made, err
	}
	drawn, err := replays.Write(run, cmp.Or(o.Dir, run.Dir))
	return append(made, drawn...), err
}
