// Package safetensors reads .safetensors files: a JSON header that names
// tensors, and their bytes (https://github.com/huggingface/safetensors).
package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// maxHeader bounds the header, as the format's own readers do.
const maxHeader = 100_000_000

var types = map[string]tensor.Type{
	"I8": tensor.Int8, "I16": tensor.Int16, "I32": tensor.Int32, "I64": tensor.Int64,
	"U8": tensor.Uint8, "U16": tensor.Uint16, "U32": tensor.Uint32, "U64": tensor.Uint64,
	"F16": tensor.Float16, "BF16": tensor.BFloat16, "F32": tensor.Float32, "F64": tensor.Float64,
}

// Is reports whether b begins as a .safetensors file: with the length of a
// header that is an object.
func Is(b []byte) bool {
	return len(b) > 8 && binary.LittleEndian.Uint64(b) <= maxHeader && b[8] == '{'
}

// Read reads a file: a dictionary of arrays, which share memory with b. Tensors
// of a type that is not read are Bad; they matter to nobody who does not want
// them.
func Read(b []byte) (*tree.Dict, error) {
	const head = 8
	if len(b) < head {
		return nil, errors.New("truncated: the length of the header is missing")
	}
	size := binary.LittleEndian.Uint64(b)
	switch {
	case size > maxHeader:
		return nil, fmt.Errorf("not a .safetensors file: a header of %d bytes", size)
	case size > uint64(len(b)-head):
		return nil, fmt.Errorf("truncated: a header of %d bytes, the file has %d", size, len(b)-head)
	}
	values, _, err := tree.ParseJSON(b[head : head+int(size)])
	if err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	header, ok := values[0].(*tree.Dict)
	if !ok || len(values) > 1 {
		return nil, errors.New("damaged: the header is not an object")
	}
	data := b[head+int(size):]
	out := &tree.Dict{}
	taken := uint64(0)
	for _, name := range header.Keys() {
		if name == "__metadata__" {
			continue
		}
		v, size, err := entry(header, name, data)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", tree.Quote(name), err)
		}
		if taken += size; taken > uint64(len(data)) { // tensors may not share bytes
			return nil, errors.New("damaged: the tensors overlap")
		}
		out.Set(name, v)
	}
	return out, nil
}

// entry reads one tensor's line of the header. size is the number of its bytes.
func entry(header *tree.Dict, name string, data []byte) (v tree.Value, size uint64, err error) {
	raw, err := header.Get(name)
	if err != nil {
		return nil, 0, err
	}
	d, ok := raw.(*tree.Dict)
	if !ok {
		return nil, 0, errors.New("damaged: its entry is not an object")
	}
	dtype, err1 := d.Get("dtype")
	shapeValue, err2 := d.Get("shape")
	offsetsValue, err3 := d.Get("data_offsets")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, 0, errors.New("damaged: a key of its entry occurs twice")
	}
	kindName, ok1 := dtype.(string)
	shape, ok2 := naturals(shapeValue)
	offsets, ok3 := naturals(offsetsValue)
	if !ok1 || !ok2 || !ok3 || len(offsets) != 2 {
		return nil, 0, errors.New("damaged: its entry does not name dtype, shape and data_offsets")
	}
	from, to := uint64(offsets[0]), uint64(offsets[1])
	if from > to || to > uint64(len(data)) {
		return nil, 0, fmt.Errorf("truncated: bytes %d to %d, the file has %d", from, to, len(data))
	}
	kind, ok := types[kindName]
	if !ok {
		return tree.Bad{Err: fmt.Errorf("a tensor of %s: use floating-point numbers or integers", tree.Quote(kindName))}, to - from, nil
	}
	n := tensor.Elements(shape)
	if n > math.MaxUint64/8 || n*uint64(kind.Size()) != to-from {
		return nil, 0, fmt.Errorf("damaged: shape %s of %v in %d bytes", tensor.ShapeText(shape), kind, to-from)
	}
	return tensor.New(kind, binary.LittleEndian, data[from:to:to], shape...), to - from, nil
}

func naturals(v tree.Value) ([]int, bool) {
	row, ok := v.(tree.Row)
	if !ok {
		return nil, false
	}
	out := make([]int, len(row))
	for i, f := range row {
		if f < 0 || f > 1<<53 || f != float64(int(f)) {
			return nil, false
		}
		out[i] = int(f)
	}
	return out, true
}
