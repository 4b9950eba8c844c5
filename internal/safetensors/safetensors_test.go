package safetensors

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// fileOf makes a file of a header and data.
func fileOf(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

// TestReadWhatTheLibraryWrote reads a file of Hugging Face's own library; see
// testdata/make.py.
func TestReadWhatTheLibraryWrote(t *testing.T) {
	b, err := os.ReadFile("testdata/types.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range strings.Fields("int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 bfloat16") {
		v, err := d.Get(kind)
		if err != nil {
			t.Fatal(err)
		}
		a, ok := v.(*tensor.Array)
		if !ok {
			t.Errorf("%s: %v", kind, v)
			continue
		}
		values, err := a.Float64s()
		if diff := cmp.Diff([]float64{0, 1, 2, 3, 4, 5}, values) + cmp.Diff([]int{2, 3}, a.Shape); diff != "" || err != nil || a.Type.String() != kind {
			t.Errorf("%s: %v %v %s", kind, a.Type, err, diff)
		}
	}
	if v, _ := d.Get("bool"); cmp.Diff(`a tensor of "BOOL": use floating-point numbers or integers`, v.(tree.Bad).Err.Error()) != "" {
		t.Errorf("bool: %v", v)
	}
}

func TestReadErrors(t *testing.T) {
	for want, b := range map[string][]byte{
		"truncated: the length of the header is missing":                     []byte("1234567"),
		"not a .safetensors file: a header of 3689348814741910323 bytes":     []byte("33333333"),
		"truncated: a header of 9 bytes, the file has 1":                     []byte("\x09\x00\x00\x00\x00\x00\x00\x00{"),
		"the header: truncated":                                              fileOf("{", ""),
		"damaged: the header is not an object":                               fileOf("[]", ""),
		`tensor "a": damaged: its entry is not an object`:                    fileOf(`{"a": 1}`, ""),
		`tensor "a": "a" occurs twice`:                                       fileOf(`{"a": 1, "a": 2}`, ""),
		"does not name dtype, shape and data_offsets":                        fileOf(`{"a": {"dtype": "I8"}}`, ""),
		"truncated: bytes 0 to 4, the file has 3":                            fileOf(`{"a": {"dtype": "I8", "shape": [4], "data_offsets": [0, 4]}}`, "abc"),
		"damaged: shape (4,) of int16 in 4 bytes":                            fileOf(`{"a": {"dtype": "I16", "shape": [4], "data_offsets": [0, 4]}}`, "abcd"),
		"damaged: shape (4294967296, 4294967296, 2) of int8":                 fileOf(`{"a": {"dtype": "I8", "shape": [4294967296, 4294967296, 2], "data_offsets": [0, 4]}}`, "abcd"),
		"damaged: the tensors overlap":                                       fileOf(`{"a": {"dtype": "I8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "I8", "shape": [3], "data_offsets": [1, 4]}}`, "abcd"),
		`tensor "\x1b": damaged: its entry does not name dtype, shape and d`: fileOf(`{"\u001b": {"dtype": "I8", "shape": [-4], "data_offsets": [0, 4]}}`, "abcd"),
	} {
		if _, err := Read(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v, want %s", b, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(fileOf(`{"a": {"dtype": "I8", "shape": [2, 2], "data_offsets": [0, 4]}, "__metadata__": {"format": "pt"}}`, "abcd"))
	f.Add(fileOf(`{"a": {"dtype": "BF16", "shape": [], "data_offsets": [0, 2]}}`, "ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Read(b)
		if err != nil {
			return
		}
		for _, key := range d.Keys() {
			if v, err := d.Get(key); err == nil {
				if a, ok := v.(*tensor.Array); ok {
					if err := a.Validate(); err != nil {
						t.Error(err)
					}
					a.Float64s()
				}
			}
		}
	})
}
