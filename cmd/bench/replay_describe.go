package main

import (
	"errors"
	"fmt"

	"packbench/datasets"
)

// describe writes how the loads of the trace persist, the last line of a table
// that several calls make.
func (c *replayCmd) describe(s *streams) error {
	if trace, err := datasets.ParseTrace(c.Trace); err != nil {
		if err := s.idle(c.Trace+" is a recording, which has no seed", "seed"); err != nil {
			return err
		}
	} else if c.Key != "" {
		return badInput(fmt.Errorf("trace %s is generated: leave out --key", trace.Spec()))
	} else if len(c.Seed) > 1 {
		return badInput(fmt.Errorf("--describe shows a trace of one seed: name one of the %d", len(c.Seed)))
	}
	loads, err := c.load()
	if err != nil {
		return badInput(err)
	}
	if loads.Steps < 2 {
		return badInput(errors.New("loads of one step: persistence needs several"))
	}
	p := loads.Persistence()
	fmt.Fprintf(s.out, "%s: %s\n", c.Trace, loads.Shape())
	fmt.Fprintf(s.out, "tokens %.0f   cv %.2f   max/mean %.1f   drift %.2f   hottest eighth kept %.2f\n", p.Tokens, p.Spread, p.Peak, p.Drift, p.Kept)
	for _, l := range p.Lags {
		fmt.Fprintf(s.out, "lag %d   r %.3f   rank %.3f\n", l.Steps, l.Pearson, l.Rank)
	}
	return nil
}

// load reads or generates the trace.
func (c *replayCmd) load() (*datasets.Loads, error) {
	if trace, err := datasets.ParseTrace(c.Trace); err == nil {
		loads, _, err := trace.Generate(c.Seed[0])
		return loads, err
	}
	return datasets.Read(c.Trace, datasets.ReadOptions{Key: c.Key, AllSteps: true})
}
