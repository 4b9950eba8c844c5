package compare

import (
	"strconv"
	"strings"

	"packbench/harness"
)

// axis is a coordinate of a cell with its name.
type axis struct {
	name  string
	value func(harness.Cell) string
	right bool // a number: aligned right
}

// allAxes are the coordinates in the order of table columns.
var allAxes = []axis{
	{"workload", func(c harness.Cell) string { return c.Workload }, false},
	{"packs", func(c harness.Cell) string { return strconv.Itoa(c.Packs) }, true},
	{"seed", func(c harness.Cell) string { return strconv.FormatUint(c.Seed, 10) }, true},
	{"rng", func(c harness.Cell) string { return c.RNG.String() }, false},
	{"backend", func(c harness.Cell) string { return c.Backend }, false},
	{"strategy", func(c harness.Cell) string { return c.Strategy }, false},
}

// axes says which coordinates tell cells apart.
type axes struct {
	vary  []axis
	fixed []axis
}

// varying finds the axes on which the cells differ; the strategy always counts
// as one.
func (c *Comparison) varying() axes {
	var list []harness.Cell
	for _, cell := range c.Cells {
		list = append(list, cell.Cell)
	}
	var a axes
	for _, axis := range allAxes {
		varies := axis.name == "strategy"
		for _, cell := range list {
			varies = varies || axis.value(cell) != axis.value(list[0])
		}
		if varies {
			a.vary = append(a.vary, axis)
		} else {
			a.fixed = append(a.fixed, axis)
		}
	}
	return a
}

// values returns the cell's coordinates on the axes that vary.
func (a axes) values(c harness.Cell) []string {
	var values []string
	for _, axis := range a.vary {
		values = append(values, axis.value(c))
	}
	return values
}

// label names a cell by the coordinates that vary.
func (a axes) label(c harness.Cell) string {
	return a.join(c, func(axis) bool { return true })
}

// problem names a cell within its strategy and backend.
func (a axes) problem(c harness.Cell) string {
	return a.join(c, func(x axis) bool { return x.name != "strategy" && x.name != "backend" })
}

func (a axes) join(c harness.Cell, wanted func(axis) bool) string {
	var parts []string
	for _, axis := range a.vary {
		if !wanted(axis) {
			continue
		}
		switch axis.name {
		case "packs":
			parts = append(parts, axis.value(c)+" packs")
		case "seed":
			parts = append(parts, "seed "+axis.value(c))
		default:
			parts = append(parts, axis.value(c))
		}
	}
	if parts == nil {
		return c.Workload
	}
	return strings.Join(parts, ", ")
}
