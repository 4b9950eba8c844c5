//go:build cuda

package cuda

import (
	"context"
	"fmt"
	"unsafe"

	"gorgonia.org/cu"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cuda/driver"
)

// runner packs problems of one shape. Its memory is allocated and its launches are
// made ready when it is prepared; a run with draws sent over (the torch stream)
// has its own plan, because the draws take memory from the chunks.
type runner struct {
	device   *device
	ensemble strategies.Ensemble
	shape    packing.Shape
	timed    bool

	*plan
	memory memory
	parts  []hostPart
	// Page-locked: inputs and answers of all parts, one part after the other; draws
	// of one part.
	input, drawn, answer mapped
	queues               []queue
}

var _ strategies.StageTimer = (*runner)(nil)

// hostPart is a part with where its words begin in the page-locked memory.
type hostPart struct {
	part
	inputAt, answerAt int64
}

// prepare plans, allocates and makes the launches ready; sent says whether draws are
// sent over. It replaces a former plan.
func (r *runner) prepare(sent bool) (err error) {
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
	p, err := newPlan(r.ensemble, r.shape, sent, available, r.device.multiprocessors)
	if err != nil {
		return err
	}
	if err := r.allocate(p); err != nil {
		r.memory.release() // err is the error that matters
		return fmt.Errorf("preparing %v with %d candidates: %w", r.shape, r.ensemble.Candidates, err)
	}
	r.plan = p
	return nil
}

func (r *runner) allocate(p *plan) (err error) {
	m := &r.memory
	b := p.lay(p.chunk, func(words int64) address { return m.words(words, &err) })
	inputs, answers := int64(0), int64(0)
	r.parts = nil
	for first := 0; first < r.shape.Layers; first += p.chunk {
		at := hostPart{part: part{first: first, layers: min(p.chunk, r.shape.Layers-first)}, inputAt: inputs, answerAt: answers}
		inputs += p.inputWords(at.layers)
		answers += p.answerWords(at.layers)
		r.parts = append(r.parts, at)
	}
	r.input = m.mapped(inputs, &err)
	r.answer = m.mapped(answers, &err)
	if p.draws {
		r.drawn = m.mapped(p.drawWords(p.chunk), &err)
	}
	if err != nil {
		return err
	}
	clear(r.input.words) // what is not written stays 0

	r.queues = nil
	var launches []launch
	for i := range r.parts {
		at := &r.parts[i]
		at.input, at.draws, at.answer = r.input.at.words(at.inputAt), r.drawn.at, r.answer.at.words(at.answerAt)
		launches = append(launches, p.launches(b, at.part)...)
		if !p.draws && i < len(r.parts)-1 {
			continue
		}
		graph := withoutGraph
		if !p.draws && len(launches) <= graphLaunches {
			graph = graphWanted
		}
		if err := r.addQueue(launches, graph); err != nil {
			return err
		}
		launches = nil
	}
	return nil
}

// TimeStages implements [strategies.StageTimer]. The events between the stages cost
// some 18 µs of a run on an H100.
func (r *runner) TimeStages(on bool) { r.timed = on }

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	if p.Shape != r.shape || out.Shape != r.shape {
		return strategies.Report{}, fmt.Errorf("problem %v and packing %v given to a runner for %v", p.Shape, out.Shape, r.shape)
	}
	report := strategies.Report{Layers: make([]strategies.LayerStats, r.shape.Layers)}
	sent := random.Stream == strategies.Torch && r.ensemble.Candidates > 2
	run := func() (err error) {
		if r.plan == nil || r.draws != sent {
			if err := r.prepare(sent); err != nil {
				return err
			}
		}
		if err := r.run(ctx, p, random); err != nil {
			return err
		}
		r.read(out, report.Layers)
		if r.timed {
			report.Stages, err = r.times()
		}
		return err
	}
	if r.plan != nil && r.draws == sent && !r.timed {
		return report, r.device.hold(run) // the one call of the driver binds the context itself
	}
	return report, r.device.do(run)
}

// run hands the problem over, launches everything and waits for the device.
func (r *runner) run(ctx context.Context, p *packing.Problem, random strategies.Random) error {
	r.write(p, random.Seed)
	var torch *draws.Torch
	if r.draws {
		torch = draws.NewTorch(random.Seed, r.shape.Layers, r.ensemble.Random, r.ensemble.Noisy(), r.shape.Items)
	}
	for i := range r.queues {
		if err := ctx.Err(); err != nil {
			return err
		}
		if torch != nil { // a queue for each part
			row := (r.ensemble.Candidates - 2) * r.shape.Items
			for l := range r.parts[i].layers {
				torch.Next(r.drawn.words[l*row : (l+1)*row])
			}
		}
		if err := r.queues[i].run(r.timed); err != nil {
			return err
		}
	}
	return nil
}

// write puts the seed and the weights where the device fetches them.
func (r *runner) write(p *packing.Problem, seed uint64) {
	n := r.shape.Items
	for _, at := range r.parts {
		input := r.input.words[at.inputAt:]
		input[0], input[1] = uint32(seed), uint32(seed>>32)
		rows := unsafe.Slice((*float32)(unsafe.Pointer(&input[seedWords])), at.layers*r.pitch)
		from := p.Weights[at.first*n : (at.first+at.layers)*n]
		if r.pitch == n {
			copy(rows, from)
			continue
		}
		for l := range at.layers {
			copy(rows[l*r.pitch:], from[l*n:(l+1)*n])
		}
	}
}

// read takes the answers.
func (r *runner) read(out *packing.Packing, stats []strategies.LayerStats) {
	n := r.shape.Items
	for _, at := range r.parts {
		answer := r.answer.words[at.answerAt:]
		copyIndices(out.PackIndex[at.first*n:(at.first+at.layers)*n], answer)
		copyIndices(out.RankInPack[at.first*n:(at.first+at.layers)*n], answer[at.layers*n:])
		for l := range at.layers {
			stats[at.first+l].Steps = int64(answer[2*at.layers*n+l])
		}
	}
}

// copyIndices copies indices below 2³¹ word for word.
func copyIndices(to []int32, from []uint32) {
	copy(to, unsafe.Slice((*int32)(unsafe.Pointer(&from[0])), len(to)))
}

// Close implements [strategies.Runner].
func (r *runner) Close() error {
	r.plan = nil
	return r.device.doIfOpen(r.memory.release)
}
