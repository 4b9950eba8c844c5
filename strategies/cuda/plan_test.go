package cuda

import (
	"math"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
)

func ensemble(t *testing.T, text string) strategies.Ensemble {
	t.Helper()
	s, err := strategies.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s.(strategies.Ensemble)
}

func TestPlanChoosesKernels(t *testing.T) {
	for _, tt := range []struct {
		strategy     string
		items, packs int
		want         string // orders, greedy, selection, refine
	}{
		{"topk-max-any", 288, 32, "orders_small_512 greedy_small_32 select_small_128 refine_small_max_any"},
		{"two-opt", 128, 64, "orders_small_128 greedy_small_64 select_small_128 refine_small_two_opt"},
		{"topk-max-any:candidates=129", 129, 129, "orders_small_256 greedy_large select_small_1024 refine_small_max_any"},
		{"topk-max-any:candidates=1025", 1024, 128, "orders_small_1024 greedy_small_128 select_large refine_small_max_any"},
		{"topk-max-any", 1025, 41, "orders_large greedy_small_64 select_small_128 refine_large_max_any"},
		{"two-opt", 65536, 1024, "orders_large greedy_large select_small_128 refine_large_two_opt"},
		{"lpt", 8, 1, "orders_small_128 greedy_small_32  "},
	} {
		shape := packing.Shape{Layers: 3, Items: tt.items, Packs: tt.packs}
		p, err := newPlan(ensemble(t, tt.strategy), shape, false, 1<<33, 132)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{p.orders.name, p.greedy.name, p.selection.name, p.refine.name}, " ")
		if got != tt.want {
			t.Errorf("%s on %v: %s, want %s", tt.strategy, shape, got, tt.want)
		}
		known := map[string]bool{"": true}
		for _, names := range kernelNames {
			for _, name := range names {
				known[name] = true
			}
		}
		for _, k := range []kernel{p.orders, p.greedy, p.selection, p.refine} {
			if !known[k.name] || k.shared > sharedLimit {
				t.Errorf("%s on %v: kernel %+v", tt.strategy, shape, k)
			}
		}
	}
}

// Whatever the memory, the chunks fit into it and hold a layer at least, or the
// error says what is needed.
func TestPlanFitsMemory(t *testing.T) {
	for _, text := range []string{"lpt", "topk-max-any", "two-opt:candidates=1048576,k=3"} {
		for _, shape := range []packing.Shape{
			{Layers: 58, Items: 288, Packs: 32}, {Layers: 3, Items: 65536, Packs: 1024}, {Layers: 1000000, Items: 8, Packs: 2},
			{Layers: 2, Items: 1 << 20, Packs: 1 << 20},
		} {
			for memory := int64(1000); memory < 1<<42; memory *= 7 {
				for _, draws := range []bool{false, true} {
					p, err := newPlan(ensemble(t, text), shape, draws, memory, 132)
					if err != nil {
						if !strings.Contains(err.Error(), "use fewer candidates") {
							t.Errorf("%s on %v with %d bytes: %v", text, shape, memory, err)
						}
						continue
					}
					if used := p.buffers(p.chunk).bytes(); used > memory {
						t.Errorf("%s on %v with %d bytes: plans %d", text, shape, memory, used)
					}
					if p.chunk < 1 || p.chunk > shape.Layers || p.chunk*p.Candidates > math.MaxInt32 {
						t.Errorf("%s on %v with %d bytes: %d layers at a time", text, shape, memory, p.chunk)
					}
					if full, err := newPlan(ensemble(t, text), shape, draws, 1<<50, 132); err != nil || full.chunk < p.chunk {
						t.Errorf("more memory, fewer layers at a time: %v", err)
					}
				}
			}
		}
	}
}

func TestTreeWords(t *testing.T) {
	for _, tt := range []struct{ packs, want int }{{1, 32}, {32, 32}, {33, 64 + 32}, {1024, 1024 + 32}, {1025, 1056 + 64 + 32}} {
		if got := treeWords(tt.packs); got != tt.want {
			t.Errorf("treeWords(%d) = %d, want %d", tt.packs, got, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1500: "1.5 kB", 84930000000: "84.9 GB"} {
		if got := size(bytes); got != want {
			t.Errorf("size(%d) = %q, want %q", bytes, got, want)
		}
	}
}
