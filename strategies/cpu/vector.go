package cpu

import (
	"math"
	"math/bits"
	"slices"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
)

// lanes is the number of candidates that are made and scored side by side, each in a
// 32-bit lane of a ZMM register. Steps that need 64 bits each, or only a YMM
// register, take halfLanes.
const (
	lanes     = draws.Lanes
	halfLanes = lanes / 2
)

// vectorRow holds one word of each candidate, in its lane.
type vectorRow = [lanes]uint32

// vector orders and scores candidates with vector instructions, a batch of lanes at a
// time. Its answers are those of [sorter] and [greedy]. No step branches on the
// loads, except a few that deal with rare cases.
//
// A word to be sorted is a key above the number of an item. Keys are relative to the
// min that the layer can have. Where they are still too wide, their lowest bits are
// dropped, and the few items that this makes equal are put in order after sorting.
// Packing is left to a [queue].
//
// A page of several batches is made before its best candidates are taken.
type vector struct {
	ensemble strategies.Ensemble
	shape    packing.Shape
	items    uint // bits of an item's number

	draws    *draws.Layer
	rows     []vectorRow // of each batch of the page
	exact    []vectorRow // keys of one batch in full, by item
	ties     []uint16    // of each row, the lanes whose key equals that of the row before
	sort     []blockStep
	queue    queue
	numbered []numberedWeight
	keys     vectorKeys
	shift    uint           // bits of the layer's keys that are dropped
	first    int            // the page's first candidate
	count    int            // candidates in the page
	scores   []vectorScores // imbalance of each candidate
}

// vectorScores holds a number for each lane.
type vectorScores = [lanes]float32

// numberedWeight is an item. Its weight is not −0.
type numberedWeight struct {
	number uint32
	weight float32
}

// vectorKeys says how the keys of a batch are made: as in descendingNoisy, or from
// the draws alone.
type vectorKeys struct {
	spread, floor [lanes]float32
	left          [lanes]uint32 // bits to shift a key by, so that it stands above an item
	base          uint32        // bits of the max noisy weight
	max           uint32        // max key: that of an item without load
	mask          uint32        // bits of a word that hold the key
	random        uint32        // set of the lanes whose keys are the draws
	noisy         bool          // whether all are noisy
}

// vectorItems is the max number of items: above it, a word has so few bits for a key
// that many keys would be equal.
const vectorItems = 1 << 13

// pageSize returns the number of candidates in a page: as many as fit into a cache,
// up to the 128 of the published program.
func pageSize(e strategies.Ensemble, shape packing.Shape) int {
	const maxBatches, cache = 8, 1 << 19
	batches := min(maxBatches, max(1, cache/(4*lanes*shape.Items)))
	return min(batches*lanes, roundUp(e.Candidates, lanes))
}

// newVector returns nil for a shape or ensemble that vector instructions would not
// speed up. When a batch is scored, g must have the weights of the layer.
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
	clearRows(v.rows) // the rows after the items
	v.keys.mask = math.MaxUint32 << v.items
	v.queue = newQueue(shape, ^v.keys.mask, g)
	return v
}

// roundUp returns the min multiple of unit that is ≥ n.
func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// setLayer chooses the layer to pack. It reports whether vector can pack it: not if
// the load of a pack might overflow.
func (v *vector) setLayer(weights []float32, layer int, random strategies.Random) bool {
	e := v.ensemble
	lowest, highest, total := uint32(math.MaxUint32), uint32(0), 0.0
	for i, w := range weights {
		w = abs(w)
		v.numbered[i] = numberedWeight{uint32(i), w}
		total += float64(w)
		word := math.Float32bits(w)  // in the order of the floats
		lowest = min(lowest, word-1) // 0 wraps around to the max
		highest = max(highest, word)
	}
	lightest, heaviest := math.Float32frombits(lowest+1), math.Float32frombits(highest) // of items with a load
	// Rounding is monotonic, so the noisy weights other than 0 lie between those of
	// the lightest and the heaviest item with the extreme draws.
	lightest = min(lightest, heaviest, draws.Noisy(lightest, 0, e.Spread, e.Floor))
	heaviest = max(heaviest, draws.Noisy(heaviest, 1<<draws.Bits-1, e.Spread, e.Floor))
	if !(total < math.MaxFloat32/2 && heaviest <= math.MaxFloat32) { // heaviest may be NaN
		return false
	}
	v.keys.base = math.Float32bits(heaviest)
	v.keys.max = v.keys.base - math.Float32bits(lightest) + 1
	v.shift = uint(max(0, bits.Len32(v.keys.max)+int(v.items)-32))
	if random.Stream == strategies.Philox {
		v.draws.Reset(random.Seed, layer)
	}
	return true
}

