package cpu

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// By the zero-one principle a network sorts everything if it sorts all rows of
// zeros and ones; for up to 14 rows all of them are tried.
func TestNetworkSorts(t *testing.T) {
	apply := func(words []int, network []comparator) {
		for _, c := range network {
			a, b := c.a/lanes, c.b/lanes
			if a >= b {
				t.Fatalf("%d rows: rows %d and %d are compared the wrong way round", len(words), a, b)
			}
			words[a], words[b] = min(words[a], words[b]), max(words[a], words[b])
		}
	}
	for n := 1; n <= 14; n++ {
		network := newNetwork(n)
		words := make([]int, n)
		for bits := range 1 << n {
			for i := range words {
				words[i] = bits >> i & 1
			}
			if apply(words, network); !slices.IsSorted(words) {
				t.Fatalf("%d rows: %b is not sorted", n, bits)
			}
		}
	}
	for n := 15; n <= vectorItems; n += 61 {
		words := rand.New(rand.NewPCG(1, uint64(n))).Perm(n)
		if apply(words, newNetwork(n)); !slices.IsSorted(words) {
			t.Fatalf("%d rows are not sorted", n)
		}
	}
}

// Every lane has the order, the places and the imbalance that sorter and greedy give its
// candidate, at any shape up to the limits, whatever the ties.
func TestVectorEqualsScalar(t *testing.T) {
	if !hasVector() {
		t.Skip("no AVX-512 here, or built without assembly")
	}
	rapid.Check(t, func(rt *rapid.T) {
		packs := rapid.IntRange(1, vectorPacks).Draw(rt, "packs")
		capacity := rapid.IntRange(1, min(20, vectorItems/packs)).Draw(rt, "capacity")
		shape := packing.Shape{Layers: 1, Items: packs * capacity, Packs: packs}
		e := strategies.Ensemble{Candidates: rapid.IntRange(2, 60).Draw(rt, "candidates"), Keep: 1, Spread: 0.4, Floor: 0.8}
		e.Random = rapid.IntRange(0, e.Candidates-2).Draw(rt, "random")
		v := newVector(e, shape)

		seed := rapid.Uint64().Draw(rt, "seed")
		random := rand.New(rand.NewPCG(seed, 0))
		distinct := rapid.SampledFrom([]int{1, 3, 1000, 1 << 20}).Draw(rt, "distinct")
		weights := make([]float32, shape.Items)
		for i := range weights {
			weights[i] = float32(random.IntN(distinct))
		}

		s := &source{ensemble: e, shape: shape, random: strategies.Random{Seed: seed}}
		w := newEnsembleWorker(e, shape, s, false)
		w.greedy.setWeights(weights)
		v.setWeights(weights)
		got := newSelection(0, 1, shape.Items).slots[0]
		for first := 0; first < e.Candidates; first += lanes {
			batch := w.kept.spares()
			batch = batch[:min(len(batch), e.Candidates-first)]
			for i, slot := range batch {
				w.order(slot.order, 0, first+i, weights)
			}
			w.greedy.score(batch)

			s.drawLanes(nil, v.draws(), 0, first)
			v.order(first, weights)
			imbalance := v.score()
			for lane, want := range batch {
				w.greedy.pack(want)
				if v.take(got, lane); !slices.Equal(got.order, want.order) {
					rt.Fatalf("%v, candidate %d has the order\n     %v\nwant %v", shape, first+lane, got.order, want.order)
				}
				if !slices.Equal(got.place, want.place) {
					rt.Fatalf("%v, candidate %d has the places\n     %v\nwant %v", shape, first+lane, got.place, want.place)
				}
				if imbalance[lane] != want.imbalance {
					rt.Fatalf("%v, candidate %d has imbalance %v, want %v", shape, first+lane, imbalance[lane], want.imbalance)
				}
			}
		}
	})
}
