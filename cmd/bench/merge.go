package main

import (
	"errors"
	"fmt"
	"os"

	"packbench/harness"
	"packbench/internal/number"
	"packbench/sweep"
)

// mergeCmd is "bench merge".
type mergeCmd struct {
	backendFlags

	Out          string   `arg:"" predictor:"dir" help:"Run directory to create, or one that an earlier merge created."`
	Dirs         []string `arg:"" name:"dir" predictor:"dir" help:"Sweep directories, each standing for all its shards, or run directories of one experiment."`
	AllowMissing bool     `help:"Merge even if runs are missing; their cells stay pending."`
	Report       bool     `help:"Also write the summary, the figures and the report."`
	Quiet        bool     `short:"q" help:"Print nothing but errors."`
}

// Run implements the verb.
func (c *mergeCmd) Run(s *streams) error {
	if err := c.check(); err != nil {
		return badInput(err)
	}
	if !c.Report {
		if err := s.idle("without --report nothing is packed", "threads", "device"); err != nil {
			return err
		}
	}
	if err := checkDir(c.Out); err != nil {
		return err
	}
	merged, err := sweep.Merge(c.Out, c.Dirs, sweep.MergeOptions{AllowMissing: c.AllowMissing, Command: append([]string{"bench"}, os.Args[1:]...)})
	if errors.Is(err, sweep.ErrInput) {
		err = badInput(err)
	}
	if err != nil {
		return wrongTarget(err)
	}
	if !c.Quiet {
		sources := "1 directory"
		if merged.Sources != 1 {
			sources = fmt.Sprintf("%d directories", merged.Sources)
		}
		fmt.Fprintf(s.err, "%s from %s merged into %s\n", number.Count(merged.Records, "record"), sources, c.Out)
		if merged.Missing > 0 {
			fmt.Fprintf(s.err, "%d of %s missing: their cells are pending\n", merged.Missing, number.Are(merged.Runs, "run"))
		}
	}
	if !c.Report {
		return nil
	}
	backends, err := c.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	finish := runCmd{Quiet: c.Quiet}
	return finish.finish(c.Out, harness.Catalog{Strategies: withoutPrograms(), Backends: backends, Planners: plannersWithoutPrograms()}, s)
}
