package strategies_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// What max-any-pairs is for: with eight items or more to a pack it comes nearer to the
// bound than descent.
func TestPairsComeNearerThanDescent(t *testing.T) {
	for _, shape := range []packing.Shape{{Layers: 20, Items: 288, Packs: 32}, {Layers: 20, Items: 72, Packs: 8}} {
		p := drawn(t, shape.Layers, shape.Items, shape.Packs, (*rand.Rand).Float32)
		pairs, descent := meanGap(t, "max-any-pairs", p), meanGap(t, "descent", p)
		if pairs > descent {
			t.Errorf("%v: max-any-pairs leaves a gap of %.3g, descent %.3g", shape, pairs, descent)
		}
		if wide := meanGap(t, "max-any-pairs:wide", p); wide > pairs {
			t.Errorf("%v: max-any-pairs:wide leaves a gap of %.3g, with one candidate %.3g", shape, wide, pairs)
		}
	}
}

// Packs that hold too many items for pairs are refined as topk-max-any does it.
func TestLargePacksSwapNoPairs(t *testing.T) {
	p := drawn(t, 2, 17*4, 4, (*rand.Rand).Float32)
	var got []*strategies.Packed
	for _, text := range []string{"max-any-pairs", "topk-max-any:candidates=1,k=1,rounds=300"} {
		packed, err := strategies.Pack(t.Context(), cpu.New(cpu.Options{}), parse(t, text), p, strategies.Random{})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, packed)
	}
	if !slices.Equal(got[0].PackIndex, got[1].PackIndex) || !slices.Equal(got[0].RankInPack, got[1].RankInPack) {
		t.Error("packs of 17 items are refined otherwise than by topk-max-any")
	}
	if r := strategies.MaxAnyPairs.On(p.Shape); r != strategies.MaxAny {
		t.Errorf("%v on packs of 17", r)
	}
}
