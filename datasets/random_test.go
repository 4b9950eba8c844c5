package datasets

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// kolmogorov returns the largest distance of the empirical distribution of
// samples from cdf, times √n. Above 1.95 it comes once in a thousand.
func kolmogorov(samples []float64, cdf func(float64) float64) float64 {
	slices.Sort(samples)
	n := float64(len(samples))
	worst := 0.0
	for i, x := range samples {
		p := cdf(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(float64(i+1)/n-p))
	}
	return worst * math.Sqrt(n)
}

// TestVariatesFollowTheirDistribution compares samples with the distribution
// functions of gonum. The streams are fixed, so the test cannot fail by chance.
func TestVariatesFollowTheirDistribution(t *testing.T) {
	for _, c := range []struct {
		name string
		draw func(*stream) float64
		cdf  func(float64) float64
	}{
		{"uniform", (*stream).uniform, distuv.Uniform{Min: 0, Max: 1}.CDF},
		{"exponential", (*stream).exponential, distuv.Exponential{Rate: 1}.CDF},
		{"normal", (*stream).normal, distuv.UnitNormal.CDF},
		{"gamma(.3)", func(r *stream) float64 { return r.gamma(0.3) }, distuv.Gamma{Alpha: 0.3, Beta: 1}.CDF},
		{"gamma(1)", func(r *stream) float64 { return r.gamma(1) }, distuv.Gamma{Alpha: 1, Beta: 1}.CDF},
		{"gamma(50)", func(r *stream) float64 { return r.gamma(50) }, distuv.Gamma{Alpha: 50, Beta: 1}.CDF},
	} {
		samples := make([]float64, 20000)
		r := newStream(1, c.name, 0)
		for i := range samples {
			samples[i] = c.draw(r)
		}
		if d := kolmogorov(samples, c.cdf); d > 1.95 {
			t.Errorf("%s: Kolmogorov distance %.2f/√n", c.name, d)
		}
	}
}

// Frequencies match the exact probabilities by χ², for few trials, which are
// tossed one by one, and for many, which are halved.
func TestBinomialMatchesExactProbabilities(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{5, 0.3}, {24, 0.5}, {25, 0.9}, {100, 0.02}, {1000, 0.5}, {200000, 1e-5}} {
		const samples = 20000
		count := map[int]float64{}
		r := newStream(1, "binomial", c.n)
		for range samples {
			count[r.binomial(c.n, c.p)]++
		}
		exact := distuv.Binomial{N: float64(c.n), P: c.p}
		chi2, cells, rest, seen := 0.0, 0, float64(samples), float64(samples)
		for k := 0; k <= c.n && rest > 0; k++ {
			want := samples * exact.Prob(float64(k))
			if want < 5 {
				continue
			}
			chi2 += (count[k] - want) * (count[k] - want) / want
			cells++
			rest -= want
			seen -= count[k]
		}
		if rest > 5 { // what the skipped cells hold together
			chi2 += (seen - rest) * (seen - rest) / rest
			cells++
		}
		if limit := (distuv.ChiSquared{K: float64(cells - 1)}).Quantile(0.999); chi2 > limit {
			t.Errorf("binomial(%d, %g): χ² %.1f over %d cells, above %.1f", c.n, c.p, chi2, cells, limit)
		}
	}
}

func TestBinomialAtTheEnds(t *testing.T) {
	r := newStream(1, "", 0)
	for _, n := range []int{0, 1, 24, 25, maxTokens} {
		if got := r.binomial(n, 0); got != 0 {
			t.Errorf("binomial(%d, 0) = %d", n, got)
		}
		if got := r.binomial(n, 1); got != n {
			t.Errorf("binomial(%d, 1) = %d", n, got)
		}
	}
}

func TestMultinomialGivesNothingToEmptyShares(t *testing.T) {
	out := make([]float32, 4)
	newStream(1, "", 0).multinomial(1000, []float64{0, 1, 3, 0}, out)
	if out[0] != 0 || out[3] != 0 || out[1]+out[2] != 1000 || out[1] < 180 || out[1] > 320 {
		t.Errorf("got %v for shares 0, 1, 3, 0 of 1000", out)
	}
}

func TestShuffleIsFair(t *testing.T) {
	const rounds = 24000
	count := map[[4]float32]float64{}
	r := newStream(1, "shuffle", 0)
	for range rounds {
		v := [4]float32{0, 1, 2, 3}
		r.shuffle(v[:])
		count[v]++
	}
	chi2 := 0.0
	for _, n := range count {
		chi2 += (n - rounds/24) * (n - rounds/24) / (rounds / 24)
	}
	if limit := (distuv.ChiSquared{K: 23}).Quantile(0.999); len(count) != 24 || chi2 > limit {
		t.Errorf("%d of 24 orders came, χ² %.1f (limit %.1f)", len(count), chi2, limit)
	}
}

func TestStreamsDiffer(t *testing.T) {
	first := map[uint64]bool{}
	for _, r := range []*stream{newStream(0, "a", 0), newStream(1, "a", 0), newStream(0, "b", 0), newStream(0, "a", 1), newStream(1<<63, "a", 0)} {
		first[r.bits.Uint64()] = true
	}
	if len(first) != 5 {
		t.Errorf("5 streams begin with %d numbers", len(first))
	}
}
