package draws

import (
	"slices"
	"testing"
)

// Every lane has the draws of its candidate, with and without vector instructions,
// whatever the number of items and the layer before it.
func TestLayerEqualsPhilox(t *testing.T) {
	for _, items := range []int{0, 1, 3, 4, 7, 8, 72, 103} {
		d := NewLayer(items)
		for _, seed := range []uint64{0, 7<<32 | 5, 1<<64 - 1, 0x9E3779B97F4A7C15} {
			for _, at := range []struct{ layer, first int }{{0, 0}, {3, 40}, {57, 121}, {1 << 30, 1<<31 - 17}} {
				d.Reset(seed, at.layer)
				rows := make([][Lanes]uint32, items)
				d.Fill(rows, at.first)
				want, got := make([]uint32, items), make([]uint32, items)
				for l := range Lanes {
					Philox(want, seed, at.layer, at.first+l)
					for i := range rows {
						got[i] = rows[i][l]
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%d items, seed %#x, %+v: lane %d has the draws\n     %#x\nwant %#x", items, seed, at, l, got, want)
					}
					for i := range got {
						got[i] = d.draw(i, at.first+l)
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%d items, seed %#x, %+v: without vector instructions lane %d has the draws\n     %#x\nwant %#x", items, seed, at, l, got, want)
					}
				}
			}
		}
	}
}

func BenchmarkLayer(b *testing.B) {
	rows, d := make([][Lanes]uint32, 72), NewLayer(72)
	b.SetBytes(int64(4 * Lanes * len(rows)))
	d.Reset(1, 2)
	for i := 0; b.Loop(); i++ {
		d.Fill(rows, i)
	}
}
