package strategies

import (
	"cmp"
	"slices"

	"packbench/internal/lpt"
)

// Descending writes to order, [items], the items of the layer by falling load as
// given, equal loads by item.
func (t Task) Descending(sorter *lpt.Sorter, order []int32) {
	sorter.Descending(order, t.Weights)
	if t.Given != nil {
		// Only among equal weights may rounding have hidden an order.
		slices.SortFunc(order, func(a, b int32) int {
			return cmp.Or(cmp.Compare(t.Given[b], t.Given[a]), cmp.Compare(a, b))
		})
	}
}

// loads writes to given, [items], the loads of the layer as given.
func (t Task) loads(given []float64) {
	if t.Given != nil {
		copy(given, t.Given)
		return
	}
	for i, w := range t.Weights {
		given[i] = float64(w)
	}
}
