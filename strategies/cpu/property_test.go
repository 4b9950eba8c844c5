package cpu_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/reference"
)

// problems draws problems of awkward shapes with loads that make ties, spread
// over many orders of magnitude, or are zero.
func problems(t *rapid.T, maxPacks, maxCapacity int) *packing.Problem {
	packs := rapid.IntRange(1, maxPacks).Draw(t, "packs")
	capacity := rapid.IntRange(1, maxCapacity).Draw(t, "capacity")
	layers := rapid.IntRange(1, 5).Draw(t, "layers")
	weight := rapid.SampledFrom([]*rapid.Generator[float32]{
		rapid.Float32Range(0, 1000),
		rapid.Map(rapid.IntRange(0, 5), func(i int) float32 { return float32(i) }),
		rapid.Map(rapid.IntRange(0, 100000), func(i int) float32 { return float32(i) }),
		rapid.Map(rapid.Float64Range(-12, 12), func(x float64) float32 { return float32(math.Exp(x)) }),
		rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1e-6, 1, 1e30}),
		rapid.Float32Range(0, 1e-40),
	}).Draw(t, "kind")
	items := packs * capacity
	weights := rapid.SliceOfN(weight, layers*items, layers*items).Draw(t, "weights")
	p, err := packing.New(weights, layers, items, packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ensembles draws a spec of one of the ensemble strategies.
func ensembles(t *rapid.T) string {
	if rapid.Bool().Draw(t, "lpt") {
		return "lpt"
	}
	name := rapid.SampledFrom([]string{"two-opt", "topk-max-any", "max-any-pairs"}).Draw(t, "strategy")
	candidates := rapid.IntRange(1, 40).Draw(t, "candidates")
	keep := rapid.IntRange(1, candidates).Draw(t, "k")
	rounds := rapid.IntRange(0, 60).Draw(t, "rounds")
	random := rapid.IntRange(0, max(0, candidates-2)).Draw(t, "random")
	epsilon := rapid.SampledFrom([]string{"0", "1e-6", "0.5"}).Draw(t, "epsilon")
	return fmt.Sprintf("%s:candidates=%d,k=%d,rounds=%d,random=%d,epsilon=%s", name, candidates, keep, rounds, random, epsilon)
}

func randoms(t *rapid.T) strategies.Random {
	return strategies.Random{
		Stream: rapid.SampledFrom([]strategies.Stream{strategies.Philox, strategies.Torch}).Draw(t, "stream"),
		Seed:   rapid.Uint64().Draw(t, "seed"),
	}
}

// The backend computes what the definition says, whatever the shape, the parameters,
// the ties and the number of threads.
func TestPackingEqualsReference(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := problems(rt, 12, 12)
		spec := ensembles(rt)
		random := randoms(rt)
		s, err := strategies.Builtin().Parse(spec)
		if err != nil {
			rt.Fatal(err)
		}
		want := reference.Pack(s.(strategies.Ensemble), p, random)
		for _, threads := range []int{1, 3} {
			for path, options := range paths {
				options.Threads = threads
				got := pack(t, cpu.New(options), spec, p, random)
				if d := differs(got, want); d != "" {
					rt.Fatalf("%s, %v, %d threads, %s: %s", spec, p.Shape, threads, path, d)
				}
			}
		}
	})
}

// LPT is one of the candidates, and a swap is made only if it lowers the imbalance.
func TestRefinedImbalanceIsNeverAboveLPT(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := problems(rt, 16, 10)
		random := randoms(rt)
		backend := cpu.New(cpu.Options{})
		lpt := packing.Evaluate(p, pack(t, backend, "lpt", p, random))
		for _, spec := range []string{"two-opt:candidates=8", "topk-max-any:candidates=8,k=3"} {
			refined := packing.Evaluate(p, pack(t, backend, spec, p, random))
			for l := range lpt {
				// Loads are float32 in the strategies and float64 here.
				if slack := 1e-5 * lpt[l].Max; refined[l].Imbalance() > lpt[l].Imbalance()+slack {
					rt.Fatalf("layer %d: %s leaves imbalance %v, lpt %v", l, spec, refined[l].Imbalance(), lpt[l].Imbalance())
				}
			}
		}
	})
}
