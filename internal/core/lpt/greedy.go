package lpt

import (
	"math"
	"math/bits"
	"slices"
)

// Greedy packs items in a given order, each into the least loaded pack with room,
// the lowest pack on ties. Loads are float32 sums in the order of placement, as
// in the published programs. Its memory is kept from one layer to the next; the
// zero value is ready for use.
//
// It costs n log m: a tournament tree over the packs holds in each node the min
// word below it, a pack's word being the bits of its load and its index.
type Greedy struct {
	node   []uint64 // node 1 is the root, node leaves + p is pack p
	count  []int32  // items in each pack
	places []Place  // of the layer, by position
}

// Place is where an item goes: Rank is the number of items that were in the pack
// before it.
type Place struct{ Pack, Rank int32 }

// full is the word of a pack without room: no load has these bits.
const full = math.MaxUint64

// Pack writes the pack and the rank of each item to packIndex and rankInPack,
// [items]. packs must divide the number of items.
func (g *Greedy) Pack(order []int32, weights []float32, packs int, packIndex, rankInPack []int32) {
	g.places = slices.Grow(g.places[:0], len(order))[:len(order)]
	g.Place(order, weights, packs, g.places)
	for pos, item := range order {
		packIndex[item], rankInPack[item] = g.places[pos].Pack, g.places[pos].Rank
	}
}

// Place writes the places of the items by position in order, and returns the
// loads of the lightest and the heaviest pack. packs must divide the number of
// items.
func (g *Greedy) Place(order []int32, weights []float32, packs int, places []Place) (lightest, heaviest float32) {
	leaves := uint(1) << bits.Len(uint(packs-1))
	g.start(packs, leaves)
	node := g.node
	capacity := int32(len(order) / packs)
	lightest = float32(math.Inf(1))
	places = places[:len(order)]
	for pos, item := range order {
		word := node[1]
		pack := uint32(word)
		places[pos] = Place{int32(pack), g.count[pack]}
		load := math.Float32frombits(uint32(word>>32)) + weights[item]
		word = uint64(math.Float32bits(load))<<32 | uint64(pack)
		g.count[pack]++
		if g.count[pack] == capacity {
			word = full
			lightest, heaviest = min(lightest, load), max(heaviest, load)
		}
		i := leaves + uint(pack)
		node[i] = word
		for i > 1 {
			word = min(word, node[i^1])
			i >>= 1
			node[i] = word
		}
	}
	return lightest, heaviest
}

// start sets up the tree of empty packs. Leaves beyond them are full.
func (g *Greedy) start(packs int, leaves uint) {
	g.node = slices.Grow(g.node[:0], int(2*leaves))[:2*leaves]
	g.count = slices.Grow(g.count[:0], packs)[:packs]
	clear(g.count)
	for p := range leaves {
		g.node[leaves+p] = full
		if p < uint(packs) {
			g.node[leaves+p] = uint64(p)
		}
	}
	for i := leaves - 1; i > 0; i-- {
		g.node[i] = min(g.node[2*i], g.node[2*i+1])
	}
}
