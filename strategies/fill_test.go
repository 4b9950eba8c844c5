package strategies_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"testing"

	"packbench/datasets"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// What the documentation claims of gaps, without the times.
func TestFillAgainstDescent(t *testing.T) {
	tests := []struct {
		items, packs int
		fill, other  string
		part         float64 // of the gap that other leaves, at most
	}{
		{256, 64, "fill", "descent", .5},
		{128, 32, "fill", "descent", .6},
		{64, 16, "fill", "descent", .7},
		{384, 64, "fill", "descent", .5},
		{288, 96, "fill", "descent", .7},
		{288, 32, "fill", "descent", .5},
		{72, 8, "fill", "descent", .6},
		{32, 8, "fill", "descent", .5},
		{32, 8, "fill", "exact", 1}, // the optimum
		{256, 64, "fill:best", "descent", .25},
		{288, 32, "fill:best", "descent", .25}, // the tolerance
		{256, 64, "descent:best", "fill:best", 1},
		{288, 96, "descent:best", "fill:best", .95},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.items, " ", tt.packs, " ", tt.fill), func(t *testing.T) {
			p := drawn(t, 12, tt.items, tt.packs, uniform)
			got, other := meanGap(t, tt.fill, p), meanGap(t, tt.other, p)
			if got > tt.part*other {
				t.Errorf("%s leaves a gap of %.3g, %s %.3g: want %g of it", tt.fill, got, tt.other, other, tt.part)
			}
		})
	}
}

// With heavy items the bound is out of reach, and a search of few nodes proves what a
// descent cannot.
func TestFillProvesWhereHeavyItemsDecide(t *testing.T) {
	p := drawn(t, 30, 256, 64, lognormal)
	proofs := func(strategy string) (n int) {
		packed, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: 1}), parse(t, strategy), p, strategies.Random{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, proven := range packed.Optimal {
			if proven {
				n++
			}
		}
		return n
	}
	if got, other := proofs("fill"), proofs("descent"); got <= other {
		t.Errorf("fill proves %d of 30 layers, descent %d", got, other)
	}
}

// Layers of 32 items are solved, nearly all with proof.
func TestFillProvesSmallLayers(t *testing.T) {
	for _, strategy := range []string{"fill", "fill:best", "descent:best"} {
		proven := 0
		p := drawn(t, 30, 32, 8, uniform)
		packed, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: 1}), parse(t, strategy), p, strategies.Random{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, optimal := range packed.Optimal {
			if optimal {
				proven++
			}
		}
		if proven < 28 {
			t.Errorf("%s proves %d of 30 layers", strategy, proven)
		}
	}
}

// Some packs must hold a hot item more, and so what is lightest: exchanges keep to
// these packs.
func TestFillWhereSomePacksHoldMore(t *testing.T) {
	loads, _, err := datasets.Open("bimodal:layers=24", 1, datasets.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := packing.New(loads.Weights, loads.Layers, loads.Items, 32)
	if err != nil {
		t.Fatal(err)
	}
	descent, fill, best := meanGap(t, "descent", p), meanGap(t, "fill", p), meanGap(t, "descent:best", p)
	if fill > .5*descent || best > .7*fill {
		t.Errorf("descent leaves a gap of %.3g, fill %.3g, descent:best %.3g", descent, fill, best)
	}
}

// Raising the minimum lowers the imbalance at the same maximum.
func TestFillRaisesTheMinimum(t *testing.T) {
	p := drawn(t, 8, 256, 64, uniform)
	ctx, backend := context.Background(), cpu.New(cpu.Options{Threads: 1})
	only, err := strategies.Pack(ctx, backend, parse(t, "fill"), p, strategies.Random{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := strategies.Pack(ctx, backend, parse(t, "fill:phase=max-min"), p, strategies.Random{})
	if err != nil {
		t.Fatal(err)
	}
	before, after := packing.Evaluate(p, only.Packing), packing.Evaluate(p, both.Packing)
	for l := range before {
		if after[l].Max > before[l].Max || after[l].Min <= before[l].Min {
			t.Errorf("layer %d: loads %v to %v became %v to %v", l, before[l].Min, before[l].Max, after[l].Min, after[l].Max)
		}
	}
}

// The packings of some problems are those of every other machine and number of
// threads, whatever the seed.
func TestFillSamePackingsEverywhere(t *testing.T) {
	const want = 0xe4c8f04518e001a0
	for _, threads := range []int{1, 3} {
		h := fnv.New64a()
		for _, shape := range [][2]int{{256, 64}, {96, 32}, {288, 32}, {32, 8}, {64, 8}} {
			for _, draw := range []func() *packing.Problem{
				func() *packing.Problem { return drawn(t, 4, shape[0], shape[1], uniform) },
				func() *packing.Problem { return drawn(t, 4, shape[0], shape[1], whole) },
			} {
				packed, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: threads}), parse(t, "fill"), draw(), strategies.Random{Seed: uint64(threads)})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprint(h, packed.PackIndex, packed.RankInPack, packed.Optimal)
			}
		}
		if got := h.Sum64(); got != want {
			t.Errorf("%d threads: the packings have the hash %#x, not %#x", threads, got, uint64(want))
		}
	}
}

func TestFillStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := drawn(t, 1, 96, 32, uniform)
	g := packing.NewPacking(p.Shape)
	packer := parse(t, "fill:tol=0,effort=1000000").(strategies.Layerwise).NewPacker(96, 32)
	if _, err := packer.PackLayer(ctx, strategies.Task{Weights: p.Weights, Packs: 32}, g.PackIndex, g.RankInPack); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}
