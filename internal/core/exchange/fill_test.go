package exchange

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
)

// filledLayer packs one layer in steps and checks the rules after each: as Pack
// leaves it, after kicks, and with the lightest packs raised.
func filledLayer(t interface {
	Helper()
	Fatal(...any)
}, p *FillPacker, weights []float32, kicks int) (packed, kicked, raised packing.Quality, results [3]Result) {
	t.Helper()
	problem, err := packing.New(weights, 1, len(weights), p.packs)
	if err != nil {
		t.Fatal(err)
	}
	g := packing.NewPacking(problem.Shape)
	var qualities [3]packing.Quality
	for i, step := range []func() (Result, error){
		func() (Result, error) {
			layer := Layer{Seed: 1, Weights: weights, Given: problem.Given}
			return p.Pack(context.Background(), layer, g.PackIndex, g.RankInPack)
		},
		func() (Result, error) { return p.Kick(context.Background(), kicks, g.PackIndex, g.RankInPack) },
		func() (Result, error) { return p.Raise(context.Background(), g.PackIndex, g.RankInPack) },
	} {
		if results[i], err = step(); err != nil {
			t.Fatal(err)
		}
		if err := g.Validate(problem); err != nil {
			t.Fatal(err)
		}
		qualities[i] = packing.Evaluate(problem, g)[0]
	}
	return qualities[0], qualities[1], qualities[2], results
}

// Whatever the loads and options: no step raises the maximum, which is at most that
// of capped LPT, and what is called optimal attains a bound, or is of a size to be
// searched completely; then it is the optimum of all packings, as far as they can be
// tried here.
func TestFillingNeverWorseThanItsStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 20).Draw(t, "packs")
		capacity := rapid.IntRange(1, 12).Draw(t, "capacity")
		weights := loads(rapid.SampledFrom(kinds).Draw(t, "kind"), packs*capacity, rapid.Uint64().Draw(t, "seed"))
		p := NewFill(packs*capacity, packs, FillOptions{
			Exchange:  rapid.IntRange(1, 8).Draw(t, "exchange"),
			Tolerance: rapid.SampledFrom([]float64{0, 1e-5, 1e-3, 1}).Draw(t, "tolerance"),
			Effort:    rapid.SampledFrom([]int{0, 5, 100}).Draw(t, "effort"),
		})
		packed, kicked, raised, results := filledLayer(t, p, weights, rapid.IntRange(0, 10).Draw(t, "kicks"))
		// Loads are multiples of 2^−45 of the largest possible load.
		const rounding = 1 + 1e-11
		start := startOf(LPT, weights, packs)
		if packed.Max > start.Max*rounding || kicked.Max > packed.Max*rounding || raised.Max > kicked.Max*rounding {
			t.Fatalf("maximum %v of LPT became %v, %v, %v", start.Max, packed.Max, kicked.Max, raised.Max)
		}
		if raised.Min < kicked.Min/rounding {
			t.Fatalf("minimum %v became %v", kicked.Min, raised.Min)
		}
		for i, q := range []packing.Quality{packed, kicked, raised} {
			if !results[i].Optimal || q.Gap() <= 1e-12 {
				continue
			}
			if p.search == nil {
				t.Fatalf("called optimal with a gap of %v", q.Gap())
			}
			if len(weights) <= 12 {
				if best := leastMax(weights, packs); q.Max > best*(1+1e-12) {
					t.Fatalf("%v is called optimal, %v is", q.Max, best)
				}
			}
		}
	})
}

// leastMax returns the least max load of all packings.
func leastMax(weights []float32, packs int) float64 {
	load, room := make([]float64, packs), make([]int, packs)
	for q := range room {
		room[q] = len(weights) / packs
	}
	least := math.Inf(1)
	var place func(item int)
	place = func(item int) {
		if item == len(weights) {
			least = min(least, slices.Max(load))
			return
		}
		for q := range packs {
			if room[q] > 0 {
				before := load[q]
				load[q], room[q] = before+float64(weights[item]), room[q]-1
				place(item + 1)
				load[q], room[q] = before, room[q]+1
			}
			if room[q] == len(weights)/packs {
				return // empty packs are alike
			}
		}
	}
	place(0)
	return least
}

