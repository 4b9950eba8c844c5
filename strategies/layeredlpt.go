package strategies

import (
	"cmp"
	"context"
	"slices"

	"packbench/internal/core/lpt"
)

// layeredLPTDefinition deals the sorted items in rows of m. Within a row, the
// heaviest item goes to the lightest pack, the next to the next, one item each.
// Its maximum load is below 2 − 1/m times the optimum's.
var layeredLPTDefinition = Definition{
	Name:    "layered-lpt",
	Summary: "sorted items in rows of m, the heaviest of a row to the lightest pack, one item each",
	Source:  "layered LPT, analysed with BLDM by Michiels, Korst, Aarts and van Leeuwen 2003",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker {
			return newLayeredLPT(items, packs)
		}, PlansAsGiven), nil
	},
}

type layeredLPT struct {
	sorter lpt.Sorter
	order  []int32
	loads  []float64 // [items]
	load   []float64
	byLoad []int32 // packs, by rising load, equal loads by pack
}

func newLayeredLPT(items, packs int) *layeredLPT {
	return &layeredLPT{order: make([]int32, items), loads: make([]float64, items), load: make([]float64, packs), byLoad: make([]int32, packs)}
}

// PackLayer implements [LayerPacker].
func (s *layeredLPT) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	task.Descending(&s.sorter, s.order)
	task.loads(s.loads)
	clear(s.load)
	for row := range len(s.order) / task.Packs {
		if err := ctx.Err(); err != nil {
			return LayerStats{}, err
		}
		for p := range s.byLoad {
			s.byLoad[p] = int32(p)
		}
		slices.SortFunc(s.byLoad, func(a, b int32) int {
			return cmp.Or(cmp.Compare(s.load[a], s.load[b]), cmp.Compare(a, b))
		})
		for at, item := range s.order[row*task.Packs:][:task.Packs] {
			pack := s.byLoad[at]
			packIndex[item], rankInPack[item] = pack, int32(row)
			s.load[pack] += s.loads[item]
		}
	}
	return LayerStats{}, nil
}
