package strategies

import (
	"cmp"
	"context"
	"slices"

	"packbench/internal/core/lpt"
)

// bldmDefinition is the balanced largest differencing method. The sorted items
// are cut into k rows of m, each a partial packing with one item per pack. Then,
// k − 1 times, the two partial packings of widest spread (max − min load; the
// earlier on ties) are merged: the heaviest part of one with the lightest of the
// other, and so on. Every pack ends with exactly k items.
//
// Worst case of the maximum load, relative to the optimum: 4/3, 19/12, 103/60
// and 643/360 for k = 3 to 6, and below 2 − 1/m for all k.
var bldmDefinition = Definition{
	Name:    "bldm",
	Summary: "balanced largest differencing: rows of m merged by widest spread, heavy parts with light",
	Source:  "Michiels, Korst, Aarts, van Leeuwen: Performance ratios for the differencing method applied to the balanced number partitioning problem, STACS 2003",
	New: func(v Values) (Strategy, error) {
		return PerLayer(v, func(items, packs int) LayerPacker { return newBLDM(items, packs) }, PlansAsGiven), nil
	},
}

type bldm struct {
	sorter lpt.Sorter
	order  []int32     // [items], cut into rows
	loads  []float64   // [items]
	next   []int32     // [items]: a part is a list of items, linked by next; −1 ends it
	last   []int32     // [items]: of the first item of a list, its last
	load   [][]float64 // [k][packs] load of each part of a row, falling
	first  [][]int32   // [k][packs] first item of each part of a row
	heap   []int32     // rows that are left, the one of widest spread first
	merged []part
}

// part is what one pack of a partial packing holds.
type part struct {
	load  float64
	first int32
}

func newBLDM(items, packs int) *bldm {
	b := &bldm{
		order: make([]int32, items), loads: make([]float64, items), next: make([]int32, items), last: make([]int32, items),
		merged: make([]part, packs),
	}
	for range items / packs {
		b.load = append(b.load, make([]float64, packs))
		b.first = append(b.first, make([]int32, packs))
	}
	return b
}

// PackLayer implements [LayerPacker].
func (b *bldm) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	task.Descending(&b.sorter, b.order)
	task.loads(b.loads)
	m := task.Packs
	b.heap = b.heap[:0]
	for row := range b.load {
		b.heap = append(b.heap, int32(row))
		for at, item := range b.order[row*m:][:m] {
			b.load[row][at], b.first[row][at] = b.loads[item], item
			b.next[item], b.last[item] = -1, item
		}
	}
	for root := len(b.heap)/2 - 1; root >= 0; root-- {
		b.sink(root)
	}
	for len(b.heap) > 1 {
		if err := ctx.Err(); err != nil {
			return LayerStats{}, err
		}
		i := b.takeWidest()
		j := b.heap[0]
		b.merge(i, j)
		b.heap[0] = i
		b.sink(0)
	}
	for pack, item := range b.first[b.heap[0]] {
		for rank := int32(0); item >= 0; rank++ {
			packIndex[item], rankInPack[item] = int32(pack), rank
			item = b.next[item]
		}
	}
	return LayerStats{}, nil
}

// takeWidest removes the row of widest spread from those left, the lowest on
// ties.
func (b *bldm) takeWidest() int32 {
	row, last := b.heap[0], len(b.heap)-1
	b.heap[0] = b.heap[last]
	b.heap = b.heap[:last]
	b.sink(0)
	return row
}

// sink puts the row at place i of the heap where it belongs below it.
func (b *bldm) sink(i int) {
	for {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(b.heap); child++ {
			if b.before(b.heap[child], b.heap[first]) {
				first = child
			}
		}
		if first == i {
			return
		}
		b.heap[i], b.heap[first] = b.heap[first], b.heap[i]
		i = first
	}
}

// before reports whether row i is merged before row j.
func (b *bldm) before(i, j int32) bool {
	d := b.spread(i) - b.spread(j)
	return d > 0 || d == 0 && i < j
}

func (b *bldm) spread(row int32) float64 {
	load := b.load[row]
	return load[0] - load[len(load)-1]
}

// merge adds the parts of row j to those of row i, the lightest to the
// heaviest, and puts the sums in falling order.
func (b *bldm) merge(i, j int32) {
	m := len(b.merged)
	for at := range m {
		head, tail := b.first[i][at], b.first[j][m-1-at]
		b.next[b.last[head]], b.last[head] = tail, b.last[tail]
		b.merged[at] = part{b.load[i][at] + b.load[j][m-1-at], head}
	}
	slices.SortStableFunc(b.merged, func(x, y part) int { return cmp.Compare(y.load, x.load) })
	for at, p := range b.merged {
		b.load[i][at], b.first[i][at] = p.load, p.first
	}
}
