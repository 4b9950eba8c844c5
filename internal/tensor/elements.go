package tensor

import (
	"fmt"
	"math"
)

// ElementError is the error of an element that the type asked for does not
// hold.
type ElementError struct {
	Index int // in row-major order
	Err   error
}

// Error implements error.
func (e *ElementError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong with the element.
func (e *ElementError) Unwrap() error { return e.Err }

// Float64s returns the elements in row-major order. The error, an
// [*ElementError], is that of a whole number that float64 does not hold.
func (a *Array) Float64s() ([]float64, error) {
	out := make([]float64, 0, a.Len())
	err := a.each(func(b []byte) error {
		v, err := a.float64(b)
		out = append(out, v)
		return err
	})
	return out, err
}

// Ints returns the elements in row-major order. The error, an [*ElementError],
// is that of an element with a fraction, or beyond an int.
func (a *Array) Ints() ([]int, error) {
	out := make([]int, 0, a.Len())
	err := a.each(func(b []byte) error {
		if a.Type.Float() {
			v := a.fraction(b)
			if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
				return fmt.Errorf("%v is not a whole number", v)
			}
			out = append(out, int(v))
			return nil
		}
		signed, unsigned := a.integer(b)
		if a.Type == Uint64 && unsigned > math.MaxInt64 {
			return fmt.Errorf("%d is above the largest int", unsigned)
		}
		out = append(out, int(signed))
		return nil
	})
	return out, err
}

// each calls do with the bytes of every element in row-major order, until it
// fails.
func (a *Array) each(do func([]byte) error) error {
	size := a.Type.Size()
	n := a.Len()
	index := make([]int, len(a.Shape))
	at := a.Offset
	for i := range n {
		if err := do(a.Data[at*size : at*size+size]); err != nil {
			return &ElementError{i, err}
		}
		for d := len(index) - 1; d >= 0; d-- {
			at += a.Strides[d]
			if index[d]++; index[d] < a.Shape[d] {
				break
			}
			at -= index[d] * a.Strides[d]
			index[d] = 0
		}
	}
	return nil
}

// float64 decodes one element.
func (a *Array) float64(b []byte) (float64, error) {
	if a.Type.Float() {
		return a.fraction(b), nil
	}
	signed, unsigned := a.integer(b)
	if a.Type <= Int64 {
		if v := float64(signed); v == -(-1<<63) || int64(v) != signed {
			return v, inexact(fmt.Sprint(signed))
		}
		return float64(signed), nil
	}
	if v := float64(unsigned); v == 1<<64 || uint64(v) != unsigned {
		return v, inexact(fmt.Sprint(unsigned))
	}
	return float64(unsigned), nil
}

// inexact is the error of a whole number above 2⁵³ that lies between two
// float64.
func inexact(digits string) error {
	return fmt.Errorf("%s is a whole number above 2^53 that float64 does not hold: scale the loads down", digits)
}

// fraction decodes an element of a floating-point type.
func (a *Array) fraction(b []byte) float64 {
	switch a.Type {
	case Float16:
		return half(a.Order.Uint16(b))
	case BFloat16:
		return float64(math.Float32frombits(uint32(a.Order.Uint16(b)) << 16))
	case Float32:
		return float64(math.Float32frombits(a.Order.Uint32(b)))
	}
	return math.Float64frombits(a.Order.Uint64(b))
}

// half decodes an IEEE 754 binary16.
func half(h uint16) float64 {
	mantissa, exponent := float64(h&0x3ff), int(h>>10&0x1f)
	var v float64
	switch {
	case exponent == 0:
		v = math.Ldexp(mantissa, -24)
	case exponent == 0x1f && mantissa == 0:
		v = math.Inf(1)
	case exponent == 0x1f:
		return math.NaN()
	default:
		v = math.Ldexp(1024+mantissa, exponent-25)
	}
	if h&0x8000 != 0 {
		return -v
	}
	return v
}

// integer decodes an element of an integer type, as both signs see it.
func (a *Array) integer(b []byte) (signed int64, unsigned uint64) {
	switch a.Type {
	case Int8, Uint8:
		signed, unsigned = int64(int8(b[0])), uint64(b[0])
	case Int16, Uint16:
		u := a.Order.Uint16(b)
		signed, unsigned = int64(int16(u)), uint64(u)
	case Int32, Uint32:
		u := a.Order.Uint32(b)
		signed, unsigned = int64(int32(u)), uint64(u)
	default:
		u := a.Order.Uint64(b)
		signed, unsigned = int64(u), u
	}
	if a.Type >= Uint8 {
		signed = int64(unsigned)
	}
	return signed, unsigned
}
