package cpu

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// The exchanger makes the swaps that the refiner makes, whatever the ties, from
// good packings and bad ones, and leaves loads that overflow to it.
func TestExchangerEqualsRefiner(t *testing.T) {
	if !hasVector() {
		t.Skip("no AVX-512 here, or built without assembly")
	}
	rapid.Check(t, func(rt *rapid.T) {
		packs := rapid.IntRange(1, 40).Draw(rt, "packs")
		capacity := rapid.IntRange(1, exchangeCapacity).Draw(rt, "capacity")
		shape := packing.Shape{Layers: 1, Items: packs * capacity, Packs: packs}
		e := strategies.Ensemble{Candidates: 8, Keep: 1, Refinement: strategies.MaxAny, Rounds: rapid.IntRange(0, 40).Draw(rt, "rounds")}
		e.Epsilon = rapid.SampledFrom([]float32{0, 1e-6, 2}).Draw(rt, "epsilon")

		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		distinct := rapid.SampledFrom([]int{1, 3, 100, 1 << 24}).Draw(rt, "distinct")
		scale := rapid.SampledFrom([]float32{1, 0.1, math.MaxFloat32 / (1 << 24)}).Draw(rt, "scale")
		weights := make([]float32, shape.Items)
		for i := range weights {
			weights[i] = scale * float32(random.IntN(distinct))
		}
		kept := newSelection(1, 1, shape.Items)
		want, got := kept.slots[0], kept.slots[1]
		for i, item := range random.Perm(shape.Items) {
			want.order[i] = int32(item)
		}
		g := newGreedy(shape)
		g.setWeights(weights)
		g.pack(want)
		copy(got.order, want.order)
		copy(got.place, want.place)

		plain, vectors := newRefiner(e, shape, false), newRefiner(e, shape, false)
		vectors.exchange = newExchanger(e, shape)
		steps := plain.refine(weights, want)
		if n := vectors.refine(weights, got); n != steps {
			rt.Fatalf("%v: %d swaps, want %d", shape, n, steps)
		}
		if !slices.Equal(got.place, want.place) {
			rt.Fatalf("%v: places after %d swaps\n     %v\nwant %v", shape, steps, got.place, want.place)
		}
		if math.Float32bits(got.imbalance) != math.Float32bits(want.imbalance) {
			rt.Fatalf("%v: imbalance %v, want %v", shape, got.imbalance, want.imbalance)
		}
	})
}

// What is refined by vectors and what is not goes by the shape and the epsilon.
func TestExchangerLimits(t *testing.T) {
	maxAny := strategies.Ensemble{Refinement: strategies.MaxAny}
	negative := maxAny
	negative.Epsilon = -1
	for _, tt := range []struct {
		ensemble     strategies.Ensemble
		items, packs int
		want         bool
	}{
		{maxAny, 288, 32, true},
		{maxAny, exchangeCapacity * 8, 8, true},
		{maxAny, (exchangeCapacity + 1) * 8, 8, false},
		{maxAny, exchangeItems + 16, (exchangeItems + 16) / 16, false},
		{negative, 288, 32, false},
		{strategies.Ensemble{Refinement: strategies.TwoOpt}, 288, 32, false},
	} {
		shape := packing.Shape{Layers: 1, Items: tt.items, Packs: tt.packs}
		if got := newExchanger(tt.ensemble, shape) != nil; got != tt.want {
			t.Errorf("%v, epsilon %v: exchanger %t, want %t", shape, tt.ensemble.Epsilon, got, tt.want)
		}
	}
}
