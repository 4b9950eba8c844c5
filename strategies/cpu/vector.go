package cpu

import (
	"math"
	"math/bits"
	"slices"

	"packbench/internal/draws"
	"packbench/packing"
	"packbench/strategies"
)

// lanes is the number of candidates that are made and scored side by side, each in
// a 32-bit lane of a ZMM register. Some steps take halfLanes at a time: with 64 bits
// each, or in a YMM register.
const (
	lanes     = draws.Lanes
	halfLanes = lanes / 2
)

// vectorRow holds one word of each of sixteen candidates that are made and scored
// side by side, each in its lane.
type vectorRow = [lanes]uint32

// vector orders and scores candidates with vector instructions, sixteen at a time.
// Its answers are those of [sorter] and [greedy]. No step has a branch that
// depends on the loads, but for the few that put rare things right.
//
// A word to be sorted is a key above the number of an item. The keys are counted
// from the least there can be in the layer; where they are still too wide, the
// lowest bits are left out and the few items that become equal are put right
// after sorting. Packing is the work of a [queue].
//
// Some candidates are made, a page of them, before the best of the page are taken.
type vector struct {
	ensemble strategies.Ensemble
	shape    packing.Shape
	items    uint // bits of an item's number

	draws    *draws.Layer
	rows     []vectorRow // of each batch of the page; see order and score
	exact    []vectorRow // keys of one batch in full, by item
	ties     []uint16    // of each row, the lanes whose key is that of the row before
	sort     []blockStep
	queue    queue
	numbered []numberedWeight
	keys     vectorKeys
	shift    uint           // bits of the layer's keys that are left out
	first    int            // candidate of the page's first lane
	count    int            // candidates in the page
	scores   []vectorScores // imbalance of each candidate
}

// vectorScores holds a number for each lane.
type vectorScores = [lanes]float32

// numberedWeight is an item. The weight is without the sign of −0.
type numberedWeight struct {
	number uint32
	weight float32
}

// vectorKeys says how the keys of a batch are made: those of descendingNoisy, or
// the draws themselves.
type vectorKeys struct {
	spread, floor [lanes]float32
	left          [lanes]uint32 // bits to shift a key by, to stand above an item
	base          uint32        // bits of the greatest noisy weight
	max           uint32        // max key; that of an item without load
	mask          uint32        // bits of the keys in a word
	random        uint32        // bit set of the lanes whose keys are the draws
	noisy         bool          // whether all are noisy
}

// vectorItems is the number of items up to which the keys in a word are wide enough
// for few of them to be equal.
const vectorItems = 1 << 13

// pageSize is the number of candidates in a page: as many as fit into a cache, up
// to those of the published program.
func pageSize(e strategies.Ensemble, shape packing.Shape) int {
	const most, cache = 8, 1 << 19
	batches := min(most, max(1, cache/(64*shape.Items)))
	return min(batches*lanes, roundUp(e.Candidates, lanes))
}

// newVector returns nil for a shape or ensemble that is not better off with
// vector instructions. g is to have the weights of the layer when a batch is scored.
func newVector(e strategies.Ensemble, shape packing.Shape, g *greedy) *vector {
	if e.Candidates == 1 || shape.Items > vectorItems {
		return nil
	}
	page := pageSize(e, shape)
	v := &vector{
		ensemble: e, shape: shape,
		items:    uint(bits.Len(uint(shape.Items - 1))),
		draws:    draws.NewLayer(shape.Items),
		rows:     make([]vectorRow, page/lanes*roundUp(shape.Items, blockRows)),
		exact:    make([]vectorRow, shape.Items),
		ties:     make([]uint16, shape.Items),
		sort:     newBlocks(roundUp(shape.Items, blockRows) / blockRows),
		numbered: make([]numberedWeight, shape.Items),
		scores:   make([]vectorScores, page/lanes),
	}
	clearRows(v.rows) // what is no item stays last
	v.keys.mask = math.MaxUint32 << v.items
	v.queue = newQueue(shape, ^v.keys.mask, g)
	return v
}

// roundUp returns the least multiple of unit that is not below n.
func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// setLayer chooses the layer to pack. It reports whether vector can: not where the
// load of a pack might overflow.
func (v *vector) setLayer(weights []float32, layer int, random strategies.Random) bool {
	e := v.ensemble
	lowest, highest, total := uint32(math.MaxUint32), uint32(0), 0.0
	for i, w := range weights {
		w = abs(w)
		v.numbered[i] = numberedWeight{uint32(i), w}
		total += float64(w)
		word := math.Float32bits(w)  // in the order of the floats
		lowest = min(lowest, word-1) // which for 0 is the greatest there is
		highest = max(highest, word)
	}
	least, most := math.Float32frombits(lowest+1), math.Float32frombits(highest) // of those with a load
	// Rounding does not turn the order of products around, so no noisy weight but
	// 0 is beyond that of the least or the greatest weight with the extreme draws.
	least = min(least, most, draws.Noisy(least, 0, e.Spread, e.Floor))
	most = max(most, draws.Noisy(most, 1<<draws.Bits-1, e.Spread, e.Floor))
	if !(total < math.MaxFloat32/2 && most <= math.MaxFloat32) { // most may be NaN
		return false
	}
	v.keys.base = math.Float32bits(most)
	v.keys.max = v.keys.base - math.Float32bits(least) + 1
	v.shift = uint(max(0, bits.Len32(v.keys.max)+int(v.items)-32))
	if random.Stream == strategies.Philox {
		v.draws.Reset(random.Seed, layer)
	}
	return true
}

