package draws

import (
	"slices"
	"testing"
)

// Every lane has the draws of its candidate, with and without vector
// instructions, whatever the number of items.
func TestPhiloxLanesEqualPhilox(t *testing.T) {
	for _, items := range []int{0, 1, 3, 4, 7, 8, 72, 103} {
		for _, seed := range []uint64{0, 7<<32 | 5, 1<<64 - 1, 0x9E3779B97F4A7C15} {
			for _, at := range []struct{ layer, first int }{{0, 0}, {3, 40}, {57, 120}, {1 << 30, 1<<31 - 9}} {
				var want [Lanes][]uint32
				for l := range want {
					want[l] = make([]uint32, items)
					Philox(want[l], seed, at.layer, at.first+l)
				}
				chosen, plain := make([][Lanes]uint64, items), make([][Lanes]uint64, items)
				PhiloxLanes(chosen, seed, at.layer, at.first)
				philoxBlocks(plain, seed, at.layer, at.first, 0)
				for i := range items {
					for l := range want {
						if chosen[i][l] != uint64(want[l][i]) {
							t.Fatalf("%d items, seed %#x, %+v: draw %d of lane %d is %#x, want %#x", items, seed, at, i, l, chosen[i][l], want[l][i])
						}
					}
				}
				if !slices.Equal(plain, chosen) {
					t.Fatalf("%d items, seed %#x, %+v: without vector instructions the draws differ", items, seed, at)
				}
			}
		}
	}
}

func BenchmarkPhiloxLanes(b *testing.B) {
	rows := make([][Lanes]uint64, 288)
	b.SetBytes(int64(4 * Lanes * len(rows)))
	for i := 0; b.Loop(); i++ {
		PhiloxLanes(rows, 1, 2, i)
	}
}
