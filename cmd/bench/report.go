package main

import (
	"fmt"

	"packbench/harness"
	reports "packbench/harness/report"
)

// reportCmd is "bench report".
type reportCmd struct {
	Dir string `arg:"" help:"Run directory, as bench run makes them."`
}

// Run implements the verb.
func (c *reportCmd) Run(s *streams) error {
	run, err := harness.Load(c.Dir)
	if err != nil {
		return err
	}
	paths, err := reports.Write(run)
	if err != nil {
		return failed(err)
	}
	for _, path := range paths {
		fmt.Fprintln(s.out, path)
	}
	return nil
}
