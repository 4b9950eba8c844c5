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
	for delta, want := range map[float64]string{0: "negligible", -0.2: "small", 0.4: "medium", -0.72: "large"} {
		if got := Magnitude(delta); got != want {
			t.Errorf("Magnitude(%v) = %q, want %q", delta, got, want)
		}
	}
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

func TestCorrections(t *testing.T) {
	// The p values of Benjamini and Hochberg (1995), section 3.2: they reject
	// the first four at 0.05, Bonferroni and Holm the first three.
	ps := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	for _, c := range []struct {
		name   string
		adjust func([]float64) []float64
		want   []float64
	}{
		// statsmodels 0.15.0: multipletests(ps, method="holm")[1]
		{"Holm", Holm, []float64{0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1}},
		// SciPy: scipy.stats.false_discovery_control(ps)
		{"Benjamini-Hochberg", BenjaminiHochberg, []float64{0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857, 0.063857, 0.0645, 0.0765, 0.486, 0.581182, 0.714875, 0.753231, 0.813214, 1}},
	} {
		for i, got := range c.adjust(ps) {
			checkNear(t, c.name, got, c.want[i], 1e-6)
		}
		backwards := slices.Clone(ps)
		slices.Reverse(backwards)
		got := c.adjust(backwards)
		slices.Reverse(got)
		if !slices.Equal(got, c.adjust(ps)) {
			t.Errorf("%s depends on the order", c.name)
		}
		if got := c.adjust(nil); len(got) != 0 {
			t.Errorf("%s of nothing: %v", c.name, got)
		}
	}
}

func TestCorrectionsOnlyRaise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		holm, bh := Holm(ps), BenjaminiHochberg(ps)
		for i, p := range ps {
			if !(p <= bh[i]+1e-15 && bh[i] <= holm[i]+1e-15 && holm[i] <= 1) {
				t.Errorf("p %v: Benjamini-Hochberg %v, Holm %v", p, bh[i], holm[i])
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
