package exchange

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/internal/core/lpt"
	"packbench/packing"
)

var standard = Options{Exchange: 4, Tolerance: 1e-4, Starts: 1, Passes: 256, RaiseMin: true}

// loads draws n loads of one kind.
func loads(kind string, n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	weights := make([]float32, n)
	for i := range weights {
		switch kind {
		case "uniform":
			weights[i] = rng.Float32()
		case "lognormal":
			weights[i] = float32(math.Exp(.5 * rng.NormFloat64()))
		case "tail":
			weights[i] = float32(math.Exp(2 * rng.NormFloat64()))
		case "counts":
			weights[i] = float32(rng.IntN(3000))
		case "ties":
			weights[i] = float32(rng.IntN(4))
		case "huge":
			weights[i] = rng.Float32() * 1e36
		case "tiny":
			weights[i] = rng.Float32() * 1e-40
		case "equal":
			weights[i] = 7
		case "bimodal":
			weights[i] = 0.9 + 0.2*rng.Float32()
			if i%10 == 0 {
				weights[i] *= 10
			}
		}
	}
	return weights
}

var kinds = []string{"uniform", "lognormal", "tail", "counts", "ties", "huge", "tiny", "equal", "zero", "bimodal"}

// run packs one layer and checks the rules.
func run(t interface {
	Helper()
	Fatal(...any)
}, p *Packer, weights []float32) (packing.Quality, Result) {
	t.Helper()
	problem, err := packing.New(weights, 1, len(weights), p.packs)
	if err != nil {
		t.Fatal(err)
	}
	g := packing.NewPacking(problem.Shape)
	result, err := p.Pack(context.Background(), Layer{Seed: 1, Weights: weights, Given: problem.Given}, g.PackIndex, g.RankInPack)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(problem); err != nil {
		t.Fatal(err)
	}
	return packing.Evaluate(problem, g)[0], result
}

func startOf(order Order, weights []float32, packs int) packing.Quality {
	problem := &packing.Problem{Shape: packing.Shape{Layers: 1, Items: len(weights), Packs: packs}, Weights: weights}
	g := packing.NewPacking(problem.Shape)
	items := make([]int32, len(weights))
	var sorter lpt.Sorter
	sorter.Descending(items, weights)
	if order == LPT {
		var greedy lpt.Greedy
		greedy.Pack(items, weights, packs, g.PackIndex, g.RankInPack)
	} else {
		for x, item := range items {
			g.PackIndex[item] = int32(x % packs)
			if x/packs%2 == 1 {
				g.PackIndex[item] = int32(packs - 1 - x%packs)
			}
		}
	}
	return packing.Evaluate(problem, g)[0]
}

// Whatever the loads and options: the descent ends, in a valid packing whose
// maximum is not above its start's, and what it calls optimal attains a bound.
func TestNeverWorseThanItsStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 20).Draw(t, "packs")
		capacity := rapid.IntRange(1, 20).Draw(t, "capacity")
		weights := loads(rapid.SampledFrom(kinds).Draw(t, "kind"), packs*capacity, rapid.Uint64().Draw(t, "seed"))
		opt := Options{
			Order:     rapid.SampledFrom([]Order{LPT, Snake}).Draw(t, "order"),
			Exchange:  rapid.IntRange(1, 8).Draw(t, "exchange"),
			Tolerance: rapid.SampledFrom([]float64{0, 1e-6, 1e-3, 1}).Draw(t, "tolerance"),
			Starts:    rapid.IntRange(1, 3).Draw(t, "starts"),
			Passes:    rapid.SampledFrom([]int{0, 5, 100}).Draw(t, "passes"),
			RaiseMin:  rapid.Bool().Draw(t, "raise"),
		}
		got, result := run(t, New(packs*capacity, packs, opt), weights)
		// Loads are multiples of 2^−45 of the largest possible load.
		if start := startOf(opt.Order, weights, packs); got.Max > start.Max*(1+1e-11) {
			t.Fatalf("maximum %v, the start has %v", got.Max, start.Max)
		}
		if result.Optimal && got.Gap() > 1e-12 {
			t.Fatalf("called optimal with a gap of %v", got.Gap())
		}
		if limit := int64(opt.Starts * (packs*capacity + 1000)); result.Exchanges > 4*limit {
			t.Fatalf("%d exchanges", result.Exchanges)
		}
	})
}

