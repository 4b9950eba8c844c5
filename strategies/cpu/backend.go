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
	"slices"
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

var _ strategies.Batcher = (*Backend)(nil)

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
	if s, ok := s.(strategies.External); ok {
		if err := shape.Validate(); err != nil {
			return nil, err
		}
		return s.PrepareOn(b.Name(), shape)
	}
	return b.prepare(s, []packing.Shape{shape})
}

// PrepareBatch implements [strategies.Batcher]. Threads take layers of one problem
// after another, without waiting for each other in between.
func (b *Backend) PrepareBatch(s strategies.Strategy, shapes []packing.Shape) (strategies.BatchRunner, error) {
	return b.prepare(s, shapes)
}

func (b *Backend) prepare(s strategies.Strategy, shapes []packing.Shape) (*runner, error) {
	r := &runner{shapes: slices.Clone(shapes), crew: b.crew}
	layers := 0
	for _, shape := range shapes {
		if err := shape.Validate(); err != nil {
			return nil, err
		}
		layers += shape.Layers
	}
	r.threads = max(1, min(b.threads, layers))
	if e, ok := s.(strategies.Ensemble); ok {
		if err := checkEnsemble(e, shapes, r.threads); err != nil {
			return nil, err
		}
		r.ensemble = e
	}
	teams := map[packing.Shape]team{} // by the shape of one layer
	for _, shape := range shapes {
		layer := oneLayer(shape)
		t, ok := teams[layer]
		if !ok {
			var err error
			if t, err = b.newTeam(s, shape, r.threads); err != nil {
				return nil, err
			}
			teams[layer] = t
		}
		r.teams = append(r.teams, t)
	}
	return r, nil
}

// oneLayer is the shape of one layer.
func oneLayer(s packing.Shape) packing.Shape {
	s.Layers = 1
	return s
}

// checkEnsemble returns an error where problems of the shapes are too many items to
// place for e, or where the slots of all teams take too much memory.
func checkEnsemble(e strategies.Ensemble, shapes []packing.Shape, threads int) error {
	slots := int64(0)
	counted := map[packing.Shape]bool{}
	for _, shape := range shapes {
		if err := e.Check(shape); err != nil {
			return err
		}
		if layer := oneLayer(shape); !counted[layer] {
			counted[layer] = true
			slots += slotBytes(e, shape) * int64(threads)
		}
		if slots > maxSlotBytes {
			of, remedy := fmt.Sprintf("%d items", shape.Items), "use a smaller k"
			if len(counted) > 1 {
				of, remedy = fmt.Sprintf("layers of %d sizes", len(counted)), remedy+", or fewer sizes in one call"
			}
			return fmt.Errorf("%s: keeping k=%d candidates of %s on %d threads needs %d GiB: %s", e.Spec(), e.Keep, of, threads, slots>>30, remedy)
		}
	}
	return nil
}

// team is the workers for layers of one size, one for each thread.
type team []worker

func (b *Backend) newTeam(s strategies.Strategy, shape packing.Shape, threads int) (team, error) {
	var t team
	switch s := s.(type) {
	case strategies.Ensemble:
		for range threads {
			t = append(t, newEnsembleWorker(s, shape, b.vectors))
		}
	case strategies.Layerwise:
		for range threads {
			t = append(t, &layerwiseWorker{packer: s.NewPacker(shape.Items, shape.Packs)})
		}
	default:
		return nil, fmt.Errorf("%w: cpu executes ensembles and layerwise strategies, not %T", strategies.ErrUnsupported, s)
	}
	return t, nil
}

// worker packs one layer after another. Each belongs to one goroutine at a time.
type worker interface {
	// packNext takes a layer of the job, packs it, and returns false when there
	// was none.
	packNext(ctx context.Context, j *job) (bool, error)
	// stages adds the worker's times since the last call to total.
	stages(total []strategies.Stage) []strategies.Stage
}

// job is one problem to pack.
type job struct {
	strategies.Job
	team   team
	source source // of an ensemble's layers and random draws
	layers []strategies.LayerStats
	next   atomic.Int64 // next layer to take
}

// take returns the next layer that no worker has taken.
func (j *job) take() (layer int, ok bool) {
	layer = int(j.next.Add(1) - 1)
	return layer, layer < j.Problem.Layers
}

// runner packs problems of the shapes that it was prepared for: one, or as many as
// there are.
type runner struct {
	ensemble strategies.Ensemble // zero for other strategies
	shapes   []packing.Shape
	teams    []team // of each shape; equal sizes share one
	threads  int
	crew     *crew // of the backend
}

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	reports, err := r.PackBatch(ctx, []strategies.Job{{Problem: p, Random: random, Out: out}})
	if err != nil {
		return strategies.Report{}, err
	}
	for _, w := range r.teams[0] {
		reports[0].Stages = w.stages(reports[0].Stages)
	}
	return reports[0], nil
}

// PackBatch implements [strategies.BatchRunner].
func (r *runner) PackBatch(ctx context.Context, all []strategies.Job) ([]strategies.Report, error) {
	if err := strategies.CheckJobs(all, r.shapes); err != nil {
		return nil, err
	}
	jobs := make([]job, len(all))
	reports := make([]strategies.Report, len(all))
	for i := range jobs {
		j := &jobs[i]
		j.Job, j.team, j.layers = all[i], r.teams[i], make([]strategies.LayerStats, r.shapes[i].Layers)
		if err := j.source.begin(r.ensemble, j.Job, r.threads); err != nil {
			return nil, err
		}
		reports[i].Layers = j.layers
	}
	errs := make([]error, r.threads)
	var failed atomic.Bool // then no thread takes another layer
	r.crew.run(r.threads, func(thread int) {
		for i := range jobs {
			if errs[thread] = drain(ctx, jobs[i].team[thread], &jobs[i], &failed); errs[thread] != nil {
				failed.Store(true)
				return
			}
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// drain packs layers until none is left, one fails, on any thread, or ctx ends. It
// turns a panic of the strategy into an error, because nothing else can catch it in
// this goroutine.
func drain(ctx context.Context, w worker, j *job, failed *atomic.Bool) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	for !failed.Load() {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := w.packNext(ctx, j)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// Close implements [strategies.Runner].
func (r *runner) Close() error { r.teams = nil; return nil }
