package datasets

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"packbench/internal/npz"
)

// recording is a path in testdata/recordings, which make.py there makes.
func recordingPath(name string) string { return filepath.Join("testdata", "recordings", name) }

// recordedLoads are the loads that all recordings there hold.
func recordedLoads(t *testing.T) *Loads {
	t.Helper()
	loads, err := Read(recordingPath("loads.json"), ReadOptions{AllSteps: true})
	if err != nil {
		t.Fatal(err)
	}
	return loads
}

// TestRecordingsOfEngines reads what engines write, to the same loads.
func TestRecordingsOfEngines(t *testing.T) {
	want := recordedLoads(t).Hash()
	for name, note := range map[string]string{
		"stat.pt":   "",
		"per_pass":  "",
		"statistic": "",
	} {
		got, err := Read(recordingPath(name), ReadOptions{AllSteps: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Hash() != want || strings.Join(got.Notes, "; ") != note {
			t.Errorf("%s: got %v", name, got)
		}
	}
	ring, err := Read(recordingPath("ring.pt"), ReadOptions{Sum: &StepRange{}})
	if err != nil {
		t.Fatal(err)
	}
	sum, err := recordedLoads(t).Sum(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if ring.Hash() != sum.Hash() || strings.Join(ring.Notes, "") != "2 of 4 steps hold no load: a ring buffer that was not full" {
		t.Errorf("ring buffer: got %v", ring)
	}
}

// TestOneRankAloneIsSaidToBeOne: its counts are right, but not all.
func TestOneRankAloneIsSaidToBeOne(t *testing.T) {
	for _, name := range []string{"per_pass/recorder_1.pt", "statistic/rank1.safetensors"} {
		got, err := Read(recordingPath(name), ReadOptions{Step: new(0)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff([]float32{1, 1, 1, 1, 1, 1}, got.Weights); diff != "" || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "alone") {
			t.Errorf("%s: notes %q %s", name, got.Notes, diff)
		}
	}
}

func TestFoldersThatAreNoRecording(t *testing.T) {
	for name, want := range map[string]string{
		"missing_rank":      "the file of rank 1 is missing: there are 2 files",
		"same_rank":         "recorder_0.pt and recorder_1.pt are both of rank 0",
		"other_passes":      "recorder_1.pt has no forward pass 7, recorder_0.pt has",
		"other_map":         "recorder_0.pt and recorder_1.pt have other experts in their slots",
		"statistic_missing": "the file of rank 1 is missing: there are 2 files",
		"statistic_meta":    "meta_info.json says num_experts 4, the tensors have 3",
		".":                 "ring.pt is not a rank's file of a recording (it has rank, logical_count, average_utilization_rate_over_window)",
		"..":                "a folder with no rank file",
	} {
		if _, err := Read(recordingPath(name), ReadOptions{AllSteps: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %s", name, err, want)
		}
	}
	if _, err := Read(recordingPath("per_pass"), ReadOptions{Key: "x"}); err == nil || !strings.Contains(err.Error(), "needs no --key") {
		t.Errorf("got error %v", err)
	}
	// Ranks with other iterations.
	dir := t.TempDir()
	for i, header := range []string{`{"9_3": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}`, `{"8_3": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}`} {
		b := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+"\x01"...)
		if err := os.WriteFile(filepath.Join(dir, "rank"+string(rune('0'+i))+".safetensors"), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(dir, ReadOptions{}); err == nil || !strings.Contains(err.Error(), "rank0.safetensors and rank1.safetensors have other iterations or layers") {
		t.Errorf("got error %v", err)
	}
}

// TestJSONOfEngines reads JSON as engines write it.
func TestJSONOfEngines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        ReadOptions
		want       *Loads
	}{
		{"SGLang's --init-expert-location", `{"logical_count": [[5, 6], [7, 8]]}`, ReadOptions{}, loadsOf(2, 2, 5, 6, 7, 8)},
		{"any key", `{"rank": 0, "counts": [[5, 6], [7, 8]], "time": 1764123456789012345}`, ReadOptions{Key: "counts"}, loadsOf(2, 2, 5, 6, 7, 8)},
		{"a key within", `{"run": {"counts": [[5, 6], [7, 8]]}}`, ReadOptions{Key: "run.counts"}, loadsOf(2, 2, 5, 6, 7, 8)},
		{"a key of every element", `{"steps": [{"counts": [5, 6]}, {"counts": [7, 8]}]}`, ReadOptions{Key: "steps.counts"}, loadsOf(2, 2, 5, 6, 7, 8)},
		{"an element", `{"steps": [{"counts": [5, 6]}, {"counts": [7, 8]}]}`, ReadOptions{Key: "steps.1.counts"}, loadsOf(1, 2, 7, 8)},
		{"vLLM's load history", `{"load_history": [{"logical_expert_load": [[5, 6]]}, {"logical_expert_load": [[7, 8]]}]}`, ReadOptions{},
			&Loads{Steps: 2, Layers: 1, Items: 2, Weights: []float32{5, 6, 7, 8}}},
		{"vLLM's load statistics", `{"record_type": "eplb_initial_mapping", "initial_global_assignments": {"0": [0, 1, 0]}}
{"record_type": "eplb_load_stats", "step": 7, "expert_load": [[5, 6, 1]], "p2l_map": [[0, 1, 0]]}
{"record_type": "eplb_load_stats", "step": 9, "expert_load": [[7, 8, 9]], "p2l_map": [[1, 0, 1]]}`, ReadOptions{},
			&Loads{Steps: 2, Layers: 1, Items: 2, Weights: []float32{6, 6, 8, 16}}},
		{"their physical loads", `{"record_type": "eplb_load_stats", "expert_load": [[5, 6, 1]], "p2l_map": [[0, 1, 0]]}`, ReadOptions{Key: "expert_load"}, loadsOf(1, 3, 5, 6, 1)},
		{"lines of any objects", "{\"weights\": [[5, 6]]}\n{\"weights\": [[7, 8]]}", ReadOptions{}, &Loads{Steps: 2, Layers: 1, Items: 2, Weights: []float32{5, 6, 7, 8}}},
		{"whole numbers above 2²⁴", `[[16777217, 2]]`, ReadOptions{}, &Loads{Steps: 1, Layers: 1, Items: 2, Weights: []float32{1 << 24, 2}, Values: []float64{1<<24 + 1, 2}}},
	} {
		c.opt.AllSteps = true
		got, err := ReadFrom(strings.NewReader(c.text), "", c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func TestJSONOfEnginesErrors(t *testing.T) {
	const stats = `{"record_type": "eplb_load_stats", "expert_load": [[5, 6, 1]], "p2l_map": `
	for _, c := range []struct {
		text string
		opt  ReadOptions
		want string
	}{
		{`{"a": 1}`, ReadOptions{Key: "b"}, `no key "b" in the object (it has a)`},
		{`{"counts": 1}`, ReadOptions{Key: "count"}, `no key "count" in the object (it has counts): did you mean "counts"?`},
		{`{"a": {"b": 1}}`, ReadOptions{Key: "a.c"}, `no key "c" in the object (it has b)`},
		{`{"a": [{"b": [1]}, {}]}`, ReadOptions{Key: "a.b"}, `element 1: no key "b"`},
		{`{"a": [1]}`, ReadOptions{Key: "a.3"}, `no key "3" in a list of 1 numbers`},
		{`[1, 2]`, ReadOptions{Key: "a"}, `key "a": the file has no names, only a list of 2 numbers`},
		{`{"a": "text"}`, ReadOptions{Key: "a"}, `"a" is not a list: use [[…], …]`},
		{`{"weights": [1], "logical_count": [2]}`, ReadOptions{}, "keys weights and logical_count may all be the loads: choose one with --key"},
		{`{"physical_to_logical_map": [[0]], "logical_count": [[1]]}`, ReadOptions{}, "a placement (physical_to_logical_map): its logical_count may count loads or copies"},
		{`{"layer_list": []}`, ReadOptions{}, "a placement (layer_list), not loads"},
		{`{"record_type": "eplb_initial_mapping"}`, ReadOptions{}, "a placement (initial_global_assignments), not loads"},
		{`{"record_type": "else"}`, ReadOptions{}, `record 0: record_type "else" is not known`},
		{stats + `[[0, 1]]}`, ReadOptions{}, "record 0: loads of 1 layer of 3 slots, but the map from slots to experts has 1 of 2"},
		{stats + `[[0, 1, 9]]}`, ReadOptions{}, "p2l_map: layer 0, slot 2: expert 9, but 3 slots hold experts 0 to 2 at most"},
		{stats + `[[0, 2, 2]]}`, ReadOptions{}, "p2l_map: layer 0: no slot holds expert 1"},
		{stats + `[[0, 1, -1]]}`, ReadOptions{}, "layer 0, slot 2 has load 1 but no expert"},
		{stats + `[[0, 1, 0.5]]}`, ReadOptions{}, "expert 0.5: use whole numbers from 0"},
		{stats + `null}`, ReadOptions{}, "p2l_map: null is not loads"},
		{"{\"weights\": [[5, 6]]}\n{\"weights\": [[7]]}", ReadOptions{}, "record 1: 1 layer of 1 item, the first has 1 of 2"},
		{"{\"weights\": [[5, 6]]}\n[1]", ReadOptions{}, "record 1: a list of 1 numbers, the first is an object"},
		{`{"load_history": []}`, ReadOptions{}, "load_history: a list of 0 numbers where a list of steps was expected"},
		{`{"load_history": [{}]}`, ReadOptions{}, `load_history, entry 0: no key "weights"`},
		{`{"records": [1]}`, ReadOptions{}, "there is no last_physical_to_logical_map"},
		{`{"records": [{"rank": 0}], "last_physical_to_logical_map": [[0]]}`, ReadOptions{}, "records, entry 0: forward_pass_id: null where a whole number was expected"},
		{`[[1, 9007199254740993]]`, ReadOptions{}, "layer 0, item 1: 9007199254740993 is a whole number above 2^53"},
		{`[[1, 2]]`, ReadOptions{Layers: 2}, "1 layer of 2 items: --layers 2 does not fit"},
		{`[[1, 2]]`, ReadOptions{Experts: 3}, "1 layer of 2 items: --experts 3 does not fit"},
	} {
		c.opt.AllSteps = true
		if _, err := ReadFrom(strings.NewReader(c.text), "", c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %s", c.text, err, c.want)
		}
	}
}

// TestRoutedExperts counts what responses say: 2 tokens, 2 layers, 2 experts.
func TestRoutedExperts(t *testing.T) {
	ids := []int{0, 1, 2, 3, 1, 0, 3, 1}
	var npy bytes.Buffer
	if err := npz.WriteArray(&npy, npz.Int64("", ids, 2, 2, 2)); err != nil {
		t.Fatal(err)
	}
	var plain []byte
	for _, id := range ids {
		plain = binary.LittleEndian.AppendUint32(plain, uint32(id))
	}
	want := loadsOf(2, 5, 2, 2, 0, 0, 0, 0, 1, 1, 2, 0)
	withNPY := base64.StdEncoding.EncodeToString(npy.Bytes())
	bare := base64.StdEncoding.EncodeToString(plain)
	for _, c := range []struct {
		text string
		opt  ReadOptions
		want string // of the error
	}{
		{`{"choices": [{"routed_experts": "` + withNPY + `"}]}`, ReadOptions{Experts: 5}, ""},
		{`{"meta_info": {"routed_experts": "` + bare + `"}}`, ReadOptions{Experts: 5, Layers: 2, TopK: 2}, ""},
		{`{"meta_info": {"routed_experts": "` + bare + `"}}`, ReadOptions{Key: "meta_info.routed_experts", Experts: 5, Layers: 2, TopK: 2}, ""},
		{`{"routed_experts": "` + withNPY + `"}`, ReadOptions{Experts: 5}, ""},
		{`{"routed_experts": "` + withNPY + `"}`, ReadOptions{}, "the highest expert chosen is 3: say how many there are with --experts"},
		{`{"routed_experts": "` + withNPY + `"}`, ReadOptions{Experts: 3}, "expert 3 was chosen of 3: use a larger --experts"},
		{`{"routed_experts": "` + bare + `"}`, ReadOptions{Experts: 5}, "32 bytes without a shape: say how many layers and experts per token they are with --layers and --top-k"},
		{`{"routed_experts": "` + bare + `"}`, ReadOptions{Experts: 5, Layers: 3, TopK: 2}, "32 bytes are not whole tokens of 3 layers of 2 experts"},
		{`{"routed_experts": "!"}`, ReadOptions{Experts: 5}, "not base64"},
	} {
		got, err := ReadFrom(strings.NewReader(c.text), "", c.opt)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got error %v, want %s", c.text, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.text, diff)
		}
	}
}

// compressed wraps content.
func compressed(t testing.TB, extension string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if extension == ".zst" {
		var err error
		if w, err = zstd.NewWriter(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCompressedFilesOfEveryFormat(t *testing.T) {
	dir := t.TempDir()
	loads := recordedLoads(t)
	for _, format := range []Format{NPY, NPZ, JSON, CSV, Torch} {
		want := loads
		var b bytes.Buffer
		switch format {
		case Torch:
			content, err := os.ReadFile(recordingPath("stat.pt"))
			if err != nil {
				t.Fatal(err)
			}
			b.Write(content)
		case CSV:
			want, _ = loads.At(0)
			fallthrough
		default:
			if err := want.Encode(&b, format); err != nil {
				t.Fatal(err)
			}
		}
		for _, extension := range []string{".gz", ".zst"} {
			path := filepath.Join(dir, "loads."+string(format)+extension)
			if err := os.WriteFile(path, compressed(t, extension, b.Bytes()), 0o666); err != nil {
				t.Fatal(err)
			}
			got, err := Read(path, ReadOptions{AllSteps: true})
			if err != nil || got.Hash() != want.Hash() || got.Name != "loads" {
				t.Errorf("%s: got %v, %v", path, got, err)
			}
		}
	}
	bomb := compressed(t, ".zst", make([]byte, 64<<20))
	if _, err := ReadFrom(bytes.NewReader(bomb), "", ReadOptions{}); err == nil || !strings.Contains(err.Error(), "unpack to more than") {
		t.Errorf("bomb: got error %v", err)
	}
	for _, extension := range []string{".gz", ".zst"} {
		cut := compressed(t, extension, []byte("1,2,3\n"))
		if _, err := ReadFrom(bytes.NewReader(cut[:len(cut)-3]), "", ReadOptions{}); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: got error %v", extension, err)
		}
	}
}

// zipOf makes an archive with empty entries.
func zipOf(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFilesOfOtherKindsAreNamed: what a file is, and what to do.
func TestFilesOfOtherKindsAreNamed(t *testing.T) {
	for _, c := range []struct{ path, content, want string }{
		{"a.csv", "PAR1\x15\x00", "a Parquet file: export it as CSV"},
		{"a", zipOf(t, "[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx): save it as CSV"},
		{"a.npz", zipOf(t, "mimetype", "content.xml"), "an OpenDocument file"},
		{"a.zip", zipOf(t, "loads.csv"), `a zip archive without arrays (it has "loads.csv"): unpack it`},
		{"a", "\x89HDF\r\n\x1a\n", "an HDF5 file"},
		{"a", "SQLite format 3\x00", "an SQLite database"},
		{"a", "BZh91AY", "compressed with bzip2"},
		{"a.npy", "\xfd7zXZ\x00", "compressed with xz"},
		{"a", strings.Repeat("x", 257) + "ustar\x00", "a tar archive"},
		{"a", "version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS: fetch the file itself"},
		{"a", "<!DOCTYPE html>", "an HTML page"},
		{"a.yaml", "a: 1\n", "a YAML file"},
		{"a", "\x7fELF\x02\x01\x01\x00\x00", "not a file of loads: neither text (byte 7 is 0) nor a format that is known"},
		{"a.pkl", "\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93.", `a pickle of "numpy.ndarray" (a NumPy array; use numpy.save)`},
		{"a.pt", "\x80\x02cos\nsystem\n.", `a pickle of "os.system"`},
		{"a", "\x80\x02]q\x00K\x01a.x", "1 bytes follow the pickle"},
		{"a.npy", "\x93NUMPY\x01\x00\x46\x00{'descr': '|O', 'fortran_order': False, 'shape': (2,), }              \n", "an object array (pickled Python objects)"},
	} {
		path := filepath.Join(t.TempDir(), c.path)
		if err := os.WriteFile(path, []byte(c.content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %s", c.path, err, c.want)
		}
	}
}

// TestEveryTruncationIsNoticed cuts files at every byte.
func TestEveryTruncationIsNoticed(t *testing.T) {
	for _, name := range []string{"stat.pt", "per_pass/recorder_0.pt", "statistic/rank0.safetensors", "loads.json"} {
		b, err := os.ReadFile(recordingPath(name))
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(bytes.TrimSpace(b)) {
			if _, err := ReadFrom(bytes.NewReader(b[:n]), "", ReadOptions{AllSteps: true}); err == nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%s: %d of %d bytes give error %v", name, n, len(b), err)
			}
		}
	}
}

// TestStepsThatAreOneStayOne: a pickle that names the same step ten thousand
// times holds ten thousand times its loads.
func TestStepsThatAreOneStayOne(t *testing.T) {
	step := "}q\x00X\x07\x00\x00\x00weights](" + strings.Repeat("K\x05", 10000) + "es"
	pickle := "\x80\x02}X\x0c\x00\x00\x00load_history](" + step + strings.Repeat("h\x00", 10000) + "es."
	if _, err := ReadFrom(strings.NewReader(pickle), "", ReadOptions{AllSteps: true}); err == nil || !strings.Contains(err.Error(), "that is the max for a file") {
		t.Errorf("got error %v", err)
	}
}

func TestPicklesOfPlainDataAreRead(t *testing.T) {
	got, err := ReadFrom(strings.NewReader("\x80\x02}X\x07\x00\x00\x00weights](]K\x05a]K\x06aes."), "", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loadsOf(2, 1, 5, 6), got); diff != "" {
		t.Error(diff)
	}
}

// endless never ends, as a device does.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[i%len(e.text)]
	}
	return len(p), nil
}

func TestReadingFromADeviceEnds(t *testing.T) {
	if _, err := ReadFrom(endless{"\x00"}, "", ReadOptions{}); err == nil || err.Error() != "nothing but zero bytes: there are no loads" {
		t.Errorf("got error %v", err)
	}
	if _, err := readLimited(io.MultiReader(strings.NewReader("1,2\n"), failing{})); err == nil || err.Error() != "cannot" {
		t.Errorf("got error %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cannot") }

// TestNamesOfAnyBytes: file names need not be UTF-8.
func TestNamesOfAnyBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "caf\xe9.csv")
	if err := os.WriteFile(path, []byte("1,2\n"), 0o666); err != nil {
		t.Skip(err) // some file systems take UTF-8 only
	}
	got, err := Read(path, ReadOptions{})
	if err != nil || got.Name != "caf\xe9" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNamesHaveNoControlCharacters(t *testing.T) {
	got, err := Read("-", ReadOptions{Stdin: strings.NewReader(`{"name": "\u001b[31mred", "weights": [1]}`)})
	if err != nil || got.Name != "[31mred" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseStepRange(t *testing.T) {
	for text, want := range map[string][2]int{"all": {0, 9}, "2:5": {2, 5}, ":5": {0, 5}, "2:": {2, 9}, ":": {0, 9}} {
		r, err := ParseStepRange(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if from, to := r.of(9); from != want[0] || to != want[1] {
			t.Errorf("%s: got %d:%d", text, from, to)
		}
	}
	for _, text := range []string{"", "3", "5:2", "2:2", "-1:3", "a:b", "0:1:2"} {
		if _, err := ParseStepRange(text); err == nil || !strings.Contains(err.Error(), "use a:b for steps a to b − 1") {
			t.Errorf("%q: got error %v", text, err)
		}
	}
}