// The tolerances that the documentation promises on the shapes of expert
// placement.
func TestReachesItsTolerance(t *testing.T) {
	tests := []struct {
		kind         string
		items, packs int
		tolerance    float64
	}{
		{"uniform", 288, 32, 1e-3},
		{"uniform", 288, 32, 1e-4},
		{"uniform", 288, 32, 1e-5},
		{"lognormal", 288, 32, 1e-4},
		{"counts", 288, 32, 1e-4},
		{"uniform", 72, 8, 1e-4},
		{"uniform", 256, 64, 1e-3},
		{"uniform", 512, 8, 1e-6},
		{"lognormal", 1024, 128, 1e-4},
		{"lognormal", 4096, 256, 1e-4},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %d %d %g", tt.kind, tt.items, tt.packs, tt.tolerance), func(t *testing.T) {
			opt := standard
			opt.Tolerance = tt.tolerance
			p := New(tt.items, tt.packs, opt)
			for seed := range uint64(4) {
				if got, _ := run(t, p, loads(tt.kind, tt.items, seed)); got.Gap() > tt.tolerance*(1+1e-9) {
					t.Errorf("seed %d: gap %.3g", seed, got.Gap())
				}
			}
		})
	}
}

// More packs than have room for their sums: sums of two packs may not get in
// each other's way.
func TestMorePacksThanSlots(t *testing.T) {
	const packs, capacity = 2*maxSlots + 100, 4
	for _, kind := range []string{"uniform", "lognormal", "tail"} {
		weights := loads(kind, packs*capacity, 1)
		got, result := run(t, New(packs*capacity, packs, standard), weights)
		start := startOf(LPT, weights, packs)
		if got.Max > start.Max || got.Gap() > 1e-3 && got.Gap() > start.Gap()/10 {
			t.Errorf("%s: gap %.3g after %d exchanges, the start's is %.3g", kind, got.Gap(), result.Exchanges, start.Gap())
		}
	}
}

func TestRaisingTheMinimumCostsNoMaximum(t *testing.T) {
	standard := standard
	standard.Tolerance = 1e-3 // leaves something to raise
	only := standard
	only.RaiseMin = false
	raised := 0
	for _, kind := range kinds {
		weights := loads(kind, 288, 5)
		max1, _ := run(t, New(288, 32, only), weights)
		both, _ := run(t, New(288, 32, standard), weights)
		if both.Max > max1.Max || both.Min < max1.Min {
			t.Errorf("%s: loads %v to %v became %v to %v", kind, max1.Min, max1.Max, both.Min, both.Max)
		}
		if both.Min > max1.Min {
			raised++
		}
	}
	if raised < 3 {
		t.Errorf("the minimum was raised for %d kinds of loads only", raised)
	}
}

func TestMoreStartsAreNoWorse(t *testing.T) {
	many := standard
	many.Starts = 12
	better := 0
	for seed := range uint64(20) {
		weights := loads("uniform", 32, seed)
		one, _ := run(t, New(32, 8, standard), weights)
		best, _ := run(t, New(32, 8, many), weights)
		if best.Max > one.Max {
			t.Errorf("seed %d: 12 starts reach %v, one %v", seed, best.Max, one.Max)
		}
		if best.Max < one.Max {
			better++
		}
	}
	if better < 10 {
		t.Errorf("12 starts were better on %d of 20 layers only", better)
	}
}

// The subsets are those that plain enumeration gives.
func TestSubsetsMatchEnumeration(t *testing.T) {
	for _, capacity := range []int{2, 5, 9, 16, 40} {
		var s state
		s.init(2*capacity, 2, 4)
		for x := range s.weight {
			s.weight[x] = int64((x*x*7919 + 13) % 1000)
			s.member[x] = int32(x)
		}
		s.settleMembers()
		for j := 1; j <= s.largest; j++ {
			var masks []uint16
			var want []int64
			for set := range 1 << len(s.chosen) {
				sum, size := int64(0), 0
				for i := range s.chosen {
					if set>>i&1 == 1 {
						sum += s.weight[s.items(1)[s.chosen[i]]]
						size++
					}
				}
				if size == j { // rising numbers are in colexicographic order
					masks, want = append(masks, uint16(set)), append(want, sum)
				}
			}
			if !slices.Equal(s.masks[j], masks) {
				t.Errorf("capacity %d: %d-subsets are %b, want %b", capacity, j, s.masks[j], masks)
			}
			if !slices.Equal(s.sumsOf(1, j), want) || !slices.Equal(s.ownSums(1, j), want) {
				t.Errorf("capacity %d: sums of %d-subsets are wrong", capacity, j)
			}
			if len(want) > maxSubsets {
				t.Errorf("capacity %d: %d subsets", capacity, len(want))
			}
		}
	}
}

