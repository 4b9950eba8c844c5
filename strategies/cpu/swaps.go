package cpu

import (
	"math"
	"slices"

	"packbench/packing"
	"packbench/strategies"
)

// swapper makes the swaps that [refiner.bestMaxAny] finds, for up to halfLanes
// candidates side by side, each in its lane. It tries every item of the heaviest
// pack against every other item: while packs hold few items, that takes less time
// than the branches of a cleverer search.
//
// Items are stored by pack and rank, stride ranks to a pack. So all items of a row
// are in packs of the same number, and one row of gaps serves a whole pack.
type swapper struct {
	rounds  int
	epsilon float32
	shape   packing.Shape
	stride  int

	weight []swapWeights // [packs, stride]; what fills up a pack weighs 0, and so gains nothing
	word   []swapWords   // [packs, stride] position in the candidate's order<<swapRowBits | row
	load   []swapWeights // [packs]
	best   bestSwaps
	sums   []float32 // [packs] scratch
}

// swapWeights and swapWords hold one value of each candidate.
type (
	swapWeights = [halfLanes]float32
	swapWords   = [halfLanes]uint32
)

// bestSwaps is the best swap of each candidate: the words of the item that leaves the
// heaviest pack and of the one that replaces it. Where the gain is not positive, the
// words mean nothing.
type bestSwaps struct {
	gain     swapWeights
	from, to swapWords
}

const (
	swapGroup   = 3  // items of the heaviest pack that are tried at a time
	swapRowBits = 16 // of a word

	// Limits within which a swapper beats the refiner's own search, whose work does
	// not grow with items × capacity and leaves no lane idle; see BenchmarkMaxAny.
	swapCapacity   = 16   // max
	swapItems      = 1024 // max
	swapCandidates = 4    // min
)

// newSwapper returns nil for a shape or an ensemble that the refiner serves as
// well. An epsilon ≥ 0 rules out swaps within a pack, whose gain is at most 0.
func newSwapper(e strategies.Ensemble, shape packing.Shape) *swapper {
	if e.Refinement != strategies.MaxAny || !(e.Epsilon >= 0) ||
		shape.Capacity() > swapCapacity || shape.Items > swapItems {
		return nil
	}
	stride := roundUp(shape.Capacity(), swapGroup)
	return &swapper{
		rounds: e.Rounds, epsilon: e.Epsilon, shape: shape, stride: stride,
		weight: make([]swapWeights, shape.Packs*stride),
		word:   make([]swapWords, shape.Packs*stride),
		load:   make([]swapWeights, shape.Packs),
		sums:   make([]float32, shape.Packs),
	}
}

// refine improves up to halfLanes candidates in place, sets their imbalances and
// returns the number of swaps. It reports false, having changed nothing, for
// candidates that are too few and where a load overflows. It stops early when the
// context of r ends.
func (s *swapper) refine(weights []float32, candidates []*slot, r *refiner) (steps int, ok bool) {
	if len(candidates) < swapCandidates {
		return 0, false
	}
	for l, c := range candidates {
		if !s.start(l, weights, c) {
			return 0, false
		}
	}
	for round := 0; round < s.rounds && !r.ended(round); round++ {
		swapped := 0
		findSwaps(s.weight, s.word, s.load, s.shape.Capacity(), &s.best)
		for l, c := range candidates {
			if s.best.gain[l] > s.epsilon {
				s.swap(l, c.place)
				swapped++
			}
		}
		if swapped == 0 {
			break
		}
		steps += swapped
	}
	for _, c := range candidates {
		s.sumLoads(weights, c)
		c.imbalance = slices.Max(s.sums) - slices.Min(s.sums)
	}
	return steps, true
}

// start reads a candidate into lane l. It reports whether all loads are finite.
func (s *swapper) start(l int, weights []float32, c *slot) bool {
	l %= halfLanes
	places := c.place[:len(c.order)]
	for i, item := range c.order {
		row := int(places[i].Pack)*s.stride + int(places[i].Rank)
		s.weight[row][l] = weights[item]
		s.word[row][l] = uint32(i<<swapRowBits | row)
	}
	s.sumLoads(weights, c)
	for p, load := range s.sums {
		s.load[p][l] = load
	}
	return slices.Max(s.sums) <= math.MaxFloat32
}

// sumLoads sums the loads of a candidate afresh, items in their order.
func (s *swapper) sumLoads(weights []float32, c *slot) {
	clear(s.sums)
	places := c.place[:len(c.order)]
	for i, item := range c.order {
		s.sums[places[i].Pack] += weights[item]
	}
}

// swap carries out the best swap of lane l.
func (s *swapper) swap(l int, places []place) {
	l %= halfLanes
	const rowMask = 1<<swapRowBits - 1
	from, to := s.best.from[l], s.best.to[l]
	out, in := from&rowMask, to&rowMask
	s.word[out][l], s.word[in][l] = to&^rowMask|out, from&^rowMask|in
	delta := s.weight[out][l] - s.weight[in][l]
	s.weight[out][l], s.weight[in][l] = s.weight[in][l], s.weight[out][l]
	i, j := &places[from>>swapRowBits], &places[to>>swapRowBits]
	s.load[i.Pack][l] -= delta
	s.load[j.Pack][l] += delta
	*i, *j = *j, *i
}
