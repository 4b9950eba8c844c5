package cpu

import (
	"math"
	"math/bits"
	"slices"

	"packbench/packing"
)

// greedy packs items in a given order, each to the least loaded pack with room.
//
// A tournament tree over the packs holds in each node the smallest word below
// it; the word of a pack begins with the bits of its load, then its index, so
// the root names the least loaded pack, the lowest index on ties. The word of a
// full pack is the largest there is.
type greedy struct {
	shape   packing.Shape
	leaves  int      // a power of two, ≥ packs
	node    []uint64 // node 1 is the root, node leaves + p is pack p
	lanes   [lanes]lane
	count   []int32 // items in each pack
	weights []float32
}

const full = math.MaxUint64 // no load has these bits: they are a NaN's

func newGreedy(shape packing.Shape) greedy {
	leaves := 1 << bits.Len(uint(shape.Packs-1))
	g := greedy{
		shape: shape, leaves: leaves,
		node:  make([]uint64, 2*leaves),
		count: make([]int32, shape.Packs),
	}
	for l := range g.lanes {
		g.lanes[l].node = make([]uint64, leaves)
		g.lanes[l].load = make([]float32, shape.Packs)
	}
	return g
}

// setWeights chooses the layer to pack.
func (g *greedy) setWeights(weights []float32) { g.weights = weights }

// pack packs the items of s in its order and sets its places and imbalance.
func (g *greedy) pack(s *slot) {
	node, leaves := g.node, uint(g.leaves)
	for p := range leaves {
		node[leaves+p] = full
		if int(p) < g.shape.Packs {
			node[leaves+p] = uint64(p)
		}
	}
	for i := leaves - 1; i > 0; i-- {
		node[i] = min(node[2*i], node[2*i+1])
	}
	clear(g.count)
	capacity := int32(g.shape.Capacity())
	least, most := float32(math.Inf(1)), float32(0)
	for pos, item := range s.order {
		word := node[1]
		pack := uint32(word)
		s.place[pos] = place{int32(pack), g.count[pack]}
		load := math.Float32frombits(uint32(word>>32)) + g.weights[item]
		next := uint64(math.Float32bits(load))<<32 | uint64(pack)
		g.count[pack]++
		if g.count[pack] == capacity {
			next = full
			least, most = min(least, load), max(most, load)
		}
		i := leaves + uint(pack)
		node[i] = next
		for i > 1 {
			next = min(next, node[i^1])
			i >>= 1
			node[i] = next
		}
	}
	s.imbalance = most - least
}

// lanes is the number of candidates that are scored side by side. In one
// candidate each item waits for the one before it; with a few in turn the
// processor always has work.
const lanes = 8

// lane is a candidate being scored.
type lane struct {
	slot *slot
	node []uint64  // tournament tree: the winner, then the loser of each game
	load []float32 // of the packs
}

// In the lanes' trees the word of a pack has its index in bits 16 to 31 and its
// room in the lowest 16, which limits the shapes they work for.
const (
	roomBits = 16
	roomMask = 1<<roomBits - 1
)

// canScore reports whether score works for the shape.
func (g *greedy) canScore() bool {
	return g.shape.Packs <= 1<<(32-roomBits) && g.shape.Capacity() <= roomMask
}

// score sets the imbalance that packing the items of each slot would give,
// without their places. There may be at most lanes slots.
func (g *greedy) score(slots []*slot) {
	start := g.begin(slots)
	weights, leaves := g.weights, uint(g.leaves)
	active := g.lanes[:len(slots)]
	for pos := start; pos < g.shape.Items; pos++ {
		for l := range active {
			lane := &active[l]
			node := lane.node
			here := node[0]
			pack := uint32(here) >> roomBits
			load := math.Float32frombits(uint32(here>>32)) + weights[lane.slot.order[pos]]
			lane.load[pack] = load
			next := uint64(math.Float32bits(load))<<32 | uint64(uint32(here)-1)
			next |= uint64(int64(next&roomMask-1) >> 63) // full when there is no room; a branch would be hard to predict
			for i := (leaves + uint(pack)) / 2; i > 0; i /= 2 {
				other := node[i]
				node[i] = max(next, other)
				next = min(next, other)
			}
			node[0] = next
		}
	}
	for l := range active {
		load := active[l].load
		active[l].slot.imbalance = slices.Max(load) - slices.Min(load)
	}
}

// begin readies the lanes and returns the position to go on from. While there
// are empty packs the next item goes to the first of them, as long as no item
// without load leaves a pack as light as an empty one: so the first items, one
// per pack, need no tournament.
func (g *greedy) begin(slots []*slot) (start int) {
	capacity := g.shape.Capacity()
	filled := capacity > 1
	for _, s := range slots {
		for _, item := range s.order[:g.shape.Packs] {
			filled = filled && g.weights[item] > 0
		}
	}
	for l, s := range slots {
		lane := &g.lanes[l]
		lane.slot = s
		node := lane.node
		for p := range g.shape.Packs {
			word := uint64(p)<<roomBits | uint64(capacity)
			if filled {
				word += uint64(math.Float32bits(g.weights[s.order[p]]))<<32 - 1
			}
			g.node[g.leaves+p] = word
		}
		for p := g.shape.Packs; p < g.leaves; p++ {
			g.node[g.leaves+p] = full // no pack
		}
		for i := g.leaves - 1; i > 0; i-- {
			left, right := g.node[2*i], g.node[2*i+1]
			g.node[i], node[i] = min(left, right), max(left, right) // winner, loser
		}
		node[0] = g.node[1]
	}
	if filled {
		return g.shape.Packs
	}
	return 0
}
