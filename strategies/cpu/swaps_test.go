package cpu

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// swapKinds are kinds of weights that a search for the best swap may go wrong on,
// each in its own way: by ties, by rounding, or at either end of the floats.
var swapKinds = map[string]func(r *rand.Rand) float32{
	"counts":     func(r *rand.Rand) float32 { return float32(r.IntN(1 << 20)) },
	"few values": func(r *rand.Rand) float32 { return float32(r.IntN(4)) },
	"small ints": func(r *rand.Rand) float32 { return float32(r.IntN(100)) },
	"zeros":      func(*rand.Rand) float32 { return 0 },
	"lognormal":  func(r *rand.Rand) float32 { return float32(1000 * math.Exp(r.NormFloat64())) },
	"wide":       func(r *rand.Rand) float32 { return float32(math.Exp(10 * r.NormFloat64())) },
	"one heavy":  func(r *rand.Rand) float32 { return float32(1+math.Floor(r.Float64()*1.01)*(1<<26)) + r.Float32() },
	"near equal": func(r *rand.Rand) float32 { return 1<<23 + float32(r.IntN(40))/2 },
	"tenths":     func(r *rand.Rand) float32 { return 0.1 * float32(r.IntN(300)) },
	"subnormal":  func(r *rand.Rand) float32 { return math.SmallestNonzeroFloat32 * float32(r.IntN(500)) },
	"least":      func(r *rand.Rand) float32 { return 0x1p-126 * r.Float32() * 4 },
	"great":      func(r *rand.Rand) float32 { return 0x1p115 * r.Float32() },
}

func weightsOf(kind string, r *rand.Rand, n int) []float32 {
	weights := make([]float32, n)
	for i := range weights {
		weights[i] = swapKinds[kind](r)
	}
	return weights
}

// packedSlots returns candidates in random orders, packed greedily or, as a worse
// start that leaves more to swap, pack after pack.
func packedSlots(r *rand.Rand, shape packing.Shape, weights []float32, count int, good bool) []*slot {
	slots := newSelection(count, 0, shape.Items).slots
	g := newGreedy(shape)
	g.setWeights(weights)
	for _, c := range slots {
		for i, item := range r.Perm(shape.Items) {
			c.order[i] = int32(item)
		}
		g.pack(c)
		for i := range c.place {
			if !good {
				c.place[i] = place{Pack: int32(i / shape.Capacity()), Rank: int32(i % shape.Capacity())}
			}
		}
	}
	return slots
}

func cloneSlots(slots []*slot) []*slot {
	clones := make([]*slot, len(slots))
	for i, c := range slots {
		clones[i] = &slot{order: slices.Clone(c.order), place: slices.Clone(c.place), imbalance: c.imbalance}
	}
	return clones
}

// checkSwapper compares what s and the refiner's own search make of candidates.
func checkSwapper(t rapid.TB, s *swapper, plain *refiner, weights []float32, slots []*slot) {
	t.Helper()
	want := cloneSlots(slots)
	wantSteps := 0
	for _, c := range want {
		wantSteps += plain.refine(weights, c)
	}
	steps, ok := s.refine(weights, slots, plain)
	if !ok {
		t.Fatalf("%v: not refined", s.shape)
	}
	for i, c := range slots {
		switch {
		case !slices.Equal(c.place, want[i].place):
			t.Fatalf("%v, candidate %d of %d has the places\n     %v\nwant %v\nweights %v", s.shape, i, len(slots), c.place, want[i].place, weights)
		case !slices.Equal(c.order, want[i].order):
			t.Fatalf("%v, candidate %d of %d has the order %v, want %v", s.shape, i, len(slots), c.order, want[i].order)
		case math.Float32bits(c.imbalance) != math.Float32bits(want[i].imbalance):
			t.Fatalf("%v, candidate %d of %d has imbalance %v, want %v", s.shape, i, len(slots), c.imbalance, want[i].imbalance)
		}
	}
	if steps != wantSteps {
		t.Fatalf("%v: %d swaps, want %d", s.shape, steps, wantSteps)
	}
}

func needsVector(t *testing.T) {
	t.Helper()
	if !hasVector() {
		t.Skip("no AVX-512 here, or built without assembly")
	}
}

