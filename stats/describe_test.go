package stats

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestDescribeMatchesSciPy(t *testing.T) {
	d, err := Describe(sampleA)
	checkNoError(t, err)
	// SciPy: np.mean(a), np.std(a, ddof=1), np.percentile(a, [25, 50, 75]),
	// scipy.stats.median_abs_deviation(a)
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"n", float64(d.N), 10},
		{"mean", d.Mean, 12.62},
		{"standard deviation", d.StdDev, 1.2053584068188554},
		{"minimum", d.Min, 11.8},
		{"first quartile", d.Q1, 12.025},
		{"median", d.Median, 12.25},
		{"third quartile", d.Q3, 12.55},
		{"maximum", d.Max, 15.9},
		{"MAD", d.MAD, 0.3},
		{"IQR", d.IQR(), 0.525},
	} {
		checkNear(t, c.what, c.got, c.want, 1e-12)
	}
	one, err := Describe([]float64{7})
	checkNoError(t, err)
	if want := (Description{N: 1, Mean: 7, Min: 7, Q1: 7, Median: 7, Q3: 7, Max: 7}); one != want {
		t.Errorf("one value: %+v, want %+v", one, want)
	}
}

func TestMedianInterval(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   Interval
	}{
		// SciPy: scipy.stats.quantile_test(a, p=0.5).confidence_interval(0.95),
		// coverage binom.cdf(8, 10, 0.5) - binom.cdf(1, 10, 0.5)
		{"ten", sampleA, Interval{12.25, 11.9, 13.0, 0.978515625}},
		// Of six values the whole range, 1 − 2/2⁶.
		{"six", []float64{6, 5, 4, 3, 2, 1}, Interval{3.5, 1, 6, 0.96875}},
	} {
		got, warnings, err := MedianInterval(c.values, 0.95)
		checkNoError(t, err)
		if math.Abs(got.Center-c.want.Center) > 1e-12 || got.Lo != c.want.Lo || got.Hi != c.want.Hi ||
			math.Abs(got.Confidence-c.want.Confidence) > 1e-9 || warnings != nil {
			t.Errorf("%s: %+v %v, want %+v", c.name, got, warnings, c.want)
		}
	}
	if got := (Interval{Center: 10, Lo: 9, Hi: 12}).RelativeWidth(); got != 0.15 {
		t.Errorf("relative width %v, want 0.15", got)
	}
	for _, confidence := range []float64{0, 1, math.NaN()} {
		if _, _, err := MedianInterval(sampleA, confidence); err == nil {
			t.Errorf("accepts confidence %v", confidence)
		}
	}
}

func TestMedianIntervalOfFewHasNoBounds(t *testing.T) {
	i, warnings, err := MedianInterval([]float64{3, 1, 2, 5, 4}, 0.95)
	checkNoError(t, err)
	if i.Center != 3 || i.Bounded() || !math.IsInf(i.RelativeWidth(), 1) {
		t.Errorf("interval of five: %+v", i)
	}
	if got := codes(warnings); !slices.Equal(got, []Code{FewRepeats}) {
		t.Errorf("warnings %v", got)
	}
	text, err := json.Marshal(i)
	checkNoError(t, err)
	if want := `{"center":3,"lo":null,"hi":5,"confidence":0.96875}`; string(text) != want {
		t.Errorf("JSON %s, want %s", text, want)
	}
	var back Interval
	checkNoError(t, json.Unmarshal(text, &back))
	if back != i {
		t.Errorf("read back %+v, want %+v", back, i)
	}
}

func TestMedianIntervalHoldsMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 60).Draw(t, "values")
		before := slices.Clone(values)
		i, _, err := MedianInterval(values, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !(i.Lo <= i.Center && i.Center <= i.Hi) || (len(values) >= 6) != i.Bounded() {
			t.Errorf("%+v", i)
		}
		if !slices.Equal(values, before) {
			t.Error("the values were reordered")
		}
	})
}
