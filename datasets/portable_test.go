package datasets

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// near reports whether got is within units of the last place of want.
func near(got, want, units float64) bool {
	return math.Abs(got-want) <= units*(math.Nextafter(math.Abs(want), math.Inf(1))-math.Abs(want))
}

func TestPortableFunctionsAreAccurate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-600, 600).Draw(t, "x")
		if got, want := exponential(x), math.Exp(x); !near(got, want, 4) {
			t.Fatalf("exponential(%v) = %v, want %v", x, got, want)
		}
		y := rapid.Float64Range(0x1p-1000, 0x1p1000).Draw(t, "y")
		if got, want := logarithm(y), math.Log(y); !near(got, want, 4) {
			t.Fatalf("logarithm(%v) = %v, want %v", y, got, want)
		}
		u := rapid.Float64Range(0x1p-53, 1).Draw(t, "u")
		if got, want := logarithm(u), math.Log(u); !near(got, want, 4) {
			t.Fatalf("logarithm(%v) = %v, want %v", u, got, want)
		}
	})
}

func TestPortableFunctionsAtExactPoints(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"e⁰", exponential(0), 1},
		{"ln 1", logarithm(1), 0},
		{"ln 2", logarithm(2), math.Ln2},
		{"0²", power(0, 2), 0},
		{"0⁰", power(0, 0), 1},
		{"1⁷", power(1, 7), 1},
		{"overflowing power", power(1e300, 1e300), exponential(700)},
		{"underflowing power", power(1e300, -1e300), exponential(-700)},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	if got := power(9, 0.5); !near(got, 3, 4) {
		t.Errorf("√9 = %v", got)
	}
}
