package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// autoregressive returns n values of a stationary AR(1) series of mean 0.
func autoregressive(r *rand.Rand, phi float64, n int) []float64 {
	x := make([]float64, n)
	last := r.NormFloat64() / math.Sqrt(1-phi*phi)
	for i := range x {
		x[i] = last
		last = phi*last + r.NormFloat64()
	}
	return x
}

// movingBlocks is the 95 % percentile interval of a moving-block bootstrap with
// blocks of the cube root of n values (Künsch 1989; Hall, Horowitz and Jing 1995).
func movingBlocks(r *rand.Rand, x []float64) (lo, hi float64) {
	const resamples = 400
	size := max(1, int(math.Round(math.Cbrt(float64(len(x))))))
	means := make([]float64, resamples)
	for i := range means {
		total, n := 0.0, 0
		for n < len(x) {
			at := r.IntN(len(x) - size + 1)
			for _, v := range x[at : at+min(size, len(x)-n)] {
				total += v
				n++
			}
		}
		means[i] = total / float64(n)
	}
	slices.Sort(means)
	return means[resamples/40], means[resamples-1-resamples/40]
}

// TestIntervalsOfSeriesCover counts, over many AR(1) series, how often there is
// an interval and how often that holds the mean. An interval that takes values
// for independent is the control: it must fail where they are not.
func TestIntervalsOfSeriesCover(t *testing.T) {
	for _, c := range []struct {
		phi           float64
		n             int
		given, covers float64 // at least
		refused       float64 // at least
	}{
		{phi: 0, n: 19, given: .95, covers: .93},
		{phi: .3, n: 19, given: .75, covers: .89},
		{phi: .5, n: 19, given: .4, covers: .83},
		{phi: -.3, n: 19, given: .95, covers: .95},
		{phi: .5, n: 63, given: .99, covers: .91},
		{phi: .7, n: 200, given: .99, covers: .92},
		{phi: .9, n: 1000, given: .99, covers: .92},
		{phi: .9, n: 19, refused: .75},
		{phi: .98, n: 63, refused: .9},
	} {
		r := rand.New(rand.NewPCG(5, uint64(c.n)))
		const series = 3000
		given, held, control, bootstrap := 0, 0, 0, 0
		const resampled = 500
		for i := range series {
			x := autoregressive(r, c.phi, c.n)
			s, err := MeanOfSeries(x, .95)
			if err != nil {
				t.Fatal(err)
			}
			if s.Bounded() != (s.Warnings == nil) || s.Bounded() != (s.Blocks > 0) {
				t.Fatalf("%d blocks, bounds [%v, %v] and warnings %v", s.Blocks, s.Lo, s.Hi, s.Warnings)
			}
			if half := studentHalf(x, s.Center, .95); math.Abs(s.Center) <= half {
				control++
			}
			if i < resampled {
				if lo, hi := movingBlocks(r, x); lo <= 0 && 0 <= hi {
					bootstrap++
				}
			}
			if !s.Bounded() {
				continue
			}
			given++
			if s.Lo <= 0 && 0 <= s.Hi {
				held++
			}
		}
		share, cover, refused := float64(given)/series, float64(held)/max(1, float64(given)), 1-float64(given)/series
		t.Logf("φ %v, %d values: %.3f have an interval, of which %.3f hold the mean; taken as independent %.3f, by a moving-block bootstrap %.3f", c.phi, c.n, share, cover, float64(control)/series, float64(bootstrap)/resampled)
		if share < c.given || c.given > 0 && cover < c.covers || refused < c.refused {
			t.Errorf("φ %v, %d values: %.3f have an interval (want %v), of which %.3f hold the mean (want %v)", c.phi, c.n, share, c.given, cover, c.covers)
		}
		if c.phi >= .5 && float64(control)/series > .8 {
			t.Errorf("φ %v, %d values: taken as independent they cover %.3f: the series do not depend on the past", c.phi, c.n, float64(control)/series)
		}
	}
}

func TestMeanOfSeries(t *testing.T) {
	// Blocks of three with the means 2, 3, 4, 5, 6: standard error sqrt(2.5/5),
	// t(0.975, 4) = 2.776445.
	var x []float64
	for i := range 5 {
		m := float64(i + 2)
		x = append(x, m-8, m+16, m-8)
	}
	s, err := MeanOfSeries(x, .95)
	if err != nil {
		t.Fatal(err)
	}
	if half := 2.776445 * math.Sqrt(.5); s.Center != 4 || s.Blocks != 5 || s.Length != 3 || math.Abs(s.Hi-4-half) > 1e-5 || math.Abs(4-s.Lo-half) > 1e-5 {
		t.Errorf("%+v, not 4 ± %v of 5 blocks of 3", s, half)
	}
	if s, err = MeanOfSeries(x[:14], .95); err != nil || s.Bounded() || len(s.Warnings) != 1 || s.Warnings[0].Code != FewRepeats {
		t.Errorf("14 values: %+v, %v", s, err)
	}
	rising := make([]float64, 40)
	for i := range rising {
		rising[i] = float64(i)
	}
	if s, err = MeanOfSeries(rising, .95); err != nil || s.Bounded() || len(s.Warnings) != 1 || s.Warnings[0].Code != Dependent {
		t.Errorf("a straight line: %+v, %v", s, err)
	}
	same := slices.Repeat([]float64{.1}, 19) // whose mean rounds
	if s, err = MeanOfSeries(same, .95); err != nil || !s.Bounded() || math.Abs(s.Lo-.1) > 1e-15 || math.Abs(s.Hi-.1) > 1e-15 {
		t.Errorf("equal values: %+v, %v", s, err)
	}
	for _, bad := range [][]float64{nil, {1, math.NaN()}} {
		if _, err := MeanOfSeries(bad, .95); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	if _, err := MeanOfSeries(x, 1); err == nil {
		t.Error("confidence 1 is accepted")
	}
}

func TestMeanOfSamples(t *testing.T) {
	i, warnings, err := MeanOfSamples([]float64{1, 2, 3}, .95) // t(0.975, 2) = 4.302653
	if half := 4.302653 / math.Sqrt(3); err != nil || warnings != nil || i.Center != 2 || math.Abs(i.Hi-2-half) > 1e-5 || math.Abs(2-i.Lo-half) > 1e-5 {
		t.Errorf("%+v, %v, %v", i, warnings, err)
	}
	if i, warnings, err = MeanOfSamples([]float64{1, 3}, .95); err != nil || i.Center != 2 || i.Bounded() || len(warnings) != 1 {
		t.Errorf("two values: %+v, %v, %v", i, warnings, err)
	}
	if _, _, err = MeanOfSamples(nil, .95); err == nil {
		t.Error("no values are accepted")
	}
}
