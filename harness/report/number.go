package report

import (
	"math"
	"strconv"
	"strings"
)

// significant writes v with the given number of significant digits; very small
// and very large numbers in exponent form, as in 2.50e-6. Zero is "0".
func significant(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	text := strconv.FormatFloat(v, 'e', digits-1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	e, _ := strconv.Atoi(exponent)
	if e < -4 || e > 6 {
		return mantissa + "e" + strconv.Itoa(e)
	}
	return strconv.FormatFloat(v, 'f', max(0, digits-1-e), 64)
}

// trimmed drops the zeros at the end of a decimal fraction, for tick labels:
// 0.500 ms becomes 0.5 ms.
func trimmed(text string) string {
	digits, rest := text, ""
	if i := strings.IndexAny(text, "e "); i >= 0 {
		digits, rest = text[:i], text[i:]
	}
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits + rest
}

// number writes a value of a table: three significant digits.
func number(v float64) string { return significant(v, 3) }

// units of time, largest first, in ns.
var units = []struct {
	name string
	ns   float64
}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}

// duration writes a time given in ns with three significant digits and the
// unit that suits it: "1.25 ms".
func duration(ns float64) string {
	if ns == 0 {
		return "0"
	}
	for _, u := range units {
		// 999.6 µs would print as 1000 µs.
		if math.Abs(ns) >= u.ns*0.9995 || u.ns == 1 {
			return significant(ns/u.ns, 3) + " " + u.name
		}
	}
	return ""
}

// percent writes a fraction as a percentage: 0.0123 is "1.23 %".
func percent(v float64) string {
	if v == 0 {
		return "0"
	}
	return significant(100*v, 3) + " %"
}
