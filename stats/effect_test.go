package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEffectSizes(t *testing.T) {
	for _, c := range []struct {
		name   string
		effect func(a, b []float64) (float64, error)
		want   float64
	}{
		// SciPy: 2*mannwhitneyu(a, b).statistic/100 - 1
		{"Cliff's delta", CliffsDelta, -0.72},
		// SciPy: np.median(np.subtract.outer(a, b))
		{"Hodges-Lehmann", HodgesLehmann, -0.85},
		// SciPy: np.median([(d[i] + d[j])/2 for i in range(10) for j in range(i + 1)])
		{"paired Hodges-Lehmann", PairedHodgesLehmann, -0.7},
	} {
		got, err := c.effect(sampleA, sampleB)
		checkNoError(t, err)
		checkNear(t, c.name, got, c.want, 1e-12)
	}
}

// The estimates are medians of lists that the functions do not make.
func TestHodgesLehmannIsTheMedianOfAllDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.SampledFrom([]float64{0, 1, 1, 2.5, -3})), 1, 12)
		a, b := values.Draw(t, "a"), values.Draw(t, "b")
		var differences, means []float64
		for _, x := range a {
			for _, y := range b {
				differences = append(differences, x-y)
			}
		}
		n := min(len(a), len(b))
		for i := range n {
			for j := range i + 1 {
				means = append(means, (a[i]-b[i]+(a[j]-b[j]))/2)
			}
		}
		for _, c := range []struct {
			name   string
			effect func(a, b []float64) (float64, error)
			n, m   int
			all    []float64
		}{
			{"Hodges-Lehmann", HodgesLehmann, len(a), len(b), differences},
			{"paired Hodges-Lehmann", PairedHodgesLehmann, n, n, means},
		} {
			got, err := c.effect(a[:c.n], b[:c.m])
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(c.all)
			want := c.all[len(c.all)/2]
			if len(c.all)%2 == 0 {
				want = (c.all[len(c.all)/2-1] + want) / 2
			}
			if got != want {
				t.Errorf("%s: %v, want %v", c.name, got, want)
			}
		}
	})
}

func TestGeometricMeanOf(t *testing.T) {
	g := GeometricMeanOf([]Ratio{
		{Name: "up", Old: 1, New: 2},
		{Name: "up more", Old: 0.5, New: 4},
		{Name: "none", Old: 0, New: 0},
		{Name: "to zero", Old: 3, New: 0},
		{Name: "half", Old: 6, New: 3},
		{Name: "from zero", Old: 0, New: 2},
		{Name: "broken", Failed: "timeout after 1m0s"},
		{Name: "unknown", Old: math.NaN(), New: 1},
	})
	// SciPy: scipy.stats.gmean([2, 8, 1, 0.5])
	checkNear(t, "geometric mean", g.Value, 1.681792830507429, 1e-12)
	if g.Used != 4 || g.Of != 8 {
		t.Errorf("used %d of %d, want 4 of 8", g.Used, g.Of)
	}
	want := []Excluded{
		{"to zero", "from 3 to 0"}, {"from zero", "from 0 to 2"},
		{"broken", "timeout after 1m0s"}, {"unknown", "1 against NaN have no ratio"},
	}
	if !slices.Equal(g.Left, want) {
		t.Errorf("left out %q, want %q", g.Left, want)
	}
	if g := GeometricMeanOf(nil); g.Value != 1 || g.Used != 0 {
		t.Errorf("of nothing: %+v", g)
	}
}

func TestHolm(t *testing.T) {
	// The p values of Benjamini and Hochberg (1995), section 3.2: Holm rejects
	// the first three at 0.05.
	ps := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	// statsmodels 0.15.0: multipletests(ps, method="holm")[1]
	want := []float64{0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1}
	for i, got := range Holm(ps) {
		checkNear(t, "Holm", got, want[i], 1e-6)
	}
	backwards := slices.Clone(ps)
	slices.Reverse(backwards)
	got := Holm(backwards)
	slices.Reverse(got)
	if !slices.Equal(got, Holm(ps)) {
		t.Error("the order changes the adjusted values")
	}
	if got := Holm(nil); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestHolmOnlyRaises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		for i, adjusted := range Holm(ps) {
			if !(ps[i] <= adjusted && adjusted <= min(1, float64(len(ps))*ps[i])+1e-15) {
				t.Errorf("p %v: adjusted %v", ps[i], adjusted)
			}
		}
	})
}

func TestWarningSaysWhatToDo(t *testing.T) {
	w := Warning{Noisy, "it shakes", "hold it"}
	if got := w.String(); !strings.Contains(got, "it shakes: hold it") {
		t.Errorf("got %q", got)
	}
}
