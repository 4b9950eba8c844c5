package analysis

import (
	"math"
	"slices"
)

// Matrix holds what every strategy reached on the same layers: a row per
// instance, a column per strategy. NaN stands where a strategy has no result.
type Matrix struct {
	Strategies []string
	Gap        [][]float64
	Imbalance  [][]float64
}

// Matrix gathers the layers of all problems on which any strategy has a result.
// Rails of replays are not among the strategies.
func (r *Results) Matrix() Matrix {
	strategies, _ := r.contenders()
	all := Matrix{Strategies: strategies}
	for _, p := range r.Problems {
		columns := make([]map[[2]uint64]Instance, len(strategies))
		var keys [][2]uint64
		for j, s := range strategies {
			columns[j] = map[[2]uint64]Instance{}
			answer := r.Answer(p, s)
			if answer == nil {
				continue
			}
			for _, i := range answer.Instances() {
				columns[j][i.Key()] = i
				keys = append(keys, i.Key())
			}
		}
		slices.SortFunc(keys, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
		for _, k := range slices.Compact(keys) {
			gap, imbalance := make([]float64, len(columns)), make([]float64, len(columns))
			for j, column := range columns {
				gap[j], imbalance[j] = math.NaN(), math.NaN()
				if i, ok := column[k]; ok {
					gap[j], imbalance[j] = i.Gap, i.Imbalance
				}
			}
			all.Gap = append(all.Gap, gap)
			all.Imbalance = append(all.Imbalance, imbalance)
		}
	}
	return all
}

// Without counts the instances on which strategy j has no result.
func (m Matrix) Without(j int) int {
	n := 0
	for _, row := range m.Gap {
		if math.IsNaN(row[j]) {
			n++
		}
	}
	return n
}

// Ratios returns for each strategy its imbalance over the smallest on the layer,
// where that is finite, and the largest of all.
func (m Matrix) Ratios() (ratios [][]float64, largest float64) {
	ratios = make([][]float64, len(m.Strategies))
	largest = 1
	for _, row := range m.Imbalance {
		smallest := math.Inf(1)
		for _, x := range row {
			if x < smallest { // false for NaN
				smallest = x
			}
		}
		for j, x := range row {
			ratio := math.Inf(1)
			switch {
			case x == smallest: // both may be 0
				ratio = 1
			case smallest > 0 && !math.IsNaN(x):
				ratio = x / smallest
			}
			if !math.IsInf(ratio, 0) {
				ratios[j] = append(ratios[j], ratio)
				largest = max(largest, ratio)
			}
		}
	}
	return ratios, largest
}
