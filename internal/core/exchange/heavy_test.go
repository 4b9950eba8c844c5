package exchange

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What a heavy layer begins with is the better of the start and of the packing
// that gives each item to the pack of greatest allowance, which is looked for
// among all packs here.
func TestBeginHeavy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 20).Draw(t, "packs")
		capacity := rapid.IntRange(1, 12).Draw(t, "capacity")
		weights := loads(rapid.SampledFrom(kinds).Draw(t, "kind"), packs*capacity, rapid.Uint64().Draw(t, "seed"))
		p := New(packs*capacity, packs, standard)
		p.setLayer(Layer{Weights: weights})
		p.opt.Tolerance = 1 // begin leaves the start as it is
		p.begin(1, 0, 0, weights)
		before, _ := p.extremes()

		load, count := make([]int64, packs), make([]int, packs)
		for _, w := range p.weight {
			best, greatest := -1, math.Inf(-1)
			for q := range load {
				if count[q] == capacity {
					continue
				}
				if a := float64(p.goal.bound-load[q]) / float64(capacity-count[q]); a > greatest {
					best, greatest = q, a
				}
			}
			load[best] += w
			count[best]++
		}
		want := min(before, slices.Max(load))

		p.beginHeavy()
		if after, _ := p.extremes(); after != want {
			t.Fatalf("the heaviest pack has %d, want %d; the start has %d", after, want, before)
		}
		if want < before && !slices.Equal(p.load, load) {
			t.Fatalf("loads %v, want %v", p.load, load)
		}
		seen := make([]bool, len(p.weight))
		for _, x := range p.member {
			if seen[x] {
				t.Fatalf("item %d is in two slots", x)
			}
			seen[x] = true
		}
	})
}

// Where some packs must hold a hot item more than others, the start has a fraction
// of LPT's gap, and so few exchanges are needed.
func TestHeavyLayersNeedFewExchanges(t *testing.T) {
	for seed := range uint64(5) {
		weights := loads("bimodal", 288, seed)
		p := New(288, 32, standard)
		quality, result := run(t, p, weights)
		if quality.Gap() > standard.Tolerance {
			t.Errorf("seed %d: gap %v", seed, quality.Gap())
		}
		if result.Exchanges > 100 {
			t.Errorf("seed %d: %d exchanges", seed, result.Exchanges)
		}
		lpt := startOf(LPT, weights, 32)
		p.begin(1, 0, 0, weights)
		most, _ := p.extremes()
		if gap := float64(most)/float64(p.goal.bound) - 1; gap > lpt.Gap()/5 {
			t.Errorf("seed %d: the start has a gap of %v, LPT of %v", seed, gap, lpt.Gap())
		}
	}
}
