package strategies_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// scaled is whole numbers and the loads that they are in some unit.
type scaled struct {
	packs int
	whole []int64
	loads []float64
}

// scaledLayers draws layers of up to most items: whole numbers to 2^53, tenths,
// hundredths, tiny shares, and numbers of very different size.
func scaledLayers(most int) *rapid.Generator[scaled] {
	return rapid.Custom(func(t *rapid.T) scaled {
		packs := rapid.IntRange(1, min(4, most)).Draw(t, "packs")
		n := packs * rapid.IntRange(1, most/packs).Draw(t, "capacity")
		s := scaled{packs: packs}
		places := rapid.SampledFrom([]int{0, 0, 1, 2, 7, 30}).Draw(t, "places")
		from := rapid.SampledFrom([]int64{0, 0, 1 << 24, 1 << 31, 1<<53 - 200}).Draw(t, "from")
		to := rapid.SampledFrom([]int64{3, 40, 199}).Draw(t, "to")
		if from > 1<<40 {
			places = 0 // no float64 stands for more digits
		}
		mixed := rapid.Bool().Draw(t, "mixed")
		for range n {
			w := rapid.Int64Range(0, to).Draw(t, "w")
			if !mixed || rapid.Bool().Draw(t, "large") {
				w += from
			}
			v, err := strconv.ParseFloat(strconv.FormatInt(w, 10)+"e-"+strconv.Itoa(places), 64)
			if err != nil {
				t.Fatal(err)
			}
			s.whole, s.loads = append(s.whole, w), append(s.loads, v)
		}
		return s
	})
}

// best returns the minimum max load, by trying every packing.
func (s scaled) best() int64 {
	load, count := make([]int64, s.packs), make([]int, s.packs)
	best := int64(math.MaxInt64)
	var try func(i int, most int64)
	try = func(i int, most int64) {
		if most >= best {
			return
		}
		if i == len(s.whole) {
			best = most
			return
		}
		for q := range load {
			if count[q] == len(s.whole)/s.packs {
				continue
			}
			load[q] += s.whole[i]
			count[q]++
			try(i+1, max(most, load[q]))
			load[q] -= s.whole[i]
			if count[q]--; count[q] == 0 {
				break // empty packs are alike
			}
		}
	}
	try(0, 0)
	return best
}

// most returns the max load of a packing.
func (s scaled) most(g *packing.Packing) int64 {
	load := make([]int64, s.packs)
	for i, w := range s.whole {
		load[g.PackIndex[i]] += w
	}
	return slices.Max(load)
}

