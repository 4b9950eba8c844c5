package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"packbench/runs"
	"packbench/stats"
)

// formatInterval writes an interval of a measure of runs: times in the unit of
// their centre, "12.3 ms [12.1, 12.8]", an end without bound as ∞.
func formatInterval(i stats.Interval, d runs.Measure) string {
	unit, scale := "", 1.0
	if d.Unit == runs.Nanoseconds {
		unit, scale = timeUnit(i.Center)
		unit = " " + unit
	}
	return fmt.Sprintf("%s%s [%s, %s]", significant(i.Center/scale, 3), unit, significant(i.Lo/scale, 3), significant(i.Hi/scale, 3))
}

func timeUnit(ns float64) (string, float64) {
	switch {
	case ns >= 1e9:
		return "s", 1e9
	case ns >= 1e6:
		return "ms", 1e6
	case ns >= 1e3:
		return "µs", 1e3
	}
	return "ns", 1
}

// significant writes v with that many significant digits; whole digits are
// never rounded away below a million.
func significant(v float64, digits int) string {
	size := math.Abs(v)
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "-∞"
	case v == 0:
		return "0"
	case size >= 1e6 || size < 1e-4:
		return strconv.FormatFloat(v, 'e', digits-1, 64)
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(size)))
	return strconv.FormatFloat(v, 'f', max(decimals, 0), 64)
}

// formatChange writes a ratio as a signed percentage: "-16.2 %"; as a factor
// where it is more than tenfold.
func formatChange(r Ratio) string {
	switch v := float64(r); {
	case v == 1:
		return "0 %"
	case math.IsInf(v, 1):
		return "from 0"
	case v >= 10:
		return "×" + significant(v, 3)
	default:
		percent := 100 * (v - 1)
		if v > 0 && v < 0.01 {
			return strconv.FormatFloat(percent, 'f', 2, 64) + " %"
		}
		return fmt.Sprintf("%+.1f %%", percent)
	}
}

// formatFactor writes a geometric mean of ratios, "×0.842".
func formatFactor(g stats.GeometricMean) string {
	if g.Used == 0 {
		return "none"
	}
	return fmt.Sprintf("×%s (%d of %d)", significant(g.Value, 3), g.Used, g.Of)
}

func formatP(p float64) string {
	switch {
	case p < 0.0001:
		return "<0.0001"
	case p >= 0.9995:
		return "1"
	}
	return strconv.FormatFloat(p, 'f', 4, 64)
}

func formatEffect(e float64) string {
	if e == 0 {
		return "0"
	}
	return fmt.Sprintf("%+.2f", e)
}

// formatDifference writes an interval of a mean difference.
func formatDifference(i stats.Interval, scale float64) string {
	return fmt.Sprintf("%s [%s, %s]", signed(i.Center*scale), signed(i.Lo*scale), signed(i.Hi*scale))
}

func signed(v float64) string {
	if v > 0 {
		return "+" + significant(v, 3)
	}
	return significant(v, 3)
}

// ParseShare reads a share: "5%", "5 %" or "0.05". A number above 1 needs its
// percent sign, since "5" may mean 5 % or fivefold.
func ParseShare(text string) (float64, error) {
	number, scale := text, 1.0
	if n := len(text); n > 0 && text[n-1] == '%' {
		number, scale = strings.TrimSpace(text[:n-1]), 100
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 1) {
		return 0, fmt.Errorf("%q is not a share: write 5%% or 0.05", text)
	}
	if scale == 1 && v > 1 {
		return 0, fmt.Errorf("%s is %g %%: write %s%% if you mean %s percent, else %g%%", text, 100*v, text, text, 100*v)
	}
	return v / scale, nil
}
