package python

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
	"unsafe"
)

// The kinds of frames; see the package comment.
const (
	kindLoad    = 1
	kindPack    = 2
	kindPlan    = 3
	kindLoaded  = 17
	kindPacked  = 18
	kindPlanned = 19
	kindFault   = 20
)

const (
	magic      = 0x31574250
	headerSize = 16
)

// frame is a message from the worker. Its body is valid until the next is read.
type frame struct {
	kind, sequence uint32
	body           []byte
}

// frameReader reads frames into memory that it keeps.
type frameReader struct{ buffer []byte }

// read reads the next frame, whose body has no more bytes than limit. The error is
// io.EOF where there is none.
func (f *frameReader) read(r io.Reader, limit int) (frame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(header[4*i:]) }
	size := word(3)
	if word(0) != magic || int64(size) > int64(limit) {
		return frame{}, fmt.Errorf("%w: %q does not begin a frame of up to %d bytes", errProtocol, header, limit)
	}
	if cap(f.buffer) < int(size) {
		f.buffer = make([]byte, size)
	}
	body := f.buffer[:size]
	_, err := io.ReadFull(r, body)
	return frame{word(1), word(2), body}, err
}

// appendHeader appends the header of a frame.
func appendHeader(out []byte, kind, sequence uint32, size int) []byte {
	for _, word := range [...]uint32{magic, kind, sequence, uint32(size)} {
		out = binary.LittleEndian.AppendUint32(out, word)
	}
	return out
}

// appendFloats appends values little-endian.
func appendFloats(out []byte, values []float32) []byte {
	if littleEndian && len(values) > 0 {
		return append(out, unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 4*len(values))...)
	}
	for _, v := range values {
		out = binary.LittleEndian.AppendUint32(out, *(*uint32)(unsafe.Pointer(&v)))
	}
	return out
}

// answerReader is what is left to read of an answer.
type answerReader struct {
	data []byte
	size int // bytes of a number, 2 or 4
}

// readAnswer reads the head of an answer.
func readAnswer(body []byte) (answerReader, times, error) {
	var head [4]int64
	a := answerReader{data: body}
	for i := range head {
		var err error
		if head[i], err = a.long(); err != nil {
			return answerReader{}, times{}, err
		}
	}
	if a.size = int(head[3]); a.size != 2 && a.size != 4 {
		return answerReader{}, times{}, fmt.Errorf("%w: an answer in numbers of %d bytes", errProtocol, head[3])
	}
	return a, times{time.Duration(head[0]), time.Duration(head[1]), time.Duration(head[2])}, nil
}

// long reads an int64.
func (a *answerReader) long() (int64, error) {
	if len(a.data) < 8 {
		return 0, fmt.Errorf("%w: an answer that ends early", errProtocol)
	}
	n := int64(binary.LittleEndian.Uint64(a.data))
	a.data = a.data[8:]
	return n, nil
}

// numbers fills out.
func (a *answerReader) numbers(out []int32) error {
	n := a.size * len(out)
	if len(a.data) < n {
		return fmt.Errorf("%w: an answer of %d bytes less than it should have", errProtocol, n-len(a.data))
	}
	data := a.data[:n]
	a.data = a.data[n:]
	switch {
	case len(out) == 0:
	case a.size == 2 && littleEndian:
		for i, v := range unsafe.Slice((*int16)(unsafe.Pointer(&data[0])), len(out)) {
			out[i] = int32(v)
		}
	case a.size == 2:
		for i := range out {
			out[i] = int32(int16(binary.LittleEndian.Uint16(data[2*i:])))
		}
	case littleEndian:
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), n), data)
	default:
		for i := range out {
			out[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
		}
	}
	return nil
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
