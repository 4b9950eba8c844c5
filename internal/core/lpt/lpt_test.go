package lpt_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/internal/core/lpt"
)

// weightsGen draws loads of every kind: spread over magnitudes, whole and tied,
// all equal, zero and minus zero.
func weightsGen(n int) *rapid.Generator[[]float32] {
	one := rapid.OneOf(
		rapid.Float32Range(0, 1),
		rapid.Float32Range(0, math.MaxFloat32/1e6),
		rapid.Map(rapid.IntRange(0, 5), func(v int) float32 { return float32(v) }),
		rapid.Just(float32(math.Copysign(0, -1))),
	)
	return rapid.OneOf(rapid.SliceOfN(one, n, n), rapid.Map(one, func(w float32) []float32 {
		return slices.Repeat([]float32{w}, n)
	}))
}

func TestDescendingIsAStableSort(t *testing.T) {
	var sorter lpt.Sorter // reused: what it held must not matter
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		weights := weightsGen(n).Draw(t, "weights")
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(weights[b], weights[a]) })
		got := make([]int32, n)
		sorter.Descending(got, weights)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestGreedyFollowsItsRule(t *testing.T) {
	var greedy lpt.Greedy
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 17).Draw(t, "packs")
		capacity := rapid.IntRange(1, 6).Draw(t, "capacity")
		n := packs * capacity
		weights := weightsGen(n).Draw(t, "weights")
		order := make([]int32, n)
		for i := range order {
			order[i] = int32(i)
		}
		order = rapid.Permutation(order).Draw(t, "order")
		packIndex, rank := make([]int32, n), make([]int32, n)
		greedy.Pack(order, weights, packs, packIndex, rank)
		places := make([]lpt.Place, n)
		lightest, heaviest := greedy.Place(order, weights, packs, places)

		load, count := make([]float32, packs), make([]int32, packs)
		for pos, item := range order {
			best := -1
			for p := range packs {
				if count[p] < int32(capacity) && (best < 0 || load[p] < load[best]) {
					best = p
				}
			}
			if packIndex[item] != int32(best) || rank[item] != count[best] {
				t.Fatalf("item %d is at (%d, %d), want (%d, %d)", item, packIndex[item], rank[item], best, count[best])
			}
			if want := (lpt.Place{Pack: packIndex[item], Rank: rank[item]}); places[pos] != want {
				t.Fatalf("position %d has the place %v, item %d there %v", pos, places[pos], item, want)
			}
			load[best] += weights[item]
			count[best]++
		}
		if lightest != slices.Min(load) || heaviest != slices.Max(load) {
			t.Fatalf("loads from %v to %v, want %v to %v", lightest, heaviest, slices.Min(load), slices.Max(load))
		}
	})
}

func BenchmarkLPT(b *testing.B) {
	weights := make([]float32, 288)
	for i := range weights {
		weights[i] = float32(math.Mod(float64(i)*math.Phi, 1))
	}
	order := make([]int32, len(weights))
	packIndex, rank := make([]int32, len(weights)), make([]int32, len(weights))
	var sorter lpt.Sorter
	var greedy lpt.Greedy
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			sorter.Descending(order, weights)
		}
	})
	b.Run("greedy", func(b *testing.B) {
		for b.Loop() {
			greedy.Pack(order, weights, 32, packIndex, rank)
		}
	})
}

func TestFoldReversesEverySecondRow(t *testing.T) {
	order := []int32{5, 3, 1, 0, 2, 4}
	packIndex, rank := make([]int32, 6), make([]int32, 6)
	lpt.Fold(order, 2, packIndex, rank)
	if want := []int32{0, 1, 0, 1, 1, 0}; !slices.Equal(packIndex, want) {
		t.Errorf("packs %v, want %v", packIndex, want)
	}
	if want := []int32{1, 1, 2, 0, 2, 0}; !slices.Equal(rank, want) {
		t.Errorf("ranks %v, want %v", rank, want)
	}
}
