package compare

import (
	"strings"

	"packbench/runs"
)

// runAxis is the axis of the new sides, where there are several.
var runAxis = runs.Axis{Name: "run", Role: runs.Setting}

// axes says which coordinates tell cells apart.
type axes struct {
	c     *Comparison
	vary  []runs.Axis
	fixed []runs.Axis
}

// varying finds the axes on which the cells differ; what is compared always
// counts as one.
func (c *Comparison) varying() axes {
	a := axes{c: c}
	if len(c.More) > 0 {
		a.vary = append(a.vary, runAxis)
	}
	for _, axis := range c.axes {
		varies := axis.Role == runs.Subject
		for _, cell := range c.Cells {
			varies = varies || cell.value(axis.Name) != c.Cells[0].value(axis.Name)
		}
		if varies {
			a.vary = append(a.vary, axis)
		} else {
			a.fixed = append(a.fixed, axis)
		}
	}
	return a
}

// all returns the axes as if every one of them varied.
func (c *Comparison) all() axes { return axes{c: c, vary: c.axes} }

// value returns the coordinate of the cell on an axis: "1", or "1, 2, 3" where
// several are pooled.
func (c *Cell) value(axis string) string {
	if axis == runAxis.Name && c.Run != "" {
		return c.Run
	}
	if values := c.Pooled[axis]; values != nil {
		return strings.Join(values, ", ")
	}
	return c.Get(axis)
}

// label returns a value on an axis as people read it.
func (c *Comparison) label(axis, value string) string {
	if label := c.labels[axis][value]; label != "" {
		return label
	}
	return value
}

// shown returns the coordinate as people read it.
func (a axes) shown(c *Cell, axis runs.Axis) string { return a.c.label(axis.Name, c.value(axis.Name)) }

// values returns the cell's coordinates on the axes that vary.
func (a axes) values(c *Cell) []string {
	var values []string
	for _, axis := range a.vary {
		values = append(values, a.shown(c, axis))
	}
	return values
}

// columns are those of [axes.values].
func (a axes) columns() []column {
	var columns []column
	for _, axis := range a.vary {
		columns = append(columns, column{axis.Name, axis.Number})
	}
	return columns
}

// label names a cell by the coordinates that vary.
func (a axes) label(c *Cell) string {
	return a.join(c, func(runs.Axis) bool { return true })
}

// problem names a cell within its group.
func (a axes) problem(c *Cell) string {
	return a.join(c, func(x runs.Axis) bool { return !grouping(x) })
}

func (a axes) join(c *Cell, wanted func(runs.Axis) bool) string {
	var parts []string
	for _, axis := range a.vary {
		if value := a.shown(c, axis); wanted(axis) && value != "" {
			parts = append(parts, axis.Say(value))
		}
	}
	if parts == nil {
		return c.Workload()
	}
	return strings.Join(parts, ", ")
}

// distinct returns the names to show for the values on each axis: the labels of
// the runs, and the value itself where two values share a label.
func distinct(pairs []pair) map[string]map[string]string {
	labels := map[string]map[string]string{}
	owners := map[[2]string]string{} // axis and label
	add := func(m *runs.Manifest, c runs.Cell) {
		for _, x := range c.Coordinates() {
			if labels[x.Axis] == nil {
				labels[x.Axis] = map[string]string{}
			}
			if _, known := labels[x.Axis][x.Value]; known {
				continue
			}
			label := m.Label(x.Axis, x.Value)
			at := [2]string{x.Axis, label}
			if owner, taken := owners[at]; taken && owner != x.Value {
				labels[x.Axis][owner], label = owner, x.Value
			}
			owners[at], labels[x.Axis][x.Value] = x.Value, label
		}
	}
	for _, p := range pairs {
		add(&p.newRun.Manifest, p.new.Cell)
	}
	for _, p := range pairs {
		add(&p.oldRun.Manifest, p.old.Cell)
	}
	return labels
}
