package cpu

import (
	"math"

	"packbench/packing"
	"packbench/strategies"
)

// row holds one word of each of eight candidates that are made and scored side
// by side, each in its lane.
type row = [lanes]uint64

// vector orders and scores eight candidates at a time with vector instructions.
// Its answers are those of [sorter] and [greedy].
//
// Neither stage has a branch that depends on the loads. A network sorts the
// items. The packs stand in a queue, the least loaded in front; each is a word
// of its load, index and room, as in greedy. The word of the pack that has got
// an item goes to its new place in one pass over the queue.
type vector struct {
	ensemble strategies.Ensemble
	shape    packing.Shape

	items   []row        // draws; words key<<32 | item, sorted; then place<<32 | item
	network []comparator // that sorts them
	filled  []comparator // that sorts the queue when each pack has one item
	queue   []row        // words load<<32 | pack<<roomBits | room, a row per pack; then full ones
	weights []uint64     // of the items, the bits of the float in the upper half
	keys    laneKeys
}

// laneKeys says what the keys of each lane are: those of descendingNoisy, or the
// draws themselves.
type laneKeys struct {
	spread, floor row // bits of the floats
	random        row // not 0 where the keys are the draws
}

// The shapes up to which vector is faster than sorter and greedy: its work grows
// with the product of items and packs and with n (log n)².
const (
	vectorItems = 1024
	vectorPacks = 128
)

// newVector returns nil for a shape or ensemble that is not better off with
// vector instructions.
func newVector(e strategies.Ensemble, shape packing.Shape) *vector {
	if e.Candidates == 1 || shape.Items > vectorItems || shape.Packs > vectorPacks {
		return nil
	}
	return &vector{
		ensemble: e, shape: shape,
		items:   make([]row, roundUp(shape.Items, 4)),
		network: newNetwork(shape.Items),
		filled:  newNetwork(shape.Packs),
		queue:   make([]row, 1+roundUp(shape.Packs, queueBlock)),
		weights: make([]uint64, shape.Items),
	}
}

// roundUp returns the least multiple of unit that is not below n.
func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// setWeights chooses the layer to pack.
func (v *vector) setWeights(weights []float32) {
	for i, w := range weights {
		v.weights[i] = uint64(math.Float32bits(w)&^signBit) << 32
	}
}

// draws gives the rows in which order finds the draws of the items.
func (v *vector) draws() []row { return v.items }

// order makes the orders of the candidates from the first-th on.
func (v *vector) order(first int, weights []float32) {
	for l := range lanes {
		spread, floor, random := v.ensemble.Spread, v.ensemble.Floor, uint64(0)
		switch c := first + l; {
		case c == 0:
			spread, floor = 0, 1 // the weight as it is
		case c < 2+v.ensemble.Random:
			random = 1
		}
		v.keys.spread[l] = uint64(math.Float32bits(spread))
		v.keys.floor[l] = uint64(math.Float32bits(floor))
		v.keys.random[l] = random
	}
	items := v.items[:v.shape.Items]
	makeKeys(items, weights, &v.keys)
	sortRows(items, v.network)
	if first == 0 {
		for i := range items { // zigzag
			from := i / 2
			if i%2 == 1 {
				from = len(items) - 1 - from
			}
			items[i][1] = items[from][0]
		}
	}
}

// score returns the imbalance of each lane's packing.
func (v *vector) score() [lanes]float32 {
	start := v.begin()
	least, most := packRows(v.items[start:v.shape.Items], v.weights, v.queue)
	var imbalance [lanes]float32
	for l := range lanes {
		imbalance[l] = math.Float32frombits(uint32(most[l]>>32)) - math.Float32frombits(uint32(least[l]>>32))
	}
	return imbalance
}

// begin readies the queue and returns the position to go on from. As in
// [greedy.begin], the first items go to one empty pack each if all have a load;
// a network of their own sorts these packs.
func (v *vector) begin() (start int) {
	packs, capacity := v.shape.Packs, uint64(v.shape.Capacity())
	if capacity > 1 && fillPacks(v.items[:packs], v.weights, v.queue[:packs], capacity) {
		sortRows(v.queue[:packs], v.filled)
		start = packs
	} else {
		for p := range v.queue[:packs] {
			word := uint64(p)<<roomBits | capacity
			v.queue[p] = row{word, word, word, word, word, word, word, word}
		}
	}
	for p := range v.queue[packs:] {
		v.queue[packs+p] = row{full, full, full, full, full, full, full, full}
	}
	return start
}

// take writes the order and the places of a lane to s.
func (v *vector) take(s *slot, lane int) {
	capacity := int32(v.shape.Capacity())
	items := v.items[:v.shape.Items]
	order, places := s.order[:len(items)], s.place[:len(items)]
	for i := range items {
		word := items[i][lane%lanes]
		order[i] = int32(uint32(word))
		room := int32(word >> 32 & roomMask)
		places[i] = place{int32(word >> (32 + roomBits)), capacity - room}
	}
}
