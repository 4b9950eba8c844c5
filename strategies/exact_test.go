package strategies_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// brute returns the minimum max load by trying every packing.
func brute(weights []float32, packs int) float64 {
	capacity := len(weights) / packs
	load, count := make([]float64, packs), make([]int, packs)
	best := -1.0
	var try func(i int, most float64)
	try = func(i int, most float64) {
		if best >= 0 && most >= best {
			return
		}
		if i == len(weights) {
			best = most
			return
		}
		for p := range packs {
			if count[p] == capacity {
				continue
			}
			load[p] += float64(weights[i])
			count[p]++
			try(i+1, max(most, load[p]))
			count[p]--
			load[p] -= float64(weights[i])
			if count[p] == 0 {
				break // empty packs are alike
			}
		}
	}
	try(0, 0)
	return best
}

func TestExactEqualsBruteForce(t *testing.T) {
	exact := parse(t, "exact")
	rapid.Check(t, func(t *rapid.T) {
		in := instances(9).Draw(t, "layer")
		want := brute(in.weights, in.packs)
		got, stats := pack(t, exact, in.weights, in.packs)
		if diff := got.Max - want; diff > 1e-12*want || diff < -1e-12*want {
			t.Fatalf("maximum %v, brute force finds %v", got.Max, want)
		}
		if stats.Optimal != onGrid(in.weights) {
			t.Fatalf("proved: %v", stats.Optimal)
		}
	})
}

// No bound is above the optimum and no strategy below it, on thousands of small
// layers.
func TestExactJudgesBoundsAndStrategies(t *testing.T) {
	exact := parse(t, "exact")
	others := layerwise(t)
	rapid.Check(t, func(t *rapid.T) {
		in := instances(18).Draw(t, "layer")
		best, stats := pack(t, exact, in.weights, in.packs)
		if !stats.Optimal {
			t.Skip("too hard for the limit of nodes, or not on a grid")
		}
		for name, bound := range map[string]float64{
			"mean":       packing.MeanBound(in.weights, in.packs),
			"pigeonhole": packing.PigeonholeBound(in.weights, in.packs),
			"spread":     packing.SpreadBound(in.weights, in.packs),
			"all":        packing.LowerBound(in.weights, in.packs),
		} {
			if bound > best.Max {
				t.Fatalf("%s bound %v is above the optimum %v", name, bound, best.Max)
			}
		}
		for _, s := range others {
			q, stats := pack(t, s, in.weights, in.packs)
			if q.Max < best.Max*(1-1e-12) {
				t.Fatalf("%v reaches %v, below the optimum %v", s.Spec(), q.Max, best.Max)
			}
			if stats.Optimal && q.Max > best.Max*(1+1e-12) {
				t.Fatalf("%v claims %v to be optimal, but the optimum is %v", s.Spec(), q.Max, best.Max)
			}
		}
	})
}

func TestExactKnownInstances(t *testing.T) {
	tests := []struct {
		name    string
		weights []float32
		packs   int
		want    float64
		proved  bool
	}{
		{"six into three", []float32{8, 7, 6, 5, 4, 3}, 3, 11, true},
		{"one pack", []float32{3, 1, 2}, 1, 6, true},
		{"one item each", []float32{3, 1, 2}, 3, 3, true},
		{"no load", []float32{0, 0, 0, 0}, 2, 0, true},
		{"LPT misses it", []float32{7, 6, 5, 4, 4, 4}, 2, 15, true},
		{"too far apart for a grid", []float32{1, 1e-30, 1e-30, 1e-30}, 2, 1, false},
		{"too far apart by far", []float32{6e37, 6e37, 1e-45, 3e-45}, 2, float64(float32(6e37)), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, stats := pack(t, parse(t, "exact"), tt.weights, tt.packs)
			if got.Max != tt.want || stats.Optimal != tt.proved {
				t.Errorf("maximum %v (optimal %v), want %v (%v)", got.Max, stats.Optimal, tt.want, tt.proved)
			}
		})
	}
}

func TestExactKeepsToItsLimit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	weights := make([]float32, 120)
	for i := range weights {
		weights[i] = rng.Float32()
	}
	start, _ := pack(t, parse(t, "vllm"), weights, 12)
	got, stats := pack(t, parse(t, "exact:nodes=5000"), weights, 12)
	if stats.Optimal || stats.Steps != 5000 {
		t.Errorf("optimal %v after %d nodes, want false after 5000", stats.Optimal, stats.Steps)
	}
	if got.Max > start.Max*(1+1e-6) {
		t.Errorf("maximum %v is worse than that of LPT, %v", got.Max, start.Max)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	packer := parse(t, "exact").(strategies.Layerwise).NewPacker(120, 12)
	_, err := packer.PackLayer(ctx, strategies.Task{Weights: weights, Packs: 12}, make([]int32, 120), make([]int32, 120))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}
