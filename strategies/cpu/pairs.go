package cpu

import (
	"slices"

	"packbench/packing"
)

// pairSwaps finds and makes the swaps of strategies.MaxAnyPairs.
//
// Items are addressed by pack and rank. Each pack has two lists of its sets by falling
// sum, of single items and of pairs, made when first needed; the best swap of two packs
// is found by one pass over both packs' lists, as for single items.
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

// bestPairs is bestMaxAny with pairs. The fields i and j of the swap are numbers of
// sets.
func (r *refiner) bestPairs() (swap, bool) {
	heavy, light := r.extremes()
	best := swap{heavy: heavy, score: r.ensemble.Epsilon, other: -1}
	if heavy == light {
		return best, false
	}
	r.pairsWith(light, &best)
	load := r.load[heavy]
	for p, other := range r.load {
		if p != heavy && p != light && (load-other)/2 >= best.score {
			r.pairsWith(p, &best)
		}
	}
	return best, best.other >= 0
}

// pairsWith replaces best by the best swap of the heaviest pack with other, if that is
// better.
func (r *refiner) pairsWith(other int, best *swap) {
	items, pairs := r.sets(best.heavy)
	partners, partnerPairs := r.sets(other)
	gap := r.load[best.heavy] - r.load[other]
	r.pairs.with(items, partners, other, gap, best)
	r.pairs.with(pairs, partnerPairs, other, gap, best)
}

// with looks at the swaps of the sets of one list with those of another; see
// [refiner.maxAnyWith].
func (p *pairSwaps) with(sets, partners []entry, other int, gap float32, best *swap) {
	turn := 0
	for _, a := range sets {
		w := a.weight()
		for turn < len(partners) {
			if delta := w - partners[turn].weight(); delta > gap-delta {
				break
			}
			turn++
		}
		gain := float32(-1)
		if turn < len(partners) {
			gain = gap - (w - partners[turn].weight())
		}
		if turn > 0 {
			gain = max(gain, w-partners[turn-1].weight())
		}
		// best.score is epsilon until there is a swap, which must gain more.
		if gain < best.score || gain == best.score && (best.other < 0 || a.index() > best.i) {
			continue
		}
		j := partners[firstPartner(partners, turn, func(delta float32) bool { return min(delta, gap-delta) == gain }, w)].index()
		if gain == best.score && a.index() == best.i && (other > best.other || other == best.other && j > best.j) {
			continue
		}
		best.i, best.other, best.j, best.score = a.index(), other, j, gain
	}
}

// sets returns the lists of a pack, items and pairs.
func (r *refiner) sets(pack int) (items, pairs []entry) {
	p := r.pairs
	list := p.lists[pack*len(p.ranks) : (pack+1)*len(p.ranks)]
	items, pairs = list[:p.capacity], list[p.capacity:]
	if p.listed[pack] {
		return items, pairs
	}
	p.listed[pack] = true
	for set, ranks := range p.ranks {
		list[set] = newEntry(r.sum(pack, ranks), set)
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
	a, b := p.ranks[s.i], p.ranks[s.j]
	delta := r.sum(s.heavy, a) - r.sum(s.other, b)
	r.load[s.heavy] -= delta
	r.load[s.other] += delta
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
