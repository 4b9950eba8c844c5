package analysis

import (
	"maps"
	"math"
	"slices"

	"packbench/packing"
	"packbench/runs"
)

// Cell is a cell of a run with what follows from its records.
type Cell struct {
	*runs.CellRuns
	judged  []float64 // a measure of the layers; nil where there is none
	busy    []int     // the layers that are not idle
	optimum []float64 // the lowest possible max load, [layers], NaN where it is not known; nil where it is of none
}

// Cells returns the cells of a run in the order of its plan.
func Cells(run *runs.Run) []*Cell {
	list := run.Cells()
	cells := make([]*Cell, len(list))
	for i, c := range list {
		cells[i] = NewCell(c)
	}
	optima := OptimaOf(cells...)
	for _, c := range cells {
		c.SetOptima(optima)
	}
	return cells
}

// NewCell returns the cell of c.
func NewCell(c *runs.CellRuns) *Cell {
	cell := &Cell{CellRuns: c}
	heaviest := c.Layer(runs.MaxMeasure)
	if heaviest == nil {
		heaviest = c.Layer(runs.GPUMaxMeasure)
	}
	cell.judged = heaviest
	if cell.judged == nil {
		cell.judged = anyLayer(c)
	}
	for l := range cell.judged {
		if heaviest == nil || heaviest[l] > 0 {
			cell.busy = append(cell.busy, l)
		}
	}
	return cell
}

// anyLayer returns one of the measures of layers; nil where there is none.
func anyLayer(c *runs.CellRuns) []float64 {
	for _, r := range c.Records {
		for _, name := range slices.Sorted(maps.Keys(r.Layer)) {
			if r.Status == runs.Done {
				return r.Layer[name]
			}
		}
	}
	return nil
}

// Judged reports whether a run of the cell is done, so that there are measures
// of its layers.
func (c *Cell) Judged() bool { return c.judged != nil }

// Busy returns the indices of the layers that are not idle: those that count.
// If the loads are not recorded, no layer counts as idle.
func (c *Cell) Busy() []int { return c.busy }

// Idle returns the number of layers without any load.
func (c *Cell) Idle() int { return len(c.judged) - len(c.busy) }

// Every returns a measure of every layer, idle ones included, [layers]; nil
// where the cell does not have it. The measure may be one that follows from
// others. It is NaN for layers that do not have it, which only happens for
// [AboveOptimum].
func (c *Cell) Every(measure string) []float64 {
	if v := c.Layer(measure); v != nil {
		return v
	}
	if measure == AboveOptimum {
		return c.aboveOptimum()
	}
	for _, d := range derived {
		if d.Name == measure {
			return c.derive(d.of)
		}
	}
	return nil
}

func (c *Cell) derive(of func(packing.Quality) float64) []float64 {
	heaviest := c.Layer(runs.MaxMeasure)
	if heaviest == nil {
		return nil
	}
	values := make([]float64, len(heaviest))
	for l := range values {
		values[l] = of(c.Quality(l))
	}
	return values
}

// Quality returns the quality of layer l of a cell that is judged.
func (c *Cell) Quality(l int) packing.Quality {
	return packing.Quality{
		Max:        c.Layer(runs.MaxMeasure)[l],
		Min:        c.Layer(runs.MinMeasure)[l],
		Mean:       c.Layer(runs.MeanMeasure)[l],
		LowerBound: c.Layer(runs.LowerBoundMeasure)[l],
	}
}

// Known returns the indices of the layers that count and have a measure.
func (c *Cell) Known(measure string) []int {
	if measure != AboveOptimum {
		return c.busy
	}
	every := c.Every(measure)
	return slices.DeleteFunc(slices.Clone(c.busy), func(l int) bool { return every == nil || math.IsNaN(every[l]) })
}

// Values returns a measure of the layers that are not idle and have it, in the
// order of [Cell.Known].
func (c *Cell) Values(measure string) []float64 {
	every := c.Every(measure)
	if every == nil {
		return nil
	}
	known := c.Known(measure)
	values := make([]float64, len(known))
	for i, l := range known {
		values[i] = every[l]
	}
	return values
}

// Over returns the distribution of a measure over the layers that are not idle.
func (c *Cell) Over(d runs.Measure) Over { return Describe(c.Values(d.Name), d.Better) }

// Median returns the median of a measure over the runs that are done.
func (c *Cell) Median(measure string) Times { return SampleOf(measure, c).Median() }

// Proof counts the layers whose max load was proved to be the lowest possible.
type Proof struct {
	Proven int // layers
	Of     int // layers that are not idle
	Tried  bool
}

// Proven reports whether the max load of layer l of a cell that is judged is
// known to be the lowest possible: the strategy proved it, or it attains the
// lower bound.
func (c *Cell) Proven(l int) bool {
	if c.Layer(runs.MaxMeasure) == nil {
		return false // no packing
	}
	claimed := c.Layer(runs.OptimalMeasure)
	q := c.Quality(l)
	return claimed != nil && claimed[l] == 1 || q.Max <= q.LowerBound
}

// Proof counts the layers that are [Cell.Proven].
func (c *Cell) Proof() Proof {
	p := Proof{Of: len(c.busy), Tried: c.Layer(runs.OptimalMeasure) != nil}
	for _, l := range c.busy {
		if c.Proven(l) {
			p.Proven++
		}
	}
	return p
}
