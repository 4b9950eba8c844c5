package datasets

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"packbench/internal/npz"
)

// fuzzReader feeds any bytes to one reader. It must not panic, must take no more
// memory than the size of its input justifies, and must give back good loads or
// an error of one line.
func fuzzReader(f *testing.F, format Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		loads, err := ReadFrom(strings.NewReader(string(b)), format, ReadOptions{AllSteps: true})
		runtime.ReadMemStats(&after)
		// Deflate packs at most about a thousand bytes into one; 64 MiB are for
		// what zstd unpacks of a small file, for the buffers of packages, and for
		// what else the process does.
		if took, most := after.TotalAlloc-before.TotalAlloc, uint64(64<<20+16384*len(b)); took > most {
			t.Errorf("%d bytes of input took %d bytes of memory", len(b), took)
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
			return
		}
		if err := loads.Validate(); err != nil {
			t.Errorf("bad loads were read: %v", err)
		}
	})
}

func FuzzReadNPY(f *testing.F) {
	fuzzReader(f, NPY,
		npyOf(f, []float32{1, 2, 3, 4, 5, 6}, 2, 3), npyOf(f, []float32{1, 2, 3, 4, 5, 6}, 3, 1, 2), npyOf(f, nil, 0), float64NPY(1e39),
		"\x93NUMPY\x01\x00\x50\x00{'descr': '<f8', 'fortran_order': True, 'shape': (9999999999, 9999999999), }\n")
}

func FuzzReadNPZ(f *testing.F) {
	fuzzReader(f, NPZ, npzOf(f), npzOf(f, npz.Float32("a", []float32{1, 2}, 2)), npzOf(f, npz.Float32("a", nil, 0), npz.Int64("b", []int{1}, 1, 1)))
}

func FuzzReadJSON(f *testing.F) {
	fuzzReader(f, JSON,
		`{"weights": [[1, 2], [3, 4]]}`, `{"name": "x", "a": {"b": [null]}, "weights": [[[1]], [[2]]]}`, `[1, 2e3]`, `[[1], [2, 3]]`, `[[NaN]]`,
		`[[[[1]]]]`, `{"weights": 1}`, `[1, "x"]`, `[[1], 2]`, `[1, [2]]`, "\ufeff[1]", `[]`, `[[]]`, `{`, `[1] 2`)
}

func FuzzReadCSV(f *testing.F) {
	fuzzReader(f, CSV, "1,2\n3,4\n", "a,b\n# c\n\n1,2\n", "1 2\n3\t4", "\"1\",2\r\n", "1,\n", "\"", "nan", "1e39", "x,1")
}

// FuzzReadTorch, FuzzReadSafetensors and FuzzReadAnything begin with what engines
// write.
func FuzzReadTorch(f *testing.F) {
	fuzzReader(f, Torch, recordingFiles(f, "*.pt", "*/*.pt")...)
}

func FuzzReadSafetensors(f *testing.F) {
	fuzzReader(f, Safetensors, recordingFiles(f, "*/*.safetensors")...)
}

func FuzzReadAnything(f *testing.F) {
	seeds := recordingFiles(f, "stat.pt", "statistic/rank0.safetensors", "per_pass/recorder_0.pt")
	for _, extension := range []string{".gz", ".zst"} {
		seeds = append(seeds, string(compressed(f, extension, []byte("1,2,3\n4,5,6\n"))), string(compressed(f, extension, []byte(npyOf(f, []float32{1, 2}, 2)))))
	}
	fuzzReader(f, "", append(seeds,
		`{"record_type": "eplb_load_stats", "expert_load": [[5, 6, 1]], "p2l_map": [[0, 1, 0]]}`, `{"load_history": [{"logical_expert_load": [[5, 6]]}]}`,
		`{"choices": [{"routed_experts": "AAAA"}]}`, "\x80\x02}X\x07\x00\x00\x00weights](]K\x05a]K\x06aes.", "layer,expert,count\n0,0,5\n")...)
}

// recordingFiles returns the contents of files in testdata/recordings.
func recordingFiles(t testing.TB, patterns ...string) []string {
	t.Helper()
	var contents []string
	for _, pattern := range patterns {
		names, err := filepath.Glob(recordingPath(pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			contents = append(contents, string(b))
		}
	}
	return contents
}
