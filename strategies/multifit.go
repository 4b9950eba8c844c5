package strategies

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"packbench/internal/core/lpt"
	"packbench/internal/spec"
	"packbench/packing"
)

// multifitDefinition searches for the lowest max load at which first-fit
// decreasing succeeds when a pack takes k items at most. Items that fit nowhere
// are put, at the end, into the lightest pack with room; such a packing may
// still be the best one seen. It starts from capped LPT and is never worse.
var multifitDefinition = Definition{
	Name:    "multifit",
	Summary: "bisection on the maximum load with first-fit decreasing, at most k items per pack",
	Source:  "MULTIFIT: Coffman, Garey, Johnson 1978; under a cap of items: Dell'Amico, Iori, Martello 2004",
	Params: []Param{{
		Name: "iterations", Kind: spec.Int, Default: "12", Min: 1, Max: 64,
		Doc: "steps of the bisection",
	}},
	New: func(v Values) (Strategy, error) {
		iterations := v.Int("iterations")
		return PerLayer(v, func(items, packs int) LayerPacker { return newMultifit(items, packs, iterations) }, Proves, PlansAsGiven), nil
	},
}

type multifit struct {
	iterations int
	sorter     lpt.Sorter
	greedy     lpt.Greedy
	bound      packing.Bounder
	order      []int32
	loads      []float64 // [items]
	units      []int64   // [items] loads in whole numbers, for the proof
	whole      []int64   // [packs] pack loads in the same units
	load       []float64
	count      []int32
	node       []float64 // tournament tree: min load of a pack with room below the node
	leaves     int
	left       []int32 // items that fitted nowhere
	pack, rank []int32 // of the trial
}

func newMultifit(items, packs, iterations int) *multifit {
	leaves := 1 << bits.Len(uint(packs-1))
	return &multifit{
		iterations: iterations,
		order:      make([]int32, items),
		loads:      make([]float64, items), units: make([]int64, items), whole: make([]int64, packs),
		load: make([]float64, packs), count: make([]int32, packs),
		node: make([]float64, 2*leaves), leaves: leaves,
		pack: make([]int32, items), rank: make([]int32, items),
	}
}

// PackLayer implements [LayerPacker].
func (f *multifit) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	task.Descending(&f.sorter, f.order)
	task.loads(f.loads)
	f.greedy.Pack(f.order, task.Weights, task.Packs, packIndex, rankInPack)
	clear(f.load)
	high := 0.0
	for _, item := range f.order {
		load := &f.load[packIndex[item]]
		*load += f.loads[item]
		high = max(high, *load)
	}
	grid := packing.UnitsOf(f.units, task.Weights, task.Given)
	bound := f.bound.Whole(f.units, task.Packs)
	low := grid.Value(bound)
	if task.Given != nil && grid.Exact() {
		low = float64(bound) // the unit of task.loads
	}
	var stats LayerStats
	for range f.iterations {
		if high <= low {
			break
		}
		if err := ctx.Err(); err != nil {
			return LayerStats{}, err
		}
		limit := low + float64((high-low)/2)
		heaviest := f.firstFit(limit)
		if heaviest < high {
			high = heaviest
			copy(packIndex, f.pack)
			copy(rankInPack, f.rank)
		}
		if heaviest > limit {
			low = limit // not a bound: first-fit may fail where a packing exists
		}
		stats.Steps++
	}
	stats.Optimal = grid.Exact() && f.heaviest(packIndex) <= bound
	return stats, nil
}

// heaviest returns the heaviest load of a packing, in whole numbers.
func (f *multifit) heaviest(packIndex []int32) int64 {
	clear(f.whole)
	for i, u := range f.units {
		f.whole[packIndex[i]] += u
	}
	return slices.Max(f.whole)
}

// firstFit packs into f.pack and f.rank and returns the heaviest load.
func (f *multifit) firstFit(limit float64) float64 {
	clear(f.load)
	clear(f.count)
	for p := range f.leaves {
		f.node[f.leaves+p] = math.Inf(1)
		if p < len(f.load) {
			f.node[f.leaves+p] = 0
		}
	}
	for i := f.leaves - 1; i > 0; i-- {
		f.node[i] = min(f.node[2*i], f.node[2*i+1])
	}
	f.left = f.left[:0]
	for _, item := range f.order {
		room := limit - f.loads[item]
		if f.node[1] > room {
			f.left = append(f.left, item)
			continue
		}
		i := 1
		for i < f.leaves {
			i *= 2
			if f.node[i] > room {
				i++
			}
		}
		f.put(item, i)
	}
	for _, item := range f.left {
		i := 1
		for i < f.leaves {
			i *= 2
			if f.node[i] > f.node[i+1] {
				i++
			}
		}
		f.put(item, i)
	}
	heaviest := 0.0
	for _, load := range f.load {
		heaviest = max(heaviest, load)
	}
	return heaviest
}

// put places the item in the pack of leaf i.
func (f *multifit) put(item int32, i int) {
	p := i - f.leaves
	f.pack[item], f.rank[item] = int32(p), f.count[p]
	f.load[p] += f.loads[item]
	f.count[p]++
	word := f.load[p]
	if int(f.count[p]) == len(f.order)/len(f.load) {
		word = math.Inf(1)
	}
	f.node[i] = word
	for i > 1 {
		i >>= 1
		f.node[i] = min(f.node[2*i], f.node[2*i+1])
	}
}
