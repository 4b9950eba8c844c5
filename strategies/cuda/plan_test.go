package cuda

import (
	"errors"
	"math"
	"reflect"
	"slices"
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
		strategy             string
		layers, items, packs int
		want                 string // orders, greedy, selection, finish
	}{
		{"topk-max-any", 58, 288, 32, "orders_words_32_9_full greedy_lanes_4_8  refine_quick_3"},
		{"topk-max-any", 58, 256, 64, "orders_words_32_8_full greedy_lanes_8_8  refine_rounds_max_any"},
		{"topk-max-any", 58, 72, 8, "orders_words_8_9_full greedy_lanes_2_4  refine_quick_3"},
		{"topk-max-any", 26, 64, 8, "orders_words_8_8_full greedy_lanes_2_4  refine_quick_2"},
		{"topk-max-any", 58, 288, 72, "orders_words_32_9_full greedy_lanes_8_9  refine_rounds_max_any"},
		{"topk-max-any", 58, 288, 144, "orders_words_32_9_full greedy_reduce_5  refine_rounds_max_any"},
		{"topk-max-any", 3, 288, 32, "orders_words_32_9_full greedy_reduce_1  refine_quick_3"},
		{"topk-max-any", 8, 1024, 128, "orders_words_32_32 greedy_reduce_4  refine_rounds_max_any"},
		{"topk-max-any", 8, 4096, 256, "orders_block_4096 greedy_reduce_8_wide  refine_large_max_any"},
		{"two-opt", 3, 128, 64, "orders_words_32_4 greedy_reduce_2  refine_rounds_two_opt"},
		{"two-opt", 58, 160, 16, "orders_words_32_6 greedy_lanes_4_4  refine_rounds_two_opt"},
		{"topk-max-any:candidates=257", 3, 129, 129, "orders_words_32_6 greedy_reduce_5 select refine_rounds_max_any"},
		{"topk-max-any:k=17", 3, 384, 24, "orders_words_32_12 greedy_reduce_1 select refine_quick_4"},
		{"topk-max-any", 3, 1025, 41, "orders_block_2048 greedy_reduce_2_wide  refine_large_max_any"},
		{"two-opt", 3, 65536, 1024, "orders_large greedy_large  refine_large_two_opt"},
		{"max-any-pairs", 58, 288, 32, "orders_words_32_9_full greedy_reduce_1  refine_pairs"},
		{"max-any-pairs", 3, 288, 16, "orders_words_32_9_full greedy_reduce_1  refine_rounds_max_any"},
		{"max-any-pairs", 3, 5000, 50, "orders_large greedy_reduce_2_wide  refine_large_max_any"},
		{"lpt", 58, 288, 32, "orders_words_32_9_full greedy_reduce_1  choose"},
		{"lpt", 1, 65536, 2, "orders_large greedy_large  choose"},
		{"lpt", 8, 4096, 256, "orders_block_4096 greedy_reduce_8_wide  choose"},
	} {
		shape := packing.Shape{Layers: tt.layers, Items: tt.items, Packs: tt.packs}
		p, err := newPlan(ensemble(t, tt.strategy), shape, false, 1<<33, 132)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join([]string{p.orders.name, p.greedy.name, p.selection.name, p.finish.name}, " ")
		if got != tt.want {
			t.Errorf("%s on %v: %s, want %s", tt.strategy, shape, got, tt.want)
		}
	}
}

// Whatever the shape, a plan launches kernels that there are, within the limits of a
// block, with the arguments that they take.
func TestPlanLaunchesKernelsThatThereAre(t *testing.T) {
	known := KernelNames()
	used := map[string]bool{}
	for _, strategy := range []string{"lpt", "topk-max-any", "two-opt:candidates=300", "topk-max-any:k=40", "max-any-pairs"} {
		for _, packs := range []int{1, 2, 3, 8, 16, 17, 32, 33, 64, 65, 72, 73, 128, 129, 160, 256, 257, 5000} {
			for _, capacity := range []int{1, 2, 5, 8, 9, 12, 13, 16, 17, 100, 600, 3000, 40000} {
				for _, layers := range []int{1, 300} {
					shape := packing.Shape{Layers: layers, Items: packs * capacity, Packs: packs}
					p, err := newPlan(ensemble(t, strategy), shape, capacity%2 == 0, 1<<42, 132)
					if errors.Is(err, strategies.ErrUnsupported) && strategy == "max-any-pairs" &&
						capacity <= strategies.PairCapacity && (shape.Items > compactItems || packs > compactPacks) {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					for _, l := range p.launches(buffers{}, part{layers: p.chunk}) {
						used[l.kernel.name] = true
						if !slices.Contains(known, l.kernel.name) || l.kernel.shared > sharedLimit || l.kernel.threads%32 != 0 ||
							l.kernel.threads > 512 || l.kernel.threads < 32 || l.blocks < 1 || l.blocks > math.MaxInt32 {
							t.Errorf("%s on %v: launches %+v", strategy, shape, l)
						}
						if reflect.TypeOf(l.arguments) != reflect.TypeOf(argumentsOf(l.kernel.name)) {
							t.Errorf("%s is launched with %T", l.kernel.name, l.arguments)
						}
					}
				}
			}
		}
	}
	// The forms that only fit exactly are in the test above.
	for _, name := range known {
		if !used[name] && !strings.HasSuffix(name, "_full") {
			t.Errorf("no plan launches %s", name)
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
					if used := p.bytes(p.chunk); used > memory {
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

func TestSizesAreInDecimalUnits(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1500: "1.5 kB", 84930000000: "84.9 GB"} {
		if got := size(bytes); got != want {
			t.Errorf("size(%d) = %q, want %q", bytes, got, want)
		}
	}
}
