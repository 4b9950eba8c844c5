package export

import (
	"slices"
	"strconv"
	"strings"

	"packbench/analysis"
	"packbench/runs"
)

// Columns keep the order that they have had: these first, what was declared
// since then after them.
var (
	axisOrder    = []string{runs.StrategyAxis, runs.WorkloadAxis, runs.PacksAxis, runs.BackendAxis, runs.RNGAxis, runs.SeedAxis}
	quoteOrder   = []string{runs.ImbalanceMeasure, analysis.MaxOverMean, analysis.Gap}
	measureOrder = []string{runs.ImbalanceMeasure, runs.MaxMeasure, runs.MinMeasure, runs.MeanMeasure, runs.LowerBoundMeasure, analysis.Gap, runs.OptimalMeasure}
)

// sorted puts the elements whose names are in first in front, in that order.
func sorted[E any](list []E, name func(E) string, first []string) []E {
	place := func(e E) int {
		if i := slices.Index(first, name(e)); i >= 0 {
			return i
		}
		return len(first)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b E) int { return place(a) - place(b) })
	return list
}

// axes returns the axes of the run.
func axes(m *runs.Manifest) []runs.Axis {
	declared := m.Axes
	if declared == nil {
		declared = runs.AxesOf(m.Cells)
	}
	return sorted(declared, func(a runs.Axis) string { return a.Name }, axisOrder)
}

// layerMeasures returns the measures of layers that the run can have.
func layerMeasures(m *runs.Manifest) []runs.Measure {
	return sorted(analysis.Measures(m, runs.PerLayer), nameOf, measureOrder)
}

// quoted returns the measures of layers of which tables of cells or runs show
// statistics: those that say something of their own, max/mean, which people
// quote, and the gap above the optimum where that is known.
func quoted(m *runs.Manifest) []runs.Measure {
	list := analysis.Headline(m, runs.PerLayer)
	for _, name := range []string{analysis.MaxOverMean, analysis.AboveOptimum} {
		if d, ok := analysis.Find(m, name); ok && analysis.Packed(m) {
			list = append(list, d)
		}
	}
	return sorted(list, nameOf, quoteOrder)
}

// runMeasures returns the measures of runs, the time first.
func runMeasures(m *runs.Manifest) []runs.Measure {
	return sorted(analysis.Measures(m, runs.PerRun), nameOf, []string{runs.TimeMeasure})
}

func nameOf(d runs.Measure) string { return d.Name }

// measureColumn is the column of a measure: its name, with the unit of times.
func measureColumn(d runs.Measure) column {
	switch d.Unit {
	case runs.Nanoseconds:
		return column{d.Name + "_ns", whole, true}
	case runs.Truth:
		return column{d.Name, truth, true}
	case runs.Identity:
		return column{d.Name, whole, true}
	}
	return column{d.Name, real, true}
}

// measured returns a value of a measure for its column.
func measured(d runs.Measure, v float64) any {
	switch d.Unit {
	case runs.Nanoseconds, runs.Identity:
		return rounded(v)
	case runs.Truth:
		return v != 0
	}
	return number(v)
}

// coordinates are the columns that tell which cell an observation belongs to.
type coordinates struct {
	axes   []runs.Axis
	labels map[string]bool // axes whose values have labels
	m      *runs.Manifest
}

func newCoordinates(m *runs.Manifest) coordinates {
	c := coordinates{axes: axes(m), labels: map[string]bool{}, m: m}
	for axis, labels := range m.Labels {
		c.labels[axis] = len(labels) > 0
	}
	return c
}

func (c coordinates) columns() []column {
	list := []column{{"key", text, false}}
	for _, a := range c.axes {
		k := text
		switch {
		case a.Name == runs.PacksAxis: // as it has always been
			k = whole
		case a.Number:
			k = natural
		}
		list = append(list, column{a.Name, k, !slices.Contains(axisOrder, a.Name)})
		if c.labels[a.Name] {
			list = append(list, column{a.Name + "_label", text, false})
		}
		switch a.Name {
		case runs.StrategyAxis:
			list = append(list, column{"strategy_name", text, false}) // without parameters
		case runs.WorkloadAxis:
			list = append(list, column{"layers", whole, false}, column{"items", whole, false})
		}
	}
	return list
}

func (c coordinates) values(cell *analysis.Cell) []any {
	list := []any{cell.Key}
	for _, a := range c.axes {
		value := cell.Get(a.Name)
		list = append(list, c.value(a, value))
		if c.labels[a.Name] {
			list = append(list, c.m.Label(a.Name, value))
		}
		switch a.Name {
		case runs.StrategyAxis:
			name, _, _ := strings.Cut(value, ":")
			list = append(list, name)
		case runs.WorkloadAxis:
			list = append(list, int64(cell.Layers), int64(cell.Items))
		}
	}
	return list
}

// value returns a coordinate for its column. Cells of earlier runs may lack an
// axis that was declared later.
func (c coordinates) value(a runs.Axis, value string) any {
	if !a.Number {
		if value == "" && !slices.Contains(axisOrder, a.Name) {
			return nil
		}
		return value
	}
	if a.Name == runs.PacksAxis {
		n, _ := strconv.ParseInt(value, 10, 64)
		return n
	}
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil && !slices.Contains(axisOrder, a.Name) {
		return nil
	}
	return n
}
