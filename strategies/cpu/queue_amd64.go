//go:build !purego

package cpu

// packShort packs the items of each lane in their order into the packs of start,
// so many of them, leaves the place of each in its word and in loads the loads of
// the packs, rising, with the sign of −. The number of an item is in the bits of
// mask.
func packShort(items []vectorRow, mask uint32, weights []numberedWeight, start *shortPacking, packs int, loads *[shortPacks]vectorRow) {
	shortAVX512(&items[0], &weights[0], start, packs, len(items), loads, mask)
}

// sortRows sorts each lane of rows by the network for as many rows.
func sortRows(rows []longRow, network []comparator) {
	if len(network) > 0 {
		sortAVX512(&rows[0], &network[0], len(network))
	}
}

// fillLong puts the first items of a half of the lanes into one empty pack each,
// the p-th into pack p, and writes places and queue as packLong does, the latter
// not yet sorted. It reports whether all of these items have a load.
func fillLong(half int, items []vectorRow, mask uint32, weights []numberedWeight, queue []longRow, room uint64) bool {
	return fillAVX512(&items[0][half*halfLanes], &weights[0], &queue[0], len(items), room, mask) == 0
}

// queueBlock is the number of rows that packLong moves at a time: the queue has
// one row and whole blocks of these.
const queueBlock = 8

// packLong packs the items of a half of the lanes in their order, and leaves beside
// each what its pack was before. It returns the words of the least and the most
// loaded pack of each lane at the end. The number of an item is in the bits of
// mask.
func packLong(half int, items []vectorRow, mask uint32, weights []numberedWeight, queue []longRow) (least, most longRow) {
	longAVX512(&items[0][half*halfLanes], &weights[0], &queue[0], len(items), (len(queue)-1)/queueBlock, &least, &most, mask)
	return least, most
}

// takeBlocks reads as many whole blocks of rows as there are of a lane, as take
// does, and returns the number of rows.
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
func longAVX512(items *uint32, weights *numberedWeight, queue *longRow, count, blocks int, least, most *longRow, mask uint32)

//go:noescape
func takeAVX512(rows *uint32, blocks int, format *placeFormat, order *int32, places *place)
