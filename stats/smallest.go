package stats

import (
	"cmp"
	"slices"
)

// smallest returns what stands at index k of the sorted list. It only sorts the
// part of the list around k (Hoare 1961), and leaves the list in another order.
func smallest(list []float64, k int) float64 {
	const few = 24
	for len(list) > few {
		// Of three in the middle: at least one value is on each side of it.
		m := len(list) / 2
		slices.Sort(list[m-1 : m+2])
		pivot := list[m]
		i, j := 0, len(list)-1
		for i <= j {
			for cmp.Less(list[i], pivot) {
				i++
			}
			for cmp.Less(pivot, list[j]) {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			list = list[:j+1]
		case k >= i:
			list, k = list[i:], k-i
		default:
			return pivot
		}
	}
	slices.Sort(list)
	return list[k]
}
