// Package strategies defines what a packing strategy is and lists the built-in
// ones.
//
// A [Strategy] is a value: it says what to compute. A [Backend] says where: it
// executes the strategies it supports, on the CPU (strategies/cpu) or on a GPU
// (strategies/cuda). The published strategies and pure LPT are values of one
// type, [Ensemble], that every backend executes; a strategy of another kind
// implements [Layerwise] and runs on the CPU backend.
//
// The same strategy, problem and random source give the same packing on every
// backend and thread count, bit for bit.
package strategies

import (
	"context"
	"errors"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
)

// Strategy is a packing method with all its parameters set. Strategies are
// immutable values; any number of goroutines may share one.
type Strategy interface {
	// Spec is the canonical short form, "topk-max-any:k=16": the name and the
	// parameters that are not at their default. It identifies the strategy.
	Spec() spec.Spec
}

// Layerwise is a strategy that packs the layers of a problem one by one on the
// CPU. Implement it for a strategy that is not an [Ensemble].
type Layerwise interface {
	Strategy
	// NewPacker returns a packer for layers of the given size, with the scratch
	// memory it needs. The CPU backend makes one per thread and keeps it.
	NewPacker(items, packs int) LayerPacker
}

// LayerPacker packs layers of one size, one after the other. It is used by one
// goroutine at a time.
type LayerPacker interface {
	// PackLayer writes the pack and the rank of each item to packIndex and
	// rankInPack, [items] each, whose initial content is undefined. It does not
	// modify or keep the loads of task. The result may depend only on task, so
	// that it is the same for every number of threads. An implementation that can
	// run long returns ctx.Err() soon after ctx ends.
	PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error)
}

// Task is one layer to pack.
type Task struct {
	Layer   int       // index of the layer in its problem; a coordinate of random draws
	Weights []float32 // [items], finite and ≥ 0
	Given   []float64 // [items] the loads as given if Weights had to round any, else nil; see [packing.Problem]
	Packs   int       // divides the number of items
	Seed    uint64    // of the random draws, for strategies that have any
}

// LayerStats describes how the packing of a layer went.
type LayerStats struct {
	// Optimal is true if the strategy proved that no packing of the layer has a
	// smaller max load, for the loads as given and without rounding. A strategy
	// that can do so has the trait [Proves].
	Optimal bool
	// Steps counts the strategy's steps: swaps applied, search nodes visited. 0
	// if it has none.
	Steps int64
}

// External is a strategy that runs outside this process by its own means, on the
// device of a backend: a program in another language.
type External interface {
	Strategy
	// PrepareOn is what [Backend.Prepare] returns for the strategy on the backend
	// of that name. Determinism is not guaranteed: an answer can change from run to
	// run.
	PrepareOn(backend string, shape packing.Shape) (Runner, error)
	// Label is a short name for tables and figures.
	Label() string
	// Content identifies the program: the SHA-256 of its file.
	Content() string
}

// Backend executes strategies.
type Backend interface {
	// Name is the short name by which experiments choose the backend: "cpu".
	Name() string
	// Prepare returns a runner for s on problems of the shape. One-time work
	// (memory, compiled kernels) is done here or on the first Pack.
	//
	// The error is [ErrUnsupported] where the backend cannot execute such a
	// strategy, [ErrUnavailable] where the backend cannot run on this machine.
	Prepare(s Strategy, shape packing.Shape) (Runner, error)
	// Describe returns what the backend runs on. The error is [ErrUnavailable],
	// wrapped with the reason, where it cannot run on this machine.
	Describe() (Description, error)
	// Close releases the backend's resources. Close its runners first.
	Close() error
}

// Description is what a backend runs on, for readers and for the record.
type Description struct {
	Device string // one line: "Intel Xeon, 2 threads", "NVIDIA H100 80GB HBM3"
	Facts  []Fact // everything that may explain a time: driver, clocks, memory
}

// Fact is a named property of a machine.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Runner executes one strategy on problems of one shape and reuses its memory
// from problem to problem. It is used by one goroutine at a time.
type Runner interface {
	// Pack packs p, which must be valid and of the runner's shape, into out, of
	// the same shape. After an error the content of out is undefined.
	Pack(ctx context.Context, p *packing.Problem, random Random, out *packing.Packing) (Report, error)
	// Close releases the runner's memory.
	Close() error
}

// StageTimer is a [Runner] that can measure its stages. That takes time, so it does
// so only on request; its other reports have no stages.
type StageTimer interface {
	Runner
	TimeStages(on bool)
}

// Report describes how a [Runner.Pack] went.
type Report struct {
	// Stages are the times of the parts of the work, in the order they come.
	// On the CPU a stage's time is summed over threads; on CUDA it is measured
	// by events on the device.
	Stages []Stage
	// Layers has an element per layer, or is nil for a strategy without stats.
	Layers []LayerStats
	// Time is how long the work took, if the runner can measure it better than
	// its caller; otherwise 0.
	Time time.Duration
	// Warnings are remarks for readers of the result, one line each.
	Warnings []string
}

// Stage is a named part of a run and the time it took.
type Stage struct {
	Name string
	Time time.Duration
}

var (
	// ErrUnsupported is returned by [Backend.Prepare] for a strategy that the
	// backend cannot execute.
	ErrUnsupported = errors.New("strategy not supported by this backend")
	// ErrUnavailable is returned by [Backend.Prepare] where the backend cannot
	// run on this machine. It is wrapped with the reason.
	ErrUnavailable = errors.New("backend not available")
	// ErrTimeLimit is returned by [Runner.Pack] where the strategy took longer than
	// a limit of its own. It is wrapped with the limit.
	ErrTimeLimit = errors.New("time limit reached")
)
