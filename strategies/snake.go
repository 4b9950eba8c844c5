package strategies

import (
	"context"

	"packbench/internal/lpt"
)

// snakeDefinition deals the sorted items in rows of m: the first row from the
// first pack to the last, the second back, and so on. It costs a sort and
// nothing else. For k = 2 it is the folding of the sorted list, which has the
// least possible maximum load.
var snakeDefinition = Definition{
	Name:    "snake",
	Summary: "folding: sorted items in rows of m, every second row reversed",
	Source:  "folding of sorted lists; SGLang deepseek_vec, the evolved EPLB programs and prtpy use it",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			order := make([]int32, items)
			var sorter lpt.Sorter
			return PackFunc(func(_ context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				sorter.Descending(order, task.Weights)
				for pos, item := range order {
					row, pack := pos/packs, pos%packs
					if row%2 == 1 {
						pack = packs - 1 - pack
					}
					packIndex[item], rankInPack[item] = int32(pack), int32(row)
				}
				return LayerStats{}, nil
			})
		}), nil
	},
}