// turn begins the page of candidates first, first + 1, ….
func (v *vector) turn(first int) {
	v.first, v.count = first, min(v.page(), v.ensemble.Candidates-first)
}

// page returns the number of candidates in a page.
func (v *vector) page() int { return len(v.scores) * lanes }

// batches returns the number of batches in the page.
func (v *vector) batches() int { return (v.count + lanes - 1) / lanes }

// batch returns the rows of a batch, in whole blocks.
func (v *vector) batch(b int) []vectorRow {
	rows := roundUp(v.shape.Items, blockRows)
	return v.rows[b*rows : (b+1)*rows]
}

// drawn returns the rows of a batch for draws to fill.
func (v *vector) drawn(b int) []vectorRow {
	return v.batch(b)[:roundUp(v.shape.Items, draws.Block)]
}

// clearRows makes rows sort last.
func clearRows(rows []vectorRow) {
	for i := range rows {
		for l := range rows[i] {
			rows[i][l] = math.MaxUint32
		}
	}
}

// order turns the rows of a batch from draws into sorted words of key and item: the
// orders of its candidates.
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

// chooseKeys chooses the keys for the batch that begins with candidate first. They
// are the same for all batches of a layer but the first few.
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

// mend sorts the items whose keys differ only in the dropped bits; v.ties says which.
func (v *vector) mend(items []vectorRow) {
	for i := 1; i < len(items); i++ {
		for set := v.ties[i]; set != 0; set &= set - 1 {
			v.insert(items, i, bits.TrailingZeros16(set)%lanes)
		}
	}
}

// insert moves row i of a lane to its place among the rows before it whose keys
// differ only in the dropped bits.
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

// score packs a batch, sets its scores and adds the places to the items.
func (v *vector) score(b int) {
	v.queue.pack(v.batch(b)[:v.shape.Items], v.numbered, &v.scores[b])
}

// imbalance returns the score of a candidate of the page.
func (v *vector) imbalance(at int) float32 {
	return v.scores[uint(at)/lanes][uint(at)%lanes]
}

// offer offers the candidates of the page to kept, by rising index, except those that
// others of the page rule out.
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
// exceed: the count-th lowest among the min imbalances of the lanes.
func (v *vector) bound(count int) float32 {
	if count > lanes || v.count < v.page() {
		return float32(math.Inf(1))
	}
	var lowest [lanes]uint32 // of each lane; the bits of floats ≥ 0 sort as the floats do
	for l := range lowest {
		lowest[l] = math.MaxUint32
	}
	for b := range v.scores {
		for l, score := range &v.scores[b] {
			lowest[l] = min(lowest[l], math.Float32bits(score))
		}
	}
	slices.Sort(lowest[:])
	return math.Float32frombits(lowest[count-1])
}

// places reports whether take writes places.
func (v *vector) places() bool { return v.queue.format().room != 0 }

// take writes the order of a candidate of the page to s, and its places if the queue
// records them.
func (v *vector) take(s *slot, at int) {
	format := v.queue.format()
	takeLane(v.batch(at/lanes), uint(at)%lanes, &format, s)
}

// takeLane writes the order of a lane to s, and its places if the format has any.
func takeLane(rows []vectorRow, lane uint, format *placeFormat, s *slot) {
	lane %= lanes
	for i := takeBlocks(rows, lane, format, s); i < len(s.order); i++ {
		s.order[i] = int32(rows[i][lane] & format.item)
		s.place[i] = format.place(rows[i][lane])
	}
}
