package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"packbench/internal/tensor"
)

// maxHeader bounds the header of an .npy file, magic included. NumPy itself
// reads no dictionary above 10,000 bytes unless told to.
const maxHeader = 1 << 16

// fileHeader is what an .npy file says before its data.
type fileHeader struct {
	shape   []int
	kind    tensor.Type
	order   binary.ByteOrder
	fortran bool
	length  int // bytes of the header, magic included
}

// bytes is the size of the data, the largest uint64 where it overflows.
func (h fileHeader) bytes() uint64 {
	hi, lo := bits.Mul64(tensor.Elements(h.shape), uint64(h.kind.Size()))
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}

// The entries of the header's dictionary, a Python literal. Writers differ in
// the order and the spaces.
var (
	descrEntry   = regexp.MustCompile(`['"]descr['"]\s*:\s*['"]([^'"]*)['"]`)
	fieldsEntry  = regexp.MustCompile(`['"]descr['"]\s*:\s*\[`)
	fortranEntry = regexp.MustCompile(`['"]fortran_order['"]\s*:\s*(True|False)`)
	shapeEntry   = regexp.MustCompile(`['"]shape['"]\s*:\s*\(([^()]*)\)`)
)

// parseHeader reads the header at the start of b.
func parseHeader(b []byte) (fileHeader, error) {
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return fileHeader{}, fmt.Errorf("not an .npy file: it does not start with %q", magic)
	}
	h := fileHeader{}
	dict, err := dictionary(b, &h)
	if err != nil {
		return fileHeader{}, err
	}
	descr, fortran, shape := descrEntry.FindStringSubmatch(dict), fortranEntry.FindStringSubmatch(dict), shapeEntry.FindStringSubmatch(dict)
	switch {
	case fieldsEntry.MatchString(dict):
		return fileHeader{}, fmt.Errorf("an array of records: %s", wantTypes)
	case descr == nil || fortran == nil || shape == nil:
		return fileHeader{}, fmt.Errorf("damaged: the header does not name descr, fortran_order and shape")
	}
	h.fortran = fortran[1] == "True"
	if err := h.parseType(descr[1]); err != nil {
		return fileHeader{}, err
	}
	return h, h.parseShape(shape[1])
}

// dictionary returns the text of the header and sets h.length.
func dictionary(b []byte, h *fileHeader) (string, error) {
	const version = len(magic)
	short := errors.New("truncated: the header is cut short")
	if len(b) < version+2 {
		return "", short
	}
	start := version + 4 // two bytes of version, two or four of length
	switch b[version] {
	case 1:
	case 2, 3:
		start = version + 6
	default:
		return "", fmt.Errorf("version %d.%d of the .npy format is not known: use 1.0, 2.0 or 3.0", b[version], b[version+1])
	}
	if len(b) < start {
		return "", short
	}
	size := uint64(binary.LittleEndian.Uint16(b[version+2:]))
	if start == version+6 {
		size = uint64(binary.LittleEndian.Uint32(b[version+2:]))
	}
	if size > maxHeader-uint64(start) {
		return "", fmt.Errorf("damaged: a header of %d bytes (the max is %d)", size, maxHeader-start)
	}
	h.length = start + int(size)
	if len(b) < h.length {
		return "", short
	}
	return string(b[start:h.length]), nil
}

const wantTypes = "use floating-point numbers or integers"

// kinds are the types that are read, by NumPy's code without the byte order.
var kinds = map[string]tensor.Type{
	"i1": tensor.Int8, "i2": tensor.Int16, "i4": tensor.Int32, "i8": tensor.Int64,
	"u1": tensor.Uint8, "u2": tensor.Uint16, "u4": tensor.Uint32, "u8": tensor.Uint64,
	"f2": tensor.Float16, "f4": tensor.Float32, "f8": tensor.Float64,
}

// parseType reads a type such as "<f4", "|u1" or ">i8".
func (h *fileHeader) parseType(descr string) error {
	switch {
	case strings.HasSuffix(descr, "O"):
		return fmt.Errorf("an object array (pickled Python objects): save numbers, %s", wantTypes)
	case descr == "<V2": // what package ml_dtypes writes; raw bytes of NumPy's own are |V2
		h.kind, h.order = tensor.BFloat16, binary.LittleEndian
		return nil
	}
	if len(descr) == 3 && strings.Contains("<>|=", descr[:1]) {
		if kind, ok := kinds[descr[1:]]; ok {
			h.kind, h.order = kind, binary.LittleEndian
			if descr[0] == '>' {
				h.order = binary.BigEndian
			}
			return nil
		}
	}
	return fmt.Errorf("elements of type %q%s: %s", descr, typeName(descr), wantTypes)
}

// typeName says what a type is that is not read.
func typeName(descr string) string {
	names := map[byte]string{'b': "booleans", 'c': "complex numbers", 'U': "text", 'S': "text", 'V': "raw bytes", 'M': "dates", 'm': "durations"}
	if len(descr) > 1 && names[descr[1]] != "" {
		return " (" + names[descr[1]] + ")"
	}
	return ""
}

// parseShape reads the inside of a tuple: "", "3,", "2, 3".
func (h *fileHeader) parseShape(text string) error {
	for _, part := range strings.Split(strings.TrimSuffix(strings.TrimSpace(text), ","), ",") {
		part = strings.TrimSuffix(strings.TrimSpace(part), "L") // Python 2 wrote (3L,)
		if part == "" && len(h.shape) == 0 {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return fmt.Errorf("damaged: %q is not a shape", "("+text+")")
		}
		h.shape = append(h.shape, n)
	}
	return nil
}
