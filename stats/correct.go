package stats

import (
	"cmp"
	"slices"
)

// Holm returns the p values adjusted for their number by the step-down method
// of Holm (1979): if those below alpha are called significant, the probability
// of any false positive is at most alpha, however the tests depend on each
// other. The order is that of ps.
func Holm(ps []float64) []float64 {
	adjusted := make([]float64, len(ps))
	running := 0.0
	for place, i := range ascending(ps) {
		running = max(running, min(1, ps[i]*float64(len(ps)-place)))
		adjusted[i] = running
	}
	return adjusted
}

// ascending returns the indices of values in ascending order of the values.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	return order
}
