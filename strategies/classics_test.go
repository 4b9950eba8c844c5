package strategies_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// The proved worst cases, relative to the optimum. The theorems allow packs
// with fewer than k items; padding with items of no load makes the two problems
// one, so they hold for the least maximum of full packs.
func TestWorstCaseRatios(t *testing.T) {
	lpt := func(k, m int) float64 { // Kellerer, Woeginger 1993, for k = 3
		if k == 3 {
			return 4./3 - 1/(3*float64(m))
		}
		return 0
	}
	layered := func(_, m int) float64 { return 2 - 1/float64(m) }
	bldm := func(k, m int) float64 { // Michiels, Korst, Aarts, van Leeuwen 2003
		switch k {
		case 1, 2:
			return 1
		case 3:
			return 4. / 3
		case 4:
			return 19. / 12
		case 5:
			return 103. / 60
		case 6:
			return 643. / 360
		}
		return 2 - 1/float64(m)
	}
	tests := []struct {
		strategy string
		ratio    func(k, m int) float64 // 0: none known
	}{
		{"vllm", lpt},
		{"deepseek", lpt},
		{"layered-lpt", layered},
		{"bldm", bldm},
		{"snake", func(k, _ int) float64 {
			if k <= 2 {
				return 1
			}
			return 0
		}},
	}
	exact := parse(t, "exact")
	for _, tt := range tests {
		t.Run(tt.strategy, func(t *testing.T) {
			s := parse(t, tt.strategy)
			rapid.Check(t, func(t *rapid.T) {
				in := instances(18).Draw(t, "layer")
				ratio := tt.ratio(len(in.weights)/in.packs, in.packs)
				best, stats := pack(t, exact, in.weights, in.packs)
				if ratio == 0 || !stats.Optimal {
					return
				}
				// 1e-6: the peers sum float32
				if got, _ := pack(t, s, in.weights, in.packs); got.Max > best.Max*ratio*(1+1e-6) {
					t.Fatalf("maximum %v is %v of the optimum: the worst case is %v", got.Max, got.Max/best.Max, ratio)
				}
			})
		})
	}
}

func TestMultifitIsNeverWorseThanLPT(t *testing.T) {
	multifit, lpt := parse(t, "multifit"), parse(t, "deepseek")
	rapid.Check(t, func(t *rapid.T) {
		in := instances(60).Draw(t, "layer")
		got, _ := pack(t, multifit, in.weights, in.packs)
		start, _ := pack(t, lpt, in.weights, in.packs)
		if got.Max > start.Max {
			t.Fatalf("maximum %v, LPT reaches %v", got.Max, start.Max)
		}
	})

	weights := []float32{3, 3, 2, 2, 2, 0} // 3 + 3 + 0 and 2 + 2 + 2, while LPT parts the threes
	got, _ := pack(t, multifit, weights, 2)
	start, _ := pack(t, lpt, weights, 2)
	if got.Max != 6 || start.Max != 7 {
		t.Errorf("maximum %v and LPT's %v, want 6 and 7", got.Max, start.Max)
	}
}

