package cpu

import (
	"context"
	"math"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// ensembleWorker packs layers by a [strategies.Ensemble].
//
// Candidates go through sorting and greedy packing in pairs. The best so far
// are kept in slots; a candidate that is not among the best is overwritten by
// the next one.
type ensembleWorker struct {
	ensemble strategies.Ensemble
	shape    packing.Shape
	source   *source

	buffer []uint32 // draws of a whole layer, torch stream only
	row    []uint32 // draws of one candidate
	sorter sorter
	greedy greedy
	kept   selection
	refine refiner

	lpt  []int32 // candidate 0's order, [items]
	time [stageCount]time.Duration
}

// The stages of an ensemble.
const (
	stageOrders = iota // draws and sorting
	stageGreedy
	stageRefine // selection, refinement and writing the answer
	stageCount
)

var stageNames = [stageCount]string{"orders", "greedy", "refine"}

func newEnsembleWorker(e strategies.Ensemble, shape packing.Shape, s *source) *ensembleWorker {
	return &ensembleWorker{
		ensemble: e, shape: shape, source: s,
		row:    make([]uint32, shape.Items),
		sorter: newSorter(shape.Items),
		greedy: newGreedy(shape),
		kept:   newSelection(e.Keep, shape.Items),
		refine: newRefiner(e, shape),
		lpt:    make([]int32, shape.Items),
	}
}

func (w *ensembleWorker) packNext(ctx context.Context, j *job) (bool, error) {
	layer, ok := w.source.take(j, &w.buffer)
	if !ok {
		return false, nil
	}
	weights := j.problem.Layer(layer)
	packIndex, rankInPack := j.out.Layer(layer)

	w.greedy.setWeights(weights)
	w.kept.reset()
	for c := 0; c < w.ensemble.Candidates; c += 2 {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		w.packPair(layer, c, weights)
	}

	start := time.Now()
	best, steps := w.refine.best(weights, &w.kept)
	best.write(packIndex, rankInPack, w.greedy.shift)
	w.time[stageRefine] += time.Since(start)
	j.layers[layer] = strategies.LayerStats{Steps: steps}
	return true, nil
}

// packPair makes the greedy packings of candidates c and c + 1 and offers them
// to the selection.
func (w *ensembleWorker) packPair(layer, c int, weights []float32) {
	start := time.Now()
	first, second := w.kept.spare(0), w.kept.spare(1)
	w.order(first, layer, c, weights)
	two := c+1 < w.ensemble.Candidates
	if two {
		w.order(second, layer, c+1, weights)
	}
	sorted := time.Now()
	limit := w.kept.limit()
	if two {
		w.greedy.packTwo(first, second, limit)
	} else {
		w.greedy.packOne(first, limit)
	}
	w.kept.offer(first)
	if two {
		w.kept.offer(second)
	}
	w.time[stageOrders] += sorted.Sub(start)
	w.time[stageGreedy] += time.Since(sorted)
}

// order writes the order of candidate c to slot.
func (w *ensembleWorker) order(slot *slot, layer, c int, weights []float32) {
	slot.candidate = c
	switch {
	case c == 0:
		w.sorter.descending(slot.order, weights)
		copy(w.lpt, slot.order)
	case c == 1:
		zigzag(slot.order, w.lpt)
	case c < 2+w.ensemble.Random:
		w.sorter.ascendingDraws(slot.order, w.source.draw(w.buffer, w.row, layer, c))
	default:
		draw := w.source.draw(w.buffer, w.row, layer, c)
		w.sorter.descendingNoisy(slot.order, weights, draw, w.ensemble.Spread, w.ensemble.Floor)
	}
}

// zigzag writes first, last, second, last but one, … of the order lpt.
func zigzag(order, lpt []int32) {
	for i := range order {
		if i%2 == 0 {
			order[i] = lpt[i/2]
		} else {
			order[i] = lpt[len(lpt)-1-i/2]
		}
	}
}

func (w *ensembleWorker) stages(total []strategies.Stage) []strategies.Stage {
	for i, t := range w.time {
		total = addStage(total, stageNames[i], t)
		w.time[i] = 0
	}
	return total
}

// worst is the imbalance of a candidate that was abandoned or not yet made.
var worst = float32(math.Inf(1))
