package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"packbench/compare"
	"packbench/placement/planners"
	"packbench/runs"
	"packbench/strategies"
)

// compareCmd is "bench compare".
type compareCmd struct {
	Runs           []string `arg:"" name:"run" predictor:"dir" help:"Run directories: the first is the old side, the others are set against it; with --baseline one."`
	Baseline       string   `placeholder:"STRATEGY" help:"Compare the other strategies of the one run with this one."`
	Format         string   `short:"f" placeholder:"FORMAT" help:"text, markdown, csv, json or latex; default by the name of the output file, else text."`
	Out            string   `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
	Measure        []string `placeholder:"NAME" help:"Compare these measures; default time, imbalance, gap and whatever else the runs declare."`
	FailAbove      *string  `placeholder:"SHARE" help:"Exit with code 1 if a measure is significantly worse by more than SHARE (such as 5%), if a cell broke, or if that could not be checked."`
	AllowMissing   bool     `help:"Let --fail-above pass even if a side lacks cells or measures."`
	AcrossMachines bool     `aliases:"any-machine" help:"Compare times even if they come from different machines."`
	Alpha          float64  `range:"(0..1)" default:"0.05" help:"Level of significance after correction for the number of cells."`
	Confidence     float64  `range:"(0..1)" default:"0.95" help:"Confidence of intervals."`
	Seed           uint64   `default:"0" help:"Seed of the bootstrap."`
	PoolSeeds      bool     `help:"Pool the seeds of a workload: fewer rows, more layers and runs in each."`
}

// Run implements the verb.
func (c *compareCmd) Run(s *streams) error {
	options, err := c.options()
	if err != nil {
		return badInput(err)
	}
	format, err := c.format()
	if err != nil {
		return badInput(err)
	}
	if err := checkFile(c.Out); err != nil {
		return err
	}
	sides, err := c.load()
	if err != nil {
		return badInput(err)
	}
	comparison, err := c.compare(sides, options)
	if errors.Is(err, compare.ErrNothing) && options.FailAbove != nil {
		return fmt.Errorf("the limit was not checked: %w", err)
	}
	if err != nil {
		return badInput(err)
	}
	if err := s.write(c.Out, func(w io.Writer) error { return comparison.Write(w, format) }); err != nil {
		return err
	}
	if g := comparison.Gate; g != nil && !g.Passed {
		return errors.New(g.Verdict())
	}
	return nil
}

func (c *compareCmd) options() (compare.Options, error) {
	o := compare.Options{
		Alpha: c.Alpha, Confidence: c.Confidence, Seed: c.Seed, Measures: c.Measure,
		PoolSeeds: c.PoolSeeds, AcrossMachines: c.AcrossMachines, AllowMissing: c.AllowMissing,
	}
	if c.FailAbove != nil {
		limit, err := compare.ParseShare(*c.FailAbove)
		if err != nil {
			return o, fmt.Errorf("--fail-above: %w", err)
		}
		o.FailAbove = &limit
	} else if c.AllowMissing {
		return o, errors.New("--allow-missing has no effect without --fail-above: give a limit")
	}
	return o, nil
}

// format returns the format asked for, or the one that the name of the output
// file suggests.
func (c *compareCmd) format() (string, error) {
	if c.Format != "" {
		return c.Format, compare.CheckFormat(c.Format)
	}
	format, err := formatByName(c.Out, compareEndings)
	return cmp.Or(format, compare.Formats()[0]), err
}

// compareEndings are those of the formats.
var compareEndings = []ending{{".txt", "text"}, {".md", "markdown"}, {".csv", "csv"}, {".json", "json"}, {".tex", "latex"}}

// load reads the run directories.
func (c *compareCmd) load() ([]*runs.Run, error) {
	if (len(c.Runs) > 1) == (c.Baseline != "") {
		return nil, errors.New("name a second run directory to compare runs, or --baseline STRATEGY to compare the strategies of one")
	}
	sides := make([]*runs.Run, len(c.Runs))
	for i, dir := range c.Runs {
		run, err := runs.Load(dir)
		if err != nil {
			return nil, err
		}
		sides[i] = run
	}
	frugal()
	return sides, nil
}

func (c *compareCmd) compare(sides []*runs.Run, o compare.Options) (*compare.Comparison, error) {
	if c.Baseline != "" {
		return compare.Baseline(sides[0], c.strategy(sides[0]), o)
	}
	return compare.Runs(sides[0], sides[1:], o)
}

// strategy returns the baseline as the run spells it: users may write defaults,
// or the name that tables show.
func (c *compareCmd) strategy(run *runs.Run) string {
	m := &run.Manifest
	names := func(p runs.PlannedCell) bool { return p.Subject() == c.Baseline }
	if slices.ContainsFunc(m.Cells, names) {
		return c.Baseline
	}
	for _, p := range m.Cells {
		for _, axis := range []string{runs.StrategyAxis, runs.PlannerAxis} {
			if p.Has(axis) && m.Label(axis, p.Get(axis)) == c.Baseline {
				return p.Get(axis)
			}
		}
	}
	if p, err := planners.Builtin().Parse(c.Baseline); err == nil {
		return p.Spec().String()
	}
	if s, err := strategies.Builtin().Parse(c.Baseline); err == nil {
		return s.Spec().String()
	}
	return c.Baseline
}
