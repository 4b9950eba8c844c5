package main

import (
	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
	"packbench/placement/forecast"
)

type listTracesCmd struct{ listFlags }

// Run implements the verb.
func (c *listTracesCmd) Run(s *streams) error {
	list := listing.Traces(datasets.Traces())
	return c.write(s.out, list, func() { listing.WriteWorkloads(s.out, list) })
}

type listEstimatorsCmd struct{ listFlags }

// Run implements the verb.
func (c *listEstimatorsCmd) Run(s *streams) error {
	list := listing.Estimators(forecast.Builtin())
	return c.write(s.out, list, func() { listing.WriteWorkloads(s.out, list) })
}
