//go:build cuda

package cuda

import (
	"context"
	"fmt"
	"time"
	"unsafe"

	"gorgonia.org/cu"

	"packbench/internal/draws"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cuda/driver"
)

// runner packs problems of one shape. Its memory is allocated when it is
// prepared; a run with draws sent over (the torch stream) has its own plan,
// because the draws take memory from the chunks.
type runner struct {
	device   *device
	ensemble strategies.Ensemble
	shape    packing.Shape

	*plan
	memory memory
	// Arrays on the device; see buffers. 0: not needed.
	weights, drawn, order, place, imbalance, ranking, score, swaps, answer uint64
	sortScratch, selectScratch, greedyScratch, refineScratch               uint64
	// Page-locked: weights [layers, items]; answers of all chunks one after
	// the other; draws of one chunk.
	hostWeights []float32
	hostAnswer  []uint32
	hostDraws   []uint32
	events      [][]cu.Event // [chunks, stages + 1]
}

// The stages of a run, as events part them.
const (
	stageCopyIn = iota
	stageOrders
	stageGreedy
	stageSelect
	stageRefine // and the choice of the best refined
	stageCopyOut
	stageCount
)

var stageNames = [stageCount]string{"copy in", "orders", "greedy", "select", "refine", "copy out"}

// prepare plans and allocates; draws as for newPlan. It replaces a former plan.
func (r *runner) prepare(draws bool) (err error) {
	if err := r.memory.release(); err != nil {
		return err
	}
	r.plan = nil
	available := r.device.options.Memory
	if available == 0 {
		free, _, err := cu.MemInfo()
		if err != nil {
			return driver.Wrap("cuMemGetInfo", err)
		}
		available = free / 10 * 9
	}
	p, err := newPlan(r.ensemble, r.shape, draws, available, r.device.multiprocessors)
	if err != nil {
		return err
	}
	m := &r.memory
	b := p.buffers(p.chunk)
	r.weights = m.words(b.weights, &err)
	r.drawn = m.words(b.draws, &err)
	r.order = m.words(b.order, &err)
	r.place = m.words(b.place, &err)
	r.imbalance = m.words(b.imbalance, &err)
	r.ranking = m.words(b.ranking, &err)
	r.score = m.words(b.score, &err)
	r.swaps = m.words(b.swaps, &err)
	r.answer = m.words(b.answer, &err)
	r.sortScratch = m.words(b.sortScratch, &err)
	r.selectScratch = m.words(b.selectScratch, &err)
	r.greedyScratch = m.words(b.greedyScratch, &err)
	r.refineScratch = m.words(b.refineScratch, &err)
	r.hostWeights = pinnedWords[float32](m, r.shape.Layers*r.shape.Items, &err)
	r.hostAnswer = pinnedWords[uint32](m, r.shape.Layers*(2*r.shape.Items+1), &err)
	r.hostDraws = pinnedWords[uint32](m, int(b.draws), &err)
	r.events = make([][]cu.Event, (r.shape.Layers+p.chunk-1)/p.chunk)
	for i := range r.events {
		for range stageCount + 1 {
			r.events[i] = append(r.events[i], m.event(&err))
		}
	}
	if err != nil {
		r.memory.release() // err is the error that matters
		return fmt.Errorf("preparing %v with %d candidates: %w", r.shape, r.ensemble.Candidates, err)
	}
	r.plan = p
	return nil
}

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	if p.Shape != r.shape || out.Shape != r.shape {
		return strategies.Report{}, fmt.Errorf("problem %v and packing %v given to a runner for %v", p.Shape, out.Shape, r.shape)
	}
	var report strategies.Report
	err := r.device.do(func() error {
		sent := random.Stream == strategies.Torch && r.ensemble.Candidates > 2
		if r.plan == nil || r.draws != sent {
			if err := r.prepare(sent); err != nil {
				return err
			}
		}
		if err := r.run(ctx, p, random); err != nil {
			return err
		}
		report = strategies.Report{Layers: make([]strategies.LayerStats, r.shape.Layers)}
		r.read(out, report.Layers)
		var err error
		report.Stages, err = r.times()
		return err
	})
	return report, err
}

