package datasets

import (
	"math"
	"strings"
	"testing"
)

func nearly(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Abs(want) }

// TestDescribeLayer compares with NumPy 1.24 (std, polyfit) and SciPy 1.10
// (stats.gamma.fit with floc=0).
func TestDescribeLayer(t *testing.T) {
	s := DescribeLayer([]float32{5, 0, 3, 8, 1, 0, 13, 2, 2, 40})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"total", s.Total, 74},
		{"CV", s.CV, 1.5575167064025848},
		{"max/mean", s.MaxOverMean, 5.405405405405405},
		{"zeros", s.Zeros, 0.2},
		{"sigma", s.Sigma, 1.1930344133639554},
		{"Zipf", s.Zipf, 1.6808279250711116},
		{"R²", s.ZipfR2, 0.9820618691634269},
	} {
		if !nearly(c.got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	if math.Abs(s.GammaK-0.874205769660361) > 1e-6 { // as far as SciPy's optimiser goes
		t.Errorf("gamma k = %v", s.GammaK)
	}
}

func TestDescribeLayerWhereStatisticsAreNotDefined(t *testing.T) {
	idle := DescribeLayer(make([]float32, 4))
	if idle.Zeros != 1 || idle.Total != 0 || !math.IsNaN(idle.CV) || !math.IsNaN(idle.GammaK) {
		t.Errorf("no load: %+v", idle)
	}
	one := DescribeLayer([]float32{0, 7})
	if one.MaxOverMean != 2 || one.Zeros != 0.5 || !math.IsNaN(one.Sigma) || !math.IsNaN(one.Zipf) {
		t.Errorf("one item with load: %+v", one)
	}
	even := DescribeLayer([]float32{3, 3, 3})
	if even.CV != 0 || even.Sigma != 0 || even.Zipf != 0 || !math.IsInf(even.GammaK, 1) {
		t.Errorf("equal loads: %+v", even)
	}
}

// TestFitsRecoverTheParameter generates loads and fits them.
func TestFitsRecoverTheParameter(t *testing.T) {
	for _, c := range []struct {
		spec string
		got  func(LayerStats) float64
		want float64
	}{
		{"gamma:k=0.4,items=100000,layers=1", func(s LayerStats) float64 { return s.GammaK }, 0.4},
		{"gamma:k=30,items=100000,layers=1", func(s LayerStats) float64 { return s.GammaK }, 30},
		{"lognormal:sigma=1.7,items=100000,layers=1", func(s LayerStats) float64 { return s.Sigma }, 1.7},
		{"zipf:s=1.2,items=1000,layers=1", func(s LayerStats) float64 { return s.Zipf }, 1.2},
	} {
		if got := c.got(DescribeLayer(must(t, c.spec, 1).Layer(0, 0))); math.Abs(got/c.want-1) > .02 {
			t.Errorf("%s: fitted %v", c.spec, got)
		}
	}
}

func TestDescribeSummarizesOverStepsAndLayers(t *testing.T) {
	l := &Loads{Steps: 2, Layers: 2, Items: 2, Weights: []float32{0, 0, 1, 3, 2, 2, 0, 8}}
	byName := map[string]Summary{}
	for _, s := range l.Describe() {
		byName[s.Name] = s.Summary
	}
	if got, want := byName["total"], (Summary{0, 4, 8}); got != want {
		t.Errorf("total %v, want %v", got, want)
	}
	if got, want := byName["max/mean"], (Summary{1, 1.5, 2}); got != want { // the idle layer has none
		t.Errorf("max/mean %v, want %v", got, want)
	}
	idle := loadsOf(1, 2, 0, 0)
	if s := idle.Describe()[1].Summary; !math.IsNaN(s.Min) || !math.IsNaN(s.Median) || !math.IsNaN(s.Max) {
		t.Errorf("CV of no load: %v", s)
	}
}

func TestDescribePacks(t *testing.T) {
	l := loadsOf(4, 4,
		1, 1, 1, 1, // even
		9, 1, 1, 1, // one item outweighs the mean pack, 6
		5, 5, 5, 0, // two of the fives meet: 10, above 7.5
		0, 0, 0, 0, // idle: packs are even, of load 0
	)
	facts, err := l.DescribePacks(2)
	if err != nil {
		t.Fatal(err)
	}
	want := PackFacts{Packs: 2, Capacity: 2, Layers: 4, Outweighed: 1, Uneven: 2, BoundOverMean: Summary{1, 10 / 7.5, 10.0 / 6}}
	if facts != want {
		t.Errorf("got %+v, want %+v", facts, want)
	}
	if _, err := l.DescribePacks(3); err == nil || !strings.HasPrefix(err.Error(), "4 items do not divide into 3 packs") {
		t.Errorf("got error %v", err)
	}
}
