package cpu

import (
	"math"

	"packbench/packing"
)

// queue packs the items of sixteen candidates side by side. The packs of a lane form
// a queue by rising load, ties by number. The first pack takes the next item and
// moves to its new place.
type queue interface {
	// pack packs items, which are words with an item's number in the lowest bits,
	// turns them into words of the queue's format and sets the imbalance of each
	// lane.
	pack(items []vectorRow, weights []numberedWeight, imbalance *vectorScores)
	// format is that of all words.
	format() placeFormat
}

// placeFormat says where a word holds an item and, unless the mask room is 0, its
// place. The rank is last − room, in the bits of that mask.
type placeFormat struct {
	item, pack, room uint32 // masks; of pack and room, after the shift
	packAt, roomAt   uint32 // lowest bits
	last             uint32
}

// place returns the place in a word.
func (f *placeFormat) place(word uint32) place {
	return place{Pack: int32(word >> (f.packAt & 31) & f.pack), Rank: int32((f.last - word>>(f.roomAt&31)) & f.room)}
}

// newQueue returns the fastest queue for a shape within vector's limits. item masks
// the number of an item in the words to be packed. The queue may use g.
func newQueue(shape packing.Shape, item uint32, g *greedy) queue {
	switch {
	case shape.Packs <= shortPacks && shape.Capacity() <= shortCapacity:
		return newShortQueue(shape, item)
	case shape.Packs <= longPacks && shape.Items <= longItems:
		return newLongQueue(shape, item)
	}
	return &treeQueue{item: item, greedy: g, slots: newSelection(0, interleaved, shape.Items).slots}
}

// shortQueue is a queue of few packs, held in registers.
type shortQueue struct {
	shape packing.Shape
	item  uint32       // mask
	start shortPacking // the empty packs
	loads [shortPacks]vectorRow
}

// The limits of a shortQueue: eight registers hold the queue, and the room of a pack
// is counted in a signed byte.
const (
	shortPacks    = 8
	shortCapacity = 128

	shortPackAt = 16 // lowest bit of the pack in a word
	shortRoomAt = 24
)

// shortPacking is the state of a shortQueue.
type shortPacking struct {
	load  [shortPacks]vectorRow // bits of the floats; the sign bit is set for a full pack
	place [shortPacks]vectorRow // (room − 1)<<24 | pack<<16
}

func newShortQueue(shape packing.Shape, item uint32) *shortQueue {
	q := &shortQueue{shape: shape, item: item}
	for p := range q.start.load {
		for l := range q.start.load[p] {
			q.start.place[p][l] = uint32((shape.Capacity()-1)<<shortRoomAt | p<<shortPackAt)
			if p >= shape.Packs {
				q.start.load[p][l] = math.MaxUint32 // no pack
			}
		}
	}
	return q
}

// format implements [queue]. The room in a word is one less than what is left after
// the item.
func (q *shortQueue) format() placeFormat {
	return placeFormat{
		item: 1<<shortPackAt - 1, pack: 1<<8 - 1, packAt: shortPackAt, room: 1<<8 - 1, roomAt: shortRoomAt,
		last: uint32(q.shape.Capacity() - 2),
	}
}

func (q *shortQueue) pack(items []vectorRow, weights []numberedWeight, imbalance *vectorScores) {
	packShort(items, q.item, weights, &q.start, q.shape.Packs, &q.loads)
	lightest, heaviest := &q.loads[0], &q.loads[q.shape.Packs-1]
	for l := range imbalance {
		imbalance[l] = math.Float32frombits(heaviest[l]&^signBit) - math.Float32frombits(lightest[l]&^signBit)
	}
}

// longQueue is a queue of more packs, or of larger ones, in memory, for half of the
// lanes at a time. Its words, load<<32 | pack<<25 | room<<12, sort as the packs do.
// The word of the pack that has taken an item moves to its new place in one pass
// over the queue.
type longQueue struct {
	shape  packing.Shape
	item   uint32       // mask
	filled []comparator // sorts the queue once each pack has one item
	queue  []longRow    // a row per pack, then full ones
}

// longRow holds a word of each lane of a half.
type longRow = [halfLanes]uint64

// The limits of a longQueue: its work grows with the number of packs, and a word has
// 12 bits for an item.
const (
	longPacks = 128
	longItems = 4096
)

const (
	longRoomAt = 12
	longPackAt = 25
)

func newLongQueue(shape packing.Shape, item uint32) *longQueue {
	return &longQueue{
		shape:  shape,
		item:   item,
		filled: newNetwork(shape.Packs),
		queue:  make([]longRow, 1+roundUp(shape.Packs, queueBlock)),
	}
}

// format implements [queue]. The room in a word is what was left before the item.
func (q *longQueue) format() placeFormat {
	return placeFormat{
		item: longItems - 1, pack: longPacks - 1, packAt: longPackAt,
		room: 2*longItems - 1, roomAt: longRoomAt, last: uint32(q.shape.Capacity()),
	}
}

func (q *longQueue) pack(items []vectorRow, weights []numberedWeight, imbalance *vectorScores) {
	for half := range 2 {
		start := q.begin(half, items, weights)
		lightest, heaviest := packLong(half, items[start:], q.item, weights, q.queue)
		for l := range lightest {
			imbalance[half*halfLanes+l] = math.Float32frombits(uint32(heaviest[l]>>32)) - math.Float32frombits(uint32(lightest[l]>>32))
		}
	}
}

// begin sets up the queue and returns the position to go on from. As in
// [greedy.begin], the first items go into one empty pack each, provided that all
// have a load; a network sorts these packs.
func (q *longQueue) begin(half int, items []vectorRow, weights []numberedWeight) (start int) {
	packs, room := q.shape.Packs, uint64(q.shape.Capacity())<<longRoomAt
	if q.shape.Capacity() > 1 && fillLong(half, items[:packs], q.item, weights, q.queue[:packs], room) {
		sortRows(q.queue[:packs], q.filled)
		start = packs
	} else {
		for p := range q.queue[:packs] {
			word := uint64(p)<<longPackAt | room
			q.queue[p] = longRow{word, word, word, word, word, word, word, word}
		}
	}
	for p := range q.queue[packs:] {
		q.queue[packs+p] = longRow{full, full, full, full, full, full, full, full}
	}
	return start
}

// treeQueue packs with the tournaments of a [greedy], which record no places.
type treeQueue struct {
	item   uint32  // mask
	greedy *greedy // with the weights of the layer
	slots  []*slot
}

// format implements [queue].
func (q *treeQueue) format() placeFormat { return placeFormat{item: q.item} }

func (q *treeQueue) pack(items []vectorRow, _ []numberedWeight, imbalance *vectorScores) {
	format := q.format()
	for first := 0; first < len(imbalance); first += interleaved {
		for l, s := range q.slots {
			takeLane(items, uint(first+l), &format, s)
		}
		q.greedy.score(q.slots)
		for l, s := range q.slots {
			imbalance[first+l] = s.imbalance
		}
	}
}
