package strategies

import (
	"cmp"
	"slices"

	"packbench/internal/core/lpt"
	"packbench/packing"
)

// Descending writes the items of the layer to order, [items], by descending load
// as given, equal loads by item.
func (t Task) Descending(sorter *lpt.Sorter, order []int32) {
	sorter.Descending(order, t.Weights)
	if t.Given != nil {
		// Only among equal weights may rounding have hidden an order.
		slices.SortFunc(order, func(a, b int32) int {
			return cmp.Or(cmp.Compare(t.Given[b], t.Given[a]), cmp.Compare(a, b))
		})
	}
}

// loads writes to loads, [items], the loads of the layer as given: in the unit
// that divides them, where they are not the weights, so that sums of decimals are
// not rounded.
func (t Task) loads(loads []float64) {
	if t.Given != nil {
		units := make([]int64, len(t.Given))
		if packing.UnitsOf(units, t.Weights, t.Given).Exact() {
			for i, u := range units {
				loads[i] = float64(u)
			}
			return
		}
		copy(loads, t.Given)
		return
	}
	for i, w := range t.Weights {
		loads[i] = float64(w)
	}
}
