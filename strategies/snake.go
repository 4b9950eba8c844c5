package strategies

import (
	"context"

	"packbench/internal/core/lpt"
)

// snakeDefinition deals the sorted items in rows of m: the first row from the
// first pack to the last, the second back, and so on. It costs a sort and
// nothing else. For k = 2 it is the folding of the sorted list, which has the
// lowest possible max load.
var snakeDefinition = Definition{
	Name:    "snake",
	Summary: "folding: sorted items in rows of m, every second row reversed",
	Source:  "folding of sorted lists; SGLang deepseek_vec, the evolved EPLB programs and prtpy use it",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			order := make([]int32, items)
			var sorter lpt.Sorter
			return PackFunc(func(_ context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				task.Descending(&sorter, order)
				lpt.Fold(order, packs, packIndex, rankInPack)
				return LayerStats{}, nil
			})
		}, PlansAsGiven), nil
	},
}
