package datasets

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"packbench/internal/npz"
)

// npyOf and npzOf make files in memory.
func npyOf(t testing.TB, data []float32, shape ...int) string {
	t.Helper()
	var b bytes.Buffer
	if err := npz.WriteArray(&b, npz.Float32("", data, shape...)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func npzOf(t testing.TB, arrays ...npz.Array) string {
	t.Helper()
	var b bytes.Buffer
	if err := npz.Write(&b, arrays...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// float64NPY is an .npy file of one float64.
func float64NPY(v float64) string {
	b := []byte("\x93NUMPY\x01\x00\x00\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}")
	b[8] = byte(len(b) - 10)
	bits := math.Float64bits(v)
	for i := range 8 {
		b = append(b, byte(bits>>(8*i)))
	}
	return string(b)
}

func TestReadFrom(t *testing.T) {
	six := []float32{0, 1, 2.5, 3, 4, 5e9}
	var ints bytes.Buffer
	if err := npz.WriteArray(&ints, npz.Int64("", []int{0, 1, 2, 3, 4, 5}, 2, 3)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, content string
		want          Loads
	}{
		{"npy", npyOf(t, six, 2, 3), *loadsOf(2, 3, six...)},
		{"npy, one layer", npyOf(t, six, 6), *loadsOf(1, 6, six...)},
		{"npy, steps", npyOf(t, six, 3, 1, 2), Loads{Steps: 3, Layers: 1, Items: 2, Weights: six}},
		{"npy of integers", ints.String(), *loadsOf(2, 3, 0, 1, 2, 3, 4, 5)},
		{"npz", npzOf(t, npz.Float32("x", six, 2, 3)), *loadsOf(2, 3, six...)},
		{"json object", `{"id": {"a": [1, {}]}, "weights": [[0, 1, 2.5], [3, 4, 5e9]], "name": "run 1"}`, Loads{Name: "run 1", Steps: 1, Layers: 2, Items: 3, Weights: six}},
		{"json with another name", `{"name": 7, "weights": [1]}`, *loadsOf(1, 1, 1)},
		{"json, bare", " [[0, 1, 2.5],\n [3, 4, 5e9]]\n", *loadsOf(2, 3, six...)},
		{"json, one layer", `[0, 1, 2.5]`, *loadsOf(1, 3, 0, 1, 2.5)},
		{"json, steps", `{"weights": [[[0, 1]], [[2.5, 3]], [[4, 5e9]]]}`, Loads{Steps: 3, Layers: 1, Items: 2, Weights: six}},
		{"json with a byte order mark", "\ufeff[1]", *loadsOf(1, 1, 1)},
		{"csv", "0,1,2.5\n3,4,5e9\n", *loadsOf(2, 3, six...)},
		{"csv with all that may stand around", "\ufeff# from somewhere\nexpert 0, expert 1,\"expert 2\"\r\n\r\n 0 , 1,\"2.5\"\r\n# more\n3,4,5e9", *loadsOf(2, 3, six...)},
		{"csv with spaces", "0 1  2.5\n3\t4 5e9\n", *loadsOf(2, 3, six...)},
		{"csv of one number per line", "1\n2\n", *loadsOf(1, 2, 1, 2)},
		{"decimals round to the nearest float32, and are kept", "0.1 16777217", Loads{Steps: 1, Layers: 1, Items: 2, Weights: []float32{0.1, 1 << 24}, Values: []float64{0.1, 1<<24 + 1}}},
	} {
		got, err := ReadFrom(strings.NewReader(c.content), "", ReadOptions{AllSteps: true})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, *got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

// TestReadErrors has a case for every way in which input can be bad.
func TestReadErrors(t *testing.T) {
	two := []float32{1, 2}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		content string
		format  Format
		opt     ReadOptions
		want    string
	}{
		{"", "", ReadOptions{}, "the file is empty: there are no loads"},
		{"1", "xml", ReadOptions{}, `format "xml": use npy, npz, pt, safetensors, json, pickle, csv, csv2, indexed, long`},
		{"1", "", ReadOptions{Key: "x"}, `column "x": the table has no line of names`},

		{"1,2", NPY, ReadOptions{}, `not an .npy file: it does not start with "\x93NUMPY"`},
		{npyOf(t, two, 2)[:100], "", ReadOptions{}, "truncated: the header is cut short"},
		{npyOf(t, two, 2)[:132], "", ReadOptions{}, "truncated: an array of shape (2,) takes 8 bytes, the file has 4"},
		{npyOf(t, two, 2, 1, 1, 1), "", ReadOptions{}, "an array of 4 dimensions: use [items], [layers, items] or [steps, layers, items]"},
		{npyOf(t, two[:1]), "", ReadOptions{}, "an array of 0 dimensions: use [items], [layers, items] or [steps, layers, items]"},
		{npyOf(t, nil, 0), "", ReadOptions{}, "1 step of 1 layer of 0 items: there are no loads"},
		{npyOf(t, nil, 0, 9), "", ReadOptions{}, "1 step of 0 layers of 9 items: there are no loads"},
		{npyOf(t, []float32{1, nan}, 2, 1), "", ReadOptions{}, "layer 1, item 0: weight NaN: a load must be a finite number ≥ 0"},
		{npyOf(t, []float32{1, inf}, 1, 2), "", ReadOptions{}, "layer 0, item 1: weight +Inf: a load must be a finite number ≥ 0"},
		{npyOf(t, []float32{1, -1}, 2, 1, 1), "", ReadOptions{}, "step 1, layer 0, item 0: weight -1: a load must be a finite number ≥ 0"},
		{float64NPY(1e39), "", ReadOptions{}, "layer 0, item 0: weight 1e+39 is above the largest float32 (3.4e+38): scale the loads down"},
		{float64NPY(math.Inf(1)), "", ReadOptions{}, "layer 0, item 0: weight +Inf: a load must be a finite number ≥ 0"},
		{float64NPY(-1e39), "", ReadOptions{}, "layer 0, item 0: weight -1e+39: a load must be a finite number ≥ 0"},

		{npzOf(t), "", ReadOptions{}, "the archive has no arrays"},
		{npzOf(t, npz.Float32("a", two, 2), npz.Float32("b", two, 2)), "", ReadOptions{}, "the archive has 2 arrays: choose one with --key (a, b)"},
		{npzOf(t, npz.Float32("weight", two, 2)), "", ReadOptions{Key: "weights"}, `the archive has no array "weights" (it has weight): did you mean "weight"?`},
		{npzOf(t, npz.Float32("a", two, 2), npz.Float32("b c", two, 2)), "", ReadOptions{Key: "loads"}, `the archive has no array "loads" (it has a, "b c")`},
		{npzOf(t, npz.Float32("a", two, 2))[:150], "", ReadOptions{}, "not a readable zip archive: not a valid zip file"},

		{"{", "", ReadOptions{}, "truncated: the JSON ends early"},
		{`{"weights": [[1, 2], [3, `, "", ReadOptions{}, "truncated: the JSON ends early"},
		{`{"weights": [[1, 2]]`, "", ReadOptions{}, "truncated: the JSON ends early"},
		{`{}`, "", ReadOptions{}, `no key "weights" in the object (it has none)`},
		{`{"a": 1, "b": [2]}`, "", ReadOptions{}, `no key "weights" in the object (it has a, b)`},
		{`{"weights": [1], "weights": [2]}`, "", ReadOptions{}, `"weights" occurs twice`},
		{`{"weights": 3}`, "", ReadOptions{}, `"weights" is not a list: use [[…], …], a list of items per layer`},
		{`7`, JSON, ReadOptions{}, `the number 7 is not loads: use [[…], …], a list of items per layer`},
		{`[1] [2]`, "", ReadOptions{}, "extra data after the loads at byte 3: use one JSON value"},
		{`[1, 2}`, "", ReadOptions{}, "not JSON at byte 5: '}' where a comma or ] was expected"},
		{`[]`, "", ReadOptions{}, "an empty list: there are no loads"},
		{`[[1], []]`, "", ReadOptions{}, "layer 1: an empty list: there are no loads"},
		{`[[[[1]]]]`, "", ReadOptions{}, "lists nested more than three deep"},
		{`[[1, 2], [3]]`, "", ReadOptions{}, "layer 1: 1 item, the ones before have 2: use lists of one length"},
		{`[[[1]], [[2], [3]]]`, "", ReadOptions{}, "step 1: 2 layers, the ones before have 1: use lists of one length"},
		{`[[1, 2], 3]`, "", ReadOptions{}, "layer 1: the number 3 where a list was expected"},
		{`[1, [2]]`, "", ReadOptions{}, "item 1: a list where a number was expected"},
		{`[[1, "2"]]`, "", ReadOptions{}, `layer 0, item 1: "2" is not a number`},
		{`[[1, null]]`, "", ReadOptions{}, `layer 0, item 1: null is not a number`},
		{`[[1, true]]`, "", ReadOptions{}, `layer 0, item 1: true is not a number`},
		{`[[1, {"a": 2}]]`, "", ReadOptions{}, `layer 0, item 1: an object is not a number`},
		{`[[1], [-2]]`, "", ReadOptions{}, "layer 1, item 0: weight -2: a load must be a finite number ≥ 0"},
		{`[[[1]], [[-2]]]`, "", ReadOptions{}, "step 1, layer 0, item 0: weight -2: a load must be a finite number ≥ 0"},
		{`[[1, 1e39]]`, "", ReadOptions{}, "layer 0, item 1: weight 1e+39 is above the largest float32 (3.4e+38): scale the loads down"},
		{`[[1, -1e39]]`, "", ReadOptions{}, "layer 0, item 1: weight -1e+39: a load must be a finite number ≥ 0"},
		{`[[1, NaN]]`, "", ReadOptions{}, "layer 0, item 1: weight NaN: a load must be a finite number ≥ 0"},
		{`[[1, Infinity]]`, "", ReadOptions{}, "layer 0, item 1: weight +Inf: a load must be a finite number ≥ 0"},
		{`[[1, -Infinity]]`, "", ReadOptions{}, "layer 0, item 1: weight -Inf: a load must be a finite number ≥ 0"},

		{"\n# nothing\n", "", ReadOptions{}, "there are no loads: use one line of numbers per layer"},
		{"a,b\n", "", ReadOptions{}, "there are no loads: use one line of numbers per layer"},
		{"1,2\n\n3\n", "", ReadOptions{}, "line 3 (layer 1) has 1 number, the lines before have 2: use lines of one length"},
		{"1,2\n3,x\n", "", ReadOptions{}, `line 2 (layer 1), item 1: "x" is not a number`},
		{"a,1\n3,4\n", "", ReadOptions{}, `line 1 (layer 0), item 0: "a" is not a number`},
		{"1,,3\n", "", ReadOptions{}, `line 1 (layer 0), item 1: "" is not a number`},
		{"1,2,\n", "", ReadOptions{}, `line 1 (layer 0), item 2: "" is not a number`},
		{"1e39,2\n", "", ReadOptions{}, "layer 0, item 0: weight 1e+39 is above the largest float32 (3.4e+38): scale the loads down"},
		{"1,2\n3,nan\n", "", ReadOptions{}, "layer 1, item 1: weight NaN: a load must be a finite number ≥ 0"},
		{"1,2\n3,inf\n", "", ReadOptions{}, "layer 1, item 1: weight +Inf: a load must be a finite number ≥ 0"},
		{"1,2\n3,-0.5\n", "", ReadOptions{}, "layer 1, item 1: weight -0.5: a load must be a finite number ≥ 0"},
		{"1,\"2\n3", "", ReadOptions{}, "line 2: not CSV"},

		{npyOf(t, two, 2, 1, 1), "", ReadOptions{}, "2 steps of loads: choose one with --step 0 to --step 1"},
		{npyOf(t, two, 2, 1, 1), "", ReadOptions{Step: new(2)}, "there is no step 2: the loads have 2 steps, 0 to 1"},
		{"1,2", "", ReadOptions{Step: new(-1)}, "there is no step -1: the loads have one step, 0"},
	} {
		_, err := ReadFrom(strings.NewReader(c.content), c.format, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got error %v, want %s", c.content, err, c.want)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: the error has several lines: %v", c.content, err)
		}
	}
}

func TestReadChoosesTheStep(t *testing.T) {
	content := npyOf(t, []float32{1, 2, 3, 4}, 2, 1, 2)
	got, err := ReadFrom(strings.NewReader(content), "", ReadOptions{Step: new(1)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loadsOf(1, 2, 3, 4), got); diff != "" {
		t.Error(diff)
	}
	if _, err := ReadFrom(strings.NewReader(npyOf(t, []float32{1, 2}, 1, 1, 2)), "", ReadOptions{}); err != nil {
		t.Errorf("one step needs no choice: %v", err)
	}
}

func TestReadKnowsOneZero(t *testing.T) {
	for _, content := range []string{"-0,1", `[[-0.0, 1]]`, npyOf(t, []float32{float32(math.Copysign(0, -1)), 1}, 2)} {
		got, err := ReadFrom(strings.NewReader(content), "", ReadOptions{})
		if err != nil || math.Float32bits(got.Weights[0]) != 0 {
			t.Errorf("%q: got %v, %v", content, got, err)
		}
	}
}

func TestReadFiles(t *testing.T) {
	dir := t.TempDir()
	csv := filepath.Join(dir, "loads.csv")
	if err := os.WriteFile(csv, []byte("1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Read(csv, ReadOptions{})
	if err != nil || got.Name != "loads" || got.Items != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = Read("-", ReadOptions{Stdin: strings.NewReader("[[3]]")})
	if err != nil || got.Name != "" || got.Weights[0] != 3 {
		t.Errorf("standard input: got %+v, %v", got, err)
	}
	// The extension tells the format, so a damaged file is called that.
	npy := filepath.Join(dir, "loads.NPY")
	if err := os.WriteFile(npy, []byte("1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		npy:                           "loads.NPY: not an .npy file",
		filepath.Join(dir, "none"):    "none: no such file or directory",
		dir:                           "a folder with no rank file",
		filepath.Join(dir, "no", "x"): "x: no such file or directory",
	} {
		if _, err := Read(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%s): got error %v, want %s", path, err, want)
		}
	}
	if _, err := Read("-", ReadOptions{Stdin: strings.NewReader("")}); err == nil || err.Error() != "standard input: the file is empty: there are no loads" {
		t.Errorf("got error %v", err)
	}
}

func TestOpenReadsAFileOrGeneratesAWorkload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "loads.csv")
	if err := os.WriteFile(path, []byte("1,2\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	loads, w, err := Open(path, 0, ReadOptions{})
	if err != nil || w != nil || loads.Items != 2 {
		t.Errorf("file: got %+v, %v, %v", loads, w, err)
	}
	loads, w, err = Open("planted:items=64", 5, ReadOptions{AllSteps: true})
	if err != nil || w == nil || loads.Hash() != must(t, "planted:items=64", 5).Hash() {
		t.Errorf("workload: got %+v, %v, %v", loads, w, err)
	}
	for source, want := range map[string]string{
		"none.csv":     "cannot read none.csv: no such file or directory",
		"some/where":   "cannot read some/where: no such file or directory",
		"lognormol":    `"lognormol" is not a file; as a workload: unknown workload "lognormol": did you mean "lognormal"?`,
		"gamma:k=none": `"gamma:k=none" is not a file; as a workload: gamma: k=none: use a finite number`,
	} {
		if _, _, err := Open(source, 0, ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): got error %v, want %s", source, err, want)
		}
	}
	if _, _, err := Open("gamma", 0, ReadOptions{Layers: 2}); err == nil || !strings.Contains(err.Error(), "write its sizes as in gamma:layers=2,items=64") {
		t.Errorf("got error %v", err)
	}
	if _, _, err := Open("gamma", 0, ReadOptions{Step: new(0)}); err == nil || err.Error() != "gamma is a generated workload: it has one step and no named arrays" {
		t.Errorf("got error %v", err)
	}
}

// drawLoads draws loads of any shape with any weights.
func drawLoads(t *rapid.T, steps int) *Loads {
	loads := newLoads(rapid.String().Draw(t, "name"), steps, rapid.IntRange(1, 4).Draw(t, "layers"), rapid.IntRange(1, 9).Draw(t, "items"))
	for i := range loads.Weights {
		loads.Weights[i] = rapid.Float32Range(0, math.MaxFloat32).Draw(t, "weight")
	}
	return loads
}

// TestRoundTrip writes loads and reads them back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom([]Format{NPY, NPZ, JSON, CSV}).Draw(t, "format")
		steps := 1
		if format != CSV {
			steps = rapid.IntRange(1, 3).Draw(t, "steps")
		}
		loads := drawLoads(t, steps)
		var b bytes.Buffer
		if err := loads.Encode(&b, format); err != nil {
			t.Fatal(err)
		}
		for _, told := range []Format{format, ""} {
			got, err := ReadFrom(bytes.NewReader(b.Bytes()), told, ReadOptions{AllSteps: true})
			if err != nil {
				t.Fatal(err)
			}
			if got.Hash() != loads.Hash() {
				t.Fatalf("%s: wrote %v, read %v", format, loads, got)
			}
			if format == JSON && got.Name != loads.Name {
				t.Fatalf("wrote the name %q, read %q", loads.Name, got.Name)
			}
		}
	})
}

func TestWriteFiles(t *testing.T) {
	loads := must(t, "gamma:layers=2,items=6", 1)
	for _, name := range []string{"x.npy", "x.npz", "x.json", "x.CSV"} {
		path := filepath.Join(t.TempDir(), name)
		if err := loads.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path, ReadOptions{})
		if err != nil || got.Hash() != loads.Hash() {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	steps := &Loads{Steps: 2, Layers: 1, Items: 1, Weights: []float32{1, 2}}
	for name, want := range map[string]string{
		"x":        "the name does not show the format: end it in .npy, .npz, .json or .csv",
		"x.txt":    "the name does not show the format",
		"x.npy.gz": ".gz is not an output format: end the name in .npy, .npz, .json or .csv",
		"x.pt":     ".pt is not an output format: end the name in .npy, .npz, .json or .csv",
		"x.csv":    "CSV holds one step of the 2: choose one with --step, or another format",
		"n/x.npy":  "cannot write",
	} {
		if err := steps.Write(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Write(%s): got error %v, want %s", name, err, want)
		}
	}
	for format, want := range map[Format]string{CSV: "CSV holds one step, the loads have 2", "xml": `format "xml": use npy`} {
		if err := steps.Encode(&bytes.Buffer{}, format); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Encode(%s): got error %v, want %s", format, err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d files were left (%v)", len(left), err)
	}
}
