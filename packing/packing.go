package packing

import (
	"fmt"
	"slices"
)

// Packing is an answer to a [Problem]: for every item of every layer the pack
// it goes to and its rank (slot) there. In each pack the ranks are a
// permutation of 0..capacity−1.
type Packing struct {
	Shape
	PackIndex  []int32 // [layers, items] row-major, in 0..packs−1
	RankInPack []int32 // [layers, items] row-major, in 0..capacity−1
}

// NewPacking returns a packing of the shape with all indices zero (which is not
// a valid packing, unless the shape has one item).
func NewPacking(s Shape) *Packing {
	n := s.Layers * s.Items
	both := make([]int32, 2*n)
	return &Packing{Shape: s, PackIndex: both[:n:n], RankInPack: both[n:]}
}

// Layer returns the pack indices and ranks of layer l, [items] each. The
// slices alias the packing.
func (g *Packing) Layer(l int) (packIndex, rankInPack []int32) {
	lo, hi := l*g.Items, (l+1)*g.Items
	return g.PackIndex[lo:hi:hi], g.RankInPack[lo:hi:hi]
}

// Equal reports whether both put every item into the same pack at the same rank.
func (g *Packing) Equal(h *Packing) bool {
	return g.Shape == h.Shape && slices.Equal(g.PackIndex, h.PackIndex) && slices.Equal(g.RankInPack, h.RankInPack)
}

// Validate returns an error that names the first rule that the packing breaks as an answer to p:
// the shapes agree, every pack index and rank is in range, every pack holds
// exactly capacity items, and no two items of a pack share a rank.
func (g *Packing) Validate(p *Problem) error {
	if g.Shape != p.Shape {
		return fmt.Errorf("a packing of shape %v does not answer a problem of shape %v", g.Shape, p.Shape)
	}
	n := g.Layers * g.Items
	if len(g.PackIndex) != n || len(g.RankInPack) != n {
		return fmt.Errorf("%d pack indices and %d ranks for %d layers of %d items: need %d of each",
			len(g.PackIndex), len(g.RankInPack), g.Layers, g.Items, n)
	}
	count := make([]int32, g.Packs)
	holder := make([]int32, g.Items) // item + 1 that has slot pack·capacity + rank
	for l := range g.Layers {
		if err := g.validateLayer(l, count, holder); err != nil {
			return fmt.Errorf("layer %d: %w", l, err)
		}
	}
	return nil
}

func (g *Packing) validateLayer(l int, held, holder []int32) error {
	clear(held)
	clear(holder)
	packs, ranks := g.Layer(l)
	capacity := int32(g.Capacity())
	for i, pack := range packs {
		if pack < 0 || int(pack) >= g.Packs {
			return fmt.Errorf("item %d is in pack %d: packs are 0 to %d", i, pack, g.Packs-1)
		}
		held[pack]++
	}
	for pack, c := range held {
		if c != capacity {
			return fmt.Errorf("pack %d holds %s: each pack must hold exactly %d", pack, count(int(c), "item"), capacity)
		}
	}
	for i, rank := range ranks {
		if rank < 0 || rank >= capacity {
			return fmt.Errorf("item %d has rank %d: ranks are 0 to %d", i, rank, capacity-1)
		}
		slot := packs[i]*capacity + rank
		if other := holder[slot]; other != 0 {
			return fmt.Errorf("items %d and %d both have rank %d in pack %d: ranks in a pack must differ", other-1, i, rank, packs[i])
		}
		holder[slot] = int32(i) + 1
	}
	return nil
}

// count writes n of a noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
