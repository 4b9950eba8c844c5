package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestBootstrap(t *testing.T) {
	skewed := []float64{0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.7, 1.1, 2.0, 4.5, 9.0, 0.15}
	for _, c := range []struct {
		name   string
		a, b   []float64
		want   Interval
		loose  float64 // Monte Carlo error of either program
		single bool
	}{
		// SciPy: scipy.stats.bootstrap((d,), np.mean, method="BCa",
		// n_resamples=1000000) with d = a - b and d = skewed; of the latter the
		// percentile interval is [0.437, 3.229], far from it
		{name: "paired", a: sampleA, b: sampleB, want: Interval{-0.83, -1.90, 0.18, 0.95}, loose: 0.02},
		{name: "skewed", a: skewed, b: make([]float64, 12), want: Interval{1.5958333333333332, 0.6167, 4.015, 0.95}, loose: 0.015},
	} {
		got, err := Bootstrap{Resamples: 200000, Seed: 1}.PairedDifference(c.a, c.b)
		checkNoError(t, err)
		checkNear(t, c.name+": centre", got.Center, c.want.Center, 1e-12)
		checkNear(t, c.name+": low end", got.Lo, c.want.Lo, c.loose)
		checkNear(t, c.name+": high end", got.Hi, c.want.Hi, c.loose)
	}
}

func TestBootstrapIsDeterministic(t *testing.T) {
	first, err := Bootstrap{Seed: 3}.PairedDifference(sampleA, sampleB)
	checkNoError(t, err)
	again, _ := Bootstrap{Seed: 3}.PairedDifference(sampleA, sampleB)
	other, _ := Bootstrap{Seed: 4}.PairedDifference(sampleA, sampleB)
	if first != again {
		t.Errorf("seed 3 gives %v and %v", first, again)
	}
	if first == other {
		t.Errorf("seeds 3 and 4 both give %v", first)
	}
}

func TestBootstrapWithoutSpread(t *testing.T) {
	same, err := Bootstrap{}.PairedDifference([]float64{4, 5, 6}, []float64{1, 2, 3})
	checkNoError(t, err)
	if want := (Interval{3, 3, 3, 0.95}); same != want {
		t.Errorf("equal differences: %+v, want %+v", same, want)
	}
	one, err := Bootstrap{}.Mean([]float64{2})
	checkNoError(t, err)
	if one.Center != 2 || one.Bounded() {
		t.Errorf("one value: %+v, want 2 without bounds", one)
	}
}

func TestBootstrapRejects(t *testing.T) {
	for _, o := range []Bootstrap{{Resamples: 99}, {Resamples: -1}, {Confidence: 1}, {Confidence: -0.5}, {Confidence: math.NaN()}} {
		if _, err := o.Mean(sampleA); err == nil {
			t.Errorf("accepts %+v", o)
		}
	}
}

func TestBootstrapStaysInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e3), 2, 20).Draw(t, "values")
		i, err := Bootstrap{Resamples: 300, Seed: rapid.Uint64().Draw(t, "seed")}.Mean(values)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := Describe(values)
		slack := 1e-9
		if !(i.Lo <= i.Hi && i.Lo >= d.Min-slack && i.Hi <= d.Max+slack) {
			t.Errorf("%+v outside [%v, %v]", i, d.Min, d.Max)
		}
	})
}
