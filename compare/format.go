package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// formatInterval writes an interval of a measure of runs: times in the unit of
// their centre, "12.3 ms [12.1, 12.8]", an end without bound as ∞.
func formatInterval(i stats.Interval, d runs.Measure) string {
	unit, scale := "", 1.0
	if d.Unit == runs.Nanoseconds {
		unit, scale = number.TimeUnit(i.Center)
		unit = " " + unit
	}
	return fmt.Sprintf("%s%s [%s, %s]", number.Significant(i.Center/scale, 3), unit, number.Significant(i.Lo/scale, 3), number.Significant(i.Hi/scale, 3))
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
		return "×" + number.Significant(v, 3)
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
	return fmt.Sprintf("×%s (%d of %d)", number.Significant(g.Value, 3), g.Used, g.Of)
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
		return "+" + number.Significant(v, 3)
	}
	return number.Significant(v, 3)
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
