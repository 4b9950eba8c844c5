package main

import (
	"io"

	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
)

// listCmd is "bench list": what experiments can name.
type listCmd struct {
	Strategies  listStrategiesCmd  `cmd:"" help:"Strategies with their parameters, defaults, ranges, presets, backends and source."`
	Planners    listPlannersCmd    `cmd:"" help:"Planners of expert placements with their parameters."`
	Backends    listBackendsCmd    `cmd:"" help:"Backends and whether they run on this machine."`
	Workloads   listWorkloadsCmd   `cmd:"" help:"Generated workloads with their parameters."`
	Traces      listTracesCmd      `cmd:"" help:"Generated traces of loads over time, for replays."`
	Estimators  listEstimatorsCmd  `cmd:"" help:"Estimators of future loads, for replays."`
	Experiments listExperimentsCmd `cmd:"" help:"Built-in experiments."`
}

// listFlags are the flags of every list.
type listFlags struct {
	JSON bool `name:"json" help:"Write JSON."`
}

// write writes v as JSON or with text.
func (f listFlags) write(out io.Writer, v any, text func()) error {
	if f.JSON {
		return listing.WriteJSON(out, v)
	}
	text()
	return nil
}

type listStrategiesCmd struct{ listFlags }

// Run implements the verb.
func (c *listStrategiesCmd) Run(s *streams) error {
	backends, err := backendFlags{}.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	host := pythonFlags{}.host(backendFlags{}) // starts nothing
	defer host.Close()
	list, err := listing.Strategies(registry(host), backends)
	if err != nil {
		return err
	}
	return c.write(s.out, list, func() { listing.WriteStrategies(s.out, list) })
}

type listBackendsCmd struct {
	listFlags
	backendFlags
}

// Run implements the verb.
func (c *listBackendsCmd) Run(s *streams) error {
	backends, err := c.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	list := listing.Backends(backends)
	return c.write(s.out, list, func() { listing.WriteBackends(s.out, list) })
}

type listWorkloadsCmd struct{ listFlags }

// Run implements the verb.
func (c *listWorkloadsCmd) Run(s *streams) error {
	list := listing.Workloads(datasets.Definitions())
	return c.write(s.out, list, func() { listing.WriteWorkloads(s.out, list) })
}

type listExperimentsCmd struct{ listFlags }

// Run implements the verb.
func (c *listExperimentsCmd) Run(s *streams) error {
	list, err := listing.Experiments()
	if err != nil {
		return err
	}
	return c.write(s.out, list, func() { listing.WriteExperiments(s.out, list) })
}
