package packing

import (
	"math"
	"math/bits"
	"strconv"
)

func trailingZeros(v uint64) int { return bits.TrailingZeros64(v) }

// decimalUnits writes loads to units as multiples of the coarsest unit that
// divides the shortest decimals that stand for them. It reports false where one
// of these has more than digits digits or the sum would reach maxTotal; units is
// undefined then.
func decimalUnits(units []int64, loads []float64, digits int) (Grid, bool) {
	lowest := math.MaxInt // all loads are multiples of 10^lowest
	for i, v := range loads {
		d := shortest(v, 64)
		if d.digits > digits {
			return Grid{}, false
		}
		units[i] = d.whole
		if d.whole != 0 {
			lowest = min(lowest, d.power)
		}
	}
	if lowest == math.MaxInt {
		return Grid{step: 1, base: decimal, exact: true}, true
	}
	total := int64(0)
	for i, v := range loads {
		if units[i] == 0 {
			continue
		}
		raise := shortest(v, 64).power - lowest
		if raise >= len(powersOfTen) || units[i] > (maxTotal-1-total)/powersOfTen[raise] {
			return Grid{}, false
		}
		units[i] *= powersOfTen[raise]
		total += units[i]
	}
	return Grid{step: reduce(units), base: decimal, power: lowest, exact: true}, true
}

// powersOfTen are those that int64 holds.
var powersOfTen = func() (p [19]int64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// decimalNumber is whole·10^power; whole has so many digits, the last not 0.
type decimalNumber struct {
	whole  int64
	power  int
	digits int
}

// shortest returns the shortest decimal number to which v is the nearest float
// of the given number of bits, 32 or 64. v must be finite and ≥ 0.
func shortest(v float64, bits int) decimalNumber {
	var buffer [32]byte
	text := strconv.AppendFloat(buffer[:0], v+0, 'e', -1, bits) // d.ddde±dd; −0 + 0 is +0
	var d decimalNumber
	for i, c := range text {
		switch {
		case c == 'e':
			d.power, _ = strconv.Atoi(string(text[i+1:])) // two or three digits
			d.power -= d.digits - 1
			return d
		case c != '.':
			d.whole = 10*d.whole + int64(c-'0')
			d.digits++
		}
	}
	return d
}

// asDecimals returns the decimal numbers that float32 weights round, as their
// nearest float64s, where some layer of items is recognised as such; nil where
// none is.
func asDecimals(weights []float32, items int) []float64 {
	var given []float64
	for first := 0; first < len(weights); first += items {
		layer := weights[first : first+items]
		if !roundedDecimals(layer) {
			continue
		}
		if given == nil {
			given = widen(weights)
		}
		for i, w := range layer {
			given[first+i], _ = strconv.ParseFloat(strconv.FormatFloat(float64(w), 'e', -1, 32), 64)
		}
	}
	return given
}

// roundedDecimals reports whether the weights of a layer are decimals that
// float32 had to round, as 0.1, among whole numbers that it did not have to.
//
// Every weight is next to some decimal. That of a random one has so many digits
// that the next decimal of as many is as near as the next float; the further the
// decimals are apart, in floats, the less is it chance.
func roundedDecimals(layer []float32) bool {
	const digits, whole = 7, 1 << 24
	rounded, lowest := false, math.MaxInt
	for _, w := range layer {
		v := float64(w)
		if v == math.Trunc(v) {
			if v > whole {
				return false // whole numbers, maybe rounded themselves
			}
			continue
		}
		d := shortest(v, 32)
		if d.digits > digits {
			return false
		}
		rounded = rounded || shortest(v, 64) != d
		lowest = min(lowest, d.power)
	}
	if !rounded {
		return false
	}
	const certain = 32 // bits
	unit, evidence := float64(float64(lowest)*math.Log2(10)), 0.0
	for _, w := range layer {
		if v := float64(w); v != math.Trunc(v) {
			_, exponent := math.Frexp(v)
			evidence += max(0, unit-float64(max(exponent-24, -149)))
		}
	}
	return evidence >= certain
}

// widen returns weights as float64s.
func widen(weights []float32) []float64 {
	wide := make([]float64, len(weights))
	for i, w := range weights {
		wide[i] = float64(w)
	}
	return wide
}

// appendDecimal appends n·10^−places to dst, without zeros at its end.
func appendDecimal(dst []byte, n int64, places int) []byte {
	for places > 0 && n%10 == 0 {
		n /= 10
		places--
	}
	if places == 0 {
		return strconv.AppendInt(dst, n, 10)
	}
	dst = strconv.AppendInt(dst, n/powersOfTen[places], 10)
	dst = append(dst, '.')
	fraction := strconv.FormatInt(n%powersOfTen[places], 10)
	for range places - len(fraction) {
		dst = append(dst, '0')
	}
	return append(dst, fraction...)
}
