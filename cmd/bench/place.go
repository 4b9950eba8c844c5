package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"packbench/datasets"
	"packbench/placement"
	"packbench/placement/planfile"
	"packbench/placement/planners"
	"packbench/placement/planners/program"
	"packbench/strategies/python"
)

// placeCmd plans the placement of the experts of one file of loads.
type placeCmd struct {
	loadFlags

	File     string `arg:"" predictor:"file" help:"Loads of experts: a file or a folder of ranks' files; - is standard input."`
	Planner  string `short:"p" default:"balanced" help:"Planner, as name or name:key=value,…; see bench list planners."`
	Slots    int    `range:"1..1048576" help:"Slots (physical experts) per layer, on all GPUs together."`
	GPUs     int    `range:"1..16384" name:"gpus" required:"" help:"Number of GPUs."`
	Nodes    int    `range:"1..16384" default:"1" help:"Number of nodes that hold the GPUs."`
	Groups   int    `range:"1..1048576" default:"1" help:"Number of groups of experts; hierarchical planners keep each group on one node."`
	GPUSlots string `name:"gpu-slots" help:"Slots of each GPU, if they differ: 9x30,10x2 for thirty GPUs of 9 and two of 10."`
	Lost     string `help:"Lost GPUs: 4,8:16 for GPU 4 and the GPUs 8 to 15."`

	Previous    string  `help:"Current placement, FILE or FILE:KEY: .npz, .npy, JSON, or an engine's file."`
	ExpertBytes float64 `name:"expert-bytes" placeholder:"BYTES" help:"Size of an expert's weights in one layer, to show moves in bytes."`
	Threads     int     `help:"Layers planned in parallel; 0 means one per core."`
	Advise      bool    `help:"Show the balance for several numbers of slots and nodes instead of planning one placement."`
	Figure      string  `placeholder:"FILE" help:"With --advise, draw the balance against the number of slots: .svg, .png or .pdf."`

	To         string `help:"Write the file of an engine: sglang, vllm, vllm-jsonl, trtllm or ascend."`
	FirstLayer int    `range:"0..1048576" name:"first-layer" help:"Number of dense layers before the first layer with experts, for engines that count them."`
	pythonFlags
	Out string `short:"o" help:"Where to write: .npz for NumPy arrays, anything else for JSON (or the engine's form); - is standard output."`
}

// Run implements the verb.
func (c *placeCmd) Run(s *streams) error {
	if err := c.check(); err != nil {
		return badInput(err)
	}
	if err := c.idle(s); err != nil {
		return err
	}
	host := c.host(backendFlags{Threads: c.Threads})
	defer host.Close()
	planner, err := append(planners.Builtin(), program.Definition(host)).Parse(c.Planner)
	if err != nil {
		return badInput(err)
	}
	engine, err := c.engine()
	if err != nil {
		return badInput(err)
	}
	if err := cmp.Or(checkFile(c.Out), checkFile(c.Figure)); err != nil {
		return err
	}
	loads, err := c.read(s, c.File, keepSteps)
	if err != nil {
		return badInput(err)
	}
	ctx, stop := interruptible()
	defer stop()
	if c.Advise {
		return c.advise(ctx, s, loads)
	}
	full, now, err := c.topology(loads.Items)
	if err != nil {
		return badInput(err)
	}
	task := &placement.Task{Topology: now, Steps: loads.Steps, Layers: loads.Layers, Loads: loads.Weights, Threads: c.Threads}
	if task.Previous, err = c.previous(now, full, loads.Layers); err != nil {
		return badInput(err)
	}
	start := time.Now()
	plan, report, err := planner.Plan(ctx, task)
	if err != nil {
		return planError(ctx, err)
	}
	took := time.Since(start)
	if report.Time > 0 {
		took = report.Time
	}
	for _, warning := range report.Warnings {
		fmt.Fprintf(s.err, "bench: warning: %s\n", warning)
	}
	if err := plan.Validate(); err != nil {
		return fmt.Errorf("%s returned an invalid plan: %w", planner.Spec(), err)
	}
	sum, err := loads.Sum(0, loads.Steps)
	if err != nil {
		return badInput(err)
	}
	answer := planfile.Answer{Planner: planner.Spec().String(), Plan: plan, Loads: sum.Weights, FirstLayer: c.FirstLayer}
	if engine != nil {
		if err := engine.Check(answer); err != nil {
			return badInput(err)
		}
	}
	if err := c.write(s, engine, answer); err != nil {
		return err
	}
	out := s.out
	if c.Out == "-" {
		out = s.err
	}
	return c.show(out, placed{answer, task, report, took, loads})
}

