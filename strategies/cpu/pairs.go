package cpu

import (
	"slices"

	"packbench/packing"
)

// pairSwaps finds and makes the swaps of strategies.MaxAnyPairs.
//
// Items are addressed by pack and rank. Each pack has two lists of its sets by falling
// sum, of single items and of pairs, made when first needed. The index of an entry is
// the set's number after those of all packs before, so it orders sets of several packs
// by pack and number.
type pairSwaps struct {
	capacity int
	ranks    [][2]int32 // of the items of each set; an item alone is twice itself
	index    []int32    // [packs, capacity] of the item at each rank
	lists    []entry    // [packs, sets]: items, then pairs, each by falling sum
	listed   []bool     // whether the pack's lists are made
}

func newPairSwaps(shape packing.Shape) *pairSwaps {
	p := &pairSwaps{capacity: shape.Capacity(), index: make([]int32, shape.Items), listed: make([]bool, shape.Packs)}
	for a := range int32(p.capacity) {
		p.ranks = append(p.ranks, [2]int32{a, a})
	}
	for a := range int32(p.capacity) {
		for b := a + 1; b < int32(p.capacity); b++ {
			p.ranks = append(p.ranks, [2]int32{a, b})
		}
	}
	p.lists = make([]entry, shape.Packs*len(p.ranks))
	return p
}

// sets returns the lists of a pack, items and pairs.
func (r *refiner) sets(pack int) (items, pairs []entry) {
	p := r.pairs
	first := pack * len(p.ranks)
	list := p.lists[first : first+len(p.ranks)]
	items, pairs = list[:p.capacity], list[p.capacity:]
	if p.listed[pack] {
		return items, pairs
	}
	p.listed[pack] = true
	for set, ranks := range p.ranks {
		list[set] = newEntry(r.sum(pack, ranks), first+set)
	}
	slices.Sort(items)
	slices.Sort(pairs)
	return items, pairs
}

// sum is the weight of the items of a set.
func (r *refiner) sum(pack int, ranks [2]int32) float32 {
	index := r.pairs.index[pack*r.pairs.capacity:]
	w := r.weight[index[ranks[0]]]
	if ranks[1] != ranks[0] {
		w += r.weight[index[ranks[1]]]
	}
	return w
}

// begin notes where the items are.
func (p *pairSwaps) begin(places []place) {
	clear(p.listed)
	for i, at := range places {
		p.index[int(at.Pack)*p.capacity+int(at.Rank)] = int32(i)
	}
}

// swapPairs exchanges the packs and ranks of the items of two sets, the lower rank
// with the lower.
func (r *refiner) swapPairs(s swap) {
	p := r.pairs
	r.move(s)
	a, b := p.ranks[s.a.index()%len(p.ranks)], p.ranks[s.b.index()%len(p.ranks)]
	for k := range a {
		if k > 0 && a[k] == a[0] {
			break
		}
		x, y := &p.index[s.heavy*p.capacity+int(a[k])], &p.index[s.other*p.capacity+int(b[k])]
		r.place[*x], r.place[*y] = r.place[*y], r.place[*x]
		*x, *y = *y, *x
	}
	p.listed[s.heavy], p.listed[s.other] = false, false
}
