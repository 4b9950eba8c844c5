package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"packbench/internal/draws"
	"packbench/packing"
)

func layerOf(n int) []float32 {
	random := rand.New(rand.NewPCG(1, 2))
	weights := make([]float32, n)
	for i := range weights {
		weights[i] = float32(1000 * math.Exp(0.66*random.NormFloat64()))
	}
	return weights
}

// BenchmarkSort times one noisy order of 288 items, draws apart.
func BenchmarkSort(b *testing.B) {
	const n = 288
	weights, order := layerOf(n), make([]int32, n)
	rows := make([][]uint32, 94)
	for c := range rows {
		rows[c] = make([]uint32, n)
		draws.Philox(rows[c], 1, 2, c)
	}
	s := newSorter(n)
	for i := 0; b.Loop(); i++ {
		s.descendingNoisy(order, weights, rows[i%94], 0.4, 0.8)
	}
}

// BenchmarkGreedy times the greedy packing of eight candidates.
func BenchmarkGreedy(b *testing.B) {
	shape := packing.Shape{Layers: 1, Items: 288, Packs: 32}
	weights := layerOf(shape.Items)
	s := newSorter(shape.Items)
	kept := newSelection(94, 1, shape.Items)
	row := make([]uint32, shape.Items)
	for c, slot := range kept.slots[:94] {
		draws.Philox(row, 1, 2, c)
		s.descendingNoisy(slot.order, weights, row, 0.4, 0.8)
	}
	g := newGreedy(shape)
	g.setWeights(weights)
	for i := 0; b.Loop(); i++ {
		g.score(kept.slots[8*(i%11) : 8*(i%11)+8])
	}
}
