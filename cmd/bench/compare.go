package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"packbench/compare"
	"packbench/harness"
	"packbench/strategies"
)

// compareCmd is "bench compare".
type compareCmd struct {
	Old        string  `arg:"" help:"Run directory; with --baseline the only one."`
	New        string  `arg:"" optional:"" help:"Run directory to set against OLD."`
	Baseline   string  `placeholder:"STRATEGY" help:"Compare the other strategies of the one run with this one."`
	Format     string  `short:"f" placeholder:"FORMAT" help:"text, markdown, csv, json or latex; default by the name of the output file, else text."`
	Out        string  `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	FailAbove  string  `placeholder:"SHARE" help:"Exit with code 1 where time or imbalance is significantly higher by more than SHARE (5%), or where a cell broke."`
	Alpha      float64 `default:"0.05" help:"Level of significance after correction for the number of cells."`
	Confidence float64 `default:"0.95" help:"Confidence of intervals."`
	Seed       uint64  `default:"0" help:"Seed of the bootstrap."`
	PoolSeeds  bool    `help:"Take the seeds of a workload together: fewer rows, more layers and runs in each."`
	AnyMachine bool    `help:"Compare times although they come from different machines."`
}

// Run implements the verb.
func (c *compareCmd) Run(s *streams) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	format, err := c.format()
	if err != nil {
		return err
	}
	comparison, err := c.compare(options)
	if err != nil {
		return err
	}
	if err := s.write(c.Out, func(w io.Writer) error { return comparison.Write(w, format) }); err != nil {
		return err
	}
	return regressed(comparison)
}

func (c *compareCmd) options() (compare.Options, error) {
	o := compare.Options{Alpha: c.Alpha, Confidence: c.Confidence, Seed: c.Seed, PoolSeeds: c.PoolSeeds, AnyMachine: c.AnyMachine}
	if c.Alpha == 0 || c.Confidence == 0 { // which would mean the default
		return o, errors.New("alpha and confidence must be between 0 and 1")
	}
	if c.FailAbove != "" {
		limit, err := compare.ParseShare(c.FailAbove)
		if err != nil {
			return o, fmt.Errorf("--fail-above: %w", err)
		}
		o.FailAbove = &limit
	}
	return o, nil
}

// format returns the format asked for, or the one that the name of the output
// file suggests.
func (c *compareCmd) format() (string, error) {
	if c.Format != "" {
		return c.Format, compare.CheckFormat(c.Format)
	}
	byName := map[string]string{".md": "markdown", ".csv": "csv", ".json": "json", ".tex": "latex"}
	if format, ok := byName[filepath.Ext(c.Out)]; ok {
		return format, nil
	}
	return compare.Formats()[0], nil
}

func (c *compareCmd) compare(o compare.Options) (*compare.Comparison, error) {
	if (c.New == "") == (c.Baseline == "") {
		return nil, errors.New("name a second run directory to compare two runs, or --baseline STRATEGY to compare the strategies of one")
	}
	old, err := harness.Load(c.Old)
	if err != nil {
		return nil, err
	}
	if c.Baseline != "" {
		return compare.Baseline(old, c.strategy(old), o)
	}
	now, err := harness.Load(c.New)
	if err != nil {
		return nil, err
	}
	return compare.Runs(old, now, o)
}

// strategy returns the baseline as the run spells it: users may write defaults.
func (c *compareCmd) strategy(run *harness.Run) string {
	if slices.ContainsFunc(run.Cells(), func(cell *harness.CellRuns) bool { return cell.Strategy == c.Baseline }) {
		return c.Baseline
	}
	if s, err := strategies.Builtin().Parse(c.Baseline); err == nil {
		return s.Spec().String()
	}
	return c.Baseline
}

// regressed is an error with exit code 1 where something regressed.
func regressed(c *compare.Comparison) error {
	n := len(c.Regressions)
	if n == 0 {
		return nil
	}
	first := c.Regressions[0]
	more := ""
	if n > 1 {
		more = fmt.Sprintf(", and %d more", n-1)
	}
	return failed(fmt.Errorf("regressed: %s on %s, %d packs, %s: %s%s", first.Strategy, first.Workload, first.Packs, first.Backend, first.Message, more))
}
