package portable

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestExpAndLogAreThoseOfMathematics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-699, 699).Draw(t, "x")
		if got, want := Exp(x), math.Exp(x); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("Exp(%v) = %v, not %v", x, got, want)
		}
		y := math.Exp(x)
		if got := Log(y); math.Abs(got-x) > 1e-13*max(1, math.Abs(x)) {
			t.Fatalf("Log(%v) = %v, not %v", y, got, x)
		}
	})
}

func TestExpStaysFinite(t *testing.T) {
	for _, x := range []float64{math.Inf(1), math.Inf(-1), 1e9, -1e9, 700, -700, math.NaN()} {
		if y := Exp(x); !(y > 0) || math.IsInf(y, 0) {
			t.Errorf("Exp(%v) = %v", x, y)
		}
	}
	if Exp(0) != 1 || Log(1) != 0 {
		t.Errorf("Exp(0) = %v, Log(1) = %v", Exp(0), Log(1))
	}
}
