package cpu

import (
	"math"
	"math/bits"

	"packbench/packing"
)

// greedy packs items in a given order, each to the least loaded pack with room.
//
// A tournament tree over the packs holds in each node the smallest word below
// it. The word of a pack is its load's bits, then its index, then its count of
// items, so the root names the least loaded pack, the lowest index on ties, and
// the rank of the next item there. The word of a full pack is the largest
// there is.
type greedy struct {
	shape   packing.Shape
	shift   uint // place = pack<<shift | rank
	leaves  int  // a power of two, ≥ packs
	trees   [2]tree
	weights []float32
	mean    float32 // no packing's heaviest load is below; see setWeights
}

// tree is a tournament tree: node 1 is the root, node leaves + p is pack p.
type tree []uint64

// update sets node i to word and the nodes above it to the least below them.
func (t tree) update(i uint, word uint64) {
	t[i] = word
	for i > 1 {
		word = min(word, t[i^1])
		i >>= 1
		t[i] = word
	}
}

const full = math.MaxUint64 // no load has these bits: they are a NaN's

func newGreedy(shape packing.Shape) greedy {
	g := greedy{
		shape:  shape,
		shift:  uint(bits.Len(uint(shape.Capacity() - 1))),
		leaves: 1 << bits.Len(uint(shape.Packs-1)),
	}
	for i := range g.trees {
		g.trees[i] = make(tree, 2*g.leaves)
	}
	return g
}

// setWeights chooses the layer to pack.
func (g *greedy) setWeights(weights []float32) {
	g.weights = weights
	total := 0.0
	for _, w := range weights {
		total += float64(w)
	}
	// The heaviest pack holds at least the mean. Its load is a float32 sum of
	// capacity terms, each addition of which loses at most 2⁻²⁴ of the sum;
	// twice that also covers the rounding of the mean itself.
	slack := float64(g.shape.Capacity()+2) * 0x1p-23
	g.mean = float32(total / float64(g.shape.Packs) * (1 - slack))
}

// reset empties all packs.
func (g *greedy) reset(node tree) {
	for p := range g.leaves {
		node[g.leaves+p] = full
		if p < g.shape.Packs {
			node[g.leaves+p] = uint64(p) << g.shift
		}
	}
	for i := g.leaves - 1; i > 0; i-- {
		node[i] = min(node[2*i], node[2*i+1])
	}
}

// packOne packs the items of s in its order and sets its imbalance. It abandons
// the packing, imbalance infinite, once it is certain to exceed limit.
func (g *greedy) packOne(s *slot, limit float32) {
	g.reset(g.trees[0])
	g.run(g.trees[0], s, 0, float32(math.Inf(1)), 0, limit)
}

// run packs the items of s from position start on, given the least and the
// greatest load of a full pack so far.
func (g *greedy) run(node tree, s *slot, start int, least, most, limit float32) {
	leaves, shift := uint(g.leaves), g.shift
	rankMask := uint32(1)<<shift - 1
	lastRank := uint32(g.shape.Capacity() - 1)
	weights, order, place := g.weights, s.order, s.place[:len(s.order)]
	for pos := start; pos < len(order); pos++ {
		word := node[1]
		here := uint32(word)
		place[pos] = here
		load := math.Float32frombits(uint32(word>>32)) + weights[order[pos]]
		next := uint64(math.Float32bits(load))<<32 | uint64(here+1)
		if here&rankMask == lastRank {
			next = full
			least, most = min(least, load), max(most, load)
			if g.hopeless(least, most, limit) {
				s.imbalance = worst
				return
			}
		}
		node.update(leaves+uint(here>>shift), next)
	}
	s.imbalance = most - least
}

// hopeless reports whether max − min load will exceed limit, given the least
// and the greatest load of a full pack: those loads do not change any more, and
// the greatest of all will be at least the mean.
func (g *greedy) hopeless(least, most, limit float32) bool {
	return max(most, g.mean)-least > limit
}

// packTwo does for both slots what packOne does for one, an item of each in
// turn: each item waits for the one before it, so two candidates side by side
// take hardly longer than one.
func (g *greedy) packTwo(a, b *slot, limit float32) {
	ta, tb := g.trees[0], g.trees[1]
	g.reset(ta)
	g.reset(tb)
	infinite := float32(math.Inf(1))
	leastA, mostA := infinite, float32(0)
	leastB, mostB := infinite, float32(0)

	leaves, shift := uint(g.leaves), g.shift
	nodeA, nodeB := ta[:2*leaves], tb[:2*leaves]
	rankMask := uint32(1)<<shift - 1
	lastRank := uint32(g.shape.Capacity() - 1)
	weights, orderA := g.weights, a.order
	orderB, placeA, placeB := b.order[:len(orderA)], a.place[:len(orderA)], b.place[:len(orderA)]
	for pos := range orderA {
		wordA, wordB := nodeA[1], nodeB[1]
		hereA, hereB := uint32(wordA), uint32(wordB)
		placeA[pos], placeB[pos] = hereA, hereB
		loadA := math.Float32frombits(uint32(wordA>>32)) + weights[orderA[pos]]
		loadB := math.Float32frombits(uint32(wordB>>32)) + weights[orderB[pos]]
		nextA := uint64(math.Float32bits(loadA))<<32 | uint64(hereA+1)
		nextB := uint64(math.Float32bits(loadB))<<32 | uint64(hereB+1)
		if hereA&rankMask == lastRank {
			nextA = full
			leastA, mostA = min(leastA, loadA), max(mostA, loadA)
			if g.hopeless(leastA, mostA, limit) {
				a.imbalance = worst
				g.run(tb, b, pos, leastB, mostB, limit)
				return
			}
		}
		if hereB&rankMask == lastRank {
			nextB = full
			leastB, mostB = min(leastB, loadB), max(mostB, loadB)
			if g.hopeless(leastB, mostB, limit) {
				nodeA.update(leaves+uint(hereA>>shift), nextA)
				b.imbalance = worst
				g.run(ta, a, pos+1, leastA, mostA, limit)
				return
			}
		}
		i, j := leaves+uint(hereA>>shift), leaves+uint(hereB>>shift)
		nodeA[i], nodeB[j] = nextA, nextB
		for i > 1 {
			nextA = min(nextA, nodeA[i^1])
			nextB = min(nextB, nodeB[j^1])
			i >>= 1
			j >>= 1
			nodeA[i], nodeB[j] = nextA, nextB
		}
	}
	a.imbalance = mostA - leastA
	b.imbalance = mostB - leastB
}
