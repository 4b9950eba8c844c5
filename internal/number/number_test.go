package number

import (
	"math"
	"testing"
)

func TestSignificant(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"},
		{1, "1.00"},
		{0.1, "0.100"},
		{12.345, "12.3"},
		{999.6, "1000"},
		{2770.6, "2771"}, // digits before the point are all kept
		{1234567, "1234567"},
		{12345678, "1.23e7"},
		{0.000123, "0.000123"},
		{0.0000123, "1.23e-5"},
		{-0.5, "-0.500"},
		{2_500_000, "2500000"},
		{math.NaN(), "–"},
		{math.Inf(1), "∞"},
	} {
		if got := Significant(c.v, 3); got != c.want {
			t.Errorf("Significant(%v, 3) = %q, want %q", c.v, got, c.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		ns   float64
		want string
	}{
		{0, "0"},
		{12, "12.0 ns"},
		{999, "999 ns"},
		{999.9, "1.00 µs"}, // not "1000 ns"
		{20.04e6, "20.0 ms"},
		{3.5e9, "3.50 s"},
		{0.25, "0.250 ns"},
	} {
		if got := Duration(c.ns); got != c.want {
			t.Errorf("Duration(%v) = %q, want %q", c.ns, got, c.want)
		}
	}
}

func TestTrimmed(t *testing.T) {
	for in, want := range map[string]string{
		"1.00 ms": "1 ms", "0.500 µs": "0.5 µs", "1.20e-5": "1.2e-5", "100": "100", "0": "0", "10.0 %": "10 %",
	} {
		if got := Trimmed(in); got != want {
			t.Errorf("Trimmed(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.01234: "1.23 %", 1: "100 %", 2e-7: "2.00e-5 %"} {
		if got := Percent(v); got != want {
			t.Errorf("Percent(%v) = %q, want %q", v, got, want)
		}
	}
}
