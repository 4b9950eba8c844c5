package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
)

// View is an array read from a file: its shape and its undecoded elements.
type View struct {
	Shape []int

	kind    byte // 'f', 'i' or 'u'
	size    int  // bytes per element
	order   binary.ByteOrder
	fortran bool
	data    []byte
}

// Len is the number of elements.
func (v *View) Len() int { return len(v.data) / v.size }

// bytes returns the element at index i of the row-major order.
func (v *View) bytes(i int) []byte {
	if v.fortran {
		at, stride := 0, v.Len()
		for d := len(v.Shape) - 1; d >= 0; d-- {
			stride /= v.Shape[d]
			at += i % v.Shape[d] * stride
			i /= v.Shape[d]
		}
		i = at
	}
	return v.data[i*v.size : (i+1)*v.size]
}

// Float64 returns the element at index i of the row-major order.
func (v *View) Float64(i int) float64 {
	b := v.bytes(i)
	if v.kind != 'f' {
		signed, unsigned := v.integer(b)
		if v.kind == 'i' {
			return float64(signed)
		}
		return float64(unsigned)
	}
	if v.size == 4 {
		return float64(math.Float32frombits(v.order.Uint32(b)))
	}
	return math.Float64frombits(v.order.Uint64(b))
}

// Float32 returns the float32 nearest to the element at index i of the
// row-major order, infinite where that is above the largest.
func (v *View) Float32(i int) float32 {
	if v.kind == 'f' {
		return float32(v.Float64(i))
	}
	// Not by way of float64: that would round twice.
	signed, unsigned := v.integer(v.bytes(i))
	if v.kind == 'i' {
		return float32(signed)
	}
	return float32(unsigned)
}

func (v *View) integer(b []byte) (signed int64, unsigned uint64) {
	switch v.size {
	case 1:
		return int64(int8(b[0])), uint64(b[0])
	case 2:
		u := v.order.Uint16(b)
		return int64(int16(u)), uint64(u)
	case 4:
		u := v.order.Uint32(b)
		return int64(int32(u)), uint64(u)
	}
	u := v.order.Uint64(b)
	return int64(u), u
}

// ReadArray reads an .npy file. The view keeps b.
func ReadArray(b []byte) (*View, error) {
	h, err := parseHeader(b)
	if err != nil {
		return nil, err
	}
	data := b[h.length:]
	if need := h.bytes(); need != uint64(len(data)) {
		return nil, sizeError(h, need, uint64(len(data)))
	}
	return h.view(data), nil
}

func sizeError(h fileHeader, need, have uint64) error {
	if need > have {
		return fmt.Errorf("truncated: an array of shape %s takes %d bytes, the file has %d", shapeText(h.shape), need, have)
	}
	return fmt.Errorf("%d bytes follow the array of shape %s: a file with one array was expected", have-need, shapeText(h.shape))
}

// Archive is an open .npz file.
type Archive struct{ zip *zip.Reader }

// OpenArchive opens an .npz file. The archive keeps b.
func OpenArchive(b []byte) (*Archive, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("not a readable .npz archive: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	return &Archive{zip: z}, nil
}

// Names lists the arrays in the order of the file.
func (a *Archive) Names() []string {
	var names []string
	for _, f := range a.zip.File {
		if name, ok := strings.CutSuffix(f.Name, ".npy"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Read reads the array of the name, which must be one of Names. most is the
// largest number of elements it may have.
func (a *Archive) Read(name string, most int) (*View, error) {
	for _, f := range a.zip.File {
		if f.Name == name+".npy" {
			v, err := readEntry(f, most)
			if err != nil {
				return nil, fmt.Errorf("array %q: %w", name, err)
			}
			return v, nil
		}
	}
	return nil, fmt.Errorf("there is no array %q", name)
}

// readEntry believes neither the zip directory nor the array's header: both
// must name the same size, and memory is taken as bytes arrive.
func readEntry(f *zip.File, most int) (*View, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, maxHeader))
	if err != nil {
		return nil, fmt.Errorf("damaged: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	h, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	need := h.bytes()
	if have := f.UncompressedSize64 - uint64(h.length); f.UncompressedSize64 < uint64(h.length) || need != have {
		return nil, sizeError(h, need, have)
	}
	if need/uint64(h.size) > uint64(most) {
		return nil, fmt.Errorf("shape %s: the most supported is %d elements", shapeText(h.shape), most)
	}
	data := bytes.NewBuffer(bytes.Clone(head[h.length:]))
	if _, err := data.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("damaged: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	if have := uint64(data.Len()); need != have {
		return nil, sizeError(h, need, have)
	}
	return h.view(data.Bytes()), nil
}
