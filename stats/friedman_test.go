package stats

import (
	"math"
	"slices"
	"testing"
)

// rounding is how long 22 baseball players took to round first base by three
// methods (Hollander and Wolfe 1973), the example of R's friedman.test.
var rounding = [][]float64{
	{5.40, 5.50, 5.55}, {5.85, 5.70, 5.75}, {5.20, 5.60, 5.50}, {5.55, 5.50, 5.40},
	{5.90, 5.85, 5.70}, {5.45, 5.55, 5.60}, {5.40, 5.40, 5.35}, {5.45, 5.50, 5.35},
	{5.25, 5.15, 5.00}, {5.85, 5.80, 5.70}, {5.25, 5.20, 5.10}, {5.65, 5.55, 5.45},
	{5.60, 5.35, 5.45}, {5.05, 5.00, 4.95}, {5.50, 5.50, 5.40}, {5.45, 5.55, 5.50},
	{5.55, 5.55, 5.35}, {5.45, 5.50, 5.55}, {5.50, 5.45, 5.25}, {5.65, 5.60, 5.40},
	{5.70, 5.65, 5.55}, {6.30, 6.30, 6.25},
}

func TestFriedmanMatchesR(t *testing.T) {
	r, err := Friedman(rounding)
	checkNoError(t, err)
	// R prints chi-squared = 11.143, df = 2, p-value = 0.003805.
	// SciPy: friedmanchisquare(*x.T), and f.sf(F, 2, 42) with
	// F = 21 χ² / (44 - χ²)
	checkNear(t, "χ²", r.ChiSquare, 11.142857142857132, 1e-12)
	checkP(t, "χ²", r.ChiSquareP, 0.003805040775511383)
	checkNear(t, "F", r.F, 7.121739130434773, 1e-12)
	checkP(t, "F", r.P, 0.0021712983876075345)
	for j, want := range []float64{2.40909090909, 2.13636363636, 1.45454545455} {
		checkNear(t, "mean rank", r.MeanRanks[j], want, 1e-9)
	}
}

func TestFriedmanExtremes(t *testing.T) {
	alike, err := Friedman([][]float64{{1, 2, 3}, {1, 2, 3}, {4, 5, 6}})
	checkNoError(t, err)
	if alike.P != 0 || !math.IsInf(alike.F, 1) || math.Abs(alike.ChiSquare-6) > 1e-12 {
		t.Errorf("the same order everywhere: %+v", alike)
	}
	tied, err := Friedman([][]float64{{1, 1}, {2, 2}})
	checkNoError(t, err)
	if tied.P != 1 || tied.ChiSquareP != 1 || !slices.Equal(tied.MeanRanks, []float64{1.5, 1.5}) {
		t.Errorf("ties everywhere: %+v", tied)
	}
	for _, bad := range [][][]float64{nil, {{1, 2}}, {{1}, {2}}, {{1, 2}, {1, 2, 3}}} {
		if _, err := Friedman(bad); err == nil {
			t.Errorf("accepts %v", bad)
		}
	}
}

func TestCriticalDifference(t *testing.T) {
	// q at 0.05 and 0.10 for k strategies, table 5a of Demšar (2006), here with
	// the digits of SciPy: studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2)
	for k, want := range map[int][2]float64{
		2:  {1.9599639845400534, 1.6448536269514722},
		3:  {2.343700586378409, 2.0522927304967755},
		5:  {2.7277743708703763, 2.4595157642714183},
		10: {3.163683577053373, 2.9198888400615384},
		20: {3.5437991315177815, 3.319233059548415},
	} {
		checkNear(t, "q(0.05)", studentizedRange(k, 0.95)/math.Sqrt2, want[0], 1e-6)
		checkNear(t, "q(0.10)", studentizedRange(k, 0.90)/math.Sqrt2, want[1], 1e-6)
	}
	// Demšar's example: 4 classifiers on 14 data sets, 2.569·√(4·5/(6·14)).
	cd, err := CriticalDifference(4, 14, 0.05)
	checkNoError(t, err)
	checkNear(t, "critical difference", cd, 1.25, 0.005)
	for _, bad := range []struct {
		k, n  int
		alpha float64
	}{{1, 5, 0.05}, {3, 0, 0.05}, {3, 5, 0}, {3, 5, 1}} {
		if _, err := CriticalDifference(bad.k, bad.n, bad.alpha); err == nil {
			t.Errorf("accepts %+v", bad)
		}
	}
}

func TestCliques(t *testing.T) {
	for _, c := range []struct {
		name  string
		ranks []float64
		cd    float64
		want  [][]int
	}{
		{"none", []float64{1, 3, 5}, 1, nil},
		{"all", []float64{2.2, 1.9, 1.9}, 1, [][]int{{1, 2, 0}}},
		{"overlapping", []float64{3, 1, 2, 4}, 1.2, [][]int{{1, 2}, {2, 0}, {0, 3}}},
		{"inner ones left out", []float64{1, 1.5, 2, 4}, 1, [][]int{{0, 1, 2}}},
		// Demšar's figure 1b: C4.5, +m, +cf, +m+cf have 3.143, 2.000, 2.893, 1.964.
		{"Demšar", []float64{3.143, 2.000, 2.893, 1.964}, 1.25, [][]int{{3, 1, 2, 0}}},
	} {
		if got := Cliques(c.ranks, c.cd); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
