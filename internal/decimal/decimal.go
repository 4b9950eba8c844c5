// Package decimal reads decimal numbers as people and programs write them:
// exactly where they are whole, to the nearest float64 where they are not, and
// never as something else.
package decimal

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrSyntax is the error of text that is not a decimal number.
var ErrSyntax = errors.New("not a number")

// Parse returns the number that text is: digits, with a sign, a decimal point
// and an exponent where wanted. Hexadecimal, underscores, infinities and NaN are
// not numbers here. The error is ErrSyntax, or says why float64 cannot hold the
// number: it is too large, would count as 0, or is a whole number above 2⁵³
// between two float64.
func Parse[T string | []byte](text T) (float64, error) {
	shape := scan(text)
	if !shape.valid {
		return 0, ErrSyntax
	}
	if shape.whole && len(text) <= 15 {
		return small(text), nil
	}
	v, err := strconv.ParseFloat(string(text), 64)
	switch {
	case math.IsInf(v, 0):
		return v, fmt.Errorf("%s is above the largest float64 (%.3g): scale the loads down", shorten(string(text)), math.MaxFloat64)
	case err != nil:
		return 0, ErrSyntax
	case v == 0 && shape.nonzero:
		return 0, fmt.Errorf("%s is below the smallest float64 and would count as 0: scale the loads up", shorten(string(text)))
	case shape.whole && math.Abs(v) >= 1<<53 && !writes(v, strings.TrimPrefix(string(text), "+")):
		return v, fmt.Errorf("%s is a whole number above 2^53 that float64 does not hold: scale the loads down", shorten(string(text)))
	}
	return v, nil
}

// writes reports whether digits are how v is written, exactly or in the shortest
// form.
func writes(v float64, digits string) bool {
	return strconv.FormatFloat(v, 'f', 0, 64) == digits || strconv.FormatFloat(v, 'f', -1, 64) == digits
}

// shape is what scan learns about a text.
type shape struct {
	valid   bool // a decimal number
	whole   bool // of digits alone
	nonzero bool // a digit of the mantissa is not 0
}

// scan checks text against [+-] digits [. digits] [e [+-] digits], with a digit
// before the exponent.
func scan[T string | []byte](text T) (s shape) {
	i := 0
	digits := func() (n int) {
		for ; i < len(text) && '0' <= text[i] && text[i] <= '9'; i++ {
			s.nonzero = s.nonzero || text[i] != '0'
			n++
		}
		return n
	}
	sign := func() {
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
	}
	sign()
	mantissa := digits()
	s.whole = true
	if i < len(text) && text[i] == '.' {
		i++
		s.whole = false
		mantissa += digits()
	}
	if mantissa == 0 {
		return s
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		s.whole = false
		nonzero := s.nonzero
		sign()
		if digits() == 0 {
			return s
		}
		s.nonzero = nonzero
	}
	s.valid = i == len(text)
	return s
}

// small reads a whole number of a few digits.
func small[T string | []byte](text T) float64 {
	v, negative := int64(0), false
	for i := range len(text) {
		switch c := text[i]; c {
		case '-':
			negative = true
		case '+':
		default:
			v = 10*v + int64(c-'0')
		}
	}
	if negative {
		return float64(-v)
	}
	return float64(v)
}

// shorten cuts text that would fill the screen.
func shorten(text string) string {
	if len(text) > 40 {
		return text[:18] + "…" + text[len(text)-18:]
	}
	return text
}