// turn begins the page of candidates from the first-th on.
func (v *vector) turn(first int) {
	v.first, v.count = first, min(v.page(), v.ensemble.Candidates-first)
}

// page is the number of candidates in a page.
func (v *vector) page() int { return len(v.scores) * lanes }

// batches is the number of batches of the page.
func (v *vector) batches() int { return (v.count + lanes - 1) / lanes }

// batch returns the rows of a batch, whole blocks of them.
func (v *vector) batch(b int) []vectorRow {
	rows := roundUp(v.shape.Items, blockRows)
	return v.rows[b*rows : (b+1)*rows]
}

// drawn returns the rows of a batch that draws are to fill.
func (v *vector) drawn(b int) []vectorRow {
	return v.batch(b)[:roundUp(v.shape.Items, draws.Block)]
}

// clearRows makes rows come last in every order.
func clearRows(rows []vectorRow) {
	for i := range rows {
		for l := range rows[i] {
			rows[i][l] = math.MaxUint32
		}
	}
}

// order makes the orders of a batch of candidates, whose draws are in its rows:
// these become words of key and item, sorted.
func (v *vector) order(b int) {
	rows := v.batch(b)
	items := rows[:v.shape.Items]
	first := v.first + b*lanes
	v.chooseKeys(first)
	makeKeys(items, v.exact, v.numbered, &v.keys)
	clearRows(v.drawn(b)[len(items):])
	sortBlocks(rows, v.sort)
	rounded := v.shift > 0 || v.keys.random != 0 && v.items > 32-draws.Bits
	if rounded && findTies(items, v.keys.mask, v.ties) {
		v.mend(items)
	}
	if first == 0 {
		for i := range items {
			items[i][1] = items[zigzagFrom(i, len(items))][0]
		}
	}
}

// chooseKeys chooses the keys of the batch of the candidates from the first-th on.
// All batches of a layer but the first few have the same.
func (v *vector) chooseKeys(first int) {
	k := &v.keys
	if first >= 2+v.ensemble.Random && k.noisy {
		return
	}
	k.random, k.noisy = 0, true
	for l := range lanes {
		k.spread[l], k.floor[l], k.left[l] = v.ensemble.Spread, v.ensemble.Floor, uint32(v.items-v.shift)
		switch candidate := first + l; {
		case candidate == 0:
			k.spread[l], k.floor[l] = 0, 1 // the weight as it is
			k.noisy = false
		case candidate < 2+v.ensemble.Random:
			k.random |= 1 << l
			k.left[l] = 32 - draws.Bits
			k.noisy = false
		}
	}
}

// mend sorts the items whose keys are equal but for the bits left out, as v.ties
// says.
func (v *vector) mend(items []vectorRow) {
	for i := 1; i < len(items); i++ {
		for set := v.ties[i]; set != 0; set &= set - 1 {
			v.insert(items, i, bits.TrailingZeros16(set)%lanes)
		}
	}
}

// insert puts row i of a lane where it belongs among the rows before it that have
// the same key but for the bits left out.
func (v *vector) insert(items []vectorRow, i, lane int) {
	mask := v.keys.mask
	word := items[i][lane]
	key := v.exact[word&^mask][lane]
	for ; i > 0; i-- {
		before := items[i-1][lane]
		if (before^word)&mask != 0 || v.exact[before&^mask][lane] <= key {
			break
		}
		items[i][lane] = before
	}
	items[i][lane] = word
}

// score packs a batch, sets its scores and puts the place of each item beside it.
func (v *vector) score(b int) {
	v.queue.pack(v.batch(b)[:v.shape.Items], v.numbered, &v.scores[b])
}

// imbalance returns the score of a candidate of the page.
func (v *vector) imbalance(at int) float32 {
	return v.scores[uint(at)/lanes][uint(at)%lanes]
}

// offer offers the candidates of the page to kept, by rising index, but for those
// that others of the page rule out.
func (v *vector) offer(kept *selection) {
	bound := v.bound(kept.keep)
	for at := range v.count {
		if score := v.imbalance(at); score <= bound && kept.wants(score) {
			spare := kept.spares()[0]
			spare.imbalance = score
			v.take(spare, at)
			kept.offer(0)
		}
	}
}

// bound returns an imbalance that at least count candidates of a full page do not
// exceed: so many lanes have one.
func (v *vector) bound(count int) float32 {
	if count > lanes || v.count < v.page() {
		return float32(math.Inf(1))
	}
	var least [lanes]uint32 // of each lane; bits of floats ≥ 0 are in their order
	for l := range least {
		least[l] = math.MaxUint32
	}
	for b := range v.scores {
		for l, score := range &v.scores[b] {
			least[l] = min(least[l], math.Float32bits(score))
		}
	}
	slices.Sort(least[:])
	return math.Float32frombits(least[count-1])
}

// places reports whether take writes places.
func (v *vector) places() bool { return v.queue.format().room != 0 }

// take writes the order of a candidate of the page to s, and its places if the
// queue has them.
func (v *vector) take(s *slot, at int) {
	format := v.queue.format()
	takeLane(v.batch(at/lanes), uint(at)%lanes, &format, s)
}

// takeLane writes the order of a lane to s, and its places if the format has them.
func takeLane(rows []vectorRow, lane uint, format *placeFormat, s *slot) {
	lane %= lanes
	for i := takeBlocks(rows, lane, format, s); i < len(s.order); i++ {
		s.order[i] = int32(rows[i][lane] & format.item)
		s.place[i] = format.place(rows[i][lane])
	}
}
