package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMannWhitney(t *testing.T) {
	long := func(i int) float64 { return float64(i*37%61) / 10 }
	other := func(i int) float64 { return float64(i*53%67) / 10 }
	for _, c := range []struct {
		name  string
		a, b  []float64
		u, p  float64
		exact bool
	}{
		// SciPy: scipy.stats.mannwhitneyu(a, b, method="exact")
		{"exact", sampleA, sampleB, 14, 0.0051960423477451344, true},
		// SciPy: permutation_test((tiedA, tiedB), u, n_resamples=np.inf) with
		// u = mannwhitneyu(…).statistic
		{"ties", tiedA, tiedB, 8.5, 0.10023310023310024, true},
		// SciPy: mannwhitneyu(x, y, method="asymptotic")
		{"normal", generated(60, long), generated(60, other), 1606.5, 0.3110217026812425, false},
		{"equal", []float64{5, 5, 5, 5}, []float64{5, 5, 5, 5}, 8, 1, true},
	} {
		got, err := MannWhitney(c.a, c.b, 0.05)
		checkNoError(t, err)
		if got.Statistic != c.u || got.Exact != c.exact {
			t.Errorf("%s: %+v, want U = %v, exact %v", c.name, got, c.u, c.exact)
		}
		checkP(t, c.name, got.P, c.p)
	}
}

func TestMannWhitneyWarns(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []float64
		want []Code
	}{
		{"three", []float64{1, 2, 3}, []float64{4, 5, 6}, []Code{FewRepeats}}, // least p 0.1
		{"four", []float64{1, 2, 3, 4}, []float64{4, 5, 6, 7}, nil},           // least p 0.029
		{"one against many", []float64{1}, generated(50, func(i int) float64 { return float64(i) }), nil},
		{"one against few", []float64{1}, []float64{2, 3, 4}, []Code{FewRepeats}},
		{"equal", []float64{1, 1}, []float64{1, 1}, []Code{AllEqual}},
	} {
		got, err := MannWhitney(c.a, c.b, 0.05)
		checkNoError(t, err)
		if !slices.Equal(codes(got.Warnings), c.want) {
			t.Errorf("%s: %v, want %v", c.name, got.Warnings, c.want)
		}
	}
}

func TestSignedRank(t *testing.T) {
	darwin := []float64{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}
	zeros := []float64{0, 0, 3, -1, 1, 2, -2, 2, 5, 0, 4, 3}
	many := generated(150, func(i int) float64 { return float64(i*7919%101) - 45 })
	for _, c := range []struct {
		name             string
		d                []float64
		w, p, effect     float64
		exact            bool
		win, tie, losses int
	}{
		// Darwin's maize heights, the example of SciPy's documentation:
		// scipy.stats.wilcoxon(d, method="exact")
		{"darwin", darwin, 96, 0.041259765625, (96.0 - 24) / 120, true, 2, 0, 13},
		// SciPy: wilcoxon(d, zero_method="pratt",
		// method=PermutationMethod(n_resamples=2**20)), which enumerates
		{"zeros and ties", zeros, 60.5, 0.0625, 0.6282051282051282, true, 2, 3, 7},
		// SciPy: wilcoxon(d, zero_method="pratt", method="asymptotic")
		{"normal", many, 6599, 0.07872473351104789, (6599.0 - 4725) / 11325, false, 68, 1, 81},
		{"no difference", make([]float64, 9), 0, 1, 0, true, 0, 9, 0},
	} {
		got, err := SignedRank(c.d, make([]float64, len(c.d)))
		checkNoError(t, err)
		if got.Statistic != c.w || got.Exact != c.exact || got.Wins != c.win || got.Ties != c.tie || got.Losses != c.losses {
			t.Errorf("%s: %+v, want %+v", c.name, got, c)
		}
		checkNear(t, c.name+": rank-biserial", got.RankBiserial, c.effect, 1e-12)
		checkP(t, c.name, got.P, c.p)
	}
}

// The exact distribution and its approximation are two ways to the same p.
func TestSignedRankExactNearNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SliceOfN(rapid.Float64Range(-3, 10), 60, 100).Draw(t, "differences")
		got, err := SignedRank(d, make([]float64, len(d)))
		if err != nil {
			t.Fatal(err)
		}
		size, ranks := make([]float64, len(d)), []float64{}
		for i := range d {
			size[i] = math.Abs(d[i])
		}
		all, _ := midranks(size)
		for i, r := range all {
			if d[i] != 0 {
				ranks = append(ranks, r)
			}
		}
		if len(ranks) < 30 {
			return
		}
		if normal := signNormalP(ranks, got.Statistic); math.Abs(normal-got.P) > 0.01 {
			t.Errorf("exact %v, normal %v", got.P, normal)
		}
	})
}

// Swapping the sides mirrors the outcome and keeps p.
func TestTestsAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		value := rapid.Map(rapid.IntRange(0, 9), func(i int) float64 { return float64(i) })
		a := rapid.SliceOfN(value, n, n).Draw(t, "a")
		b := rapid.SliceOfN(value, n, n).Draw(t, "b")
		p, _ := SignedRank(a, b)
		q, _ := SignedRank(b, a)
		if math.Abs(p.P-q.P) > 1e-12 || p.Wins != q.Losses || p.RankBiserial != -q.RankBiserial || p.P > 1 {
			t.Errorf("signed rank: %+v and %+v", p, q)
		}
		u, _ := MannWhitney(a, b, 0.05)
		v, _ := MannWhitney(b, a, 0.05)
		if math.Abs(u.P-v.P) > 1e-9 || u.Statistic+v.Statistic != float64(n*n) {
			t.Errorf("Mann-Whitney: %+v and %+v", u, v)
		}
		x, _ := CliffsDelta(a, b)
		y, _ := CliffsDelta(b, a)
		if math.Abs(x+y) > 1e-12 || x < -1 || x > 1 {
			t.Errorf("Cliff's delta: %v and %v", x, y)
		}
	})
}
