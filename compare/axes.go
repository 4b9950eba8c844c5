package compare

import (
	"strconv"
	"strings"
)

// axis is a coordinate of a cell with its name.
type axis struct {
	name  string
	value func(Cell) string
	right bool // a number: aligned right
}

// allAxes are the coordinates in the order of table columns.
var allAxes = []axis{
	{"workload", func(c Cell) string { return c.Workload }, false},
	{"packs", func(c Cell) string { return strconv.Itoa(c.Packs) }, true},
	{"seed", func(c Cell) string { return c.seeds() }, true},
	{"rng", func(c Cell) string { return c.RNG.String() }, false},
	{"backend", func(c Cell) string { return c.Backend }, false},
	{"strategy", func(c Cell) string { return c.Strategy }, false},
}

// axes says which coordinates tell cells apart.
type axes struct {
	vary  []axis
	fixed []axis
}

// varying finds the axes on which the cells differ; the strategy always counts
// as one.
func (c *Comparison) varying() axes {
	var a axes
	for _, axis := range allAxes {
		varies := axis.name == "strategy"
		for _, cell := range c.Cells {
			varies = varies || axis.value(cell) != axis.value(c.Cells[0])
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
func (a axes) values(c Cell) []string {
	var values []string
	for _, axis := range a.vary {
		values = append(values, axis.value(c))
	}
	return values
}

// label names a cell by the coordinates that vary.
func (a axes) label(c Cell) string {
	return a.join(c, func(axis) bool { return true })
}

// problem names a cell within its strategy and backend.
func (a axes) problem(c Cell) string {
	return a.join(c, func(x axis) bool { return x.name != "strategy" && x.name != "backend" })
}

func (a axes) join(c Cell, wanted func(axis) bool) string {
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

// seeds lists the seeds of the cell: "1", or "1, 2, 3" where they are pooled.
func (c Cell) seeds() string {
	if c.Seeds == nil {
		return strconv.FormatUint(c.Seed, 10)
	}
	texts := make([]string, len(c.Seeds))
	for i, s := range c.Seeds {
		texts[i] = strconv.FormatUint(s, 10)
	}
	return strings.Join(texts, ", ")
}