// run queues all chunks and waits for the device. Draws that are sent over
// share one page-locked buffer, so then it waits after every chunk.
func (r *runner) run(ctx context.Context, p *packing.Problem, random strategies.Random) error {
	var torch *draws.Torch
	if r.draws {
		torch = draws.NewTorch(random.Seed, r.shape.Layers, r.ensemble.Random, r.ensemble.Noisy(), r.shape.Items)
	}
	copy(r.hostWeights, p.Weights)
	for i, first := 0, 0; first < r.shape.Layers; i, first = i+1, first+r.chunk {
		if err := ctx.Err(); err != nil {
			r.device.stream.Synchronize() // nothing may be under way when the memory is used again
			return err
		}
		layers := min(r.chunk, r.shape.Layers-first)
		if torch != nil {
			row := (r.ensemble.Candidates - 2) * r.shape.Items
			for l := range layers {
				torch.Next(r.hostDraws[l*row : (l+1)*row])
			}
		}
		err := r.queue(first, layers, random.Seed, r.events[i])
		if err == nil && torch != nil {
			err = r.wait()
		}
		if err != nil {
			r.device.stream.Synchronize()
			return err
		}
	}
	if torch != nil {
		return nil
	}
	return r.wait()
}

func (r *runner) wait() error {
	return driver.Wrap("cuStreamSynchronize", r.device.stream.Synchronize())
}

// queue queues the work on layers first, first + 1, … of the problem.
func (r *runner) queue(first, layers int, seed uint64, events []cu.Event) error {
	stream, n := r.device.stream, r.shape.Items
	var err error
	attempt := func(call string, f func() error) {
		if err == nil {
			err = driver.Wrap(call, f())
		}
	}
	mark := func(stage int) {
		attempt("cuEventRecord", func() error { return events[stage].Record(stream) })
	}
	send := func(to uint64, from unsafe.Pointer, words int) {
		attempt("cuMemcpyHtoDAsync", func() error {
			return cu.MemcpyHtoDAsync(cu.DevicePtr(to), from, int64(words)*wordBytes, stream)
		})
	}

	mark(stageCopyIn)
	send(r.weights, unsafe.Pointer(&r.hostWeights[first*n]), layers*n)
	if r.draws {
		send(r.drawn, unsafe.Pointer(&r.hostDraws[0]), layers*(r.ensemble.Candidates-2)*n)
	}
	mark(stageOrders)
	attempt("", func() error { return r.makeOrders(first, layers, seed) })
	mark(stageGreedy)
	attempt("", func() error { return r.packGreedily(layers) })
	mark(stageSelect)
	attempt("", func() error { return r.rankCandidates(layers) })
	mark(stageRefine)
	attempt("", func() error { return r.refineAndChoose(layers) })
	mark(stageCopyOut)
	attempt("cuMemcpyDtoHAsync", func() error {
		words := 2*n + 1
		return cu.MemcpyDtoHAsync(unsafe.Pointer(&r.hostAnswer[first*words]), cu.DevicePtr(r.answer), int64(layers*words)*wordBytes, stream)
	})
	mark(stageCount)
	return err
}

// read takes the answers out of the page-locked buffer.
func (r *runner) read(out *packing.Packing, stats []strategies.LayerStats) {
	n := r.shape.Items
	for first := 0; first < r.shape.Layers; first += r.chunk {
		layers := min(r.chunk, r.shape.Layers-first)
		chunk := r.hostAnswer[first*(2*n+1):]
		copyIndices(out.PackIndex[first*n:(first+layers)*n], chunk)
		copyIndices(out.RankInPack[first*n:(first+layers)*n], chunk[layers*n:])
		for l := range layers {
			stats[first+l].Steps = int64(chunk[2*layers*n+l])
		}
	}
}

// copyIndices copies indices below 2³¹ word for word.
func copyIndices(to []int32, from []uint32) {
	copy(to, unsafe.Slice((*int32)(unsafe.Pointer(&from[0])), len(to)))
}

// times returns the stages' times by the device's clock, summed over chunks. A
// stage that queues nothing is left out.
func (r *runner) times() ([]strategies.Stage, error) {
	var stages []strategies.Stage
	for s, name := range stageNames {
		if s == stageSelect && r.selection.name == "" {
			continue
		}
		total := time.Duration(0)
		for _, events := range r.events {
			ms, err := events[s].Elapsed(events[s+1])
			if err != nil {
				return nil, driver.Wrap("cuEventElapsedTime", err)
			}
			total += time.Duration(ms * float64(time.Millisecond))
		}
		stages = append(stages, strategies.Stage{Name: name, Time: total})
	}
	return stages, nil
}

// Close implements [strategies.Runner].
func (r *runner) Close() error {
	r.plan = nil
	return r.device.doIfOpen(r.memory.release)
}
