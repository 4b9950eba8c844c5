package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRatioIntervalEnds: with 5 and 5 values the 95 % interval is between the
// third smallest and third largest of the 25 ratios (P(U ≤ 2) = 4/252); with 3
// and 3 there is none.
func TestRatioIntervalEnds(t *testing.T) {
	a, b := []float64{3, 5, 7, 11, 13}, []float64{1, 2, 4, 8, 16}
	var ratios []float64
	for _, x := range a {
		for _, y := range b {
			ratios = append(ratios, x/y)
		}
	}
	slices.Sort(ratios)
	i, err := RatioInterval(a, b, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(i.Lo/ratios[2]-1) > 1e-12 || math.Abs(i.Hi/ratios[22]-1) > 1e-12 || math.Abs(i.Center/ratios[12]-1) > 1e-12 {
		t.Errorf("%+v of %v", i, ratios)
	}
	if want := 1 - 2*4./252; math.Abs(i.Confidence-want) > 1e-12 {
		t.Errorf("confidence %v, want %v", i.Confidence, want)
	}
	if i, err = RatioInterval(a[:3], b[:3], 0.95); err != nil || i.Bounded() {
		t.Errorf("3 and 3 values have %+v, %v", i, err)
	}
	if _, err := RatioInterval([]float64{0, 1}, b, 0.95); err == nil {
		t.Error("a ratio with 0 is not an error")
	}
}

// TestRatioIntervalAgreesWithTheTest: 1 lies outside the interval exactly where
// the Mann–Whitney test at the same level is significant.
func TestRatioIntervalAgreesWithTheTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		n, m := rapid.IntRange(4, 20).Draw(t, "n"), rapid.IntRange(4, 20).Draw(t, "m")
		factor := rapid.Float64Range(0.7, 1.4).Draw(t, "factor")
		r := rand.New(rand.NewPCG(seed, 1))
		sample := func(n int, scale float64) []float64 {
			list := make([]float64, n)
			for i := range list {
				list[i] = scale * math.Exp(0.1*r.NormFloat64())
			}
			return list
		}
		a, b := sample(n, factor), sample(m, 1)
		i, err := RatioInterval(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		test, err := MannWhitney(a, b, 0.05)
		if err != nil {
			t.Fatal(err)
		}
		if outside := i.Lo > 1 || i.Hi < 1; outside != (test.P <= 0.05) {
			t.Errorf("%d and %d values: interval %+v, p %v", n, m, i, test.P)
		}
	})
}

// TestSmallSamplesAreCovered: the interval of the mean of few values holds the
// true mean about as often as it says, and BCa alone does not.
func TestSmallSamplesAreCovered(t *testing.T) {
	for _, n := range []int{4, 8, 15} {
		r := rand.New(rand.NewPCG(uint64(n), 2))
		const trials = 600
		held := 0
		for range trials {
			values := make([]float64, n)
			for i := range values {
				values[i] = r.NormFloat64()
			}
			i, err := (Bootstrap{Resamples: 400}).CoveringDifference(values, make([]float64, n))
			if err != nil {
				t.Fatal(err)
			}
			if i.Lo <= 0 && 0 <= i.Hi {
				held++
			}
		}
		if share := float64(held) / trials; share < 0.93 {
			t.Errorf("%d values: %.3f of the intervals hold the mean, want 0.95", n, share)
		}
	}
}
