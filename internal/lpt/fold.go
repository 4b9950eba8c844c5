package lpt

// Fold deals the items of an order in rows of one per pack: the first row from
// the first pack to the last, the second back, and so on. The rank of an item is
// its row.
func Fold(order []int32, packs int, packIndex, rankInPack []int32) {
	for pos, item := range order {
		row, pack := pos/packs, pos%packs
		if row%2 == 1 {
			pack = packs - 1 - pack
		}
		packIndex[item], rankInPack[item] = int32(pack), int32(row)
	}
}
