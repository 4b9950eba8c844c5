package strategies_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
)

// layerwise returns the strategies of the registry that pack layer by layer.
func layerwise(t testing.TB) []strategies.Layerwise {
	t.Helper()
	var all []strategies.Layerwise
	for _, name := range strategies.Builtin().Names() {
		if s, ok := parse(t, name).(strategies.Layerwise); ok {
			all = append(all, s)
		}
	}
	return all
}

func parse(t testing.TB, text string) strategies.Strategy {
	t.Helper()
	s, err := strategies.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fataler is what *testing.T and *rapid.T have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// pack packs one layer with a fresh packer and checks the rules.
func pack(t fataler, s strategies.Strategy, weights []float32, packs int) (packing.Quality, strategies.LayerStats) {
	t.Helper()
	l, ok := s.(strategies.Layerwise)
	if !ok {
		t.Fatalf("%v does not pack layer by layer", s.Spec())
	}
	q, stats, _ := packWith(t, l.NewPacker(len(weights), packs), weights, packs, 0)
	return q, stats
}

func packWith(t fataler, packer strategies.LayerPacker, weights []float32, packs int, seed uint64) (packing.Quality, strategies.LayerStats, *packing.Packing) {
	t.Helper()
	p, err := packing.New(slices.Clone(weights), 1, len(weights), packs)
	if err != nil {
		t.Fatal(err)
	}
	p.Given = nil // these tests sum float32 weights, be they decimals or not
	g := packing.NewPacking(p.Shape)
	for i := range g.PackIndex { // undefined content: must not matter
		g.PackIndex[i], g.RankInPack[i] = -7, math.MaxInt32
	}
	stats, err := packer.PackLayer(context.Background(), strategies.Task{Weights: p.Weights, Packs: packs, Seed: seed}, g.PackIndex, g.RankInPack)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(p); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Weights, weights) {
		t.Fatal("the weights were changed")
	}
	return packing.Evaluate(p, g)[0], stats, g
}

// onGrid reports whether sums of the weights can be formed in whole numbers, so
// that there is something to prove.
func onGrid(weights []float32) bool {
	return packing.UnitsOf(make([]int64, len(weights)), weights, nil).Exact()
}

// instance is a small layer to pack.
type instance struct {
	weights []float32
	packs   int
}

// instances draws layers of at most most items, with loads of the kinds that
// break things: continuous, heavy-tailed, whole with many ties, few values and
// zeros.
func instances(most int) *rapid.Generator[instance] {
	return rapid.Custom(func(t *rapid.T) instance {
		packs := rapid.IntRange(1, min(6, most)).Draw(t, "packs")
		capacity := rapid.IntRange(1, most/packs).Draw(t, "capacity")
		n := packs * capacity
		kind := rapid.SampledFrom([]string{"uniform", "tail", "counts", "few"}).Draw(t, "kind")
		weight := rapid.Custom(func(t *rapid.T) float32 {
			switch kind {
			case "uniform":
				return rapid.Float32Range(0, 1).Draw(t, "w")
			case "tail":
				u := rapid.IntRange(1, 1000).Draw(t, "w")
				return float32(math.Exp(1.5 * math.Log(1000/float64(u))))
			case "counts":
				return float32(rapid.IntRange(0, 300).Draw(t, "w"))
			default:
				return float32(3 * rapid.IntRange(0, 4).Draw(t, "w"))
			}
		})
		return instance{rapid.SliceOfN(weight, n, n).Draw(t, "weights"), packs}
	})
}
