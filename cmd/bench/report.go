package main

import (
	"cmp"
	"context"
	"fmt"
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

	Dir     string         `arg:"" help:"Run directory, as bench run makes them."`
	Out     string         `placeholder:"DIR" help:"Write the report here instead of into the run directory, which may then be read-only."`
	Layer   *int           `placeholder:"N" help:"Layer whose pack loads are drawn, from 0; default one where the strategies differ clearly."`
	Table   reports.Format `placeholder:"FORMAT" help:"Only print the table of results: text, markdown, csv or html."`
	Figures string         `enum:"page,paper" default:"page" help:"page: figures for the report. paper: also untitled figures for one and two columns (-wide) of a paper, in figures/paper."`
	Column  float64        `placeholder:"INCHES" help:"Width of a column of the paper, from 1 to 20; two columns are as wide as two and a gap. Default 3.33."`
	Font    float64        `placeholder:"POINTS" help:"Size of the text in figures for the paper, from 4 to 20. Default 7 in one column, 8 in two."`
}

// Run implements the verb.
func (c *reportCmd) Run(s *streams) error {
	o := reports.Options{Dir: c.Out, Layer: c.Layer}
	var err error
	if o.Extra, err = c.paper(); err != nil {
		return badInput(err)
	}
	if info, err := os.Stat(c.Out); err == nil && !info.IsDir() {
		return badInput(fmt.Errorf("--out %s is a file: name a directory", c.Out))
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
	return err
}

// table prints the table of results.
func (c *reportCmd) table(s *streams, run *runs.Run) error {
	if !slices.Contains(reports.Formats(), c.Table) {
		return badInput(fmt.Errorf("unknown table format %q: use text, markdown, csv or html", c.Table))
	}
	return reports.Table(s.out, run, c.Table, names(run))
}

// paper returns the figures for a paper that are asked for.
func (c *reportCmd) paper() ([]reports.FigureSet, error) {
	switch {
	case c.Figures != "paper" && (c.Column != 0 || c.Font != 0):
		return nil, fmt.Errorf("--column and --font only apply to figures for a paper: add --figures paper")
	case c.Figures != "paper":
		return nil, nil
	case c.Column != 0 && !(c.Column >= 1 && c.Column <= 20):
		return nil, fmt.Errorf("--column %g: use 1 to 20 inches", c.Column)
	case c.Font != 0 && !(c.Font >= 4 && c.Font <= 20):
		return nil, fmt.Errorf("--font %g: use 4 to 20 points", c.Font)
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
