package packing_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
)

// valid is a packing of 2 layers of 4 items into 2 packs.
func valid() *packing.Packing {
	return &packing.Packing{
		Shape:      packing.Shape{Layers: 2, Items: 4, Packs: 2},
		PackIndex:  []int32{0, 1, 0, 1, 1, 1, 0, 0},
		RankInPack: []int32{0, 0, 1, 1, 1, 0, 0, 1},
	}
}

func TestValidate(t *testing.T) {
	p, err := packing.New([]float32{4, 3, 2, 1, 1, 1, 1, 1}, 2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := valid().Validate(p); err != nil {
		t.Errorf("a valid packing: %v", err)
	}
	tests := []struct {
		name string
		harm func(*packing.Packing)
		want string
	}{
		{"other shape", func(g *packing.Packing) { g.Packs = 4 }, "shape 2×4×4 does not answer a problem of shape 2×4×2"},
		{"short", func(g *packing.Packing) { g.RankInPack = g.RankInPack[:7] }, "8 pack indices and 7 ranks"},
		{"pack too large", func(g *packing.Packing) { g.PackIndex[5] = 2 }, "layer 1: item 1 is in pack 2: packs are 0 to 1"},
		{"pack negative", func(g *packing.Packing) { g.PackIndex[0] = -1 }, "layer 0: item 0 is in pack -1"},
		{"pack too full", func(g *packing.Packing) { g.PackIndex[1] = 0 }, "layer 0: pack 0 holds 3 items: each pack must hold exactly 2"},
		{"rank too large", func(g *packing.Packing) { g.RankInPack[3] = 2 }, "layer 0: item 3 has rank 2: ranks are 0 to 1"},
		{"rank negative", func(g *packing.Packing) { g.RankInPack[3] = -2 }, "layer 0: item 3 has rank -2"},
		{"rank twice", func(g *packing.Packing) { g.RankInPack[2] = 0 }, "layer 0: items 0 and 2 both have rank 0 in pack 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := valid()
			tt.harm(g)
			err := g.Validate(p)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestEvaluate(t *testing.T) {
	p, err := packing.New([]float32{4, 3, 2, 1, 0, 0, 0, 0}, 2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	q := packing.Evaluate(p, valid())
	if got, want := q[0], (packing.Quality{Max: 6, Min: 4, Mean: 5, LowerBound: 5}); got != want {
		t.Errorf("quality %+v, want %+v", got, want)
	}
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"imbalance", q[0].Imbalance(), 2},
		{"max/mean", q[0].MaxOverMean(), 1.2},
		{"balancedness", q[0].Balancedness(), 5.0 / 6},
		{"gap", q[0].Gap(), 0.2},
		{"imbalance without load", q[1].Imbalance(), 0},
		{"max/mean without load", q[1].MaxOverMean(), 1},
		{"balancedness without load", q[1].Balancedness(), 1},
		{"gap without load", q[1].Gap(), 0},
	} {
		if math.Abs(tt.got-tt.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	if loads := valid().Loads(p); loads[0] != 6 || loads[1] != 4 {
		t.Errorf("loads %v, want 6 and 4 first", loads)
	}
}

// Whatever the packing, its loads add up to the weights, no measure contradicts
// another, and no load is below the lower bound.
func TestMeasuresAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 8).Draw(t, "packs")
		items := packs * rapid.IntRange(1, 6).Draw(t, "capacity")
		weights := rapid.SliceOfN(rapid.Float32Range(0, 1e6), items, items).Draw(t, "weights")
		p, err := packing.New(weights, 1, items, packs)
		if err != nil {
			t.Fatal(err)
		}
		g := packing.NewPacking(p.Shape)
		for slot, item := range rapid.Permutation(indices(items)).Draw(t, "slots") {
			g.PackIndex[item] = int32(slot % packs)
			g.RankInPack[item] = int32(slot / packs)
		}
		if err := g.Validate(p); err != nil {
			t.Fatal(err)
		}
		q := packing.Evaluate(p, g)[0]
		if q.Min > q.Mean*(1+1e-12) || q.Mean > q.Max*(1+1e-12) {
			t.Errorf("min %v, mean %v, max %v are not in order", q.Min, q.Mean, q.Max)
		}
		if q.LowerBound > q.Max {
			t.Errorf("lower bound %v is above the maximum %v of a packing", q.LowerBound, q.Max)
		}
		if q.Gap() < 0 || q.MaxOverMean() < 1-1e-12 {
			t.Errorf("gap %v, max/mean %v", q.Gap(), q.MaxOverMean())
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestPackingsAreEqual(t *testing.T) {
	shape := packing.Shape{Layers: 1, Items: 4, Packs: 2}
	a, b := packing.NewPacking(shape), packing.NewPacking(shape)
	if !a.Equal(b) {
		t.Error("equal packings differ")
	}
	b.RankInPack[3] = 1
	if a.Equal(b) {
		t.Error("another rank goes unnoticed")
	}
	b = packing.NewPacking(shape)
	b.PackIndex[0] = 1
	if a.Equal(b) {
		t.Error("another pack goes unnoticed")
	}
	if a.Equal(packing.NewPacking(packing.Shape{Layers: 1, Items: 4, Packs: 4})) {
		t.Error("another shape goes unnoticed")
	}
}
