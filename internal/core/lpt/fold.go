package lpt

// Fold deals the items of an order out in rows, one item per pack: the first row from
// the first pack to the last, the second from the last to the first, and so on. The
// rank of an item is its row.
func Fold(order []int32, packs int, packIndex, rankInPack []int32) {
	for pos, item := range order {
		row, pack := pos/packs, pos%packs
		if row%2 == 1 {
			pack = packs - 1 - pack
		}
		packIndex[item], rankInPack[item] = int32(pack), int32(row)
	}
}
