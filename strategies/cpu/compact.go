package cpu

import (
	"math"
	"math/bits"

	"packbench/internal/draws"
	"packbench/packing"
	"packbench/strategies"
)

// compactRow holds one word of each of sixteen candidates that are made and
// scored side by side, each in its lane.
type compactRow = [draws.Wide]uint32

// compact does what [vector] does for layers of few packs, sixteen candidates
// at a time in words of half the size.
//
// A word to be sorted is a key above the number of an item. The keys are counted
// from the least there can be in the layer; where that is still too wide for
// compactKeyBits, the lowest bits are left out and the few items that become
// equal are put right after sorting. Blocks of rows are sorted and merged in
// registers, and there the queue of the packs stays too.
type compact struct {
	ensemble strategies.Ensemble
	shape    packing.Shape

	draws    *draws.Layer
	rows     []compactRow // of each batch of candidates; see order and score
	exact    []compactRow // keys of one batch in full, by item
	sort     []blockStep
	numbered []numberedWeight
	keys     compactKeys
	start    compactQueue // of empty packs
	loads    [compactPacks]compactRow
	shift    uint32    // bits of the layer's keys that are left out
	first    int       // candidate of the page's first lane
	count    int       // candidates in the page
	scores   []float32 // imbalance of each
	best     []int32   // lanes of the page, the best first
}

// numberedWeight is an item. The weight is without the sign of −0.
type numberedWeight struct {
	weight float32
	number uint32
}

// compactKeys says how the keys of a batch are made: those of descendingNoisy, or
// the draws themselves.
type compactKeys struct {
	spread, floor [draws.Wide]float32
	left          [draws.Wide]uint32 // bits to shift a key by, to stand above an item
	base          uint32             // bits of the greatest noisy weight
	random        uint32             // bit set of the lanes whose keys are the draws
}

// The shapes for which compact works: items are numbered in compactItemBits, and
// eight registers hold the queue of the packs. Rooms are counted in bytes with sign.
const (
	compactItemBits = 8
	compactKeyBits  = 32 - compactItemBits
	compactItems    = 1 << compactItemBits
	compactPacks    = 8
	compactCapacity = 128
)

// compactPage is the number of candidates that are made before the best of them
// are taken.
const compactPage = 8 * draws.Wide

// newCompact returns nil for a shape or ensemble that it does not work for.
func newCompact(e strategies.Ensemble, shape packing.Shape) *compact {
	if e.Candidates == 1 || shape.Items > compactItems || shape.Packs > compactPacks || shape.Capacity() > compactCapacity {
		return nil
	}
	page := min(compactPage, roundUp(e.Candidates, draws.Wide))
	return &compact{
		ensemble: e, shape: shape,
		draws:    draws.NewLayer(shape.Items),
		rows:     make([]compactRow, page/draws.Wide*roundUp(shape.Items, blockRows)),
		exact:    make([]compactRow, shape.Items),
		start:    newCompactQueue(shape),
		sort:     newBlocks(roundUp(shape.Items, blockRows) / blockRows),
		numbered: make([]numberedWeight, shape.Items),
		scores:   make([]float32, page),
		best:     make([]int32, 0, min(e.Keep, page)),
	}
}

// setLayer chooses the layer to pack. It reports whether compact can: not where
// the load of a pack might overflow.
func (c *compact) setLayer(weights []float32, layer int, random strategies.Random) bool {
	e := c.ensemble
	least, most, total := float32(math.Inf(1)), float32(0), 0.0
	for i, w := range weights {
		w = abs(w)
		c.numbered[i] = numberedWeight{w, uint32(i)}
		least, most = min(least, w), max(most, w)
		total += float64(w)
	}
	// Rounding does not turn the order of products around, so no noisy weight is
	// beyond that of the least or the greatest weight with the extreme draws.
	least = min(least, draws.Noisy(least, 0, e.Spread, e.Floor))
	most = max(most, draws.Noisy(most, 1<<draws.Bits-1, e.Spread, e.Floor))
	if !(total < math.MaxFloat32/2 && most <= math.MaxFloat32) { // most may be NaN
		return false
	}
	c.keys.base = math.Float32bits(most)
	c.shift = uint32(max(0, bits.Len32(c.keys.base-math.Float32bits(least))-compactKeyBits))
	if random.Stream == strategies.Philox {
		c.draws.Reset(random.Seed, layer)
	}
	return true
}

// turn begins the page of candidates from the first-th on.
func (c *compact) turn(first int) {
	c.first, c.count = first, min(len(c.scores), c.ensemble.Candidates-first)
}

// batches is the number of batches of the page.
func (c *compact) batches() int { return (c.count + draws.Wide - 1) / draws.Wide }

