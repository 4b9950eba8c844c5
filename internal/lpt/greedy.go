package lpt

import (
	"math"
	"math/bits"
	"slices"
)

// Greedy packs items in a given order, each to the least loaded pack with room,
// the lowest pack on ties. Loads are float32 sums in the order of placement, as
// in the published programs. Its memory is kept from one layer to the next; the
// zero value is ready for use.
//
// It costs n log m: a tournament tree over the packs holds in each node the
// least word below it, a pack's word being its load's bits and its index.
type Greedy struct {
	node  []uint64 // node 1 is the root, node leaves + p is pack p
	count []int32  // items in each pack
}

// full is the word of a pack without room: no load has these bits.
const full = math.MaxUint64

// Pack writes the pack and rank of each item; the rank is the number of items
// that were there before. packs must divide the number of items.
func (g *Greedy) Pack(order []int32, weights []float32, packs int, packIndex, rankInPack []int32) {
	capacity := int32(len(order) / packs)
	leaves := 1 << bits.Len(uint(packs-1))
	g.node = slices.Grow(g.node[:0], 2*leaves)[:2*leaves]
	g.count = slices.Grow(g.count[:0], packs)[:packs]
	clear(g.count)
	node := g.node
	for p := range leaves {
		node[leaves+p] = full
		if p < packs {
			node[leaves+p] = uint64(p)
		}
	}
	for i := leaves - 1; i > 0; i-- {
		node[i] = min(node[2*i], node[2*i+1])
	}
	for _, item := range order {
		root := node[1]
		pack := uint32(root)
		load := math.Float32frombits(uint32(root>>32)) + weights[item]
		rank := g.count[pack]
		packIndex[item], rankInPack[item] = int32(pack), rank
		g.count[pack] = rank + 1
		word := uint64(math.Float32bits(load))<<32 | uint64(pack)
		if rank+1 == capacity {
			word = full
		}
		i := leaves + int(pack)
		node[i] = word
		for i > 1 {
			word = min(word, node[i^1])
			i >>= 1
			node[i] = word
		}
	}
}
