package cpu

import (
	"math"
	"math/bits"
	"slices"

	"packbench/internal/core/lpt"
	"packbench/packing"
)

// greedy packs candidates by [lpt.Greedy], or scores several side by side without
// noting places.
type greedy struct {
	lpt.Greedy
	shape   packing.Shape
	leaves  int // a power of two, ≥ packs
	games   [interleaved]tournament
	winner  []uint64 // scratch, as the nodes of an [lpt.Greedy]
	weights []float32
}

// interleaved is the number of candidates that are scored side by side. In one
// candidate each item waits for the one before it; with a few in turn the
// processor always has work.
const interleaved = 8

// tournament is a candidate being scored. Its tree has the losers of all games
// where that of an [lpt.Greedy] has the winners: one read per game, not two.
type tournament struct {
	slot *slot
	node []uint64  // the winner of all, then the loser of each game
	load []float32 // of the packs
}

// In a tournament the word of a pack has its index in bits 16 to 31 and its room
// in the lowest 16, which limits the shapes it works for.
const (
	roomBits = 16
	roomMask = 1<<roomBits - 1
)

// full is the word of a pack without room: no load has these bits.
const full = math.MaxUint64

func newGreedy(shape packing.Shape) greedy {
	leaves := 1 << bits.Len(uint(shape.Packs-1))
	g := greedy{shape: shape, leaves: leaves, winner: make([]uint64, 2*leaves)}
	for l := range g.games {
		g.games[l].node = make([]uint64, leaves)
		g.games[l].load = make([]float32, shape.Packs)
	}
	return g
}

// setWeights chooses the layer to pack.
func (g *greedy) setWeights(weights []float32) { g.weights = weights }

// pack packs the items of s in its order and sets its places and imbalance.
func (g *greedy) pack(s *slot) {
	lightest, heaviest := g.Place(s.order, g.weights, g.shape.Packs, s.place)
	s.imbalance = heaviest - lightest
}

// canScore reports whether score works for the shape.
func (g *greedy) canScore() bool {
	return g.shape.Packs <= 1<<(32-roomBits) && g.shape.Capacity() <= roomMask
}

// score sets the imbalance that packing the items of each slot would give, without
// their places. There may be at most interleaved slots.
func (g *greedy) score(slots []*slot) {
	start := g.begin(slots)
	weights, leaves := g.weights, uint(g.leaves)
	active := g.games[:len(slots)]
	for pos := start; pos < g.shape.Items; pos++ {
		for l := range active {
			t := &active[l]
			node := t.node
			here := node[0]
			pack := uint32(here) >> roomBits
			load := math.Float32frombits(uint32(here>>32)) + weights[t.slot.order[pos]]
			t.load[pack] = load
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

// begin sets up the tournaments and returns the position to go on from. While
// there are empty packs the next item goes to the first of them, unless an item
// without load leaves a pack as light as an empty one. So if the first items, one
// per pack, all have a load, they need no tournament.
func (g *greedy) begin(slots []*slot) (start int) {
	capacity := g.shape.Capacity()
	filled := capacity > 1
	for _, s := range slots {
		for _, item := range s.order[:g.shape.Packs] {
			filled = filled && g.weights[item] > 0
		}
	}
	for l, s := range slots {
		t := &g.games[l]
		t.slot = s
		for p := range g.shape.Packs {
			word := uint64(p)<<roomBits | uint64(capacity)
			if filled {
				word += uint64(math.Float32bits(g.weights[s.order[p]]))<<32 - 1
			}
			g.winner[g.leaves+p] = word
		}
		for p := g.shape.Packs; p < g.leaves; p++ {
			g.winner[g.leaves+p] = full // no pack
		}
		for i := g.leaves - 1; i > 0; i-- {
			left, right := g.winner[2*i], g.winner[2*i+1]
			g.winner[i], t.node[i] = min(left, right), max(left, right)
		}
		t.node[0] = g.winner[1]
	}
	if filled {
		return g.shape.Packs
	}
	return 0
}
