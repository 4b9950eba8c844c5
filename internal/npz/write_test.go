package npz

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio/npz"
)

// TestWriteIsReadByNpyio checks the writer against an independent reader.
func TestWriteIsReadByNpyio(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b,
		Int64("pack_index", []int32{0, 1, 1, 0, 1, 0}, 2, 3),
		Float32("loads", []float32{0.5, 1.25, 0, 3e38}, 2, 2),
	)
	if err != nil {
		t.Fatal(err)
	}
	r, err := npz.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"pack_index.npy", "loads.npy"}, r.Keys()); diff != "" {
		t.Fatal(diff)
	}
	var packs []int64
	var loads []float32
	if err := r.Read("pack_index.npy", &packs); err != nil {
		t.Fatal(err)
	}
	if err := r.Read("loads.npy", &loads); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{0, 1, 1, 0, 1, 0}, packs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float32{0.5, 1.25, 0, 3e38}, loads); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 3}, r.Header("pack_index.npy").Descr.Shape); diff != "" {
		t.Error(diff)
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []io.Writer{&a, &b} {
		if err := Write(w, Float32("x", make([]float32, 20000), 100, 200)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("equal arrays give different bytes")
	}
}

func TestHeaderIsAlignedAndLikeNumPy(t *testing.T) {
	for _, shape := range [][]int{{}, {7}, {2, 3}, {1 << 30, 1 << 20, 99}} {
		h := header("<f4", shape)
		if len(h)%64 != 0 || !strings.HasSuffix(h, "\n") {
			t.Errorf("shape %v: header of %d bytes is not a multiple of 64 that ends a line: %q", shape, len(h), h)
		}
		if length := int(h[8]) | int(h[9])<<8; length != len(h)-10 {
			t.Errorf("shape %v: header says %d bytes, has %d", shape, length, len(h)-10)
		}
	}
	want := "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }" // as numpy.save writes it
	if got := header("<f4", []int{7}); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		arrays []Array
		want   string
	}{
		{[]Array{Float32("x", make([]float32, 5), 2, 3)}, `array "x": 5 elements do not fill the shape (2, 3)`},
		{[]Array{Float32("", nil, 0)}, `array name "" is empty or used twice`},
		{[]Array{Float32("x", nil, 0), Int64("x", []int{}, 0)}, `array name "x" is empty or used twice`},
		{[]Array{{Name: "x", Shape: []int{0}}}, `array "x": no data: make arrays with Float32, Float64 or Int64`},
	} {
		if err := Write(io.Discard, c.arrays...); err == nil || err.Error() != c.want {
			t.Errorf("got error %v, want %s", err, c.want)
		}
	}
}
