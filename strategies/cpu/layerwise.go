package cpu

import (
	"context"
	"fmt"
	"time"

	"packbench/strategies"
)

// layerwiseWorker runs the packer of a [strategies.Layerwise].
type layerwiseWorker struct {
	packer strategies.LayerPacker
	time   time.Duration
}

func (w *layerwiseWorker) packNext(ctx context.Context, j *job) (bool, error) {
	layer, ok := j.take()
	if !ok {
		return false, nil
	}
	start := time.Now()
	packIndex, rankInPack := j.Out.Layer(layer)
	task := strategies.Task{
		Layer: layer, Weights: j.Problem.Layer(layer), Given: j.Problem.LayerGiven(layer),
		Packs: j.Problem.Packs, Seed: j.Random.Seed,
	}
	stats, err := w.packer.PackLayer(ctx, task, packIndex, rankInPack)
	j.layers[layer] = stats
	w.time += time.Since(start)
	if err != nil {
		return false, fmt.Errorf("layer %d: %w", layer, err)
	}
	return true, nil
}

func (w *layerwiseWorker) stages(total []strategies.Stage) []strategies.Stage {
	total = addStage(total, "pack", w.time)
	w.time = 0
	return total
}

// addStage adds time to the stage of that name.
func addStage(total []strategies.Stage, name string, t time.Duration) []strategies.Stage {
	for i := range total {
		if total[i].Name == name {
			total[i].Time += t
			return total
		}
	}
	return append(total, strategies.Stage{Name: name, Time: t})
}
