package cpu

import (
	"math"
	"slices"

	"packbench/packing"
	"packbench/strategies"
)

// exchanger improves packings by the swaps that [refiner.bestMaxAny] finds. It
// simply tries every item of the heaviest pack with every other item, sixteen at
// a time; while a pack holds few items that takes less than to be clever.
//
// Items are addressed by their position in the candidate's order.
type exchanger struct {
	ensemble strategies.Ensemble
	shape    packing.Shape

	weight  []float32 // of the items, then zeros to a whole number of exchangeBlocks
	carried []float32 // load of the pack that each item is in, then infinities
	gap     []float32 // heaviest load − carried
	load    []float32 // [packs]
	members []int32   // items of each pack, rising, [packs, capacity]
	heavy   []float32 // weights of the members of the heaviest pack
}

const (
	exchangeBlock    = 32 // items whose swaps are tried at a time
	exchangeCapacity = 16 // of packs up to which this pays
	exchangeItems    = 1024
)

// newExchanger returns nil for a shape or ensemble that is better off with the
// refiner's own search. An epsilon ≥ 0 rules out swaps within a pack.
func newExchanger(e strategies.Ensemble, shape packing.Shape) *exchanger {
	if e.Refinement != strategies.MaxAny || !(e.Epsilon >= 0) ||
		shape.Capacity() > exchangeCapacity || shape.Items > exchangeItems {
		return nil
	}
	x := &exchanger{
		ensemble: e, shape: shape,
		weight:  make([]float32, roundUp(shape.Items, exchangeBlock)),
		carried: make([]float32, roundUp(shape.Items, exchangeBlock)),
		gap:     make([]float32, roundUp(shape.Items, exchangeBlock)),
		load:    make([]float32, shape.Packs),
		members: make([]int32, shape.Items),
		heavy:   make([]float32, shape.Capacity()),
	}
	for i := range x.carried {
		x.carried[i] = float32(math.Inf(1))
	}
	return x
}

// refine improves c in place, sets its imbalance and returns the number of
// swaps. It reports false, having done nothing, where loads overflow.
func (x *exchanger) refine(weights []float32, c *slot) (steps int, ok bool) {
	x.start(weights, c)
	if math.IsInf(float64(slices.Max(x.load)), 1) {
		return 0, false
	}
	for steps < x.ensemble.Rounds && x.swapBest(c.place) {
		steps++
	}
	x.sumLoads(c.place)
	c.imbalance = slices.Max(x.load) - slices.Min(x.load)
	return steps, true
}

// start reads the packing, in which ranks rise with the positions.
func (x *exchanger) start(weights []float32, c *slot) {
	capacity := x.shape.Capacity()
	weight, places := x.weight[:len(c.order)], c.place[:len(c.order)]
	for i, item := range c.order {
		weight[i] = weights[item]
		x.members[int(places[i].pack)*capacity+int(places[i].rank)] = int32(i)
	}
	x.sumLoads(c.place)
	for i, p := range c.place {
		x.carried[i] = x.load[p.pack]
	}
}

// sumLoads sums the loads afresh, items in their order.
func (x *exchanger) sumLoads(places []place) {
	clear(x.load)
	for i, p := range places {
		x.load[p.pack] += x.weight[i]
	}
}

// swapBest carries out the best swap. It reports false where there is none.
func (x *exchanger) swapBest(places []place) bool {
	heavy, most := 0, x.load[0]
	for p, load := range x.load {
		if load > most {
			heavy, most = p, load
		}
	}
	members := x.pack(heavy)
	for k, i := range members {
		x.heavy[k] = x.weight[i]
	}
	gain, k := bestGain(x.weight, x.carried, x.gap, x.heavy, most)
	if gain <= x.ensemble.Epsilon {
		return false
	}
	x.swap(places, k, int(members[k]), firstGain(x.weight, x.gap, x.heavy[k], gain))
	return true
}

// pack returns the members of a pack.
func (x *exchanger) pack(pack int) []int32 {
	capacity := x.shape.Capacity()
	return x.members[pack*capacity : (pack+1)*capacity]
}

// swap exchanges item i, the k-th member of its pack, with item j.
func (x *exchanger) swap(places []place, k, i, j int) {
	delta := x.weight[i] - x.weight[j]
	heavy, other := places[i].pack, places[j].pack
	x.load[heavy] -= delta
	x.load[other] += delta
	places[i], places[j] = places[j], places[i]
	exchangeMember(x.pack(int(heavy)), k, int32(j))
	exchangeMember(x.pack(int(other)), slices.Index(x.pack(int(other)), int32(j)), int32(i))
	for _, p := range [2]int32{heavy, other} {
		for _, member := range x.pack(int(p)) {
			x.carried[member] = x.load[p]
		}
	}
}

// exchangeMember puts item in place of the k-th of members, which stay sorted.
func exchangeMember(members []int32, k int, item int32) {
	for k > 0 && members[k-1] > item {
		members[k] = members[k-1]
		k--
	}
	for k+1 < len(members) && members[k+1] < item {
		members[k] = members[k+1]
		k++
	}
	members[k] = item
}