// The table finds a pair of sums within an interval if and only if there is
// one, where not many are in one cell.
func TestTableFindsWhatIsThere(t *testing.T) {
	table := table{next: make([]uint32, 80)}
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int64{10, 1000, 1 << 40, 1 << 46}).Draw(t, "most")
		sums := rapid.SliceOfN(rapid.Int64Range(0, most), 1, 6)
		entered, others := sums.Draw(t, "entered"), sums.Draw(t, "others")
		width := rapid.Int64Range(0, most/4).Draw(t, "width")
		table.enter(entered, width)
		for range 4 { // further searches of the same table
			least := rapid.Int64Range(-most, most).Draw(t, "least")
			upper := least + rapid.Int64Range(0, width).Draw(t, "narrower")
			there := false
			for _, x := range entered {
				for _, y := range others {
					there = there || least <= x-y && x-y <= upper
				}
			}
			x, y := table.find(others, least, upper)
			if x >= 0 != there {
				t.Fatalf("found %d, %d; there is one: %v", x, y, there)
			}
			if there {
				if off := entered[x] - others[y]; off < least || off > upper {
					t.Fatalf("%d is not between %d and %d", off, least, upper)
				}
			}
		}
	})
}

// Stamps come round again after 2¹⁶ fillings, without what is left of the first.
func TestTableAfterManyFillings(t *testing.T) {
	table := table{next: make([]uint32, 2)}
	table.enter([]int64{5}, 0)
	for range 1<<16 - 1 {
		table.enter([]int64{9}, 0)
	}
	if x, _ := table.find([]int64{0}, 5, 5); x >= 0 {
		t.Error("a sum was found that is no longer there")
	}
	if x, _ := table.find([]int64{0}, 9, 9); x != 0 {
		t.Error("the sum that is there was not found")
	}
}

// single finds what trying all pairs finds.
func TestSingleIsTheNearestPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const packs, capacity = 4, 3
		var s state
		s.init(packs*capacity, packs, 1)
		weights := rapid.SliceOfN(rapid.Int64Range(0, 50), packs*capacity, packs*capacity).Draw(t, "weights")
		slices.Sort(weights)
		slices.Reverse(weights)
		copy(s.weight, weights)
		members := make([]int32, packs*capacity)
		for x := range members {
			members[x] = int32(x)
		}
		copy(s.member, rapid.Permutation(members).Draw(t, "members"))
		s.settleMembers()
		sign := rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
		want := rapid.Int64Range(0, 40).Draw(t, "want")
		limit := sign * rapid.Int64Range(30, 120).Draw(t, "limit")
		s.setRoom(0, sign, limit)

		nearestPair := int64(math.MaxInt64)
		for _, x := range s.items(0) {
			for y := range weights {
				moved := sign * (s.weight[x] - s.weight[y])
				if q := s.packOf[y]; q != 0 && sign*s.load[q]+moved <= limit {
					nearestPair = min(nearestPair, max(moved-want, want-moved))
				}
			}
		}
		x, y, miss := s.single(0, sign, want, 1000)
		if miss != nearestPair {
			t.Fatalf("off by %d, the nearest pair by %d", miss, nearestPair)
		}
		if miss < math.MaxInt64 {
			if off := sign*(s.weight[x]-s.weight[y]) - want; max(off, -off) != miss {
				t.Fatalf("items %d and %d are off by %d, not %d", x, y, off, miss)
			}
		}
	})
}

