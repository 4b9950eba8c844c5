package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
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

// BenchmarkVector times the stages of sixteen candidates side by side.
func BenchmarkVector(b *testing.B) {
	if !hasVector() {
		b.Skip("no AVX-512 here, or built without assembly")
	}
	for _, shape := range []packing.Shape{
		{Layers: 1, Items: 288, Packs: 32},
		{Layers: 1, Items: 256, Packs: 64},
		{Layers: 1, Items: 256, Packs: 8},
		{Layers: 1, Items: 72, Packs: 8},
		{Layers: 1, Items: 64, Packs: 8},
	} {
		e := strategies.Ensemble{Candidates: 128, Random: 32, Keep: 8, Spread: 0.4, Floor: 0.8}
		v, weights := newVector(e, shape, nil), layerOf(shape.Items)
		v.setLayer(weights, 2, strategies.Random{Seed: 1})
		v.turn(0)
		kept := newSelection(8, 1, shape.Items)
		items := v.batch(3)[:shape.Items]
		stage := func(name string, candidates int, f func()) {
			b.Run(fmt.Sprintf("%v/%s", shape, name), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*candidates*shape.Items), "ns/item")
			})
		}
		stage("layer", 128, func() { v.setLayer(weights, 2, strategies.Random{Seed: 1}) })
		stage("draws", lanes, func() { v.draws.Fill(v.drawn(3), 48) })
		stage("keys", lanes, func() { makeKeys(items, v.exact, v.numbered, &v.keys) })
		for batch := range v.batches() {
			v.draws.Fill(v.drawn(batch), lanes*batch)
			v.order(batch)
		}
		stage("keys+sort", lanes, func() {
			makeKeys(items, v.exact, v.numbered, &v.keys)
			sortBlocks(v.batch(3), v.sort)
		})
		stage("ties", lanes, func() { findTies(items, v.keys.mask, v.ties) })
		for batch := range v.batches() {
			v.score(batch)
		}
		stage("score", lanes, func() { v.score(3) })
		stage("offer", 128, func() { kept.reset(); v.offer(&kept) })
	}
}

// BenchmarkMaxAny times the refinement of the candidates that a layer keeps, by the
// refiner's own search and by the swapper.
func BenchmarkMaxAny(b *testing.B) {
	for _, shape := range []packing.Shape{
		{Layers: 1, Items: 288, Packs: 32},
		{Layers: 1, Items: 256, Packs: 64},
		{Layers: 1, Items: 72, Packs: 8},
		{Layers: 1, Items: 64, Packs: 8},
		{Layers: 1, Items: 256, Packs: 16},
	} {
		for _, keep := range []int{swapCandidates, halfLanes} {
			for _, vectors := range []bool{false, true} {
				b.Run(fmt.Sprintf("%v/k=%d/vectors=%t", shape, keep, vectors), func(b *testing.B) {
					benchmarkMaxAny(b, shape, keep, vectors && hasVector())
				})
			}
		}
	}
}

func benchmarkMaxAny(b *testing.B, shape packing.Shape, keep int, vectors bool) {
	weights := layerOf(shape.Items)
	e := strategies.Ensemble{Keep: keep, Refinement: strategies.MaxAny, Rounds: 10, Epsilon: 1e-6}
	from, to := newSelection(keep, 0, shape.Items), newSelection(keep, 0, shape.Items)
	s, g := newSorter(shape.Items), newGreedy(shape)
	g.setWeights(weights)
	row := make([]uint32, shape.Items)
	for c, slot := range from.slots {
		draws.Philox(row, 1, 2, c)
		s.descendingNoisy(slot.order, weights, row, 0.4, 0.8)
		g.pack(slot)
	}
	to.count = keep
	r := newRefiner(e, shape, vectors)
	steps := int64(0)
	for b.Loop() {
		for k, c := range to.slots {
			copy(c.order, from.slots[k].order)
			copy(c.place, from.slots[k].place)
		}
		_, steps = r.best(weights, &to)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*keep), "ns/candidate")
	b.ReportMetric(float64(steps)/float64(keep), "swaps/candidate")
}