func TestClassicsOnKnownItems(t *testing.T) {
	tests := []struct {
		strategy string
		weights  []float32
		packs    int
		pack     []int32
		rank     []int32
	}{
		{"identity", []float32{1, 9, 2, 8, 3, 7}, 3, []int32{0, 0, 1, 1, 2, 2}, []int32{0, 1, 0, 1, 0, 1}},
		{"round-robin", []float32{1, 9, 2, 8, 3, 7}, 3, []int32{0, 1, 2, 0, 1, 2}, []int32{0, 0, 0, 1, 1, 1}},
		{"snake", []float32{8, 7, 6, 5, 4, 3}, 3, []int32{0, 1, 2, 2, 1, 0}, []int32{0, 0, 0, 1, 1, 1}},
		{"layered-lpt", []float32{9, 5, 4, 3, 3, 1}, 2, []int32{0, 1, 1, 0, 1, 0}, []int32{0, 0, 1, 1, 2, 2}},
		{"bldm", []float32{8, 7, 6, 5, 4, 3}, 3, []int32{0, 1, 2, 2, 1, 0}, []int32{0, 0, 0, 1, 1, 1}},
		{"deepseek", []float32{3, 1, 2}, 3, []int32{0, 1, 2}, []int32{0, 0, 0}},
		{"vllm", []float32{3, 1, 2}, 3, []int32{0, 2, 1}, []int32{0, 0, 0}},
		{"deepseek", []float32{8, 7, 6, 5, 4, 3}, 3, []int32{0, 1, 2, 2, 1, 0}, []int32{0, 0, 0, 1, 1, 1}},
		{"multifit", []float32{8, 7, 6, 5, 4, 3}, 3, []int32{0, 1, 2, 2, 1, 0}, []int32{0, 0, 0, 1, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.strategy, tt.packs), func(t *testing.T) {
			packer := parse(t, tt.strategy).(strategies.Layerwise).NewPacker(len(tt.weights), tt.packs)
			_, _, got := packWith(t, packer, tt.weights, tt.packs, 0)
			if !slices.Equal(got.PackIndex, tt.pack) || !slices.Equal(got.RankInPack, tt.rank) {
				t.Errorf("packs %v ranks %v, want %v %v", got.PackIndex, got.RankInPack, tt.pack, tt.rank)
			}
		})
	}
}

// replicate adds replicas as EPLB does: each to the item whose replicas carry
// most, the first on ties. It returns the load of every replica.
func replicate(weights []float32, slots int) []float32 {
	count := make([]float32, len(weights))
	item := make([]int, slots)
	for i := range slots {
		if i < len(weights) {
			item[i] = i
		} else {
			most := 0
			for j := range weights {
				if weights[j]/count[j] > weights[most]/count[most] {
					most = j
				}
			}
			item[i] = most
		}
		count[item[i]]++
	}
	loads := make([]float32, slots)
	for i, j := range item {
		loads[i] = weights[j] / count[j]
	}
	return loads
}

// The instance on which FlashLB compares itself with EPLB, whose peak is 232.
// No packing of EPLB's replicas is much better.
func TestPeakOfEPLB(t *testing.T) {
	loads := replicate([]float32{600, 560, 120, 120, 20, 10, 10, 10}, 16)
	for _, name := range []string{"deepseek", "vllm"} {
		if got, _ := pack(t, parse(t, name), loads, 8); got.Max < 231.5 || got.Max > 232.5 {
			t.Errorf("%s: peak %v, want 232", name, got.Max)
		}
	}
}

// What every strategy promises: a valid packing on every input, the same one
// every time, also after other layers, without memory per layer.
func TestPackersKeepNothing(t *testing.T) {
	for _, s := range layerwise(t) {
		t.Run(s.Spec().String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				in := instances(36).Draw(t, "layer")
				n := len(in.weights)
				other := rapid.SliceOfN(rapid.Float32Range(0, 10), n, n).Draw(t, "other")
				used := s.NewPacker(n, in.packs)
				packWith(t, used, other, in.packs, 3)
				_, stats, got := packWith(t, used, in.weights, in.packs, 7)
				_, wantStats, want := packWith(t, s.NewPacker(n, in.packs), in.weights, in.packs, 7)
				if stats != wantStats || !slices.Equal(got.PackIndex, want.PackIndex) || !slices.Equal(got.RankInPack, want.RankInPack) {
					t.Fatal("the packing depends on the layer before")
				}
			})
		})
	}
}

func TestPackersDoNotAllocate(t *testing.T) {
	const items, packs = 24, 4
	weights := make([]float32, items)
	for i := range weights {
		weights[i] = float32(i*i%37) + 1
	}
	g := packing.NewPacking(packing.Shape{Layers: 1, Items: items, Packs: packs})
	for _, s := range layerwise(t) {
		packer := s.NewPacker(items, packs)
		run := func() {
			task := strategies.Task{Weights: weights, Packs: packs}
			if _, err := packer.PackLayer(t.Context(), task, g.PackIndex, g.RankInPack); err != nil {
				t.Fatal(err)
			}
		}
		run()
		if n := testing.AllocsPerRun(5, run); n > 0 {
			t.Errorf("%v allocates %v times per layer", s.Spec(), n)
		}
	}
}