// The exchange that is taken is an improvement wherever one or two items for as
// many are one, and no worse than the best of one for one.
func TestExchangeBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const packs, capacity = 4, 4
		var s state
		s.init(packs*capacity, packs, 2)
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1000), packs*capacity, packs*capacity).Draw(t, "weights")
		slices.Sort(weights)
		slices.Reverse(weights)
		copy(s.weight, weights)
		s.spread = 100
		members := make([]int32, packs*capacity)
		for x := range members {
			members[x] = int32(x)
		}
		copy(s.member, rapid.Permutation(members).Draw(t, "members"))
		s.settleMembers()
		sign := rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
		target := sign * rapid.Int64Range(1000, 3000).Draw(t, "target")
		a := newAim(sign, target, target)
		_, heaviest, lightest := s.landmarks(a)

		load := sign * s.load[heaviest]
		best := [3]int64{load, load, load} // with j items for j
		for q := range int32(packs) {
			for j := 1; j <= 2 && q != heaviest; j++ {
				for _, x := range s.ownSums(heaviest, j) {
					for _, y := range s.sumsOf(q, j) {
						moved := sign * (x - y)
						best[j] = min(best[j], max(load-moved, sign*s.load[q]+moved))
					}
				}
			}
		}
		before := slices.Clone(s.load)
		if got := s.exchangeBest(heaviest, lightest, a); got != (min(best[1], best[2]) < load) {
			t.Fatalf("an exchange: %v; the best of each kind leave %v of %d", got, best[1:], load)
		}
		heavier := int64(math.MinInt64)
		for q := range s.load {
			if s.load[q] != before[q] {
				heavier = max(heavier, sign*s.load[q])
			}
		}
		if heavier > best[1] {
			t.Fatalf("leaves %d of %d, one item for one %d", heavier, load, best[1])
		}
	})
}

// Landmarks are what plain comparisons find, in more than one block of packs.
func TestLandmarksMatchPlainComparison(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.SampledFrom([]int{1, 7, 1<<packBits + 50}).Draw(t, "packs")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		s := state{load: make([]int64, packs)}
		for q := range s.load {
			s.load[q] = rng.Int64N(1 << loadBits)
		}
		sign := rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
		limit := sign * rng.Int64N(1<<loadBits)
		if rapid.Bool().Draw(t, "far") {
			limit = 1 << 55
		}
		a := newAim(sign, 0, limit)
		near, heaviest, lightest := s.landmarks(a)
		nearest, most, least := int64(math.MaxInt64), int64(math.MinInt64), int64(math.MaxInt64)
		for _, load := range s.load {
			load *= sign
			most, least = max(most, load), min(least, load)
			if load > a.limit {
				nearest = min(nearest, load)
			}
		}
		if sign*s.load[heaviest] != most || sign*s.load[lightest] != least {
			t.Fatalf("loads %d and %d, want %d and %d", s.load[heaviest], s.load[lightest], sign*most, sign*least)
		}
		if near < 0 != (nearest == math.MaxInt64) || near >= 0 && sign*s.load[near] != nearest {
			t.Fatalf("pack %d is not nearest above the limit", near)
		}
	})
}

func BenchmarkPack(b *testing.B) {
	tests := []struct {
		kind         string
		items, packs int
		tolerance    float64
	}{
		{"lognormal", 288, 32, 1},
		{"lognormal", 288, 32, 1e-3},
		{"lognormal", 288, 32, 1e-4},
		{"lognormal", 288, 32, 1e-5},
		{"uniform", 256, 64, 1e-4},
		{"uniform", 96, 32, 1e-4},
		{"uniform", 32, 8, 1e-4},
		{"lognormal", 4096, 256, 1e-4},
	}
	for _, tt := range tests {
		b.Run(fmt.Sprintf("%s %d %d %g", tt.kind, tt.items, tt.packs, tt.tolerance), func(b *testing.B) {
			opt := standard
			opt.Tolerance = tt.tolerance
			p := New(tt.items, tt.packs, opt)
			var layers [16][]float32
			for i := range layers {
				layers[i] = loads(tt.kind, tt.items, uint64(i))
			}
			pack, rank := make([]int32, tt.items), make([]int32, tt.items)
			for i := 0; b.Loop(); i++ {
				if _, err := p.Pack(context.Background(), Layer{Seed: 1, Weights: layers[i%16]}, pack, rank); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
