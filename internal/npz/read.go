package npz

import (
	"fmt"
	"strings"

	"packbench/internal/tensor"
	"packbench/internal/zipfile"
)

// ReadArray reads an .npy file. The array keeps b.
func ReadArray(b []byte) (*tensor.Array, error) {
	h, err := parseHeader(b)
	if err != nil {
		return nil, err
	}
	return h.array(b[h.length:])
}

// array returns the array of the header over data.
func (h fileHeader) array(data []byte) (*tensor.Array, error) {
	if need := h.bytes(); need != uint64(len(data)) {
		return nil, sizeError(h, need, uint64(len(data)))
	}
	a := tensor.New(h.kind, h.order, data, h.shape...)
	if h.fortran {
		a.Strides = tensor.ColumnMajor(h.shape)
	}
	return a, nil
}

func sizeError(h fileHeader, need, have uint64) error {
	if need > have {
		return fmt.Errorf("truncated: an array of shape %s takes %d bytes, the file has %d", tensor.ShapeText(h.shape), need, have)
	}
	return fmt.Errorf("%d bytes follow the array of shape %s: a file with one array was expected", have-need, tensor.ShapeText(h.shape))
}

// Archive is an open .npz file.
type Archive struct{ zip *zipfile.Archive }

// OpenArchive opens an .npz file. The archive keeps b.
func OpenArchive(b []byte) (*Archive, error) {
	z, err := zipfile.Open(b)
	if err != nil {
		return nil, err
	}
	return &Archive{zip: z}, nil
}

// Names lists the arrays in the order of the file, each name once.
func (a *Archive) Names() []string {
	var names []string
	for _, entry := range a.zip.Names() {
		if name, ok := strings.CutSuffix(entry, ".npy"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Read reads the array of the name, which must be one of Names; of several of
// that name the last, as NumPy does. limit is the largest number of elements it
// may have.
func (a *Archive) Read(name string, limit int) (*tensor.Array, error) {
	v, err := a.readEntry(name+".npy", limit)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	return v, nil
}

// readEntry believes neither the zip directory nor the array's header: both
// must name the same size, and memory is taken as bytes arrive.
func (a *Archive) readEntry(entry string, limit int) (*tensor.Array, error) {
	head, err := a.zip.Start(entry, maxHeader)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(head)
	if err != nil {
		return nil, err
	}
	size, _ := a.zip.Size(entry)
	need := h.bytes()
	if have := size - uint64(h.length); size < uint64(h.length) || need != have {
		return nil, sizeError(h, need, have)
	}
	if need/uint64(h.kind.Size()) > uint64(limit) {
		return nil, fmt.Errorf("shape %s: at most %d elements are read", tensor.ShapeText(h.shape), limit)
	}
	b, err := a.zip.Read(entry, size)
	if err != nil {
		return nil, err
	}
	return h.array(b[h.length:])
}
