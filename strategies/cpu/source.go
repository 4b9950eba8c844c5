package cpu

import (
	"fmt"
	"sync"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
)

// source gives workers the layers of a problem, and their random draws.
//
// In the torch stream, the draws of a layer follow those of the layers before it, so
// taking a layer and drawing its numbers is one step under a lock. Sorting and
// packing, the bulk of the work, run outside it.
type source struct {
	ensemble strategies.Ensemble
	shape    packing.Shape
	random   strategies.Random

	mu    sync.Mutex
	torch *draws.Torch
}

// rows is the number of candidates of a layer that need random draws.
func (s *source) rows() int { return s.ensemble.Random + s.ensemble.Noisy() }

// maxDrawBytes is the max memory that the draws of the torch stream may take.
const maxDrawBytes int64 = 8 << 30

// begin makes a source for the problem of a job and so many threads.
func (s *source) begin(e strategies.Ensemble, j strategies.Job, threads int) error {
	s.ensemble, s.shape, s.random = e, j.Problem.Shape, j.Random
	if s.random.Stream == strategies.Torch && s.rows() > 0 {
		if need := 4 * int64(s.rows()) * int64(s.shape.Items) * int64(threads); need > maxDrawBytes {
			return fmt.Errorf("%s: the torch stream's draws for %d candidates of %d items on %d threads take %d GiB: use fewer candidates, or the philox stream",
				e.Spec(), e.Candidates, s.shape.Items, threads, need>>30)
		}
		s.torch = draws.NewTorch(s.random.Seed, s.shape.Layers, e.Random, e.Noisy(), s.shape.Items)
	}
	return nil
}

// take returns the next layer; with the torch stream it also fills buffer,
// [rows, items] and grown as needed, with the layer's draws.
func (s *source) take(j *job, buffer *[]uint32) (layer int, ok bool) {
	if s.torch == nil {
		return j.take()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	layer, ok = j.take()
	if ok {
		if *buffer == nil {
			*buffer = make([]uint32, s.rows()*s.shape.Items)
		}
		s.torch.Next(*buffer)
	}
	return layer, ok
}

// draw returns the draws of one candidate of one layer, [items]: a row of the buffer
// that take has filled, or row, which it fills.
func (s *source) draw(buffer, row []uint32, layer, candidate int) []uint32 {
	if s.torch != nil {
		n := s.shape.Items
		return buffer[(candidate-2)*n : (candidate-1)*n]
	}
	draws.Philox(row, s.random.Seed, layer, candidate)
	return row
}

// drawLanes fills rows with the draws of candidates first, first + 1, …, each in its
// lane. Candidates 0 and 1 need none.
func (s *source) drawLanes(buffer []uint32, rows []vectorRow, layer *draws.Layer, first int) {
	if s.torch == nil {
		layer.Fill(rows, first)
		return
	}
	for c := max(first, 2); c < min(first+lanes, s.ensemble.Candidates); c++ {
		row := s.draw(buffer, nil, 0, c)
		lane := (c - first) % lanes
		rows := rows[:len(row)]
		for i, draw := range row {
			rows[i][lane] = draw
		}
	}
}
