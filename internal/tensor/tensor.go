// Package tensor holds arrays as files have them: typed, strided, and not
// decoded until someone asks for their elements.
package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strings"
)

// Type is the type of an array's elements.
type Type uint8

// The types.
const (
	Int8 Type = iota + 1
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float16
	BFloat16
	Float32
	Float64
)

var types = [...]struct {
	name string
	size int
}{
	{"none", 0}, {"int8", 1}, {"int16", 2}, {"int32", 4}, {"int64", 8}, {"uint8", 1}, {"uint16", 2}, {"uint32", 4}, {"uint64", 8},
	{"float16", 2}, {"bfloat16", 2}, {"float32", 4}, {"float64", 8},
}

// String returns NumPy's name of the type.
func (t Type) String() string { return types[t].name }

// Size is the number of bytes per element.
func (t Type) Size() int { return types[t].size }

// Float reports whether elements may have a fraction.
func (t Type) Float() bool { return t >= Float16 }

// Array is an array in a file. Element (i, j, …) is at Offset + i·Strides[0] +
// j·Strides[1] + …, counted in elements of Data.
type Array struct {
	Type    Type
	Order   binary.ByteOrder
	Shape   []int // () for a scalar
	Strides []int
	Offset  int
	Data    []byte
}

// New returns an array whose elements fill data, in row-major order.
func New(t Type, order binary.ByteOrder, data []byte, shape ...int) *Array {
	return &Array{Type: t, Order: order, Shape: shape, Strides: RowMajor(shape), Data: data}
}

// RowMajor returns the strides of an array whose last index runs fastest.
func RowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for d := len(shape) - 1; d >= 0; d-- {
		strides[d] = step
		step *= max(1, shape[d])
	}
	return strides
}

// ColumnMajor returns the strides of an array whose first index runs fastest.
func ColumnMajor(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for d, n := range shape {
		strides[d] = step
		step *= max(1, n)
	}
	return strides
}

// Elements returns the number of elements of an array of the shape; the largest
// uint64 where that overflows.
func Elements(shape []int) uint64 {
	total, overflow := uint64(1), false
	for _, n := range shape {
		if n == 0 {
			return 0
		}
		hi, lo := bits.Mul64(total, uint64(n))
		total, overflow = lo, overflow || hi != 0
	}
	if overflow {
		return math.MaxUint64
	}
	return total
}

// maxDimensions bounds the dimensions of an array; NumPy has 64 at most.
const maxDimensions = 64

// Validate reports an array that reaches beyond its data or that repeats
// elements, as an expanded tensor does, so that it would take more memory than
// its file.
func (a *Array) Validate() error {
	if len(a.Shape) != len(a.Strides) || len(a.Shape) > maxDimensions {
		return fmt.Errorf("damaged: %d strides for an array of %d dimensions", len(a.Strides), len(a.Shape))
	}
	have := uint64(len(a.Data) / a.Type.Size())
	need := Elements(a.Shape)
	for d, n := range a.Shape {
		if n < 0 || a.Strides[d] < 0 {
			return fmt.Errorf("damaged: an array of shape %s with strides %s", ShapeText(a.Shape), ShapeText(a.Strides))
		}
	}
	switch {
	case need == 0:
		return nil
	case need > have:
		return fmt.Errorf("an array of shape %s has %d elements of storage: save it whole and not expanded (tensor.contiguous())", ShapeText(a.Shape), have)
	}
	last, overflow := uint64(a.Offset), a.Offset < 0
	for d, n := range a.Shape {
		hi, lo := bits.Mul64(uint64(n-1), uint64(a.Strides[d]))
		sum, carry := bits.Add64(last, lo, 0)
		last, overflow = sum, overflow || hi != 0 || carry != 0
	}
	if overflow || last >= have {
		return fmt.Errorf("damaged: an array of shape %s, strides %s and offset %d reaches beyond its %d elements of storage",
			ShapeText(a.Shape), ShapeText(a.Strides), a.Offset, have)
	}
	return nil
}

// Len is the number of elements.
func (a *Array) Len() int { return int(Elements(a.Shape)) }

// ShapeText writes a shape as Python does: (), (3,), (2, 3).
func ShapeText(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = fmt.Sprint(n)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
