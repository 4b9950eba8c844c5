package strategies

import (
	"context"

	"packbench/internal/core/draws"
	"packbench/internal/core/lpt"
)

// Baselines: what a packing costs that does not look at the loads. Any strategy
// should beat them; how far it does says how much the loads matter.

var identityDefinition = Definition{
	Name:    "identity",
	Summary: "item i to pack i/k: the items stay where they are (baseline)",
	Source:  "contiguous expert placement, the default of serving engines without a balancer",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			return PackFunc(func(_ context.Context, _ Task, packIndex, rankInPack []int32) (LayerStats, error) {
				capacity := int32(items / packs)
				for i := range packIndex {
					packIndex[i], rankInPack[i] = int32(i)/capacity, int32(i)%capacity
				}
				return LayerStats{}, nil
			})
		}, PlansAsGiven), nil
	},
}

var roundRobinDefinition = Definition{
	Name:    "round-robin",
	Summary: "item i to pack i mod m, whatever the loads (baseline)",
	Source:  "round-robin dealing, as in prtpy and in the tests of many schedulers",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(_, packs int) LayerPacker {
			return PackFunc(func(_ context.Context, _ Task, packIndex, rankInPack []int32) (LayerStats, error) {
				for i := range packIndex {
					packIndex[i], rankInPack[i] = int32(i%packs), int32(i/packs)
				}
				return LayerStats{}, nil
			})
		}, PlansAsGiven), nil
	},
}

// random deals the items in the order of uniform draws. Draws of 24 bits tie
// now and then; ties go by item, as everywhere.
var randomDefinition = Definition{
	Name:    "random",
	Summary: "a random packing, from the seed of the run (baseline)",
	Source:  "uniform random placement; draws by Philox4x32-10 (Salmon et al., SC 2011)",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			row, keys := make([]uint32, items), make([]float32, items)
			order := make([]int32, items)
			var sorter lpt.Sorter
			return PackFunc(func(_ context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				draws.Philox(row, task.Seed, task.Layer, 0)
				for i, d := range row {
					keys[i] = draws.Uniform(d)
				}
				sorter.Descending(order, keys)
				for pos, item := range order {
					packIndex[item], rankInPack[item] = int32(pos%packs), int32(pos/packs)
				}
				return LayerStats{}, nil
			})
		}, PlansAsGiven), nil
	},
}
