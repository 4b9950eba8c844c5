package packing_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
)

// optimum tries every packing of weights on a grid where sums are exact.
func optimum(weights []float32, packs int) float64 {
	capacity := len(weights) / packs
	load, count := make([]float64, packs), make([]int, packs)
	best := math.Inf(1)
	var place func(i int)
	place = func(i int) {
		if i == len(weights) {
			best = min(best, slices.Max(load))
			return
		}
		for p := range packs {
			if count[p] == capacity {
				continue
			}
			load[p] += float64(weights[i])
			count[p]++
			place(i + 1)
			count[p]--
			load[p] -= float64(weights[i])
			if count[p] == 0 {
				break // empty packs are alike
			}
		}
	}
	place(0)
	return best
}

func TestBoundsAgainstEveryPacking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 4).Draw(t, "packs")
		capacity := rapid.IntRange(1, 9/packs).Draw(t, "capacity")
		scale := rapid.SampledFrom([]float32{1, 3, 0.25, 1e-30, 1e30}).Draw(t, "scale")
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float32 {
			return float32(rapid.IntRange(0, 40).Draw(t, "w")) * scale
		}), packs*capacity, packs*capacity).Draw(t, "weights")
		want := optimum(weights, packs)
		for name, bound := range map[string]float64{
			"mean":       packing.MeanBound(weights, packs),
			"pigeonhole": packing.PigeonholeBound(weights, packs),
			"spread":     packing.SpreadBound(weights, packs),
			"all":        packing.LowerBound(weights, packs),
		} {
			if bound > want*(1+1e-15) {
				t.Fatalf("%s bound %v of %v in %d packs is above the optimum %v", name, bound, weights, packs, want)
			}
		}
		if capacity <= 2 {
			if bound := packing.LowerBound(weights, packs); bound < want*(1-1e-12) {
				t.Fatalf("bound %v of packs of %d is below the optimum %v", bound, capacity, want)
			}
		}
	})
}

func TestBoundsOnKnownLayers(t *testing.T) {
	tests := []struct {
		name                     string
		weights                  []float32
		packs                    int
		mean, pigeonhole, spread float64
	}{
		{"one pack", []float32{1, 2, 4}, 1, 7, 7, 7},
		{"one item each", []float32{1, 2, 4}, 3, 3, 4, 4},
		{"even", []float32{2, 2, 2, 2}, 2, 4, 4, 4},
		{"counts round up", []float32{1, 1, 1, 0}, 2, 2, 2, 2},
		{"to what divides them", []float32{10, 10, 10, 0}, 2, 20, 20, 20},
		{"a fraction does not", []float32{1.5, 1.25, 1, 0}, 2, 2, 2.25, 2.25},
		{"one heavy item", []float32{9, 1, 1, 1, 1, 1}, 2, 7, 11, 11},
		// The three heaviest in three packs: one of them has 3 or more beside.
		{"folding", []float32{9, 8, 7, 3, 2, 1}, 3, 10, 10, 10},
		{"pairs", []float32{10, 9, 9, 5, 0, 0}, 3, 11, 14, 14},
		// Three items of 6 in three packs, or two of them in one.
		{"spread alone", []float32{6, 6, 6, 0, 5, 5}, 3, 10, 11, 11},
		{"two heavy ones", []float32{10, 10, 4, 1, 1, 1, 1, 1, 1}, 3, 10, 12, 12},
		{"no load", []float32{0, 0}, 2, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mean, hole, spread := packing.MeanBound(tt.weights, tt.packs), packing.PigeonholeBound(tt.weights, tt.packs), packing.SpreadBound(tt.weights, tt.packs)
			if mean != tt.mean || hole != tt.pigeonhole || spread != tt.spread {
				t.Errorf("mean %v pigeonhole %v spread %v, want %v %v %v", mean, hole, spread, tt.mean, tt.pigeonhole, tt.spread)
			}
			if best := optimum(tt.weights, tt.packs); max(mean, hole, spread) > best {
				t.Errorf("above the optimum %v", best)
			}
		})
	}
}

// A bound may not be above what a packing's own sum comes to, however sums
// round: packs of equal items, whose optimum is known, are the sharpest case.
func TestBoundOfEqualItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weight := rapid.Float32Range(0, 1e30).Draw(t, "weight")
		capacity, packs := rapid.IntRange(1, 300).Draw(t, "capacity"), rapid.IntRange(1, 20).Draw(t, "packs")
		p, err := packing.New(slices.Repeat([]float32{weight}, capacity*packs), 1, capacity*packs, packs)
		if err != nil {
			t.Fatal(err)
		}
		g := packing.NewPacking(p.Shape)
		for i := range g.PackIndex {
			g.PackIndex[i], g.RankInPack[i] = int32(i%packs), int32(i/packs)
		}
		q := packing.Evaluate(p, g)[0]
		if q.LowerBound > q.Max || q.LowerBound < q.Max*(1-1e-12) {
			t.Fatalf("bound %v, maximum %v", q.LowerBound, q.Max)
		}
	})
}

func TestBounderKeepsNothing(t *testing.T) {
	var b packing.Bounder
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 8).Draw(t, "packs")
		n := packs * rapid.IntRange(1, 8).Draw(t, "capacity")
		weights := rapid.SliceOfN(rapid.Float32Range(0, math.MaxFloat32/1e3), n, n).Draw(t, "weights")
		want := packing.LowerBound(weights, packs)
		if got := b.LowerBound(weights, packs); got != want {
			t.Fatalf("bound %v, from a fresh start %v", got, want)
		}
	})
}
