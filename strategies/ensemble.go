package strategies

import (
	"fmt"
	"math"
	"strconv"

	"packbench/internal/spec"
	"packbench/packing"
)

// Ensemble is the kind of strategy of the published program and its
// predecessor: it packs many orders of the items greedily, refines the best
// packings by swaps, and returns the best of those.
//
// For each layer:
//
//  1. Orders. Candidate 0 is LPT: descending weight, equal weights by item
//     index. Candidate 1 is the zigzag over it: first, last, second, last but
//     one, and so on. The next Random candidates sort uniform draws ascending.
//     The rest sort w·(u·Spread + Floor) descending, u uniform, each operation
//     rounded to float32.
//  2. Greedy. Items in the candidate's order; each goes to the least loaded
//     pack with room, the lowest index on ties; its rank is the number of items
//     already there.
//  3. Selection. The Keep candidates with the lowest max − min load, ties by index.
//  4. Refinement of each of them, at most Rounds swaps; see [Refinement].
//  5. The refined candidate with the lowest max − min load, the earliest kept on ties.
//
// Loads are float32 sums in the order the items are placed.
type Ensemble struct {
	Name       string     // registry name: "topk-max-any"
	Candidates int        // orders per layer, ≥ 1
	Random     int        // random orders among them, 0 to max(0, Candidates − 2)
	Keep       int        // candidates refined, 1 to Candidates
	Refinement Refinement // what a swap is
	Rounds     int        // max swaps per refined candidate, ≥ 0
	Epsilon    float32    // a swap must gain more than this, in the unit of the weights
	Spread     float32    // noisy weights are w·(u·Spread + Floor)
	Floor      float32

	spec spec.Spec
}

// Refinement is a rule for improving a packing by swapping items of two packs.
type Refinement int

const (
	// NoRefinement leaves the greedy packing as it is.
	NoRefinement Refinement = iota
	// TwoOpt swaps an item i of the heaviest pack with an item j of the
	// lightest (lowest index on ties) so that |Δ − 2(w_i − w_j)| is minimal, Δ
	// being the difference of the two loads; the first minimum in item order of
	// (i, j). It stops unless that is below Δ − Epsilon.
	TwoOpt
	// MaxAny swaps an item i of the heaviest pack with an item j of any other
	// so that gain = min(δ, gap − δ) is maximal, δ = w_i − w_j, gap = heaviest
	// load − load of j's pack; the first maximum of (i, j) by position in the
	// candidate's order. It stops unless both δ and gain are above Epsilon.
	MaxAny
	// MaxAnyPairs is MaxAny that also swaps two items of the heaviest pack with two
	// of another, δ being the difference of their sums, where packs hold at most
	// [PairCapacity] items; else it is MaxAny. A set of one or two items of a pack
	// has a number: an item its rank, after these the pairs of ranks in
	// lexicographic order. Of several maxima it takes the first by (number of the
	// heaviest pack's set, other pack, number of that pack's set). The items of two
	// swapped pairs take each other's ranks, the lower with the lower.
	MaxAnyPairs
)

// PairCapacity is the max number of items of a pack whose pairs MaxAnyPairs swaps.
const PairCapacity = 16

// On is the refinement as it is on problems of a shape.
func (r Refinement) On(s packing.Shape) Refinement {
	if r == MaxAnyPairs && s.Capacity() > PairCapacity {
		return MaxAny
	}
	return r
}

// String returns "none", "two-opt", "max-any" or "max-any-pairs".
func (r Refinement) String() string {
	switch r {
	case TwoOpt:
		return "two-opt"
	case MaxAny:
		return "max-any"
	case MaxAnyPairs:
		return "max-any-pairs"
	}
	return "none"
}

// Spec implements [Strategy].
func (e Ensemble) Spec() spec.Spec { return e.spec }

// Noisy is the number of noisy LPT orders among the candidates.
func (e Ensemble) Noisy() int { return max(0, e.Candidates-2-e.Random) }

// published is the number of candidates, and of random orders among them, in
// the published program.
const (
	publishedCandidates = 128
	publishedRandom     = 32
)

// ensembleParams declares the parameters of an ensemble strategy; those that are not
// given have the defaults of the published program.
func ensembleParams(orders, keep, rounds int, epsilon string) []spec.Param {
	number := func(name string, def, lo int, doc string) spec.Param {
		return spec.Param{Name: name, Kind: spec.Int, Default: strconv.Itoa(def), Min: float64(lo), Max: math.MaxInt32, Doc: doc}
	}
	positive := func(name, def, doc string) spec.Param {
		return spec.Param{Name: name, Kind: spec.Float, Default: def, Min: 0, Max: math.MaxFloat32, Doc: doc}
	}
	candidates := number("candidates", orders, 1, "orders packed greedily: LPT, zigzag, random, then noisy LPT")
	candidates.Max = MaxCandidates
	return []spec.Param{
		candidates,
		number("random", publishedRandom, 0, "random orders among the candidates (at most candidates − 2)"),
		number("k", keep, 1, "best candidates that are refined (at most candidates)"),
		number("rounds", rounds, 0, "max swaps per refined candidate"),
		positive("epsilon", epsilon, "a swap must gain more than this, in the unit of the loads"),
		positive("spread", "0.4", "noise: weights are multiplied by u·spread + floor"),
		positive("floor", "0.8", "noise: the min factor"),
	}
}

// maxPlacements is the max number of items that an ensemble places in all, each
// in each candidate: some hours of work, beyond what anybody means.
const maxPlacements int64 = 1 << 40

// Check returns an error for problems too large for e to pack.
func (e Ensemble) Check(s packing.Shape) error {
	if int64(s.Items) > maxPlacements/int64(e.Candidates)/int64(s.Layers) {
		return fmt.Errorf("%s: %d layers of %d items with %d candidates: more than %d items to place; use fewer candidates",
			e.Name, s.Layers, s.Items, e.Candidates, maxPlacements)
	}
	return nil
}

// MaxCandidates is the max number of candidates of an ensemble.
const MaxCandidates = 1 << 20

// newEnsemble makes an ensemble of values resolved from [ensembleParams].
func newEnsemble(refinement Refinement, v spec.Values) (Strategy, error) {
	e := Ensemble{
		Name:       v.Canonical().Name,
		Candidates: v.Int("candidates"),
		Random:     v.Int("random"),
		Keep:       v.Int("k"),
		Refinement: refinement,
		Rounds:     v.Int("rounds"),
		Epsilon:    float32(v.Float("epsilon")),
		Spread:     float32(v.Float("spread")),
		Floor:      float32(v.Float("floor")),
		spec:       v.Canonical(),
	}
	if e.Keep > e.Candidates {
		return nil, fmt.Errorf("%s: k=%d is more than the %d candidates: use 1 to %d", e.Name, e.Keep, e.Candidates, e.Candidates)
	}
	most := max(0, e.Candidates-2)
	if e.Random > most {
		if v.Given("random") {
			return nil, fmt.Errorf("%s: random=%d with %d candidates: use 0 to %d (candidates − 2)", e.Name, e.Random, e.Candidates, most)
		}
		e.Random = most
	}
	return e, nil
}

// newLPT makes pure LPT, the ensemble of one candidate without refinement.
func newLPT(v spec.Values) (Strategy, error) {
	return Ensemble{Name: v.Canonical().Name, Candidates: 1, Keep: 1, spec: v.Canonical()}, nil
}