// batch returns the rows of a batch, whole blocks of them.
func (c *compact) batch(b int) []compactRow {
	rows := roundUp(c.shape.Items, blockRows)
	return c.rows[b*rows : (b+1)*rows]
}

// order makes the orders of a batch of candidates, whose draws are in its rows:
// these become words key<<compactItemBits | item, sorted.
func (c *compact) order(b int) {
	rows := c.batch(b)
	items := rows[:c.shape.Items]
	first := c.first + b*draws.Wide
	c.keys.random = 0
	for l := range draws.Wide {
		c.keys.spread[l], c.keys.floor[l], c.keys.left[l] = c.ensemble.Spread, c.ensemble.Floor, compactItemBits-c.shift
		switch candidate := first + l; {
		case candidate == 0:
			c.keys.spread[l], c.keys.floor[l] = 0, 1 // the weight as it is
		case candidate < 2+c.ensemble.Random:
			c.keys.random |= 1 << l
			c.keys.left[l] = compactItemBits
		}
	}
	compactMakeKeys(items, c.exact, c.numbered, &c.keys)
	for i := range rows[len(items):] {
		rows[len(items)+i] = lastRow
	}
	compactSort(rows, c.sort)
	if c.shift > 0 {
		for lanes := compactTies(items); lanes != 0; lanes &= lanes - 1 {
			c.mend(items, bits.TrailingZeros16(lanes))
		}
	}
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

// mend sorts the items of a lane whose keys are equal but for the bits left out.
func (c *compact) mend(items []compactRow, lane int) {
	for i := 1; i < len(items); i++ {
		word := items[i][lane]
		key := c.exact[word%compactItems][lane]
		at := i
		for ; at > 0; at-- {
			before := items[at-1][lane]
			if (before^word)>>compactItemBits != 0 || c.exact[before%compactItems][lane] <= key {
				break
			}
			items[at][lane] = before
		}
		items[at][lane] = word
	}
}

// score packs a batch, sets its scores and puts the place of each item beside it:
// words room<<24 | pack<<16 | item, room being one less than the pack has left then.
func (c *compact) score(b int) {
	compactPackRows(c.batch(b)[:c.shape.Items], c.numbered, &c.start, c.shape.Packs, &c.loads)
	least, most := &c.loads[0], &c.loads[c.shape.Packs-1]
	for l := range min(draws.Wide, c.count-b*draws.Wide) {
		c.scores[b*draws.Wide+l] = math.Float32frombits(most[l]&^signBit) - math.Float32frombits(least[l]&^signBit)
	}
}

// compactQueue holds the packs of each lane, the least loaded first.
type compactQueue struct {
	load  [compactPacks]compactRow // bits of the floats; with the sign where the pack is full
	place [compactPacks]compactRow // (room − 1)<<24 | pack<<16
}

// newCompactQueue returns the queue of empty packs.
func newCompactQueue(shape packing.Shape) (q compactQueue) {
	for p := range q.load {
		for l := range q.load[p] {
			q.place[p][l] = uint32((shape.Capacity()-1)<<24 | p<<16)
			if p >= shape.Packs {
				q.load[p][l] = math.MaxUint32 // no pack
			}
		}
	}
	return q
}

// offer offers the best candidates of the page to kept, by rising index.
func (c *compact) offer(kept *selection) {
	c.best = c.best[:0]
	limit := kept.limit()
	for at, score := range c.scores[:c.count] {
		if score >= limit {
			continue
		}
		if len(c.best) < cap(c.best) {
			c.best = append(c.best, 0)
		}
		i := len(c.best) - 1
		for ; i > 0 && score < c.scores[c.best[i-1]]; i-- {
			c.best[i] = c.best[i-1]
		}
		c.best[i] = int32(at)
		if len(c.best) == cap(c.best) {
			limit = min(limit, c.scores[c.best[len(c.best)-1]])
		}
	}
	// Of these, kept takes each that it wants when its turn comes; equal ones are
	// in the order of their indices already.
	for _, at := range c.best {
		if kept.wants(c.scores[at]) {
			spare := kept.spares()[0]
			spare.imbalance = c.scores[at]
			c.take(spare, int(at))
			kept.offer(0)
		}
	}
}

// take writes the order and the places of a candidate of the page to s.
func (c *compact) take(s *slot, at int) {
	rows, lane := c.batch(at/draws.Wide), uint(at)%draws.Wide
	last := int32(c.shape.Capacity()) - 2
	order := s.order
	places := s.place[:len(order)]
	rows = rows[:len(order)]
	for i := range order {
		word := rows[i][lane]
		order[i] = int32(word % compactItems)
		places[i] = place{int32(word >> 16 & 255), last - int32(word)>>24}
	}
}