// planError makes an interruption and what a program does wrong a failure; all else is
// bad input.
func planError(ctx context.Context, err error) error {
	var fault *python.Fault
	if ctx.Err() != nil || errors.As(err, &fault) {
		return err
	}
	return badInput(err)
}

// engine returns the engine whose file is to be written, nil for none.
func (c *placeCmd) engine() (*planfile.Engine, error) {
	if c.To == "" {
		if c.Out == "" {
			return nil, nil
		}
		_, err := datasets.OutputFormat(c.Out, datasets.NPZ, datasets.JSON)
		return nil, err
	}
	e, err := planfile.ForEngine(c.To)
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	if strings.HasSuffix(strings.ToLower(c.Out), ".npz") {
		return nil, fmt.Errorf("-o %s: the file of %s is text, not .npz: leave --to out for NumPy arrays", c.Out, c.To)
	}
	if c.Out == "" {
		return nil, fmt.Errorf("--to %s needs -o FILE, or -o - for standard output", c.To)
	}
	return &e, nil
}

// write writes the plan, if it is to be written.
func (c *placeCmd) write(s *streams, engine *planfile.Engine, a planfile.Answer) error {
	if c.Out == "" {
		return nil
	}
	if engine != nil {
		return s.write(c.Out, func(w io.Writer) error { return engine.Write(w, a) })
	}
	format, err := datasets.OutputFormat(c.Out, datasets.NPZ, datasets.JSON)
	if err != nil {
		return badInput(err)
	}
	if format == datasets.NPZ {
		return s.write(c.Out, a.WriteNPZ)
	}
	return s.write(c.Out, a.WriteJSON)
}

// topology returns the sizes that were asked for, before and after GPUs were
// lost.
func (c *placeCmd) topology(experts int) (full, now placement.Topology, err error) {
	full = placement.Topology{Experts: experts, Slots: c.Slots, Groups: c.Groups, Nodes: c.Nodes, GPUs: c.GPUs}
	if c.GPUSlots != "" {
		if full.SlotsPerGPU, err = parseCounts(c.GPUSlots); err != nil {
			return full, now, fmt.Errorf("--gpu-slots %s: %w", c.GPUSlots, err)
		}
		total := 0
		for _, n := range full.SlotsPerGPU {
			total += n
		}
		if c.Slots == 0 {
			full.Slots = total
		}
	} else if c.Slots == 0 && c.GPUs > 0 {
		return full, now, fmt.Errorf("--slots is missing: give %d or more, such as %d", experts, (experts/c.GPUs+1)*c.GPUs)
	}
	if err := full.Validate(); err != nil {
		return full, now, err
	}
	if c.Lost == "" {
		return full, full, nil
	}
	lost, err := parseList(c.Lost, c.GPUs)
	if err != nil {
		return full, now, fmt.Errorf("--lost %s: %w", c.Lost, err)
	}
	if now, err = full.Lose(lost...); err != nil {
		return full, now, fmt.Errorf("--lost %s: %w", c.Lost, err)
	}
	return full, now, nil
}

// previous reads the placement there is now, nil where none is given.
func (c *placeCmd) previous(now, full placement.Topology, layers int) (*placement.Plan, error) {
	if c.Previous == "" {
		return nil, nil
	}
	m, err := planfile.Read(c.Previous)
	if err != nil {
		return nil, fmt.Errorf("--previous: %w", err)
	}
	p, err := m.Plan(now, full, layers)
	if err != nil {
		return nil, fmt.Errorf("--previous %s: %w", c.Previous, err)
	}
	return p, nil
}
