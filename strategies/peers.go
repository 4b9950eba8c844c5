package strategies

import (
	"context"
	"math"

	"packbench/internal/core/lpt"
)

// Peers: capped LPT as other programs compute it, where that differs from lpt.

// deepseekDefinition is lpt but for one case: as many packs as items return the
// identity instead of the items by falling load. The loads of the packs are the
// same; which item is where is not.
var deepseekDefinition = Definition{
	Name:    "deepseek",
	Summary: "lpt as in DeepSeek: with as many packs as items, every item keeps its place",
	Source:  "balanced_packing in eplb.py of deepseek-ai/EPLB",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			order := make([]int32, items)
			var sorter lpt.Sorter
			var greedy lpt.Greedy
			return PackFunc(func(_ context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				if items == packs {
					for i := range packIndex {
						packIndex[i], rankInPack[i] = int32(i), 0
					}
					return LayerStats{}, nil
				}
				sorter.Descending(order, task.Weights)
				greedy.Pack(order, task.Weights, packs, packIndex, rankInPack)
				return LayerStats{}, nil
			})
		}), nil
	},
}

// vllmDefinition is capped LPT with loads summed in float64, full packs at +∞
// and the first lightest pack by a scan. vLLM sorts with NumPy's unstable
// argsort, so equal loads may change places there; here they go by item.
var vllmDefinition = Definition{
	Name:    "vllm",
	Summary: "lpt as in vLLM: loads summed in float64",
	Source:  "balanced_packing of vLLM's default expert-load policy (NumPy); ties by item",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			order := make([]int32, items)
			load, count := make([]float64, packs), make([]int32, packs)
			var sorter lpt.Sorter
			return PackFunc(func(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				sorter.Descending(order, task.Weights)
				clear(load)
				clear(count)
				for at, item := range order {
					if at&1023 == 0 && ctx.Err() != nil {
						return LayerStats{}, ctx.Err()
					}
					pack := 0
					for p, l := range load {
						if l < load[pack] {
							pack = p
						}
					}
					packIndex[item], rankInPack[item] = int32(pack), count[pack]
					load[pack] += float64(task.Weights[item])
					if count[pack]++; int(count[pack]) == items/packs {
						load[pack] = math.Inf(1)
					}
				}
				return LayerStats{}, nil
			})
		}), nil
	},
}
