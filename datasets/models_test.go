package datasets

import (
	"math"
	"testing"
)

// measured is the range over recorded layers and the median of a statistic.
type measured struct{ min, median, max float64 }

// TestModelsHaveTheMeasuredShape compares generated loads with recordings of the
// model: the medians over layers are near the recorded ones, and all but a few
// layers lie in the recorded range (the recordings have few steps of each
// layer, so a layer beyond their extremes is not a fault).
func TestModelsHaveTheMeasuredShape(t *testing.T) {
	for _, c := range []struct {
		spec              string
		cv, peak          measured
		sigma, zeros      float64 // recorded medians; zeros only where they are many
		tolerance, inside float64
	}{
		{"deepseek-v3", measured{.48, .84, 1.76}, measured{3.1, 6.3, 13.7}, .66, 0, .1, .9},
		{"deepseek-v3:decode", measured{.43, .76, 1.47}, measured{2.6, 5.6, 10.7}, .63, 0, .1, .9},
		{"qwen3", measured{1.03, 1.58, 2.14}, measured{5.9, 10.8, 15.4}, 2.19, .02, .15, .8},
		{"qwen3:30b", measured{1.10, 1.95, 2.19}, measured{6.2, 11.7, 13.6}, 2.12, .01, .2, .5},
		{"gpt-oss", measured{.43, .99, 1.92}, measured{1.8, 3.7, 7.4}, 1.73, 0, .15, .95},
		{"mixtral", measured{.04, .35, .98}, measured{1.1, 1.6, 3.4}, .36, 0, .15, .95},
		{"llama4", measured{1.25, 2.63, 11.3}, measured{5, 21.8, 128}, .99, .45, .2, .95},
	} {
		var cv, peak, sigma, zeros []float64
		for seed := range uint64(4) {
			loads := must(t, c.spec, seed)
			for l := range loads.Layers {
				s := DescribeLayer(loads.Layer(0, l))
				cv, peak, sigma, zeros = append(cv, s.CV), append(peak, s.MaxOverMean), append(sigma, s.Sigma), append(zeros, s.Zeros)
			}
		}
		for _, x := range []struct {
			name   string
			values []float64
			want   measured
		}{{"CV", cv, c.cv}, {"max/mean", peak, c.peak}} {
			if got := summarize(x.values).Median; math.Abs(got/x.want.median-1) > c.tolerance {
				t.Errorf("%s: median %s %.2f, recorded %.2f", c.spec, x.name, got, x.want.median)
			}
			in := 0
			for _, v := range x.values {
				if v >= x.want.min && v <= x.want.max {
					in++
				}
			}
			if share := float64(in) / float64(len(x.values)); share < c.inside {
				t.Errorf("%s: %s of %.0f%% of the layers is in the recorded range", c.spec, x.name, 100*share)
			}
		}
		if got := summarize(sigma).Median; math.Abs(got/c.sigma-1) > c.tolerance+.05 {
			t.Errorf("%s: median σ %.2f, recorded %.2f", c.spec, got, c.sigma)
		}
		if got := summarize(zeros).Median; math.Abs(got-c.zeros) > .07 {
			t.Errorf("%s: median share of zeros %.2f, recorded %.2f", c.spec, got, c.zeros)
		}
	}
}

// TestDeepSeekGrowsMoreUnequalWithDepth: recorded mean CV is .82 over the first
// layers and .98 over the last.
func TestDeepSeekGrowsMoreUnequalWithDepth(t *testing.T) {
	first, last := 0.0, 0.0
	for seed := range uint64(5) {
		loads := must(t, "deepseek-v3", seed)
		for l := range 15 {
			first += DescribeLayer(loads.Layer(0, l)).CV
			last += DescribeLayer(loads.Layer(0, 57-l)).CV
		}
	}
	if ratio := last / first; ratio < 1.1 || ratio > 1.3 {
		t.Errorf("CV of the last quarter over that of the first is %.2f, recorded about 1.2", ratio)
	}
}
