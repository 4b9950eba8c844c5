package main

import (
	"fmt"
	"strings"

	"packbench/cmd/bench/internal/answer"
	"packbench/datasets"
	"packbench/packing"
	"packbench/strategies"
)

// packCmd packs the loads of one file and writes the packing.
type packCmd struct {
	File     string `arg:"" help:"Loads: a file or a folder of ranks' files; - is standard input."`
	Packs    int    `range:"1.." short:"m" required:"" help:"Number of packs (GPUs); must divide the number of items."`
	Strategy string `short:"s" default:"topk-max-any" help:"Strategy, as name or name:key=value,…; see bench list strategies."`
	Backend  string `default:"cpu" help:"Where to run: cpu or cuda."`
	RNG      string `name:"rng" default:"philox" help:"Random stream: philox, or torch for the draws of the published program."`
	Seed     uint64 `default:"0" help:"Seed of the random stream."`
	Out      string `short:"o" default:"-" help:"Where to write: .npz for NumPy arrays, otherwise JSON; - is standard output."`
	loadFlags
	backendFlags
	pythonFlags
}

// Run implements the verb.
func (c *packCmd) Run(s *streams) error {
	format, err := datasets.OutputFormat(c.Out, datasets.NPZ, datasets.JSON)
	if err != nil {
		return badInput(err)
	}
	if err := c.check(); err != nil {
		return badInput(err)
	}
	if err := checkFile(c.Out); err != nil {
		return err
	}
	host := c.host(c.backendFlags)
	defer host.Close()
	strategy, err := registry(host).Parse(c.Strategy)
	if err != nil {
		return badInput(err)
	}
	if err := c.idle(s); err != nil {
		return err
	}
	stream, err := strategies.ParseStream(c.RNG)
	if err != nil {
		return badInput(err)
	}
	backend, err := c.backend(c.Backend)
	if err != nil {
		return badInput(err)
	}
	defer backend.Close()
	problem, err := c.problem(s)
	if err != nil {
		return badInput(err)
	}
	ctx, stop := interruptible()
	defer stop()
	result, err := strategies.Pack(ctx, backend, strategy, problem, strategies.Random{Stream: stream, Seed: c.Seed})
	if ctx.Err() != nil {
		return fmt.Errorf("%s on %s: interrupted", strategy.Spec(), backend.Name())
	}
	if err != nil {
		return fmt.Errorf("%s on %s: %w", strategy.Spec(), backend.Name(), err)
	}
	for _, warning := range result.Warnings {
		fmt.Fprintf(s.err, "bench: warning: %s\n", warning)
	}
	a := answer.New(strategy, problem, result)
	write := a.WriteJSON
	if format == datasets.NPZ {
		write = a.WriteNPZ
	}
	return s.write(c.Out, write)
}

// idle returns an error for flags that would have no effect.
func (c *packCmd) idle(s *streams) error {
	switch {
	case strings.HasPrefix(c.Strategy, "python"):
		return nil // it may use threads and a GPU
	case c.Backend == "cpu":
		return s.idle(fmt.Sprintf("strategy %s on the CPU needs no GPU and no Python", c.Strategy), "device", "python")
	}
	return s.idle(fmt.Sprintf("strategy %s on a GPU needs no threads and no Python", c.Strategy), "threads", "python")
}

// problem reads the loads and checks that they can be packed.
func (c *packCmd) problem(s *streams) (*packing.Problem, error) {
	loads, err := c.read(s, c.File, oneStep)
	if err != nil {
		return nil, err
	}
	problem, err := packing.NewGiven(loads.Weights, loads.Values, loads.Layers, loads.Items, c.Packs)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	return problem, nil
}
