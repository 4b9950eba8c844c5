package forecast

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func estimator(t testing.TB, text string) Estimator {
	e, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMeansByHand(t *testing.T) {
	windows := [][]float32{{8, 0}, {4, 2}, {0, 4}}
	for text, want := range map[string][2]float64{
		"last":         {0, 4},
		"mean:h=2":     {2, 3},
		"mean:h=0":     {4, 2},
		"mean:h=9":     {4, 2},
		"ewma:half=1":  {(8./4 + 4./2) / 1.75, (2./2 + 4) / 1.75},
		"risk:z=1,h=2": {2 + 2, 3 + 1},
		"risk:z=1,h=0": {4 + math.Sqrt(32./3), 2 + math.Sqrt(8./3)},
	} {
		f := estimator(t, text).New(1, 2)
		var got Forecast
		f.Forecast(1, &got)
		if got.Mean[0] != 0 || got.Mean[1] != 0 {
			t.Errorf("%s: %v before any window", text, got.Mean)
		}
		for _, w := range windows {
			f.Observe(w)
		}
		f.Forecast(1, &got)
		for i := range want {
			if math.Abs(got.Mean[i]-want[i]) > 1e-12 {
				t.Errorf("%s: %v, want %v", text, got.Mean, want)
			}
		}
	}
}

// TestForecastersKeepNoSlice: what becomes of a window that was shown does not
// matter.
func TestForecastersKeepNoSlice(t *testing.T) {
	for _, name := range Names() {
		a, b := estimator(t, name).New(1, 3), estimator(t, name).New(1, 3)
		shown := make([]float32, 3)
		for i := range 6 {
			w := []float32{float32(i + 1), 5, float32(10 - i)}
			copy(shown, w)
			a.Observe(w)
			b.Observe(shown)
		}
		clear(shown)
		var x, y Forecast
		a.Forecast(1, &x)
		b.Forecast(1, &y)
		for i := range x.Mean {
			if x.Mean[i] != y.Mean[i] {
				t.Errorf("%s: %v and %v", name, x.Mean, y.Mean)
			}
		}
	}
}

// TestForecastsAreLoads: of any loads, every forecast is finite and ≥ 0, and the
// loads for planners are too.
func TestForecastsAreLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(rapid.SampledFrom([]string{"last", "mean:h=0", "mean:h=2", "ewma", "risk", "krige", "krige:windows=4,change=1"}).Draw(t, "estimator"))
		if err != nil {
			t.Fatal(err)
		}
		layers, experts := rapid.IntRange(1, 3).Draw(t, "layers"), rapid.IntRange(1, 5).Draw(t, "experts")
		f := e.New(layers, experts)
		out := make([]float32, layers*experts)
		for range rapid.IntRange(1, 12).Draw(t, "windows") {
			f.Observe(rapid.SliceOfN(rapid.OneOf(rapid.Just(float32(0)), rapid.Float32Range(0, 1e30), rapid.Float32Range(0, 9)), layers*experts, layers*experts).Draw(t, "window"))
			var got Forecast
			f.Forecast(rapid.IntRange(1, 3).Draw(t, "ahead"), &got)
			got.Loads(out)
			for i, m := range got.Mean {
				if !(m >= 0) || math.IsInf(m, 0) || !(out[i] >= 0) {
					t.Fatalf("a forecast of %v", m)
				}
			}
			for _, v := range got.Variance {
				if !(v >= 0) || math.IsInf(v, 0) {
					t.Fatalf("a variance of %v", v)
				}
			}
		}
	})
}

// autoregressive shows a forecaster windows of loads that drift around a base and
// returns the mean squared errors of its forecasts, relative.
func autoregressive(t testing.TB, text string, rho, sigma float64, change int, seed uint64) float64 {
	const experts, windows, tokens = 200, 40, 1e6
	r := rand.New(rand.NewPCG(seed, 1))
	f := estimator(t, text).New(1, experts)
	base, s, w := make([]float64, experts), make([]float64, experts), make([]float32, experts)
	var got Forecast
	loss, count := 0.0, 0.0
	for step := range windows {
		for i := range s {
			if step == 0 || change > 0 && step%change == 0 {
				base[i] = math.Exp(.6 * r.NormFloat64())
			}
			s[i] = rho*s[i] + sigma*math.Sqrt(1-rho*rho)*r.NormFloat64()
			w[i] = float32(math.Round(tokens / experts * base[i] * math.Exp(s[i])))
		}
		f.Forecast(1, &got)
		if step > 5 && (change == 0 || step%change > 0) { // nobody foresees a change
			for i, m := range got.Mean {
				d := m/float64(w[i]) - 1
				loss += d * d
				count++
			}
		}
		f.Observe(w)
	}
	return loss / count
}

