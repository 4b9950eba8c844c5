//go:build !purego

package cpu

// compactMakeKeys turns the draws in items into words to be sorted and leaves
// the keys, counted from the least, in exact.
func compactMakeKeys(items, exact []compactRow, numbered []numberedWeight, keys *compactKeys) {
	compactKeysAVX512(&items[0], &exact[0], &numbered[0], keys, len(items))
}

// compactSort sorts each lane of rows, whole blocks of them, by the steps for as
// many.
func compactSort(rows []compactRow, steps []blockStep) {
	compactSortAVX512(&rows[0], &steps[0], len(steps))
}

// compactTies returns the set of the lanes in which neighbours have equal keys.
func compactTies(rows []compactRow) uint16 {
	if len(rows) < 2 {
		return 0
	}
	return compactTiesAVX512(&rows[0], len(rows)-1)
}

// compactPackRows packs the items of each lane in their order into the packs of
// start, so many of them, leaves the place of each in its word and in loads the
// packs' loads, rising, with the sign of −.
func compactPackRows(items []compactRow, numbered []numberedWeight, start *compactQueue, packs int, loads *[compactPacks]compactRow) {
	compactPackAVX512(&items[0], &numbered[0], start, packs, len(items), loads)
}

//go:noescape
func compactKeysAVX512(items, exact *compactRow, numbered *numberedWeight, keys *compactKeys, count int)

//go:noescape
func compactSortAVX512(rows *compactRow, steps *blockStep, count int)

//go:noescape
func compactTiesAVX512(rows *compactRow, pairs int) uint16

//go:noescape
func compactPackAVX512(items *compactRow, numbered *numberedWeight, start *compactQueue, filling, count int, loads *[compactPacks]compactRow)
