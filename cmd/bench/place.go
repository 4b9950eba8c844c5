package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"packbench/datasets"
	"packbench/placement"
	"packbench/placement/planfile"
	"packbench/placement/planners"
)

// placeCmd plans the placement of the experts of one file of loads.
type placeCmd struct {
	File     string `arg:"" help:"Loads of experts: .npy, .npz, JSON or CSV, a layer per row; - is standard input."`
	Planner  string `short:"p" default:"balanced" help:"Planner, as name or name:key=value,…; see bench list planners."`
	Slots    int    `help:"Slots (physical experts) per layer, on all GPUs together."`
	GPUs     int    `name:"gpus" required:"" help:"Number of GPUs."`
	Nodes    int    `default:"1" help:"Number of nodes that hold the GPUs."`
	Groups   int    `default:"1" help:"Number of groups of experts, which hierarchical planners keep on a node each."`
	GPUSlots string `name:"gpu-slots" help:"Slots of each GPU where they differ: 9x30,10x2 for thirty GPUs of 9 and two of 10."`
	Lost     string `help:"GPUs that are lost: 4,8:16 for GPU 4 and the GPUs 8 to 15."`

	Key   string `help:"Name of the array in an .npz file."`
	Array string `hidden:"" help:"Former name of --key."`
	Step  *int   `help:"Plan for this step of loads recorded over several."`
	Steps string `help:"Plan for the steps a:b (b not included), or all; the default is all."`

	Previous    string  `help:"Placement there is now, FILE or FILE:KEY: .npz, .npy, JSON, or an engine's file."`
	ExpertBytes float64 `name:"expert-bytes" help:"Size of an expert's weights in one layer, to show moves in bytes."`
	Threads     int     `help:"Layers planned at a time; 0 means one per core."`
	Advise      bool    `help:"Show the balance for several numbers of slots and of nodes instead of one placement."`

	To         string `help:"Write the file of an engine: sglang, vllm, vllm-jsonl, trtllm or ascend."`
	FirstLayer int    `name:"first-layer" help:"Number of dense layers before the first layer with experts, for engines that count them."`
	Out        string `short:"o" help:"Where to write: .npz for NumPy arrays, anything else for JSON (or the engine's form); - is standard output."`
}

// Run implements the verb.
func (c *placeCmd) Run(s *streams) error {
	planner, err := planners.Builtin().Parse(c.Planner)
	if err != nil {
		return err
	}
	engine, err := c.engine()
	if err != nil {
		return err
	}
	loads, err := c.loads(s)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if c.Advise {
		return c.advise(ctx, s, loads)
	}
	full, now, err := c.topology(loads.Items)
	if err != nil {
		return err
	}
	task := &placement.Task{Topology: now, Steps: loads.Steps, Layers: loads.Layers, Loads: loads.Weights, Threads: c.Threads}
	if task.Previous, err = c.previous(now, full, loads.Layers); err != nil {
		return err
	}
	start := time.Now()
	plan, report, err := planner.Plan(ctx, task)
	if err != nil {
		return planError(ctx, err)
	}
	took := time.Since(start)
	if err := plan.Validate(); err != nil {
		return fmt.Errorf("%s gave a plan that breaks the rules: %w", planner.Spec(), err)
	}
	answer := planfile.Answer{Planner: planner.Spec().String(), Plan: plan, Loads: summed(loads), FirstLayer: c.FirstLayer}
	if engine != nil {
		if err := engine.Check(answer); err != nil {
			return err
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

// planError makes an interruption a failure; all else is bad input.
func planError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return err
}

// engine returns the engine whose file is to be written, nil for none.
func (c *placeCmd) engine() (*planfile.Engine, error) {
	if c.To == "" {
		return nil, nil
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
	write := a.WriteJSON
	if engine != nil {
		write = func(w io.Writer) error { return engine.Write(w, a) }
	} else if strings.HasSuffix(strings.ToLower(c.Out), ".npz") {
		write = a.WriteNPZ
	}
	return s.write(c.Out, write)
}

// loads reads the steps that were asked for.
func (c *placeCmd) loads(s *streams) (*datasets.Loads, error) {
	if c.Key != "" && c.Array != "" && c.Key != c.Array {
		return nil, fmt.Errorf("--key %s and --array %s: give one of them", c.Key, c.Array)
	}
	if c.Step != nil && c.Steps != "" {
		return nil, fmt.Errorf("--step %d and --steps %s: give one of them", *c.Step, c.Steps)
	}
	opt := datasets.ReadOptions{Array: c.Key + c.Array, Step: c.Step, AllSteps: c.Step == nil, Stdin: s.in}
	if c.Key != "" {
		opt.Array = c.Key
	}
	loads, err := datasets.Read(c.File, opt)
	if err != nil || c.Steps == "" || c.Steps == "all" {
		return loads, err
	}
	from, to, err := parseRange(c.Steps, loads.Steps)
	if err != nil {
		return nil, fmt.Errorf("--steps %s: %w", c.Steps, err)
	}
	n := loads.Layers * loads.Items
	part := *loads
	part.Steps, part.Weights = to-from, loads.Weights[from*n:to*n]
	return &part, nil
}

// summed returns the loads summed over the steps, [layers, experts].
func summed(l *datasets.Loads) []float32 {
	n := l.Layers * l.Items
	if l.Steps == 1 {
		return l.Weights
	}
	out := make([]float32, n)
	for i := range out {
		sum := 0.0
		for t := range l.Steps {
			sum += float64(l.Weights[t*n+i])
		}
		out[i] = float32(sum)
	}
	return out
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
