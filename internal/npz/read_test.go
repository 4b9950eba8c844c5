package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/tensor"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func float64s(t testing.TB, a *tensor.Array) []float64 {
	t.Helper()
	out, err := a.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestReadArrayOfNumPy reads files that NumPy wrote; see testdata/make.py.
func TestReadArrayOfNumPy(t *testing.T) {
	quarters := []float64{0, .25, .5, .75, 1, 1.25}
	count := []float64{0, 1, 2, 3, 4, 5}
	cases := map[string][]float64{
		"f4": quarters, "f8_fortran": quarters, "f8_big": quarters, "f4_big_fortran": quarters, "version2": count,
	}
	for _, kind := range strings.Fields("i1 i2 i4 i8 u1 u2 u4 u8 big_i4 big_u2") {
		cases[kind] = count
	}
	for name, want := range cases {
		v, err := ReadArray(file(t, name+".npy"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff([]int{2, 3}, v.Shape) + cmp.Diff(want, float64s(t, v)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadFortranOrderInThreeDimensions(t *testing.T) {
	v, err := ReadArray(file(t, "fortran_3d.npy"))
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range float64s(t, v) {
		if w != float64(i) {
			t.Fatalf("element %d is %v", i, w)
		}
	}
}

func TestReadScalarAndEmpty(t *testing.T) {
	v, err := ReadArray(file(t, "scalar.npy"))
	if err != nil || len(v.Shape) != 0 || v.Len() != 1 || float64s(t, v)[0] != 3 {
		t.Errorf("scalar: %+v, %v", v, err)
	}
	v, err = ReadArray(file(t, "empty.npy"))
	if err != nil || v.Len() != 0 || cmp.Diff([]int{0, 3}, v.Shape) != "" {
		t.Errorf("empty: %+v, %v", v, err)
	}
}

// raw makes an .npy file of any dictionary and data.
func raw(dict string, data int) []byte {
	return append([]byte(magic+"\x01\x00"+string([]byte{byte(len(dict)), byte(len(dict) >> 8)})+dict), make([]byte, data)...)
}

func TestReadArrayErrors(t *testing.T) {
	f4 := file(t, "f4.npy")
	dict := func(descr, shape string) string {
		return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"nothing", nil, "not an .npy file"},
		{"text", []byte("1,2,3\n"), "not an .npy file"},
		{"magic only", f4[:6], "truncated: the header is cut short"},
		{"half a header", f4[:40], "truncated: the header is cut short"},
		{"half of the data", f4[:140], "truncated: an array of shape (2, 3) takes 24 bytes, the file has 12"},
		{"too long", append(bytes.Clone(f4), 1, 2), "2 bytes follow the array of shape (2, 3)"},
		{"version 9", append([]byte(magic+"\x09\x00"), f4[8:]...), "version 9.0 of the .npy format is not known"},
		{"header of 4 GB", []byte(magic + "\x02\x00\xff\xff\xff\xff{'descr'"), "damaged: a header of 4294967295 bytes"},
		{"no dictionary", raw("hello\n", 0), "damaged: the header does not name descr, fortran_order and shape"},
		{"empty dictionary", raw("", 0), "damaged: the header does not name descr, fortran_order and shape"},
		{"complex", file(t, "complex.npy"), `elements of type "<c8" (complex numbers): use floating-point numbers or integers`},
		{"records", file(t, "records.npy"), "an array of records: use floating-point numbers or integers"},
		{"objects", raw(dict("|O", "(2,)"), 16), "an object array (pickled Python objects): save numbers"},
		{"booleans", raw(dict("|b1", "(2,)"), 2), `elements of type "|b1" (booleans)`},
		{"raw bytes", raw(dict("|V2", "(2,)"), 4), `elements of type "|V2" (raw bytes)`},
		{"long double", raw(dict("<f16", "(1,)"), 16), `elements of type "<f16": use`},
		{"negative shape", raw(dict("<f4", "(-2,)"), 8), `damaged: "(-2,)" is not a shape`},
		{"shape of words", raw(dict("<f4", "(two,)"), 8), `damaged: "(two,)" is not a shape`},
		{"gap in the shape", raw(dict("<f4", "(2,,3)"), 8), `damaged: "(2,,3)" is not a shape`},
		{"huge shape", raw(dict("<f4", "(1000000000, 1000000000)"), 8), "truncated: an array of shape (1000000000, 1000000000) takes 4000000000000000000 bytes, the file has 8"},
		{"overflowing shape", raw(dict("<f8", "(4294967296, 4294967296, 2)"), 16), "truncated: an array of shape (4294967296, 4294967296, 2)"},
	} {
		if _, err := ReadArray(c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %s", c.name, err, c.want)
		}
	}
}

func TestReadArchiveOfNumPy(t *testing.T) {
	a, err := OpenArchive(file(t, "stored.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"weight", "other"}, a.Names()); diff != "" {
		t.Error(diff)
	}
	v, err := a.Read("weight", 6)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{0, 1, 2, 3, 4, 5}, float64s(t, v)); diff != "" {
		t.Error(diff)
	}
	if _, err := a.Read("weight", 5); err == nil || err.Error() != `array "weight": shape (2, 3): at most 5 elements are read` {
		t.Errorf("got error %v", err)
	}
	if _, err := a.Read("none", 5); err == nil || err.Error() != `array "none": the archive has no entry "none.npy"` {
		t.Errorf("got error %v", err)
	}

	// This one is larger than the first read, so it comes in parts.
	if a, err = OpenArchive(file(t, "deflated.npz")); err != nil {
		t.Fatal(err)
	}
	if v, err = a.Read("a", 1<<20); err != nil {
		t.Fatal(err)
	}
	for i, got := range float64s(t, v) {
		row, column := i/120, i%120
		if want := float64(row%2*3 + column%3); got != want {
			t.Fatalf("element [%d, %d] is %v, want %v", row, column, got, want)
		}
	}
}

func TestReadArchiveErrors(t *testing.T) {
	deflated := file(t, "deflated.npz")
	if _, err := OpenArchive(deflated[:300]); err == nil || err.Error() != "not a readable zip archive: not a valid zip file" {
		t.Errorf("truncated: got error %v", err)
	}
	read := func(b []byte) error {
		a, err := OpenArchive(b)
		if err == nil {
			_, err = a.Read("a", 1<<20)
		}
		return err
	}
	damaged := bytes.Clone(deflated)
	for i := 200; i < 210; i++ {
		damaged[i] ^= 0xff
	}
	if err := read(damaged); err == nil || !strings.HasPrefix(err.Error(), `array "a": damaged`) {
		t.Errorf("damaged: got error %v", err)
	}
	// A small archive must not make room for the array that its header promises.
	var promise bytes.Buffer
	z := zip.NewWriter(&promise)
	w, err := z.Create("a.npy")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(raw("{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 100000), }\n", 64))
	z.Close()
	want := `array "a": truncated: an array of shape (100000, 100000) takes 80000000000 bytes, the file has 64`
	if err := read(promise.Bytes()); err == nil || err.Error() != want {
		t.Errorf("promise: got error %v", err)
	}
}

// TestTheLastOfEqualNamesCounts: so does NumPy.
func TestTheLastOfEqualNamesCounts(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, v := range []float32{1, 2} {
		w, err := z.Create("a.npy")
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteArray(w, Float32("", []float32{v}, 1)); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	a, err := OpenArchive(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Read("a", 1)
	if err != nil || len(a.Names()) != 1 || float64s(t, v)[0] != 2 {
		t.Errorf("names %v, array %v, %v", a.Names(), v, err)
	}
}

func FuzzReadArray(f *testing.F) {
	for _, name := range []string{"f4.npy", "f8_fortran.npy", "fortran_3d.npy", "scalar.npy", "empty.npy", "records.npy", "version2.npy"} {
		f.Add(file(f, name))
	}
	f.Add(raw("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 9223372036854775807), }\n", 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ReadArray(b)
		if err != nil {
			return
		}
		if v.Len() > len(b) {
			t.Fatalf("%d elements in %d bytes", v.Len(), len(b))
		}
		if err := v.Validate(); err != nil {
			t.Fatal(err)
		}
		v.Float64s()
		v.Ints()
	})
}

func FuzzArchive(f *testing.F) {
	f.Add(file(f, "stored.npz"))
	f.Add(file(f, "deflated.npz"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := OpenArchive(b)
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			if v, err := a.Read(name, 1<<16); err == nil && v.Len() > 1<<16 {
				t.Fatalf("%d elements, more than the limit", v.Len())
			}
		}
	})
}
