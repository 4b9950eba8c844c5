package python

import (
	"encoding/binary"
	"fmt"
	"io"
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

// takeInts fills out from little-endian data and returns the rest of it.
func takeInts(out []int32, data []byte) ([]byte, error) {
	n := 4 * len(out)
	if len(data) < n {
		return nil, fmt.Errorf("%w: an answer of %d bytes less than it should have", errProtocol, n-len(data))
	}
	if littleEndian && n > 0 {
		copy(unsafe.Slice((*byte)(unsafe.Pointer(&out[0])), n), data)
		return data[n:], nil
	}
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return data[n:], nil
}

// takeLongs does what takeInts does, for 64-bit numbers.
func takeLongs(out []int64, data []byte) ([]byte, error) {
	if len(data) < 8*len(out) {
		return nil, fmt.Errorf("%w: an answer of %d bytes", errProtocol, len(data))
	}
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return data[8*len(out):], nil
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1
