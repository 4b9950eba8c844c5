// Package npz reads and writes NumPy's array files: .npy, one array, and .npz,
// a zip archive of named ones.
//
// The format is NEP 1 (https://numpy.org/neps/nep-0001-npy-format.html). Reading
// is made for files of unknown origin: nothing is allocated that the file's own
// size does not justify, and no header makes it panic.
package npz

// Array is an array to write.
type Array struct {
	Name  string // within an .npz; without ".npy"
	Shape []int  // row-major; () for a scalar
	data  any    // []float32, []float64 or []int64
}

// Float32 is an array of float32, row-major. The product of shape must be the
// length of data.
func Float32(name string, data []float32, shape ...int) Array {
	return Array{Name: name, Shape: shape, data: data}
}

// Float64 is an array of float64, row-major. The product of shape must be the
// length of data.
func Float64(name string, data []float64, shape ...int) Array {
	return Array{Name: name, Shape: shape, data: data}
}

// Int64 is an array of int64, row-major, of data of any integer type. The
// product of shape must be the length of data.
func Int64[T int | int32 | int64 | uint32](name string, data []T, shape ...int) Array {
	wide := make([]int64, len(data))
	for i, v := range data {
		wide[i] = int64(v)
	}
	return Array{Name: name, Shape: shape, data: wide}
}
