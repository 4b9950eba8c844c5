//go:build !purego

package cpu

// packShort packs each lane's items, in order, into the first packs packs of start,
// and adds to each word the item's place. mask selects an item's number in its word.
// On return loads is ascending, with the sign bits set.
func packShort(items []vectorRow, mask uint32, weights []numberedWeight, start *shortPacking, packs int, loads *[shortPacks]vectorRow) {
	shortAVX512(&items[0], &weights[0], start, packs, len(items), loads, mask)
}

// sortRows sorts each lane of rows by the network for that number of rows.
func sortRows(rows []longRow, network []comparator) {
	if len(network) > 0 {
		sortAVX512(&rows[0], &network[0], len(network))
	}
}

// fillLong puts the first items of a half of the lanes into one empty pack each, the
// p-th into pack p. It writes places and queue as packLong does, but leaves the
// queue unsorted, and reports whether all of these items have a load.
func fillLong(half int, items []vectorRow, mask uint32, weights []numberedWeight, queue []longRow, room uint64) bool {
	return fillAVX512(&items[0][half*halfLanes], &weights[0], &queue[0], len(items), room, mask) == 0
}

// queueBlock is the number of rows that packLong moves at a time: the queue is one
// row followed by whole blocks.
const queueBlock = 8

// packLong packs the items of a half of the lanes, in order, and adds to each word
// its pack and the room there before the item. mask selects an item's number in its
// word. It returns the words of each lane's lightest and heaviest pack.
func packLong(half int, items []vectorRow, mask uint32, weights []numberedWeight, queue []longRow) (lightest, heaviest longRow) {
	longAVX512(&items[0][half*halfLanes], &weights[0], &queue[0], len(items), (len(queue)-1)/queueBlock, &lightest, &heaviest, mask)
	return lightest, heaviest
}

// takeBlocks does the work of takeLane for the whole blocks of rows, and returns
// their number of rows.
func takeBlocks(rows []vectorRow, lane uint, format *placeFormat, s *slot) int {
	blocks := len(s.order) / blockRows
	if blocks > 0 {
		takeAVX512(&rows[0][lane], blocks, format, &s.order[0], &s.place[0])
	}
	return blocks * blockRows
}

//go:noescape
func shortAVX512(items *vectorRow, weights *numberedWeight, start *shortPacking, filling, count int, loads *[shortPacks]vectorRow, mask uint32)

//go:noescape
func sortAVX512(rows *longRow, network *comparator, count int)

//go:noescape
func fillAVX512(items *uint32, weights *numberedWeight, queue *longRow, count int, room uint64, mask uint32) (lanesWithZero uint16)

//go:noescape
func longAVX512(items *uint32, weights *numberedWeight, queue *longRow, count, blocks int, lightest, heaviest *longRow, mask uint32)

//go:noescape
func takeAVX512(rows *uint32, blocks int, format *placeFormat, order *int32, places *place)
