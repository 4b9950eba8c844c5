package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"packbench/internal/tensor"
	"packbench/internal/tree"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plain turns arrays into their shape and elements, so that values compare.
func plain(t testing.TB, v tree.Value) any {
	t.Helper()
	switch v := v.(type) {
	case *tensor.Array:
		values, err := v.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		return []any{v.Shape, values}
	case tree.List:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(t, e)
		}
		return out
	case *tree.Dict:
		out := map[string]any{}
		for _, key := range v.Keys() {
			e, err := v.Get(key)
			if err != nil {
				t.Fatal(err)
			}
			out[key] = plain(t, e)
		}
		return out
	}
	return v
}

func array(values []float64, shape ...int) any { return []any{shape, values} }

// TestReadWhatPyTorchWrote reads files that PyTorch made; see testdata/make.py.
func TestReadWhatPyTorchWrote(t *testing.T) {
	six := array([]float64{0, 1, 2, 3, 4, 5}, 2, 3)
	cases := map[string]any{
		"views.pt": map[string]any{
			"transposed":  array([]float64{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, 4, 3),
			"offset":      array([]float64{16, 17, 18, 19, 20, 21, 22, 23}, 2, 4),
			"every other": array([]float64{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}, 2, 3, 2),
			"scalar":      array([]float64{23}),
			"empty":       array([]float64{}, 0, 3, 4),
		},
		"views_legacy.pt": map[string]any{
			"x": array([]float64{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, 4, 3),
			"y": []any{array([]float64{16, 17, 18, 19, 20, 21, 22, 23}, 2, 4), []any{1., 2.5, "text", nil, true}},
		},
		"parameter.pt": map[string]any{"weight": six, "shape": []any{2., 3.}},
		"protocol4.pt": map[string]any{"x": six, "n": float64(1 << 40), "s": "text"},
	}
	for _, kind := range strings.Fields("int8 int16 int32 int64 uint8 float16 bfloat16 float32 float64") {
		cases[kind+".pt"] = six
		cases[kind+"_legacy.pt"] = map[string]any{"x": six}
	}
	for name, want := range cases {
		got, err := Read(file(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		a := plain(t, got)
		if s, ok := a.([]any); ok && s[0] == nil {
			t.Fatal(name)
		}
		if diff := cmp.Diff(want, normalized(a)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// normalized makes shapes of scalars, which are nil or empty, equal.
func normalized(v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) == 2 {
			if shape, ok := v[0].([]int); ok && len(shape) == 0 {
				return []any{[]int(nil), v[1]}
			}
		}
		for i := range v {
			v[i] = normalized(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = normalized(v[key])
		}
	}
	return v
}

func TestTensorsThatAreNotReadDoNotHideOthers(t *testing.T) {
	v, err := Read(file(t, "bool.pt"))
	if err != nil {
		t.Fatal(err)
	}
	mask, _ := v.(*tree.Dict).Get("mask")
	if bad, ok := mask.(tree.Bad); !ok || bad.Err.Error() != "a tensor of BoolStorage: use floating-point numbers or integers" {
		t.Errorf("mask: %v", mask)
	}
	x, _ := v.(*tree.Dict).Get("x")
	if _, ok := x.(*tensor.Array); !ok {
		t.Errorf("x: %v", x)
	}
}

func TestClassesAreRefusedByName(t *testing.T) {
	for name, want := range map[string]string{
		"module.pt":   `a pickle of "torch.nn.modules.linear.Linear"`,
		"counter.pt":  `a pickle of "collections.Counter"`,
		"expanded.pt": "an array of shape (2, 3) has 1 elements of storage: save it whole and not expanded",
	} {
		if _, err := Read(file(t, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %s", name, err, want)
		}
	}
}

// archive makes a .pt file of a pickle and storages.
func archive(t testing.TB, pickle string, storages ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, content []byte) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: "a/" + name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		w.Write(content)
	}
	add("data.pkl", []byte(pickle))
	for i, s := range storages {
		add("data/"+string(rune('0'+i)), s)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text is a string in a pickle.
func text(s string) string { return "X" + string([]byte{byte(len(s)), 0, 0, 0}) + s }

// storageOf is a reference to storage 0.
func storageOf(class string, elements byte) string {
	return "(" + text("storage") + "c" + strings.Replace(class, ".", "\n", 1) + "\n" + text("0") + text("cpu") + "K" + string([]byte{elements}) + "tQ"
}

// TestUnsignedTensors reads the form of PyTorch 2.3 and later, which has types
// that no class of storages has.
func TestUnsignedTensors(t *testing.T) {
	data := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, 65535), 7)
	p := "\x80\x02ctorch._utils\n_rebuild_tensor_v3\n(" + strings.Replace(storageOf("torch.storage\nUntypedStorage", 4), "torch\nstorage\n", "torch.storage\n", 1) +
		"K\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)Rctorch\nuint16\ntR."
	v, err := Read(archive(t, p, data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(array([]float64{65535, 7}, 2), plain(t, v)); diff != "" {
		t.Error(diff)
	}
}

// rebuild is a tensor of storage 0 as a pickle.
func rebuild(storage, offset, shape, strides string) string {
	return "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + offset + shape + strides + "\x89ccollections\nOrderedDict\n)RtR."
}

func TestHostileFiles(t *testing.T) {
	ints := storageOf("torch.IntStorage", 2)
	eight := make([]byte, 8)
	good := rebuild(ints, "K\x00", "K\x02\x85", "K\x01\x85")
	if _, err := Read(archive(t, good, eight)); err != nil {
		t.Fatal(err)
	}
	huge := "J\xff\xff\xff\x7f"
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"cut", archive(t, good, eight)[:100], "not a readable zip archive"},
		{"without storage", archive(t, good), `storage "0": the archive has no entry`},
		{"short storage", archive(t, good, eight[:4]), `storage "0": truncated: 2 elements take 4 bytes each, the file has 4`},
		{"offset", archive(t, rebuild(ints, huge, "K\x02\x85", "K\x01\x85"), eight), "reaches beyond its 2 elements"},
		{"strides", archive(t, rebuild(ints, "K\x00", "K\x02\x85", huge+"\x85"), eight), "reaches beyond its 2 elements"},
		{"shape", archive(t, rebuild(ints, "K\x00", huge+huge+"\x86", "K\x00K\x00\x86"), eight), "has 2 elements of storage"},
		{"negative shape", archive(t, rebuild(ints, "K\x00", "J\xff\xff\xff\xff\x85", "K\x01\x85"), eight), "not what torch.save writes"},
		{"call", archive(t, "\x80\x02cos\nsystem\nX\x02\x00\x00\x00ls\x85R.", eight), `a pickle of "os.system"`},
		{"lambda", archive(t, "\x80\x02c__builtin__\neval\n.", eight), `a pickle of "__builtin__.eval"`},
		{"storage called", archive(t, "\x80\x02ctorch\nIntStorage\n)R.", eight), `a pickle that calls "torch.IntStorage"`},
		{"instance", archive(t, "\x80\x02(cos\nsystem\no.", eight), `a pickle of "os.system"`},
		{"legacy, cut", file(t, "int32_legacy.pt")[:300], "truncated"},
	} {
		if _, err := Read(c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %s", c.name, err, c.want)
		}
	}
}

// TestEveryTruncationIsNoticed cuts files at every byte.
func TestEveryTruncationIsNoticed(t *testing.T) {
	for _, name := range []string{"views.pt", "views_legacy.pt"} {
		b := file(t, name)
		for n := range b {
			if _, err := Read(b[:n]); err == nil {
				t.Errorf("%s: %d of %d bytes are read as a file", name, n, len(b))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.pt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(file(f, filepath.Base(name)))
	}
	f.Add(archive(f, rebuild(storageOf("torch.IntStorage", 2), "K\x00", "K\x02\x85", "K\x01\x85"), make([]byte, 8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := Read(b)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of several lines: %q", err)
		}
		if a, ok := v.(*tensor.Array); ok && err == nil {
			a.Float64s()
		}
	})
}

// FuzzPickle changes the pickle and the storage of an archive, which keeps its
// checksums.
func FuzzPickle(f *testing.F) {
	ints := storageOf("torch.IntStorage", 2)
	f.Add(rebuild(ints, "K\x00", "K\x02\x85", "K\x01\x85"), make([]byte, 8))
	f.Add(rebuild(storageOf("torch.HalfStorage", 4), "K\x01", "K\x02K\x01\x86", "K\x01K\x02\x86"), make([]byte, 8))
	f.Add("\x80\x02}"+text("x")+rebuild(ints, "K\x00", ")", ")")[2:len(rebuild(ints, "K\x00", ")", ")"))-1]+"s.", make([]byte, 8))
	f.Fuzz(func(t *testing.T, pickle string, storage []byte) {
		v, err := Read(archive(t, pickle, storage))
		if a, ok := v.(*tensor.Array); ok && err == nil {
			if err := a.Validate(); err != nil {
				t.Error(err)
			}
			a.Float64s()
		}
	})
}
