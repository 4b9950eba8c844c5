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
	backends, err := c.backends()
	if err != nil {
		return err
	}
	defer closeAll(backends)
	paths, err := writeReport(run, backends)
	if err != nil {
		return failed(err)
	}
	for _, path := range paths {
		fmt.Fprintln(s.out, path)
	}
	return nil
}

// writeReport writes the report of a run. Where it shows the loads of packs it
// packs again.
func writeReport(run *harness.Run, backends []strategies.Backend) ([]string, error) {
	catalog := harness.Catalog{Strategies: strategies.Builtin(), Backends: backends}
	return reports.Write(run, reports.WithLoads(func(cell harness.PlannedCell) ([]float64, error) {
		problem, packing, err := run.Repack(context.Background(), cell, catalog)
		if err != nil {
			return nil, err
		}
		return packing.Loads(problem.Weights), nil
	}))
}
