package report

import (
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
)

// interval writes the confidence interval of a median time: "1.20–1.30 ms", or
// "998 µs – 1.02 ms".
func interval(t analysis.Times) string {
	if !t.Bounded() {
		return "too few runs"
	}
	lo, hi := number.Duration(t.Lo), number.Duration(t.Hi)
	value, unit, _ := strings.Cut(lo, " ")
	if strings.HasSuffix(hi, " "+unit) {
		return value + "–" + hi
	}
	return lo + " – " + hi
}
