package placement

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"packbench/internal/number"
	"packbench/internal/spec"
)

// Planner makes plans. Planners are values that never change; any number of
// goroutines may share one.
type Planner interface {
	// Spec is the canonical short form, "keep:moves=8". It identifies the planner.
	Spec() spec.Spec
	// Plan answers a task. The plan may depend only on the task, and not on its
	// number of threads. The error says what about the task this planner cannot
	// do, or is that of ctx soon after ctx ends.
	Plan(ctx context.Context, task *Task) (*Plan, *Report, error)
}

// External is a planner that is executed outside of this process: a program in
// another language. Its plan may change from run to run.
type External interface {
	Planner
	// Label is a short name for tables and figures.
	Label() string
	// Content identifies the program: the SHA-256 of its file.
	Content() string
}

// Task is what a planner is to plan.
type Task struct {
	Topology Topology
	Steps    int // of loads that are known, in order of time; a planner sums or weighs them
	Layers   int
	Loads    []float32 // [steps, layers, experts] row-major, finite and ≥ 0
	// Previous is the placement there is now, or nil: of the same layers,
	// experts and GPUs, perhaps with other numbers of slots on them.
	Previous *Plan
	Threads  int   // layers planned at a time; 0 means one per core
	Reuse    *Plan // a plan that is no longer needed, whose memory the answer may take, or nil; not Previous
}

// Validate returns the first rule that the task breaks.
func (k *Task) Validate() error {
	if err := k.Topology.Validate(); err != nil {
		return err
	}
	n := k.Topology.Experts
	if k.Steps < 1 || k.Layers < 1 || len(k.Loads) != k.Steps*k.Layers*n {
		return fmt.Errorf("%d loads for %s of %s of %d experts: need %d", len(k.Loads), number.Count(k.Steps, "step"), number.Count(k.Layers, "layer"), n, k.Steps*k.Layers*n)
	}
	for i, w := range k.Loads {
		if !(w >= 0 && w <= math.MaxFloat32) {
			return fmt.Errorf("step %d, layer %d, expert %d: load %v: a load must be a finite number ≥ 0", i/n/k.Layers, i/n%k.Layers, i%n, w)
		}
	}
	if err := k.checkOverflow(); err != nil {
		return err
	}
	if k.Previous == nil {
		return nil
	}
	if k.Previous == k.Reuse {
		return errors.New("the previous plan cannot be overwritten while it is needed: reuse another, or none")
	}
	if err := k.Previous.Validate(); err != nil {
		return fmt.Errorf("the previous plan: %w", err)
	}
	a, b := k.Previous, Plan{Topology: k.Topology, Layers: k.Layers}
	return checkComparable(a, &b)
}

// checkOverflow returns an error where the loads of a layer, of all steps
// together, are above the largest float32.
func (k *Task) checkOverflow() error {
	n := k.Topology.Experts
	for l := range k.Layers {
		total := 0.0
		for t := range k.Steps {
			for _, w := range k.Loads[(t*k.Layers+l)*n : (t*k.Layers+l+1)*n] {
				total += float64(w)
			}
		}
		if total >= math.MaxFloat32 {
			return fmt.Errorf("layer %d: the loads add up to %.3g, above the largest float32 (%.3g): scale the loads down", l, total, math.MaxFloat32)
		}
	}
	return nil
}

// Report describes how the planning went.
type Report struct {
	// Stages are the parts of the work with their times, summed over threads.
	Stages []Stage
	// Hierarchical is true where the groups of experts were kept on nodes.
	Hierarchical bool
	// Kept counts the layers whose previous placement was kept as it is.
	Kept int
	// Time is what the planning took where the planner has measured it better than
	// its caller can; 0 where it has not.
	Time time.Duration
	// Warnings are remarks for readers of the plan, one line each.
	Warnings []string
}

// Stage is a named part of the planning and the time it took.
type Stage struct {
	Name string
	Time time.Duration
}
