// Package number writes numbers for people, one way in tables, figures and messages.
package number

import (
	"math"
	"strconv"
	"strings"
)

// Significant writes v with the given number of significant digits; very small
// and very large numbers in exponent form, as in 2.50e-6. Digits before the
// point are all kept up to ten million: 2,770.6 is "2771". Zero is "0", NaN "–".
func Significant(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "-∞"
	}
	text := strconv.FormatFloat(v, 'e', digits-1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	e, _ := strconv.Atoi(exponent)
	if e < -4 || e > 6 {
		return mantissa + "e" + strconv.Itoa(e)
	}
	return strconv.FormatFloat(v, 'f', max(0, digits-1-e), 64)
}

// Trimmed drops the zeros at the end of a decimal fraction, for tick labels:
// 0.500 ms becomes 0.5 ms.
func Trimmed(text string) string {
	digits, rest := text, ""
	if i := strings.IndexAny(text, "e "); i >= 0 {
		digits, rest = text[:i], text[i:]
	}
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits + rest
}

// Short writes v with three significant digits.
func Short(v float64) string { return Significant(v, 3) }

// units of time, largest first, in ns.
var units = []struct {
	name string
	ns   float64
}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}

// Duration writes a time given in ns with three significant digits and the
// unit that suits it: "1.25 ms".
func Duration(ns float64) string {
	if ns == 0 {
		return "0"
	}
	name, unit := TimeUnit(ns)
	return Significant(ns/unit, 3) + " " + name
}

// TimeUnit returns the unit that suits a time given in ns: its name and its
// length in ns.
func TimeUnit(ns float64) (name string, unit float64) {
	for _, u := range units {
		// 999.6 µs would print as 1000 µs.
		if math.Abs(ns) >= u.ns*0.9995 {
			return u.name, u.ns
		}
	}
	return "ns", 1
}

// Percent writes a fraction as a percentage: 0.0123 is "1.23 %".
func Percent(v float64) string {
	if v == 0 {
		return "0"
	}
	return Significant(100*v, 3) + " %"
}

// P writes a p value with its relation: "= 0.012", "< 0.001".
func P(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return "= " + Significant(p, 2)
}

// Minus writes the numbers of a text with the sign for minus.
func Minus(text string) string { return strings.ReplaceAll(text, "-", "−") }

// Are writes that n of a noun are: "1 layer is", "58 layers are".
func Are(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " is"
	}
	return Count(n, noun) + " are"
}

// Count writes n of a noun: "1 layer", "58 layers".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