// TestKrigingIsBetterThanMeans: on loads that drift as it assumes it beats the
// last window and every mean, whatever the persistence.
func TestKrigingIsBetterThanMeans(t *testing.T) {
	for _, rho := range []float64{.5, .8, .95} {
		krige := autoregressive(t, "krige", rho, .2, 0, 3)
		for _, other := range []string{"last", "mean:h=0", "mean:h=4", "ewma:half=2"} {
			if loss := autoregressive(t, other, rho, .2, 0, 3); krige > loss*1.02 {
				t.Errorf("rho %v: krige %v, %s %v", rho, krige, other, loss)
			}
		}
	}
}

// TestKrigingForgetsAfterAChange: with a detector that never finds one the
// history before a change spoils the forecasts after it.
func TestKrigingForgetsAfterAChange(t *testing.T) {
	with, without := autoregressive(t, "krige", .8, .1, 13, 5), autoregressive(t, "krige:change=1e30", .8, .1, 13, 5)
	if with > .8*without {
		t.Errorf("with the detector %v, without %v", with, without)
	}
}

// TestVarianceIsThatOfTheErrors: squared errors are about what was said.
func TestVarianceIsThatOfTheErrors(t *testing.T) {
	const experts = 400
	r := rand.New(rand.NewPCG(9, 9))
	f := estimator(t, "krige").New(1, experts)
	w := make([]float32, experts)
	var got Forecast
	ratio := 0.0
	for step := range 30 {
		for i := range w {
			w[i] = float32(math.Round(1000 * (1 + float64(i%7)) * math.Exp(.15*r.NormFloat64())))
		}
		if f.Forecast(1, &got); step >= 20 {
			errors, said := 0.0, 0.0
			for i, m := range got.Mean {
				d := m - float64(w[i])
				errors += d * d
				said += got.Variance[i]
			}
			ratio += errors / said / 10
		}
		f.Observe(w)
	}
	if ratio < .8 || ratio > 1.25 {
		t.Errorf("errors are %v of what was said", ratio)
	}
}

// TestVariogramIsRecovered: the fit finds the parameters of an exact variogram.
func TestVariogramIsRecovered(t *testing.T) {
	for _, want := range []variogram{{.3, 2, .5}, {.1, 1, .9}, {.01, .5, .8}} {
		var g []lagged
		for h := 1; h <= maxLag; h++ {
			g = append(g, lagged{h, want.noise + want.q*(1-pow(want.rho, h)), 1e6})
		}
		var got variogram
		got.fit(g, 0)
		if got.rho != want.rho || math.Abs(got.q-want.q) > 1e-3 || math.Abs(got.noise-want.noise) > 1e-3 {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestKrigingWeightsSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := variogram{rapid.Float64Range(0, 3).Draw(t, "noise"), rapid.Float64Range(0, 3).Draw(t, "q"), rapid.SampledFrom(rhos[:]).Draw(t, "rho")}
		var s solver
		sum := 0.0
		weights := s.weights(nil, v, rapid.IntRange(1, 32).Draw(t, "windows"), rapid.IntRange(1, 4).Draw(t, "ahead"))
		for _, w := range weights {
			sum += w
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("%+v: weights %v sum to %v", v, weights, sum)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "kriging", "mean:h=-1", "mean:k=2", "ewma:half=0", "risk:z=x", "last:h=2"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is an estimator", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		f.Add(name)
	}
	f.Add("mean:h=4,h=3")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(e.Spec().String())
		if err != nil || again.Spec().String() != e.Spec().String() {
			t.Errorf("%q: %v is not canonical: %v", text, e.Spec(), err)
		}
	})
}

// TestSumsOfWindowsAreThoseFromTheFirstOn: sums that are carried on from window to
// window have the bits of sums made anew, also when the ring is full, the workload
// changes, or two histories take turns.
func TestSumsOfWindowsAreThoseFromTheFirstOn(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	k := newKrige(6, 5)(2, 8).(*krige)
	window := make([]float32, 16)
	changes := 0
	for w := range 40 {
		for i := range window {
			window[i] = float32(1000*(1+(i*(1+w/15))%5) + r.IntN(200))
		}
		start := k.start
		k.Observe(window)
		if k.start != start {
			changes++
		}
		first, count := k.summed.first, k.summed.count
		if k.seen-first < 2 { // one window is taken as it is
			continue
		}
		for j, got := range k.sum {
			want := 0.0
			for t := first; t < first+count; t++ {
				want += k.ring[t%k.limit][j]
			}
			if got != want {
				t.Fatalf("window %d: a sum of %d windows is %v, not %v", w, count, got, want)
			}
		}
	}
	if changes == 0 {
		t.Error("the workload never changed")
	}
}

// TestOneLagTellsNothingOfPersistence: then both windows count alike.
func TestOneLagTellsNothingOfPersistence(t *testing.T) {
	var v variogram
	if v.fit([]lagged{{1, .01, 1}}, .001); v.rho != 0 || v.noise != .001 || math.Abs(v.q-.009) > 1e-12 {
		t.Errorf("%+v", v)
	}
	var s solver
	if w := s.weights(nil, v, 2, 1); len(w) != 2 || w[0] != .5 || w[1] != .5 {
		t.Errorf("weights %v", w)
	}
}
