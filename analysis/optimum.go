package analysis

import (
	"fmt"
	"math"
	"slices"

	"packbench/packing"
	"packbench/runs"
)

// Optima holds the lowest possible max load of layers for which any strategy
// proved it: one strategy's proof serves all that solve the problem.
type Optima struct {
	known map[string][]float64 // [layers], NaN where it is not known
}

// OptimaOf gathers the proofs of cells, of one run or several.
func OptimaOf(cells ...*Cell) Optima {
	o := Optima{map[string][]float64{}}
	for _, c := range cells {
		loads := c.Layer(runs.MaxMeasure)
		if loads == nil {
			continue
		}
		id := problemID(c)
		if o.known[id] == nil {
			o.known[id] = slices.Repeat([]float64{math.NaN()}, c.Layers)
		}
		for _, l := range c.Busy() {
			if heaviest := loads[l]; c.Proven(l) && !(o.known[id][l] <= heaviest) {
				o.known[id][l] = heaviest
			}
		}
	}
	return o
}

// problemID identifies the loads of a cell and the packs they go to.
func problemID(c *Cell) string {
	loads := c.WorkloadHash
	if loads == "" {
		loads = fmt.Sprintf("%q %d", c.Workload(), c.Seed())
	}
	return fmt.Sprintf("%s %d %d %d", loads, c.Packs(), c.Layers, c.Items)
}

// SetOptima gives the cell the optima of its layers; see [AboveOptimum].
func (c *Cell) SetOptima(o Optima) {
	c.optimum = nil
	if known := o.known[problemID(c)]; slices.ContainsFunc(known, func(v float64) bool { return !math.IsNaN(v) }) {
		c.optimum = known
	}
}

// aboveOptimum returns [AboveOptimum] of every layer, NaN where the lowest
// possible max load is not known or 0; nil where it is known of none.
func (c *Cell) aboveOptimum() []float64 {
	heaviest := c.Layer(runs.MaxMeasure)
	if heaviest == nil || c.optimum == nil {
		return nil
	}
	above := make([]float64, len(heaviest))
	for l := range above {
		// Like the gap to a lower bound; sums in another order are not a gap.
		above[l] = packing.Quality{Max: heaviest[l], LowerBound: c.optimum[l]}.Gap()
		if math.Abs(above[l]) < 1e-12 {
			above[l] = 0
		}
		if !(c.optimum[l] > 0) {
			above[l] = math.NaN()
		}
	}
	return above
}
