package analysis

import (
	"fmt"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/packing"
	"packbench/runs"
)

// Problem is what strategies are compared on: one value on each problem axis,
// over all replicates.
type Problem struct {
	// Cell has the coordinates on the problem axes alone.
	Cell   runs.Cell
	Layers int
	Items  int
	// Name is the workload as people read it: its label, or its spec without
	// the numbers that Shape tells.
	Name string
}

// Workload returns the canonical name of the workload.
func (p *Problem) Workload() string { return p.Cell.Workload() }

// Shape is the shape of the problem.
func (p *Problem) Shape() packing.Shape {
	return packing.Shape{Layers: p.Layers, Items: p.Items, Packs: p.Cell.Packs()}
}

// Packed reports whether the problem is one of packing, not of placement.
func (p *Problem) Packed() bool { return !p.Cell.Has(runs.SlotsAxis) }

// Slots is the number of slots of a placement, 0 of a packing.
func (p *Problem) Slots() int { return p.Cell.Number(runs.SlotsAxis) }

// ShortShape is "58×288×32" or, of placements, "58×256 → 288s/32g/4n/8gr": slots,
// GPUs, and nodes and groups where there are several.
func (p *Problem) ShortShape() string {
	if p.Packed() {
		return p.Shape().String()
	}
	text := fmt.Sprintf("%d×%d → %ds/%dg", p.Layers, p.Items, p.Slots(), max(p.Cell.Number(runs.GPUsAxis), p.Cell.Packs()))
	for _, level := range []struct{ axis, unit string }{{runs.NodesAxis, "n"}, {runs.GroupsAxis, "gr"}} {
		if n := p.Cell.Number(level.axis); n > 1 {
			text += fmt.Sprintf("/%d%s", n, level.unit)
		}
	}
	return text
}

// ShapeText is "58 layers × 288 items in 32 packs" or "58 layers × 256 experts to
// 288 slots, 32 GPUs, 4 nodes, 8 groups".
func (p *Problem) ShapeText() string {
	if !p.Packed() {
		return fmt.Sprintf("%s × %s to %s", number.Count(p.Layers, "layer"), number.Count(p.Items, "expert"), p.Cell.Without(runs.PreviousAxis).Target())
	}
	return fmt.Sprintf("%s × %s in %s", number.Count(p.Layers, "layer"), number.Count(p.Items, "item"), number.Count(p.Cell.Packs(), "pack"))
}

// problemName returns the name to show for the problem of a cell. Axes of role
// problem that tables have no column for are part of it.
func problemName(m *runs.Manifest, c runs.Cell) string {
	name := m.Label(runs.WorkloadAxis, c.Workload())
	if name == c.Workload() {
		name = PlainWorkload(name)
	}
	parts := []string{name}
	for _, x := range c.Coordinates() {
		a, _ := m.Axis(x.Axis)
		if a.Role == runs.Problem && !slices.Contains(told, x.Axis) {
			parts = append(parts, a.Say(m.Label(x.Axis, x.Value)))
		}
	}
	return strings.Join(parts, ", ")
}

// told are the axes of role problem that names of problems leave to their
// workload and shape.
var told = []string{runs.WorkloadAxis, runs.PacksAxis, runs.SlotsAxis, runs.GPUsAxis, runs.NodesAxis, runs.GroupsAxis}

// PlainWorkload returns the spec of a workload in words, without the numbers of
// its layers and items: "lognormal sigma=0.5".
func PlainWorkload(spec string) string {
	name, args, _ := strings.Cut(spec, ":")
	kept := []string{name}
	for arg := range strings.SplitSeq(args, ",") {
		key, _, given := strings.Cut(arg, "=")
		switch {
		case arg != "" && !given: // a file with a colon in its name
			return spec
		case arg != "" && key != "layers" && key != "items":
			kept = append(kept, arg)
		}
	}
	return strings.Join(kept, " ")
}

// axesOf returns the names of the axes of a role that the cell has.
func axesOf(m *runs.Manifest, c runs.Cell, roles ...runs.Role) []string {
	var names []string
	for _, x := range c.Coordinates() {
		if a, ok := m.Axis(x.Axis); ok && slices.Contains(roles, a.Role) {
			names = append(names, x.Axis)
		}
	}
	return names
}
