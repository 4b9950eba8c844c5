package datasets

import (
	"math"
	"slices"
	"testing"
)

func generate(t testing.TB, text string, seed uint64) (*Loads, []float32) {
	w, err := ParseTrace(text)
	if err != nil {
		t.Fatal(err)
	}
	loads, expected, err := w.Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return loads, expected
}

// TestTracesDealAllTokens: every layer of every window has its tokens, in whole
// numbers, and as many are expected.
func TestTracesDealAllTokens(t *testing.T) {
	for _, text := range []string{
		"drift", "drift:very-fast,family=walk", "drift:family=heavy,base=gamma", "drift:change=3,base=lognormal", "diurnal", "diurnal:workloads=1,swing=0",
	} {
		loads, expected := generate(t, text+map[bool]string{true: ",", false: ":"}[slices.Contains([]byte(text), ':')]+"windows=7,layers=2,experts=24,tokens=5000", 3)
		if err := loads.Validate(); err != nil {
			t.Fatal(err)
		}
		for w := range 7 {
			for l := range 2 {
				sum, means := 0.0, 0.0
				for i, v := range loads.Layer(w, l) {
					sum += float64(v)
					means += float64(expected[(w*2+l)*24+i])
				}
				if sum != 5000 || math.Abs(means-5000) > .01 {
					t.Errorf("%s: %v tokens, %v expected", text, sum, means)
				}
			}
		}
	}
}

// TestTraceIsAFunctionOfItsSeed: not of the number of windows or layers.
func TestTraceIsAFunctionOfItsSeed(t *testing.T) {
	for _, text := range []string{"drift:change=3", "drift:family=heavy", "diurnal:period=5"} {
		a, _ := generate(t, text+",experts=16,windows=4,layers=2", 1)
		b, _ := generate(t, text+",experts=16,windows=9,layers=3", 1)
		c, _ := generate(t, text+",experts=16,windows=4,layers=2", 2)
		for w := range 4 {
			for l := range 2 {
				if !slices.Equal(a.Layer(w, l), b.Layer(w, l)) {
					t.Errorf("%s: window %d, layer %d depends on the numbers of windows and layers", text, w, l)
				}
			}
		}
		if slices.Equal(a.Weights, c.Weights) {
			t.Errorf("%s: two seeds give the same", text)
		}
	}
}

// TestTraceBits: the same on every machine.
func TestTraceBits(t *testing.T) {
	for text, want := range map[string]string{
		"drift:windows=5,layers=2,experts=32":                                  "5bb9e14c486b3a1459ec95e72399542b81ab02fc2c7a9a6db50a44dd973d3492",
		"drift:windows=5,layers=2,experts=32,family=heavy,base=gamma,change=3": "e61cf88ffe50f099b7d9eb91860b55cdf0d1bac6fa92891e012228aadedf373a",
		"diurnal:windows=5,layers=2,experts=32,base=lognormal":                 "0dfebbb4d051501afb11c9676494dc3e4c2a2b83053d1bba2ab0bd94ce47e7f9",
	} {
		if loads, _ := generate(t, text, 7); loads.Hash() != want {
			t.Errorf("%s: hash %s", text, loads.Hash())
		}
	}
}

// TestDriftDrifts: with many tokens, logarithms of the shares have the spread
// and the persistence that were asked for.
func TestDriftDrifts(t *testing.T) {
	const experts, windows, sigma, rho = 200, 60, .3, .7
	loads, _ := generate(t, "drift:sigma=0.3,rho=0.7,base=lognormal,layers=1,experts=200,windows=60,tokens=16000000", 5)
	mean := make([]float64, experts)
	for w := range windows {
		for i, v := range loads.Layer(w, 0) {
			mean[i] += math.Log(max(1, float64(v))) / windows
		}
	}
	var variance, covariance float64
	for w := range windows {
		for i, v := range loads.Layer(w, 0) {
			d := math.Log(max(1, float64(v))) - mean[i]
			variance += d * d / (windows * experts)
			if w > 0 {
				covariance += d * (math.Log(max(1, float64(loads.Layer(w-1, 0)[i]))) - mean[i]) / ((windows - 1) * experts)
			}
		}
	}
	// Taking the mean of 60 windows out costs some of both.
	if s := math.Sqrt(variance); s < .26 || s > .31 {
		t.Errorf("spread %v, want about %v", s, sigma)
	}
	if r := covariance / variance; r < .58 || r > .72 {
		t.Errorf("persistence %v, want about %v", r, rho)
	}
}

// TestExpectedIsTheBestGuess: of what is known before a window nothing is nearer
// to it: not the window before, and not the mean of all.
func TestExpectedIsTheBestGuess(t *testing.T) {
	for _, text := range []string{"drift:experts=64,layers=1,windows=40", "drift:family=heavy,experts=64,layers=1,windows=40", "drift:family=walk,sigma=0.1,experts=64,layers=1,windows=40", "diurnal:experts=64,layers=1,windows=40"} {
		loads, expected := generate(t, text, 4)
		var guess, last, overall float64
		mean := make([]float64, 64)
		for w := range 40 {
			for i, v := range loads.Layer(w, 0) {
				mean[i] += float64(v) / 40
			}
		}
		for w := 1; w < 40; w++ {
			for i, v := range loads.Layer(w, 0) {
				square := func(x float64) float64 { return (x - float64(v)) * (x - float64(v)) }
				guess += square(float64(expected[w*64+i]))
				last += square(float64(loads.Layer(w-1, 0)[i]))
				overall += square(mean[i])
			}
		}
		if guess >= last || guess >= overall {
			t.Errorf("%s: expected %v, last %v, mean of all %v", text, guess, last, overall)
		}
	}
}

func TestParseTraceRefuses(t *testing.T) {
	for _, text := range []string{"", "drft", "drift:sigma=-1", "drift:windows=1", "drift:fast=2", "diurnal:period=0", "drift:layers=1000000,experts=1000000"} {
		if _, err := ParseTrace(text); err == nil {
			t.Errorf("%q is a trace", text)
		}
	}
}

// TestPersistenceByHand: two layers: one keeps its loads and one turns
// them round.
func TestPersistenceByHand(t *testing.T) {
	loads := &Loads{Steps: 2, Layers: 2, Items: 8, Weights: []float32{
		1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
		2, 4, 6, 8, 10, 12, 14, 16, 8, 7, 6, 5, 4, 3, 2, 1,
	}}
	p := loads.Persistence()
	if p.Tokens != 36 || p.Kept != .5 || len(p.Lags) != 1 || math.Abs(p.Lags[0].Pearson) > 1e-12 || math.Abs(p.Lags[0].Rank) > 1e-12 {
		t.Errorf("%+v", p)
	}
	loads.Layers, loads.Steps = 4, 1
	if p = loads.Persistence(); len(p.Lags) != 0 || p.Kept != 0 {
		t.Errorf("of one step: %+v", p)
	}
}
