package main

import (
	"context"
	"fmt"

	"packbench/harness"
	reports "packbench/harness/report"
	"packbench/strategies"
)

// reportCmd is "bench report".
type reportCmd struct {
	backendFlags

	Dir   string         `arg:"" help:"Run directory, as bench run makes them."`
	Layer *int           `placeholder:"N" help:"Layer whose pack loads are drawn, from 0; default one where the strategies differ much."`
	Table reports.Format `placeholder:"FORMAT" help:"Only print the table of results: text, markdown, csv or html."`
}

// Run implements the verb.
func (c *reportCmd) Run(s *streams) error {
	run, err := harness.Load(c.Dir)
	if err != nil {
		return err
	}
	if c.Table != "" {
		return reports.Table(s.out, run, c.Table)
	}
	var settings []reports.Option
	if c.Layer != nil {
		if err := checkLayer(run, *c.Layer); err != nil {
			return err
		}
		settings = append(settings, reports.WithLayer(*c.Layer))
	}
	backends, err := c.backends()
	if err != nil {
		return err
	}
	defer closeAll(backends)
	paths, err := writeReport(run, backends, settings...)
	if err != nil {
		return failed(err)
	}
	for _, path := range paths {
		fmt.Fprintln(s.out, path)
	}
	return nil
}

// checkLayer reports whether no problem of the run has the layer.
func checkLayer(run *harness.Run, layer int) error {
	most := 0
	for _, c := range run.Cells() {
		most = max(most, c.Layers)
	}
	if layer < 0 || layer >= most {
		return fmt.Errorf("--layer=%d: the problems of this run have layers 0 to %d", layer, most-1)
	}
	return nil
}

// writeReport writes the report of a run. Where it shows the loads of packs it
// packs again.
func writeReport(run *harness.Run, backends []strategies.Backend, settings ...reports.Option) ([]string, error) {
	catalog := harness.Catalog{Strategies: strategies.Builtin(), Backends: backends}
	loadsOf := func(cell harness.PlannedCell) ([]float64, error) {
		problem, packing, err := run.Repack(context.Background(), cell, catalog)
		if err != nil {
			return nil, err
		}
		return packing.Loads(problem), nil
	}
	return reports.Write(run, append(settings, reports.WithLoads(loadsOf))...)
}
