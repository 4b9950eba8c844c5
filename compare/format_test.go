package compare

import (
	"math"
	"testing"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

func TestIntervalsAndRatiosAreFormatted(t *testing.T) {
	inf := math.Inf(1)
	time, moves := runs.Measure{Unit: runs.Nanoseconds}, runs.Measure{Unit: runs.Count}
	for _, c := range []struct{ got, want string }{
		{formatInterval(stats.Interval{Center: 12345678, Lo: 12100000, Hi: 12800000}, time), "12.3 ms [12.1, 12.8]"},
		{formatInterval(stats.Interval{Center: 999, Lo: -inf, Hi: 1001}, time), "999 ns [-∞, 1001]"},
		{formatInterval(stats.Interval{Center: 2.5e9, Lo: 2e9, Hi: inf}, time), "2.50 s [2.00, ∞]"},
		{formatInterval(stats.Interval{Center: 1500, Lo: 1400, Hi: 1600}, time), "1.50 µs [1.40, 1.60]"},
		{formatInterval(stats.Interval{Center: 1500, Lo: 1400, Hi: 1600}, moves), "1500 [1400, 1600]"},
		{number.Significant(0, 3), "0"},
		{number.Significant(123456, 3), "123456"},
		{number.Significant(-0.01234, 3), "-0.0123"},
		{number.Significant(1.5e-7, 3), "1.50e-7"},
		{number.Significant(2e6, 3), "2000000"},
		{formatChange(1), "0 %"},
		{formatChange(0.838), "-16.2 %"},
		{formatChange(1.0312), "+3.1 %"},
		{formatChange(0.00123), "-99.88 %"},
		{formatChange(0), "-100.0 %"},
		{formatChange(12.34), "×12.3"},
		{formatChange(Ratio(inf)), "from 0"},
		{formatP(0.00001), "<0.0001"},
		{formatP(0.05), "0.0500"},
		{formatP(1), "1"},
		{formatDifference(stats.Interval{Center: 1.5, Lo: -0.5, Hi: 2}, 2), "+3.00 [-1.00, +4.00]"},
		{formatFactor(stats.GeometricMean{Value: 0.5, Used: 3, Of: 4}), "×0.500 (3 of 4)"},
		{formatFactor(stats.GeometricMean{Value: 1, Of: 4}), "none"},
		{latexText("-16.2 % [-∞, 4] a_b ~ two-opt 8/0/-"), `\(-\)16.2 \% [\(-\)\(\infty\), 4] a\_b \(\sim\) two-opt 8/0/-`},
		{markdownText("a_b < ~"), `a\_b &lt; \~`},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]float64{"5%": 0.05, "5 %": 0.05, "0.05": 0.05, "0": 0, "200%": 2, "1e-2": 0.01} {
		if got, err := ParseShare(text); err != nil || math.Abs(got-want) > 1e-15 {
			t.Errorf("ParseShare(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "five", "-5%", "NaN", "inf", "5%%", "5", "1.5"} {
		if got, err := ParseShare(text); err == nil {
			t.Errorf("ParseShare(%q) = %v, want an error", text, got)
		}
	}
}
