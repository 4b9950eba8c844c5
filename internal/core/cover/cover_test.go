package cover

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// optimum tries every packing of items in packs.
func optimum(weight []int64, packs int) int64 {
	capacity := len(weight) / packs
	load, count := make([]int64, packs), make([]int, packs)
	best := int64(math.MaxInt64)
	var place func(x int)
	place = func(x int) {
		if x == len(weight) {
			best = min(best, slices.Max(load))
			return
		}
		for q := range packs {
			if count[q] == capacity {
				continue
			}
			load[q] += weight[x]
			count[q]++
			place(x + 1)
			load[q] -= weight[x]
			count[q]--
			if count[q] == 0 {
				break // empty packs are alike
			}
		}
	}
	place(0)
	return best
}

// falling returns weights of a kind, falling.
func falling(rng *rand.Rand, kind string, items int) []int64 {
	w := make([]int64, items)
	for i := range w {
		switch kind {
		case "uniform":
			w[i] = rng.Int64N(1 << 40)
		case "few values":
			w[i] = rng.Int64N(6)
		case "tail":
			w[i] = int64(1e6 * math.Exp(2*rng.NormFloat64()))
		case "two kinds":
			w[i] = 1000*rng.Int64N(2) + rng.Int64N(50)
		}
	}
	slices.SortFunc(w, func(a, b int64) int { return int(min(1, max(-1, b-a))) })
	return w
}

// maxLoad checks that member is a packing, and returns its max load.
func maxLoad(t interface{ Fatalf(string, ...any) }, weight []int64, member []int32, packs int) int64 {
	seen := make([]bool, len(weight))
	load := make([]int64, packs)
	for slot, x := range member {
		if seen[x] {
			t.Fatalf("item %d is packed twice", x)
		}
		seen[x] = true
		load[slot/(len(weight)/packs)] += weight[x]
	}
	return slices.Max(load)
}

func mean(weight []int64, packs int) (least int64) {
	for _, w := range weight {
		least += w
	}
	return (least + int64(packs) - 1) / int64(packs)
}

// Whatever the loads, what is called complete is the optimum of all packings, and what
// is found is a packing with the load it is said to have. A Searcher is used again.
func TestImproveAgainstAllPackings(t *testing.T) {
	shapes := [][2]int{{9, 3}, {12, 3}, {12, 4}, {15, 3}, {15, 5}}
	search := make(map[[2]int]*Search)
	for _, shape := range shapes {
		search[shape] = New(shape[0], shape[1])
	}
	completed, tried := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom(shapes).Draw(t, "shape")
		kind := rapid.SampledFrom([]string{"uniform", "few values", "tail", "two kinds"}).Draw(t, "kind")
		items, packs := shape[0], shape[1]
		weight := falling(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), kind, items)
		bound := max(mean(weight, packs), weight[0])
		want := optimum(weight, packs)
		most := rapid.SampledFrom([]int64{want, want + 1, want + want/100 + 2, math.MaxInt64 >> 8}).Draw(t, "most")
		goal := rapid.SampledFrom([]int64{bound, bound + bound/100}).Draw(t, "goal")
		s := search[shape]
		best, found, complete := s.Improve(context.Background(), weight, bound, goal, most)
		tried++
		if complete {
			completed++
			if best != want {
				t.Fatalf("%v: %d is called optimal, %d is", weight, best, want)
			}
		}
		if found {
			member := make([]int32, items)
			s.Member(member)
			if got := maxLoad(t, weight, member, packs); got != best || best >= most {
				t.Fatalf("%v: the packing found weighs %d, not %d below %d", weight, got, best, most)
			}
		} else if best != most {
			t.Fatalf("nothing found, but %d became %d", most, best)
		}
		if !complete && found && best > goal && want <= goal && s.steps < s.budget {
			t.Fatalf("%v: ended at %d, above its goal %d, in %d of %d steps", weight, best, goal, s.steps, s.budget)
		}
	})
	if completed < tried/4 {
		t.Errorf("%d of %d searches were complete", completed, tried)
	}
}

// The search that makes fill prove the optimum of small layers: nearly all uniform ones
// are settled within a few times the steps expected.
func TestSettlesUniformLayers(t *testing.T) {
	for _, shape := range [][2]int{{32, 8}, {36, 9}, {24, 6}, {35, 7}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			items, packs := shape[0], shape[1]
			s := New(items, packs)
			rng := rand.New(rand.NewPCG(7, 7))
			settled := 0
			for range 40 {
				weight := falling(rng, "uniform", items)
				bound := mean(weight, packs)
				if _, found, complete := s.Improve(t.Context(), weight, bound, bound, math.MaxInt64>>8); found && complete {
					settled++
				}
			}
			if settled < 38 {
				t.Errorf("%d of 40 layers are settled", settled)
			}
		})
	}
}

func TestFits(t *testing.T) {
	tests := []struct {
		items, packs, steps int
		want                bool
	}{
		{32, 8, 30_000, true},
		{32, 8, 1_000, false},
		{64, 16, 1 << 22, false}, // too many packings
		{72, 24, math.MaxInt32, false},
		{32, 16, math.MaxInt32, false}, // pairs: sorting is enough
		{32, 2, math.MaxInt32, false},
		{3, 3, math.MaxInt32, false},
	}
	for _, tt := range tests {
		if got := Fits(tt.items, tt.packs, tt.steps); got != tt.want {
			t.Errorf("Fits(%d, %d, %d) = %v", tt.items, tt.packs, tt.steps, got)
		}
	}
}

func TestImproveStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := New(48, 12)
	weight := falling(rand.New(rand.NewPCG(1, 1)), "uniform", 48)
	bound := mean(weight, 12)
	start := time.Now()
	_, _, complete := s.Improve(ctx, weight, bound, bound, math.MaxInt64>>8)
	if complete || s.steps > 4*often {
		t.Errorf("complete: %v, after %d steps, %v", complete, s.steps, time.Since(start))
	}
}
