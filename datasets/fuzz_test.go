package datasets

import (
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
		// Deflate packs at most about a thousand bytes into one; 16 MiB are for
		// the buffers of packages, and for what else the process does.
		if took, most := after.TotalAlloc-before.TotalAlloc, uint64(16<<20+4096*len(b)); took > most {
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
