package figure

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/internal/number"
)

// Twice and half as much lie equally far from 1, which has a label.
func TestRatioScale(t *testing.T) {
	for _, c := range []struct {
		ratios []float64
		labels string
	}{
		{[]float64{0.25, 4}, "0.5 1 2"},
		{[]float64{1.3, 5.2}, "1 2 3 4 5"},
		{[]float64{0.4}, "0.4 0.5 0.7 1"},
		{[]float64{1.9}, "1 2"},
		{[]float64{0.9, 1.2}, "0.9 1 1.1 1.2"},
		{[]float64{0, math.Inf(1), math.NaN(), 3}, "1 2 3"},
		{[]float64{0.1, 50}, "0.1 0.3 1 3 10 30"},
	} {
		s := RatioScale(c.ratios, number.Short).Wide()
		var labels []string
		for _, tick := range s.ticks() {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != c.labels {
			t.Errorf("labels for %v: %s, want %s", c.ratios, got, c.labels)
		}
		if d := s.at(2) - s.at(1) - (s.at(1) - s.at(0.5)); len(c.ratios) == 2 && c.ratios[0] < 0.5 && math.Abs(d) > 1e-9 {
			t.Errorf("%v: 2 is %g further from 1 than 0.5", c.ratios, d)
		}
	}
}

// Every value has a place on the axis, larger values further up, and zeros
// stand apart from everything else on a logarithmic axis.
func TestScalePlacesEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-12, 1e12),
			rapid.Float64Range(1e-300, math.MaxFloat64), rapid.SampledFrom([]float64{1e-300, 1e308, math.MaxFloat64}))
		values := rapid.SliceOfN(value, 1, 40).Draw(t, "values")
		s := NewScale(values, number.Short)
		for _, v := range values {
			at := s.at(v)
			if !(at >= 0 && at <= 1) {
				t.Fatalf("%v is at %v", v, at)
			}
			if s.log && v > 0 && s.zero > 0 && at < s.zero {
				t.Fatalf("%v is at %v, in the band of zeros", v, at)
			}
			for _, w := range values {
				if v < w && at >= s.at(w) {
					t.Fatalf("%v is at %v, %v at %v", v, at, w, s.at(w))
				}
			}
		}
		labels, last := 0, math.Inf(-1)
		for _, tick := range s.ticks() {
			if tick.Value < 0 || tick.Value > 1 {
				t.Fatalf("tick %q is at %v", tick.Label, tick.Value)
			}
			if tick.Value <= last {
				t.Fatalf("tick %q at %v after one at %v", tick.Label, tick.Value, last)
			}
			last = tick.Value
			if tick.Label != "" {
				labels++
			}
		}
		if labels == 0 {
			t.Fatalf("no labelled tick for %v", values)
		}
		if labels > 9 {
			t.Fatalf("%d labels run into each other", labels)
		}
	})
}

func TestScaleKinds(t *testing.T) {
	for _, c := range []struct {
		name      string
		values    []float64
		log, band bool
		first     string // label of the first tick
	}{
		{"all zero", []float64{0, 0}, false, true, "0"},
		{"narrow", []float64{1, 3}, false, false, "0"},
		{"close together", []float64{2, 3}, false, false, "2"},
		{"narrow with zero", []float64{0, 2, 3}, false, false, "0"},
		{"wide", []float64{0.01, 3}, true, false, "0.01"},
		{"wide with zero", []float64{0, 0.01, 3}, true, true, "0"},
	} {
		s := NewScale(c.values, number.Short)
		if s.log != c.log || (s.zero > 0) != c.band {
			t.Errorf("%s: log %v, band %v", c.name, s.log, s.zero > 0)
		}
		for _, tick := range s.ticks() {
			if tick.Label == "" {
				continue
			}
			if tick.Label != c.first {
				t.Errorf("%s: first label %q, want %q", c.name, tick.Label, c.first)
			}
			break
		}
	}
}

func TestNiceStep(t *testing.T) {
	for v, want := range map[float64]float64{1: 1, 1.1: 2, 2.1: 2.5, 3: 5, 6: 10, 0.03: 0.05, 260: 500} {
		if got := niceStep(v); math.Abs(got/want-1) > 1e-12 {
			t.Errorf("niceStep(%v) = %v, want %v", v, got, want)
		}
	}
}
