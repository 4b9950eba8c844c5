package strategies

import (
	"context"

	"packbench/internal/core/lpt"
)

var endsDefinition = Definition{
	Name:    "ends",
	Summary: "the heaviest with the lightest, the next with the next, until a pack is full",
	Source:  "the example of CONTRIBUTING.md",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			order, capacity := make([]int32, items), items/packs
			var sorter lpt.Sorter
			return PackFunc(func(_ context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				sorter.Descending(order, task.Weights)
				for i := range items {
					item := order[i/2]
					if i%2 == 1 {
						item = order[items-1-i/2]
					}
					packIndex[item], rankInPack[item] = int32(i/capacity), int32(i%capacity)
				}
				return LayerStats{}, nil
			})
		}), nil
	},
}