// Where packs hold few items, filling leaves half of the gap of 24 descents or less.
func TestFillingBeatsManyStarts(t *testing.T) {
	for _, shape := range [][2]int{{256, 64}, {64, 16}, {384, 64}, {288, 72}} {
		items, packs := shape[0], shape[1]
		filled := NewFill(items, packs, FillOptions{Starts: 1, Passes: 64, Exchange: 4, Tolerance: 1e-5, Effort: 400})
		many := New(items, packs, Options{Exchange: 4, Tolerance: 1e-5, Starts: 24, Passes: 64})
		got, other, n := 0.0, 0.0, 0
		for seed := range uint64(6) {
			weights := loads("uniform", items, seed)
			packed, _, _, _ := filledLayer(t, filled, weights, 0)
			if filled.Filled() {
				n++
			}
			descended, _ := run(t, many, weights)
			got, other = got+packed.Gap(), other+descended.Gap()
		}
		if n < 4 {
			t.Errorf("%v: %d of 6 layers were filled", shape, n)
		}
		if 2*got > other {
			t.Errorf("%v: filling leaves a gap of %.3g, 24 descents %.3g", shape, got/6, other/6)
		}
	}
}

// More effort is no worse on average, and kicks are of use where packs are not
// filled.
func TestEffortAndKicks(t *testing.T) {
	little, more := 0.0, 0.0
	packed, kicked := 0.0, 0.0
	for seed := range uint64(12) {
		weights := loads("uniform", 128, seed)
		a, _, _, _ := filledLayer(t, NewFill(128, 32, FillOptions{Starts: 1, Passes: 64, Exchange: 3, Effort: 30}), weights, 0)
		b, _, _, _ := filledLayer(t, NewFill(128, 32, FillOptions{Starts: 1, Passes: 64, Exchange: 3, Effort: 300}), weights, 0)
		little, more = little+a.Gap(), more+b.Gap()
		c, d, _, _ := filledLayer(t, NewFill(40, 8, FillOptions{Starts: 1, Passes: 64, Exchange: 3}), weights[:40], 60)
		packed, kicked = packed+c.Gap(), kicked+d.Gap()
	}
	if more > .7*little {
		t.Errorf("ten times the effort leaves %.3g of %.3g", more, little)
	}
	if kicked > .7*packed {
		t.Errorf("60 kicks leave %.3g of %.3g", kicked, packed)
	}
}

// A layer is packed the same after any other, by Pack and by Kick.
func TestFillPackerKeepsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom([][2]int{{32, 8}, {24, 8}, {36, 4}, {96, 24}, {24, 6}}).Draw(t, "shape")
		opt := FillOptions{Starts: 1, Passes: 64, Exchange: 3, Tolerance: 1e-5, Effort: 50}
		layer := func(p *FillPacker, kind string, seed uint64) (pack []int32) {
			pack, rank := make([]int32, shape[0]), make([]int32, shape[0])
			l := Layer{Weights: loads(kind, shape[0], seed)}
			if _, err := p.Pack(context.Background(), l, pack, rank); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Kick(context.Background(), 5, pack, rank); err != nil {
				t.Fatal(err)
			}
			return append(pack, rank...)
		}
		kind, other := rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.SampledFrom(kinds).Draw(t, "other")
		used := NewFill(shape[0], shape[1], opt)
		layer(used, other, 1)
		if !slices.Equal(layer(used, kind, 2), layer(NewFill(shape[0], shape[1], opt), kind, 2)) {
			t.Fatal("the packing depends on the layer before")
		}
	})
}

func TestFillingStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, shape := range [][2]int{{256, 64}, {32, 8}, {288, 32}} {
		p := NewFill(shape[0], shape[1], FillOptions{Starts: 1, Passes: 64, Exchange: 3, Effort: 1 << 20})
		pack, rank := make([]int32, shape[0]), make([]int32, shape[0])
		if _, err := p.Pack(ctx, Layer{Weights: loads("uniform", shape[0], 1)}, pack, rank); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: after its context ended: %v", shape, err)
		}
	}
}