func givenProblem(t fataler, loads []float64, packs int) *packing.Problem {
	t.Helper()
	weights := make([]float32, len(loads))
	for i, v := range loads {
		weights[i] = float32(v)
	}
	p, err := packing.NewGiven(weights, slices.Clone(loads), 1, len(loads), packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func packGiven(t fataler, s strategies.Strategy, loads []float64, packs int) *strategies.Packed {
	t.Helper()
	packed, err := strategies.Pack(context.Background(), cpu.New(cpu.Options{Threads: 1}), s, givenProblem(t, loads, packs), strategies.Random{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func TestExactEqualsBruteForceOnGivenLoads(t *testing.T) {
	exact := parse(t, "exact")
	rapid.Check(t, func(t *rapid.T) {
		in := scaledLayers(9).Draw(t, "layer")
		got := packGiven(t, exact, in.loads, in.packs)
		if most, best := in.most(got.Packing), in.best(); most != best || !got.Optimal[0] {
			t.Fatalf("maximum %d (proven %v), brute force finds %d", most, got.Optimal[0], best)
		}
	})
}

// Whoever says optimal must be right about the loads as given.
func TestProofsHoldOnGivenLoads(t *testing.T) {
	var provers []strategies.Strategy
	for _, s := range layerwise(t) {
		if strategies.Has(s, strategies.Proves) {
			provers = append(provers, s)
		}
	}
	provers = append(provers, parse(t, "exact:nodes=1"), parse(t, "descent:fast"))
	proven := 0
	rapid.Check(t, func(t *rapid.T) {
		in := scaledLayers(9).Draw(t, "layer")
		best := in.best()
		for _, s := range provers {
			got := packGiven(t, s, in.loads, in.packs)
			if most := in.most(got.Packing); most < best || got.Optimal[0] && most > best {
				t.Fatalf("%v: maximum %d (proven %v), the optimum is %d", s.Spec(), most, got.Optimal[0], best)
			}
			if got.Optimal[0] {
				proven++
			}
		}
	})
	if proven == 0 {
		t.Error("nothing was proven")
	}
}

// The same layer in tenths, in whole numbers and in multiples of these is packed
// in the same way, with the same proof.
func TestPackingDoesNotDependOnTheUnit(t *testing.T) {
	var all []strategies.Strategy
	for _, text := range []string{"exact:nodes=2000", "descent", "descent:fast", "snake", "bldm", "layered-lpt"} {
		all = append(all, parse(t, text))
	}
	rapid.Check(t, func(t *rapid.T) {
		packs := rapid.IntRange(1, 6).Draw(t, "packs")
		n := packs * rapid.IntRange(1, 8).Draw(t, "capacity")
		units := rapid.SliceOfN(rapid.Int64Range(0, 9999), n, n).Draw(t, "units")
		in := func(exponent int, times int64) []float64 {
			loads := make([]float64, n)
			for i, u := range units {
				loads[i], _ = strconv.ParseFloat(strconv.FormatInt(u*times, 10)+"e"+strconv.Itoa(exponent), 64)
			}
			return loads
		}
		whole := in(0, 1)
		for _, s := range all {
			want := packGiven(t, s, whole, packs)
			for name, loads := range map[string][]float64{
				"tenths": in(-1, 1), "hundredths": in(-2, 1), "shares": in(-9, 1), "tens": in(1, 1), "multiples of 21": in(0, 21), "multiples of 0.7": in(-1, 7), "of 2^24": in(0, 1<<24+6),
			} {
				got := packGiven(t, s, loads, packs)
				if !slices.Equal(got.PackIndex, want.PackIndex) || !slices.Equal(got.RankInPack, want.RankInPack) || !slices.Equal(got.Optimal, want.Optimal) {
					t.Fatalf("%v packs %s in another way than whole numbers", s.Spec(), name)
				}
			}
		}
	})
}

func TestKnownLayersBeyondFloat32(t *testing.T) {
	tests := []struct {
		name  string
		loads []float64
		packs int
		most  float64 // of exact, proven
	}{
		{"whole numbers above 2^30", []float64{1073741830, 1073741826, 1073741822, 1073741818}, 2, 2147483648},
		{"whole numbers below 2^53", []float64{1<<53 - 1, 1<<53 - 3, 1<<53 - 5, 1<<53 - 7}, 2, 1<<54 - 8},
		{"2^53 and ones", []float64{1 << 53, 1, 1, 1}, 2, 1<<53 + 1},
		{"tenths", []float64{0.1, 0.2, 0.3, 0.4}, 2, 0.5},
		{"hundredths", []float64{0.01, 0.02, 0.03, 0.06}, 2, 0.07},
		{"tiny shares", []float64{1e-30, 2e-30, 3e-30, 4e-30}, 2, 5e-30},
		{"nothing but one item", []float64{0, 0, 0, 1<<53 - 1}, 2, 1<<53 - 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := packGiven(t, parse(t, "exact"), tt.loads, tt.packs)
			q := packing.Evaluate(givenProblem(t, tt.loads, tt.packs), got.Packing)[0]
			if q.Max != tt.most || !got.Optimal[0] {
				t.Errorf("maximum %v (proven %v), want %v", q.Max, got.Optimal[0], tt.most)
			}
		})
	}
}

func TestWarningsNameRoundedLoadsAndLargeEpsilons(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	counts, shares, mild := make([]float64, 64), make([]float64, 64), make([]float64, 64)
	for i := range counts {
		counts[i] = float64(rng.IntN(1000))
		shares[i] = counts[i] * 1e-9
		mild[i] = counts[i] * 1e-7
	}
	halves := slices.Clone(counts)
	halves[3] = 1e15 + 0.5
	huge := slices.Clone(counts)
	huge[0], huge[1] = 1<<31+1, 1<<40+1
	tests := []struct {
		name, strategy string
		loads          []float64
		want           string // "" for none
	}{
		{"counts", "two-opt", counts, ""},
		{"shares", "two-opt", shares, "epsilon=1e-05 of two-opt exceeds"},
		{"shares", "topk-max-any", shares, "epsilon=1e-06 of topk-max-any exceeds"},
		{"shares", "max-any-pairs", shares, "epsilon=1e-06 of max-any-pairs exceeds"},
		{"shares with their epsilon", "topk-max-any:epsilon=1e-15", shares, ""},
		{"shares with their epsilon", "max-any-pairs:epsilon=1e-15", shares, ""},
		{"shares that epsilon hampers", "two-opt", mild, "use epsilon=4e-12"},
		{"no refinement", "lpt", shares, ""},
		{"whole numbers beyond float32", "lpt", huge, "rounds 2 of 64 loads above 2^24"},
		{"halves beyond float32", "topk-max-any", halves, "rounds 1 of 64"},
		{"whole numbers beyond float32, planned as given", "exact:nodes=10", huge, ""},
		{"whole numbers beyond float32, planned as given", "descent", huge, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.strategy, func(t *testing.T) {
			got := packGiven(t, parse(t, tt.strategy), tt.loads, 8).Warnings
			if tt.want == "" && got != nil || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("warnings %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProvenCountsProofs(t *testing.T) {
	for want, proofs := range map[string][]bool{
		"":              nil,
		"proven 0 of 2": {false, false},
		"proven 2 of 3": {true, false, true},
	} {
		if got := strategies.Proven(proofs); got != want {
			t.Errorf("%v: %q, want %q", proofs, got, want)
		}
	}
}

// Layers that are too large to search are refused before memory is taken.
func TestExactRefusesLargeLayers(t *testing.T) {
	for _, tt := range []struct {
		items, packs int
		want         string
	}{
		{65536, 32768, "up to 169 packs"},
		{1 << 20, 2, "exact searches 65536 at most"},
	} {
		packer := parse(t, "exact").(strategies.Layerwise).NewPacker(tt.items, tt.packs)
		_, err := packer.PackLayer(t.Context(), strategies.Task{Weights: make([]float32, tt.items), Packs: tt.packs}, nil, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d items in %d packs: error %v, want %q", tt.items, tt.packs, err, tt.want)
		}
	}
}

// Swaps may go round in circles where the rounding of loads exceeds epsilon.
func TestManyRoundsEndWithTheirContext(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	loads := make([]float64, 4096)
	for i := range loads {
		loads[i] = 1e30 * rng.Float64()
	}
	p := givenProblem(t, loads, 8)
	for _, text := range []string{"two-opt:rounds=2147483647,candidates=1", "topk-max-any:rounds=2147483647,candidates=1,k=1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := strategies.Pack(ctx, cpu.New(cpu.Options{Threads: 1}), parse(t, text), p, strategies.Random{})
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
			t.Errorf("%s ended after %v: %v", text, took, err)
		}
	}
}

// Long runs end soon after their context, wherever they are.
func TestLongRunsEndWithTheirContext(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	weights := make([]float32, 1<<15)
	for i := range weights {
		weights[i] = rng.Float32()
	}
	for _, tt := range []struct {
		strategy string
		items    int
		packs    int
	}{
		{"descent:exchange=1,order=snake,starts=1,passes=2147483647", 24, 8},
		{"descent:starts=1048576,tol=0,passes=2147483647", 48, 16},
		{"exact:nodes=2147483647", 48, 8},
		{"exact:nodes=2147483647", 1 << 14, 64},
		{"bldm", 1 << 15, 2},
		{"vllm", 1 << 15, 1 << 13},
		{"multifit:iterations=64", 1 << 15, 1 << 10},
	} {
		t.Run(tt.strategy, func(t *testing.T) {
			packer := parse(t, tt.strategy).(strategies.Layerwise).NewPacker(tt.items, tt.packs)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
			defer cancel()
			pack, rank := make([]int32, tt.items), make([]int32, tt.items)
			start := time.Now()
			_, err := packer.PackLayer(ctx, strategies.Task{Weights: weights[:tt.items], Packs: tt.packs}, pack, rank)
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("ended %v after its context (error %v)", took, err)
			}
		})
	}
}
