package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSmallestIsOfTheSortedList: the value is that of the sorted list, whatever
// is in it and however often, for one index after another.
func TestSmallestIsOfTheSortedList(t *testing.T) {
	value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, 2, math.Inf(1), math.Inf(-1), math.NaN()}))
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(value, 1, 200).Draw(t, "list")
		want := slices.Sorted(slices.Values(list))
		for range 3 {
			k := rapid.IntRange(0, len(list)-1).Draw(t, "k")
			if got := smallest(list, k); math.Float64bits(got) != math.Float64bits(want[k]) && got != want[k] {
				t.Fatalf("index %d: %v, want %v", k, got, want[k])
			}
		}
		if got := slices.Sorted(slices.Values(list)); !slices.EqualFunc(got, want, func(a, b float64) bool { return a == b || a != a && b != b }) {
			t.Fatalf("the list is now %v, was %v", got, want)
		}
	})
}
