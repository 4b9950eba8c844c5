package compare

import (
	"packbench/runs"
	"packbench/stats"
)

// Group summarizes the cells of one strategy on one backend, and of one run if
// there are several.
type Group struct {
	Coordinates []runs.Coordinate // what its cells share
	Means       []Mean            // in the order of [Comparison.Measures]
	// Wins, Ties and Losses count layers over all cells: where the new side is
	// better, equal and worse by the first measure of layers.
	Wins, Ties, Losses int
}

// Mean is the geometric mean of the ratios of a measure: of medians over runs,
// or of means over layers.
type Mean struct {
	Measure runs.Measure
	stats.GeometricMean
}

// Mean returns the mean of a measure.
func (g *Group) Mean(measure string) stats.GeometricMean {
	for _, m := range g.Means {
		if m.Measure.Name == measure {
			return m.GeometricMean
		}
	}
	return stats.GeometricMean{Value: 1}
}

// MarshalJSON writes the coordinates, the mean of each measure under its name,
// and the counts.
func (g Group) MarshalJSON() ([]byte, error) {
	o := objectOf(runs.NewCell(g.Coordinates...))
	for _, m := range g.Means {
		o.add(m.Measure.Name, m.GeometricMean)
	}
	o.add("wins", g.Wins)
	o.add("ties", g.Ties)
	o.add("losses", g.Losses)
	return o.end()
}

// grouping reports whether cells that differ on the axis are in different
// groups.
func grouping(a runs.Axis) bool {
	return a.Role == runs.Subject || a.Role == runs.Platform || a == runAxis
}

// groupAxes returns the axes of groups, what is compared first.
func (c *Comparison) groupAxes() []runs.Axis {
	var list []runs.Axis
	if len(c.More) > 0 {
		list = append(list, runAxis)
	}
	for _, role := range []runs.Role{runs.Subject, runs.Platform} {
		for _, a := range c.axes {
			if a.Role == role {
				list = append(list, a)
			}
		}
	}
	return list
}

// group returns the groups in the order in which the cells begin them.
func (c *Comparison) group() []Group {
	var order []string
	cells := map[string][]*Cell{}
	axes := c.groupAxes()
	coordinates := func(cell *Cell) []runs.Coordinate {
		var list []runs.Coordinate
		for _, a := range axes {
			list = append(list, runs.Coordinate{Axis: a.Name, Value: cell.value(a.Name)})
		}
		return list
	}
	for i := range c.Cells {
		cell := &c.Cells[i]
		id := runs.NewCell(coordinates(cell)...).ID()
		if cells[id] == nil {
			order = append(order, id)
		}
		cells[id] = append(cells[id], cell)
	}
	names := c.varying()
	groups := make([]Group, len(order))
	for i, id := range order {
		g := &groups[i]
		g.Coordinates = coordinates(cells[id][0])
		for _, d := range c.Measures {
			var ratios []stats.Ratio
			for _, cell := range cells[id] {
				ratios = append(ratios, cell.ratio(d, names.problem(cell)))
			}
			g.Means = append(g.Means, Mean{d, stats.GeometricMeanOf(ratios)})
		}
		for _, cell := range cells[id] {
			if q := cell.firstLayers(); q != nil {
				g.Wins, g.Ties, g.Losses = g.Wins+q.Pairs.Wins, g.Ties+q.Pairs.Ties, g.Losses+q.Pairs.Losses
			}
		}
	}
	return groups
}

// ratio returns the ratio of a measure to be averaged, or why there is none.
func (c *Cell) ratio(d runs.Measure, name string) stats.Ratio {
	r := c.Result(d.Name)
	ratio := stats.Ratio{Name: name, Failed: c.Reason}
	switch {
	case r.Runs != nil:
		ratio.Old, ratio.New = r.Runs.Old.Center, r.Runs.New.Center
	case r.Layers != nil:
		ratio.Old, ratio.New = r.Layers.OldMean, r.Layers.NewMean
	case r.Reason != "":
		ratio.Failed = r.Reason
	}
	return ratio
}

// firstLayers returns the first result over layers, nil where there is none.
func (c *Cell) firstLayers() *OverLayers {
	for _, r := range c.Results {
		if r.Layers != nil {
			return r.Layers
		}
	}
	return nil
}
