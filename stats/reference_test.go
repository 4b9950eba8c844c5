package stats

import (
	"math"
	"testing"
)

// Values named SciPy in the tests were computed with SciPy 1.17.1 and NumPy
// 2.4.6; the calls stand beside them, with a and b for sampleA and sampleB.
var (
	sampleA = []float64{12.1, 11.8, 12.4, 13.0, 12.2, 11.9, 12.6, 12.3, 15.9, 12.0}
	sampleB = []float64{12.9, 13.1, 12.7, 13.6, 12.8, 14.0, 13.3, 12.5, 13.2, 16.4}
	tiedA   = []float64{1, 2, 2, 3, 3, 3, 4}
	tiedB   = []float64{2, 3, 4, 4, 5, 5}
)

func checkNear(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func checkP(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*want) {
		t.Errorf("%s: p = %v, want %v", what, got, want)
	}
}

func checkNoError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// generated returns f(0), …, f(n−1).
func generated(n int, f func(i int) float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = f(i)
	}
	return values
}

func codes(warnings []Warning) []Code {
	var c []Code
	for _, w := range warnings {
		c = append(c, w.Code)
	}
	return c
}

func TestBadValuesAreErrors(t *testing.T) {
	nan := []float64{1, math.NaN()}
	calls := map[string]func(a, b []float64) error{
		"Describe":            func(a, _ []float64) error { _, err := Describe(a); return err },
		"MedianInterval":      func(a, _ []float64) error { _, _, err := MedianInterval(a, 0.95); return err },
		"MannWhitney":         func(a, b []float64) error { _, err := MannWhitney(b, a, 0.05); return err },
		"SignedRank":          func(a, b []float64) error { _, err := SignedRank(a, b); return err },
		"PairedDifference":    func(a, b []float64) error { _, err := Bootstrap{}.PairedDifference(a, b); return err },
		"Mean":                func(a, _ []float64) error { _, err := Bootstrap{}.Mean(a); return err },
		"CliffsDelta":         func(a, b []float64) error { _, err := CliffsDelta(b, a); return err },
		"HodgesLehmann":       func(a, b []float64) error { _, err := HodgesLehmann(a, b); return err },
		"PairedHodgesLehmann": func(a, b []float64) error { _, err := PairedHodgesLehmann(a, b); return err },
		"OutliersOf":          func(a, _ []float64) error { _, _, err := OutliersOf(a); return err },
		"Dip":                 func(a, _ []float64) error { _, err := Dip(a); return err },
		"CheckTimes":          func(a, _ []float64) error { _, err := CheckTimes(a); return err },
		"Friedman":            func(a, b []float64) error { _, err := Friedman([][]float64{b, a}); return err },
	}
	for name, call := range calls {
		for _, bad := range [][]float64{nil, nan, {1, math.Inf(1)}} {
			if call(bad, []float64{1, 2}) == nil {
				t.Errorf("%s accepts %v", name, bad)
			}
		}
		if err := call([]float64{1, 2}, []float64{3, 4}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := SignedRank([]float64{1}, []float64{1, 2}); err == nil {
		t.Error("SignedRank pairs 1 value with 2")
	}
}

func TestMidranks(t *testing.T) {
	ranks, ties := midranks([]float64{3, 1, 3, 3, 0, 1})
	for i, want := range []float64{5, 2.5, 5, 5, 1, 2.5} {
		if ranks[i] != want {
			t.Errorf("rank %d = %v, want %v", i, ranks[i], want)
		}
	}
	if want := 24.0 + 6; ties != want { // 3³ − 3 and 2³ − 2
		t.Errorf("ties = %v, want %v", ties, want)
	}
}
