package cpu

import (
	"context"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// ensembleWorker packs layers by a [strategies.Ensemble].
//
// Candidates are sorted and scored in small batches, each in a slot. The best so far
// keep theirs; the next candidates overwrite the others. With a vector, only the
// best get a slot at all.
type ensembleWorker struct {
	ensemble strategies.Ensemble
	source   *source // of the problem at hand

	buffer []uint32 // draws of a whole layer, torch stream only
	row    []uint32 // draws of one candidate
	sorter sorter
	greedy greedy
	vector *vector // nil where sorter and greedy do the work
	kept   selection
	refine refiner

	lpt   []int32 // candidate 0's order, [items]
	watch stopwatch
}

// The stages of an ensemble.
const (
	stageOrders = iota // draws and sorting
	stageGreedy
	stageRefine // selection, refinement and writing the answer
	stageCount
)

var stageNames = [stageCount]string{"orders", "greedy", "refine"}

// stopwatch adds up the times of the stages.
type stopwatch struct {
	start  time.Time
	last   time.Duration // since start
	stages [stageCount]time.Duration
}

// begin starts the watch.
func (s *stopwatch) begin() { s.start, s.last = time.Now(), 0 }

// lap counts the time since the last lap for a stage.
func (s *stopwatch) lap(stage int) {
	now := time.Since(s.start)
	s.stages[stage] += now - s.last
	s.last = now
}

func newEnsembleWorker(e strategies.Ensemble, shape packing.Shape, vectors bool) *ensembleWorker {
	w := &ensembleWorker{
		ensemble: e,
		row:      make([]uint32, shape.Items),
		sorter:   newSorter(shape.Items),
		greedy:   newGreedy(shape),
		kept:     newSelection(e.Keep, min(interleaved, e.Candidates), shape.Items),
		refine:   newRefiner(e, shape, vectors),
		lpt:      make([]int32, shape.Items),
	}
	if vectors {
		w.vector = newVector(e, shape, &w.greedy)
	}
	return w
}

func (w *ensembleWorker) packNext(ctx context.Context, j *job) (bool, error) {
	w.source = &j.source
	layer, ok := w.source.take(j, &w.buffer)
	if !ok {
		return false, nil
	}
	weights := j.Problem.Layer(layer)
	packIndex, rankInPack := j.Out.Layer(layer)

	w.watch.begin()
	w.greedy.setWeights(weights)
	w.kept.reset()
	try, step := w.tryBatch, interleaved
	vectors := w.vector != nil && w.vector.setLayer(weights, layer, j.Random)
	if vectors {
		try, step = w.tryPage, w.vector.page()
	}
	for first := 0; first < w.ensemble.Candidates; first += step {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		try(layer, first, weights)
	}

	if !vectors || !w.vector.places() {
		for _, c := range w.kept.best() {
			w.greedy.pack(c)
		}
	}
	w.watch.lap(stageGreedy)
	w.refine.ctx = ctx
	best, steps := w.refine.best(weights, &w.kept)
	if err := ctx.Err(); err != nil {
		return false, err
	}
	best.write(packIndex, rankInPack)
	w.watch.lap(stageRefine)
	j.layers[layer] = strategies.LayerStats{Steps: steps}
	return true, nil
}

// tryBatch makes the orders of candidates first, first + 1, …, as many as there are
// spare slots, scores them and offers them to the selection.
func (w *ensembleWorker) tryBatch(layer, first int, weights []float32) {
	batch := w.kept.spares()
	batch = batch[:min(len(batch), w.ensemble.Candidates-first)]
	for i, slot := range batch {
		w.order(slot.order, layer, first+i, weights)
	}
	w.watch.lap(stageOrders)
	switch {
	case w.ensemble.Candidates == 1: // the best, whatever its score
	case w.greedy.canScore():
		w.greedy.score(batch)
	default:
		for _, slot := range batch {
			w.greedy.pack(slot)
		}
	}
	for i := range batch {
		w.kept.offer(i)
	}
	w.watch.lap(stageGreedy)
}

// tryPage is tryBatch for a vector, which tries a page of candidates at a time.
func (w *ensembleWorker) tryPage(_, first int, _ []float32) {
	w.vector.turn(first)
	for b := range w.vector.batches() {
		w.source.drawLanes(w.buffer, w.vector.drawn(b), w.vector.draws, first+b*lanes)
		w.vector.order(b)
	}
	w.watch.lap(stageOrders)
	for b := range w.vector.batches() {
		w.vector.score(b)
	}
	w.vector.offer(&w.kept)
	w.watch.lap(stageGreedy)
}

// order writes the order of candidate c to order.
func (w *ensembleWorker) order(order []int32, layer, c int, weights []float32) {
	switch {
	case c == 0:
		w.sorter.Descending(order, weights)
		copy(w.lpt, order)
	case c == 1:
		zigzag(order, w.lpt)
	case c < 2+w.ensemble.Random:
		w.sorter.Ascending(order, w.source.draw(w.buffer, w.row, layer, c))
	default:
		draw := w.source.draw(w.buffer, w.row, layer, c)
		w.sorter.descendingNoisy(order, weights, draw, w.ensemble.Spread, w.ensemble.Floor)
	}
}

// zigzag writes first, last, second, last but one, … of the order lpt.
func zigzag(order, lpt []int32) {
	for i := range order {
		order[i] = lpt[zigzagFrom(i, len(lpt))]
	}
}

// zigzagFrom returns the position, in an order of n items, of the i-th item of the
// zigzag over it.
func zigzagFrom(i, n int) int {
	if i%2 == 0 {
		return i / 2
	}
	return n - 1 - i/2
}

func (w *ensembleWorker) stages(total []strategies.Stage) []strategies.Stage {
	for i, t := range w.watch.stages {
		total = addStage(total, stageNames[i], t)
		w.watch.stages[i] = 0
	}
	return total
}
