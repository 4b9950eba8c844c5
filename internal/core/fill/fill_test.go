package fill

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// falling draws n weights of one kind, sorted.
func falling(kind string, n int, seed uint64) []int64 {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	weights := make([]int64, n)
	for x := range weights {
		switch kind {
		case "uniform":
			weights[x] = rng.Int64N(1 << 40)
		case "counts":
			weights[x] = rng.Int64N(300)
		case "few":
			weights[x] = 3 * rng.Int64N(4)
		case "tail":
			weights[x] = 1 << rng.Int64N(40)
		case "zero":
		}
	}
	slices.Sort(weights)
	slices.Reverse(weights)
	return weights
}

// limitOf returns the limit with a gap to the mean load.
func limitOf(weights []int64, packs int, gap float64) int64 {
	total := int64(0)
	for _, w := range weights {
		total += w
	}
	return int64(float64(total) / float64(packs) * (1 + gap))
}

func attempts() *rapid.Generator[Try] {
	return rapid.Custom(func(t *rapid.T) Try {
		return Try{
			Share:   rapid.Float64Range(0, 2).Draw(t, "share"),
			Scatter: rapid.Bool().Draw(t, "scatter"),
			Light:   rapid.Bool().Draw(t, "light"),
			Seed:    rapid.Uint32().Draw(t, "seed"),
			Budget:  rapid.SampledFrom([]int{0, 100, 5000}).Draw(t, "budget"),
		}
	})
}

// Whatever the loads: what is filled holds every item once, no pack is above the
// limit, and the search ends with its budget, also after other layers.
func TestFilledPacksAreWithinTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 20).Draw(t, "packs")
		capacity := rapid.IntRange(LeastCapacity, 9).Draw(t, "capacity")
		n := packs * capacity
		f := New(n, packs)
		for range 2 {
			kind := rapid.SampledFrom([]string{"uniform", "counts", "few", "tail", "zero"}).Draw(t, "kind")
			weights := falling(kind, n, rapid.Uint64().Draw(t, "seed"))
			try := attempts().Draw(t, "try")
			try.Limit = limitOf(weights, packs, rapid.SampledFrom([]float64{-.01, 0, .001, .1, 3}).Draw(t, "gap"))
			member, again := make([]int32, n), make([]int32, n)
			steps, ok := f.Fill(weights, try, member)
			// A level looks at its budget after each pass over its items.
			if most := try.Budget + 4*packs*n; steps > most {
				t.Fatalf("%d steps, budget %d", steps, try.Budget)
			}
			if stepsAgain, okAgain := New(n, packs).Fill(weights, try, again); okAgain != ok || stepsAgain != steps || !slices.Equal(member, again) {
				t.Fatal("the packing depends on the layer before")
			}
			if !ok {
				continue
			}
			for q := range packs {
				load := int64(0)
				for _, x := range member[q*capacity:][:capacity] {
					load += weights[x]
				}
				if load > try.Limit {
					t.Fatalf("pack %d weighs %d, the limit is %d", q, load, try.Limit)
				}
			}
			slices.Sort(member)
			for x, item := range member {
				if int(item) != x {
					t.Fatalf("items are %v", member)
				}
			}
		}
	})
}

// Limits that exchanges between two packs do not reach are reached on most layers.
// Three items per pack take the scattered search.
func TestFillsWhereExchangesAreStuck(t *testing.T) {
	tests := []struct {
		items, packs int
		gap          float64
		scatter      bool
		want         int // of 40 layers, at least
	}{
		{256, 64, 2e-4, false, 30},
		{64, 16, 8e-4, false, 20},
		{384, 64, 2e-5, false, 30},
		{288, 96, 2e-3, true, 15},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.items, " ", tt.packs), func(t *testing.T) {
			f := New(tt.items, tt.packs)
			member := make([]int32, tt.items)
			count := func(scatter bool) (solved int) {
				for seed := range uint64(40) {
					weights := falling("uniform", tt.items, seed)
					try := Try{Limit: limitOf(weights, tt.packs, tt.gap), Share: .5, Scatter: scatter, Budget: 50 * tt.items}
					if _, ok := f.Fill(weights, try, member); ok {
						solved++
					}
				}
				return solved
			}
			solved := count(tt.scatter)
			if solved < tt.want {
				t.Errorf("%d of 40 layers filled, want %d", solved, tt.want)
			}
			if other := count(!tt.scatter); other >= solved {
				t.Errorf("%d of 40 layers filled, and %d with scatter = %v", solved, other, !tt.scatter)
			}
		})
	}
}

// The packings of some layers are those of every other machine.
func TestSamePackingsEverywhere(t *testing.T) {
	const want = 0x1fc8fc75a00dd633
	h := fnv.New64a()
	for _, shape := range [][2]int{{64, 16}, {96, 32}, {288, 32}} {
		f := New(shape[0], shape[1])
		member := make([]int32, shape[0])
		for seed := range uint32(8) {
			weights := falling("uniform", shape[0], uint64(seed))
			try := Try{Limit: limitOf(weights, shape[1], 3e-3), Share: .7, Scatter: seed%2 == 1, Seed: seed, Budget: 1 << 16}
			steps, ok := f.Fill(weights, try, member)
			fmt.Fprint(h, steps, ok, member)
		}
	}
	if got := h.Sum64(); got != want {
		t.Errorf("the packings have the hash %#x, not %#x", got, uint64(want))
	}
}

func TestFillDoesNotAllocate(t *testing.T) {
	f := New(64, 16)
	weights, member := falling("uniform", 64, 1), make([]int32, 64)
	try := Try{Limit: limitOf(weights, 16, 1e-3), Share: .5, Budget: 1 << 14}
	if n := testing.AllocsPerRun(5, func() { f.Fill(weights, try, member) }); n > 0 {
		t.Errorf("allocates %v times", n)
	}
}
