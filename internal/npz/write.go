package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"packbench/internal/tensor"
)

// magic starts every .npy file.
const magic = "\x93NUMPY"

// epoch is the date of every entry: the oldest that a zip archive can hold, so
// that equal arrays give equal bytes.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// Write writes arrays to w as an .npz file in the order given, uncompressed, as
// numpy.savez does. Equal arrays give equal bytes.
func Write(w io.Writer, arrays ...Array) error {
	archive := zip.NewWriter(w)
	seen := map[string]bool{}
	for _, a := range arrays {
		if a.Name == "" || seen[a.Name] {
			return fmt.Errorf("array name %q is empty or used twice", a.Name)
		}
		seen[a.Name] = true
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: a.Name + ".npy", Method: zip.Store, Modified: epoch})
		if err != nil {
			return err
		}
		if err := WriteArray(entry, a); err != nil {
			return fmt.Errorf("array %q: %w", a.Name, err)
		}
	}
	return archive.Close()
}

// WriteArray writes a to w as an .npy file: version 1.0, little-endian, C
// order. The name is not written.
func WriteArray(w io.Writer, a Array) error {
	descr, size := "", 0
	switch data := a.data.(type) {
	case []float32:
		descr, size = "<f4", len(data)
	case []float64:
		descr, size = "<f8", len(data)
	case []int64:
		descr, size = "<i8", len(data)
	default:
		return fmt.Errorf("no data: make arrays with Float32, Float64 or Int64")
	}
	elements := 1
	for _, n := range a.Shape {
		elements *= n
	}
	if elements != size {
		return fmt.Errorf("%d elements do not fill the shape %s", size, tensor.ShapeText(a.Shape))
	}
	if _, err := io.WriteString(w, header(descr, a.Shape)); err != nil {
		return err
	}
	return writeData(w, a.data)
}

// header is all that stands before the data: magic, version, length, and a
// Python dictionary padded so that the data begin at a multiple of 64 bytes.
func header(descr string, shape []int) string {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, tensor.ShapeText(shape))
	const fixed = len(magic) + 2 + 2
	length := (fixed+len(dict)+1+63)/64*64 - fixed
	return magic + "\x01\x00" + string([]byte{byte(length), byte(length >> 8)}) +
		dict + strings.Repeat(" ", length-len(dict)-1) + "\n"
}

// writeData writes the elements, little-endian, a buffer at a time.
func writeData(w io.Writer, data any) error {
	buf := make([]byte, 0, 1<<15)
	flush := func() error {
		_, err := w.Write(buf)
		buf = buf[:0]
		return err
	}
	switch data := data.(type) {
	case []float32:
		for _, v := range data {
			if len(buf) == cap(buf) {
				if err := flush(); err != nil {
					return err
				}
			}
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
	case []float64:
		for _, v := range data {
			if len(buf) == cap(buf) {
				if err := flush(); err != nil {
					return err
				}
			}
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
		}
	case []int64:
		for _, v := range data {
			if len(buf) == cap(buf) {
				if err := flush(); err != nil {
					return err
				}
			}
			buf = binary.LittleEndian.AppendUint64(buf, uint64(v))
		}
	}
	return flush()
}