func TestSwapperEqualsRefiner(t *testing.T) {
	needsVector(t)
	kinds := slices.Sorted(maps.Keys(swapKinds))
	rapid.Check(t, func(rt *rapid.T) {
		packs := rapid.IntRange(1, 40).Draw(rt, "packs")
		capacity := rapid.IntRange(1, swapCapacity).Draw(rt, "capacity")
		shape := packing.Shape{Layers: 1, Items: packs * capacity, Packs: packs}
		e := strategies.Ensemble{Refinement: strategies.MaxAny, Rounds: rapid.IntRange(0, 40).Draw(rt, "rounds")}
		e.Epsilon = rapid.SampledFrom([]float32{0, 1e-6, 2, math.MaxFloat32}).Draw(rt, "epsilon")
		count := rapid.IntRange(swapCandidates, halfLanes).Draw(rt, "candidates")
		kind := rapid.SampledFrom(kinds).Draw(rt, "weights")
		good := rapid.Bool().Draw(rt, "good")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))

		s, plain := newSwapper(e, shape), newRefiner(e, shape, false)
		for range 2 { // the second layer finds what the first has left
			weights := weightsOf(kind, r, shape.Items)
			checkSwapper(rt, s, &plain, weights, packedSlots(r, shape, weights, count, good))
		}
	})
}

func TestSwapperEqualsRefinerAtEveryCapacity(t *testing.T) {
	needsVector(t)
	r := rand.New(rand.NewPCG(1, 2))
	for capacity := 1; capacity <= swapCapacity; capacity++ {
		for _, packs := range []int{1, 2, 3, 5, 8, 13, swapItems / swapCapacity} {
			shape := packing.Shape{Layers: 1, Items: packs * capacity, Packs: packs}
			e := strategies.Ensemble{Refinement: strategies.MaxAny, Rounds: 12}
			s, plain := newSwapper(e, shape), newRefiner(e, shape, false)
			for _, kind := range []string{"few values", "small ints", "lognormal", "near equal"} {
				weights := weightsOf(kind, r, shape.Items)
				checkSwapper(t, s, &plain, weights, packedSlots(r, shape, weights, swapCandidates, false))
			}
		}
	}
}

// More candidates than lanes are refined in batches, and what the swapper declines
// is left to the refiner's own search: a last batch of few, and loads that overflow.
func TestRefinerTakesWhatSwapperDeclines(t *testing.T) {
	needsVector(t)
	shape := packing.Shape{Layers: 1, Items: 72, Packs: 8}
	e := strategies.Ensemble{Refinement: strategies.MaxAny, Rounds: 10}
	r := rand.New(rand.NewPCG(3, 4))
	for _, tt := range []struct {
		scale float32
		count int
		ok    bool
	}{
		{1, swapCandidates, true},
		{1, swapCandidates - 1, false},
		{0x1p120, halfLanes, true},
		{math.MaxFloat32, halfLanes, false},
	} {
		weights := make([]float32, shape.Items)
		for i := range weights {
			weights[i] = tt.scale * r.Float32()
		}
		const count = 2*halfLanes + swapCandidates - 1
		kept := selection{slots: packedSlots(r, shape, weights, count, true), count: count}
		before := cloneSlots(kept.slots)
		vectors, plain := newRefiner(e, shape, true), newRefiner(e, shape, false)
		if _, ok := vectors.swaps.refine(weights, cloneSlots(before)[:tt.count], &vectors); ok != tt.ok {
			t.Errorf("scale %v, %d candidates: refined by the swapper %t, want %t", tt.scale, tt.count, ok, tt.ok)
		}
		want := selection{slots: cloneSlots(before), count: count}
		best, steps := vectors.best(weights, &kept)
		wantBest, wantSteps := plain.best(weights, &want)
		if i, j := slices.Index(kept.slots, best), slices.Index(want.slots, wantBest); i != j || steps != wantSteps {
			t.Errorf("scale %v: best is %d after %d swaps, want %d after %d", tt.scale, i, steps, j, wantSteps)
		}
		for i, c := range kept.slots {
			if !slices.Equal(c.place, want.slots[i].place) {
				t.Errorf("scale %v, candidate %d: places\n     %v\nwant %v", tt.scale, i, c.place, want.slots[i].place)
			}
		}
	}
}

func TestSwapperLimits(t *testing.T) {
	maxAny := strategies.Ensemble{Refinement: strategies.MaxAny}
	for _, tt := range []struct {
		ensemble     strategies.Ensemble
		items, packs int
		want         bool
	}{
		{maxAny, 288, 32, true},
		{maxAny, swapCapacity * 8, 8, true},
		{maxAny, (swapCapacity + 1) * 8, 8, false},
		{maxAny, swapItems, swapItems, true},
		{maxAny, swapItems + 16, (swapItems + 16) / 16, false},
		{strategies.Ensemble{Refinement: strategies.MaxAny, Epsilon: -1}, 288, 32, false},
		{strategies.Ensemble{Refinement: strategies.TwoOpt}, 288, 32, false},
	} {
		shape := packing.Shape{Layers: 1, Items: tt.items, Packs: tt.packs}
		if got := newSwapper(tt.ensemble, shape) != nil; got != tt.want {
			t.Errorf("%v, epsilon %v: swapper %t, want %t", shape, tt.ensemble.Epsilon, got, tt.want)
		}
	}
}
