// Package cpu is the backend that executes strategies on the CPU, layers in
// parallel on all cores.
//
// Ensemble strategies run in four stages per layer: draws, orders (sorting), greedy,
// refinement. No stage needs memory of size n²; all memory is allocated once per
// worker and reused.
//
// On amd64 processors with AVX-512, vector instructions make, score and refine
// candidates side by side, in layers of up to 8192 items. The answers are the same;
// the build tag purego leaves the assembly out.
package cpu

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/klauspost/cpuid/v2"

	"packbench/internal/number"
	"packbench/internal/panics"
	"packbench/packing"
	"packbench/strategies"
)

// Options configures the backend.
type Options struct {
	// Threads is the number of layers packed at a time, at most [MaxThreads]; 0
	// means one per logical core that the process may use.
	Threads int

	scalar bool // no vector instructions, for tests
}

// MaxThreads is the largest number of threads that a backend uses.
const MaxThreads = 4096

// Backend executes strategies on the CPU. It is safe for concurrent use.
type Backend struct {
	threads int
	vectors bool // whether to use vector instructions
	crew    *crew
}

var _ strategies.Backend = (*Backend)(nil)

// New returns a CPU backend.
func New(o Options) *Backend {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	o.Threads = min(o.Threads, MaxThreads)
	return &Backend{threads: o.Threads, vectors: hasVector() && !o.scalar, crew: newCrew(o.Threads)}
}

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return "cpu" }

// Threads returns the number of layers packed at a time.
func (b *Backend) Threads() int { return b.threads }

// Describe implements [strategies.Backend]. The device is the processor's name, or
// its architecture where it does not tell.
func (b *Backend) Describe() (strategies.Description, error) {
	instructions := "scalar"
	if b.vectors {
		instructions = "AVX-512"
	}
	return strategies.Description{
		Device: fmt.Sprintf("%s, %s", cmp.Or(strings.TrimSpace(cpuid.CPU.BrandName), runtime.GOARCH), number.Count(b.threads, "thread")),
		Facts: []strategies.Fact{
			{Name: "threads", Value: fmt.Sprint(b.threads)},
			{Name: "instructions", Value: instructions},
		},
	}, nil
}

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return nil }

// Prepare implements [strategies.Backend]. It supports [strategies.Ensemble],
// every [strategies.Layerwise] and every [strategies.External].
func (b *Backend) Prepare(s strategies.Strategy, shape packing.Shape) (strategies.Runner, error) {
	if err := shape.Validate(); err != nil {
		return nil, err
	}
	if s, ok := s.(strategies.External); ok {
		return s.PrepareOn(b.Name(), shape)
	}
	r := &runner{shape: shape, crew: b.crew}
	threads := min(b.threads, shape.Layers)
	switch s := s.(type) {
	case strategies.Ensemble:
		if err := s.Check(shape); err != nil {
			return nil, err
		}
		if need := slotBytes(s, shape) * int64(threads); need > maxSlotBytes {
			return nil, fmt.Errorf("%s: keeping k=%d candidates of %d items on %d threads needs %d GiB: use a smaller k",
				s.Spec(), s.Keep, shape.Items, threads, need>>30)
		}
		r.source = &source{ensemble: s, shape: shape}
		for range threads {
			r.workers = append(r.workers, newEnsembleWorker(s, shape, r.source, b.vectors))
		}
	case strategies.Layerwise:
		for range threads {
			r.workers = append(r.workers, &layerwiseWorker{packer: s.NewPacker(shape.Items, shape.Packs)})
		}
	default:
		return nil, fmt.Errorf("%w: cpu executes ensembles and layerwise strategies, not %T", strategies.ErrUnsupported, s)
	}
	return r, nil
}

// worker packs one layer after another. Each belongs to one goroutine at a time.
type worker interface {
	// packNext takes a layer with next, packs it, and returns false when there
	// was none.
	packNext(ctx context.Context, j *job) (bool, error)
	// stages adds the worker's times of the last run to total.
	stages(total []strategies.Stage) []strategies.Stage
}

// job is one call of Pack.
type job struct {
	problem *packing.Problem
	random  strategies.Random
	out     *packing.Packing
	layers  []strategies.LayerStats
	next    atomic.Int64 // next layer to take
}

// take returns the next layer that no worker has taken.
func (j *job) take() (layer int, ok bool) {
	layer = int(j.next.Add(1) - 1)
	return layer, layer < j.problem.Layers
}

// runner packs problems of one shape with one worker per thread.
type runner struct {
	shape   packing.Shape
	source  *source // of an ensemble's random draws, nil for others
	workers []worker
	crew    *crew // of the backend
}

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	if p.Shape != r.shape || out.Shape != r.shape {
		return strategies.Report{}, fmt.Errorf("problem %v and packing %v given to a runner for %v", p.Shape, out.Shape, r.shape)
	}
	j := &job{problem: p, random: random, out: out, layers: make([]strategies.LayerStats, p.Layers)}
	if r.source != nil {
		if err := r.source.restart(random, len(r.workers)); err != nil {
			return strategies.Report{}, err
		}
	}
	errs := make([]error, len(r.workers))
	r.crew.run(len(r.workers), func(i int) { errs[i] = drain(ctx, r.workers[i], j) })

	report := strategies.Report{Layers: j.layers}
	for _, w := range r.workers {
		report.Stages = w.stages(report.Stages)
	}
	for _, err := range errs {
		if err != nil {
			return report, err
		}
	}
	return report, nil
}

// drain packs layers until none is left, one fails, or ctx ends. It turns a panic of
// the strategy into an error, because nothing else can catch it in this goroutine.
func drain(ctx context.Context, w worker, j *job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := w.packNext(ctx, j)
		if err != nil || !more {
			return err
		}
	}
}

// Close implements [strategies.Runner].
func (r *runner) Close() error { r.workers = nil; return nil }
