package torch

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nlpodyssey/gopickle/pytorch"
	"github.com/nlpodyssey/gopickle/types"
)

// fromGopickle turns what gopickle reads into what plain makes of ours.
func fromGopickle(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case *pytorch.Tensor:
		data := reflect.ValueOf(v.Source).Elem().FieldByName("Data")
		values := []float64{}
		index := make([]int, len(v.Size))
		for n := product(v.Size); n > 0; n-- {
			at := v.StorageOffset
			for d, i := range index {
				at += i * v.Stride[d]
			}
			values = append(values, data.Index(at).Convert(reflect.TypeFor[float64]()).Float())
			for d := len(index) - 1; d >= 0; d-- {
				if index[d]++; index[d] < v.Size[d] {
					break
				}
				index[d] = 0
			}
		}
		return array(values, v.Size...)
	case *types.Dict:
		out := map[string]any{}
		for _, entry := range *v {
			out[entry.Key.(string)] = fromGopickle(t, entry.Value)
		}
		return out
	case *types.List:
		return fromGopickle(t, []any(*v))
	case *types.Tuple:
		return fromGopickle(t, []any(*v))
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = fromGopickle(t, e)
		}
		return out
	case int:
		return float64(v)
	}
	return v
}

func product(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// TestGopickleReadsTheSame compares with a reader that others wrote.
func TestGopickleReadsTheSame(t *testing.T) {
	names, err := filepath.Glob("testdata/*.pt")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, name := range names {
		ours, err := Read(file(t, filepath.Base(name)))
		if err != nil || filepath.Base(name) == "bool.pt" || filepath.Base(name) == "parameter.pt" {
			continue // what one of the two does not read
		}
		theirs, err := pytorch.Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(normalized(fromGopickle(t, theirs)), normalized(plain(t, ours))); diff != "" {
			t.Errorf("%s: (-gopickle +ours)\n%s", name, diff)
		}
		compared++
	}
	if compared < 20 {
		t.Errorf("%d files were compared, want 20", compared)
	}
}
