package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Coordinate is the value of a cell on one axis.
type Coordinate struct {
	Axis  string
	Value string // of a number, in decimal
}

// Cell is one combination of an experiment's axes: what is run, several times.
// It is a list of coordinates with at most one per axis, and is not changed once
// it is made. As JSON it is an object; values of [Axis.Number] axes are numbers
// there, and so are whole numbers on axes that this program does not declare.
type Cell struct{ coordinates []Coordinate }

// NewCell returns the cell with the given coordinates.
func NewCell(coordinates ...Coordinate) Cell { return Cell{slices.Clone(coordinates)} }

// Coordinates returns the coordinates in their order.
func (c Cell) Coordinates() []Coordinate { return slices.Clone(c.coordinates) }

// Get returns the value on an axis, "" where the cell has none.
func (c Cell) Get(axis string) string {
	for _, x := range c.coordinates {
		if x.Axis == axis {
			return x.Value
		}
	}
	return ""
}

// Has reports whether the cell has a value on an axis.
func (c Cell) Has(axis string) bool {
	return slices.ContainsFunc(c.coordinates, func(x Coordinate) bool { return x.Axis == axis })
}

// With returns the cell with another value on an axis, or with one more axis.
func (c Cell) With(axis, value string) Cell {
	list := slices.Clone(c.coordinates)
	for i := range list {
		if list[i].Axis == axis {
			list[i].Value = value
			return Cell{list}
		}
	}
	return Cell{append(list, Coordinate{axis, value})}
}

// Without returns the cell without its coordinates on the given axes.
func (c Cell) Without(axes ...string) Cell {
	return Cell{slices.DeleteFunc(slices.Clone(c.coordinates), func(x Coordinate) bool {
		return slices.Contains(axes, x.Axis)
	})}
}

// Equal reports whether both cells have the same coordinates, in any order.
func (c Cell) Equal(d Cell) bool {
	return slices.Equal(c.coordinates, d.coordinates) || c.ID() == d.ID()
}

// ID returns a map key: the same text for cells that are [Cell.Equal] and for
// no others.
func (c Cell) ID() string {
	parts := make([]string, len(c.coordinates))
	for i, x := range c.coordinates {
		parts[i] = strconv.Quote(x.Axis) + strconv.Quote(x.Value)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// Strategy returns the canonical spec of the strategy.
func (c Cell) Strategy() string { return c.Get(StrategyAxis) }

// Subject returns what the cell is about, its value on the axes of that role:
// the canonical spec of its strategy or its planner.
func (c Cell) Subject() string {
	if c.Has(PlannerAxis) {
		return c.Get(PlannerAxis)
	}
	return c.Strategy()
}

// Target returns what the workload is distributed over: "32 packs", "288 slots,
// 32 GPUs, 4 nodes, 8 groups". One node and one group are left out.
func (c Cell) Target() string {
	if packs := c.Get(PacksAxis); packs != "" && c.Has(SlotsAxis) { // of a replay: the GPUs
		c = c.Without(PacksAxis).With(GPUsAxis, packs)
	}
	var parts []string
	for _, a := range Axes() {
		value := c.Get(a.Name)
		whole := value == "1" && (a.Name == NodesAxis || a.Name == GroupsAxis)
		if a.Role == Problem && a.Name != WorkloadAxis && c.Has(a.Name) && !whole {
			parts = append(parts, a.Say(value))
		}
	}
	return strings.Join(parts, ", ")
}

// Workload returns the canonical name of the workload.
func (c Cell) Workload() string { return c.Get(WorkloadAxis) }

// Backend returns the name of the backend.
func (c Cell) Backend() string { return c.Get(BackendAxis) }

// RNG returns the name of the random stream.
func (c Cell) RNG() string { return c.Get(RNGAxis) }

// Packs returns the number of packs, 0 where the cell has none.
func (c Cell) Packs() int { return c.Number(PacksAxis) }

// Number returns the value on an axis of numbers, 0 where the cell has none.
func (c Cell) Number(axis string) int {
	n, _ := strconv.Atoi(c.Get(axis))
	return n
}

// Seed returns the seed of the workload and of the strategy, 0 where the cell
// has none.
func (c Cell) Seed() uint64 {
	n, _ := strconv.ParseUint(c.Get(SeedAxis), 10, 64)
	return n
}

// keyed are the axes that every key is made of, in this order.
var keyed = []string{StrategyAxis, WorkloadAxis, PacksAxis, BackendAxis, RNGAxis, SeedAxis}

// Key returns the stable hash of a cell, 16 hex digits: the same on every
// machine and, for a given content, under every path. content is the hash of
// the loads if they come from a file, and then replaces the workload's name; ""
// if the name determines the loads.
func (c Cell) Key(content string) string {
	if content != "" {
		return c.key("", content)
	}
	return c.key(c.Workload(), "")
}

// NamedKey returns the key of a cell on the loads of a file that another cell of
// the run has under another name: its name counts too.
func (c Cell) NamedKey(content string) string { return c.key(c.Workload(), content) }

func (c Cell) key(workload, content string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %s %q %q %s", c.Strategy(), workload, c.Get(PacksAxis), c.Backend(), c.RNG(), c.Get(SeedAxis))
	for _, x := range c.Without(keyed...).coordinates {
		fmt.Fprintf(h, " %q=%q", x.Axis, x.Value)
	}
	io.WriteString(h, content)
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// MarshalJSON writes an object with a member per coordinate, in their order.
func (c Cell) MarshalJSON() ([]byte, error) {
	axes := knownAxes()
	out := []byte{'{'}
	for i, x := range c.coordinates {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendString(out, x.Axis)
		out = append(out, ':')
		if a, known := findAxis(axes, x.Axis); (a.Number || !known) && isWhole(x.Value) {
			out = append(out, x.Value...)
		} else {
			out = appendString(out, x.Value)
		}
	}
	return append(out, '}'), nil
}

// appendString appends s as JSON, with <, > and & as they are.
func appendString(out []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // no string fails
		return append(out, `""`...)
	}
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// isWhole reports whether text is a whole number as JSON writes it.
func isWhole(text string) bool {
	n, err := strconv.ParseUint(text, 10, 64)
	return err == nil && strconv.FormatUint(n, 10) == text
}

// UnmarshalJSON reads what MarshalJSON writes. An axis that occurs twice, a
// value that is neither text nor a number, or a value of a numeric axis that is
// not a whole number from 0 to 2^64 − 1 is an error.
func (c *Cell) UnmarshalJSON(text []byte) error {
	if list, ok := plainCell(&scanner{text}); ok {
		c.coordinates = list
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return fmt.Errorf("a cell must be an object of axes and values")
	}
	declared := knownAxes()
	var list []Coordinate
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		x := Coordinate{Axis: name.(string)}
		value, err := d.Token()
		if err != nil {
			return err
		}
		switch v := value.(type) {
		case string:
			x.Value = v
		case json.Number:
			x.Value = v.String()
		default:
			return fmt.Errorf("%s of a cell: use text or a number", x.Axis)
		}
		if a, _ := findAxis(declared, x.Axis); a.Number && !isWhole(x.Value) {
			return fmt.Errorf("%s %s: use a whole number from 0 to 2^64 − 1", x.Axis, x.Value)
		}
		if slices.ContainsFunc(list, func(y Coordinate) bool { return y.Axis == x.Axis }) {
			return fmt.Errorf("a cell with two values for %s", x.Axis)
		}
		list = append(list, x)
	}
	c.coordinates = list
	return nil
}

// plainCell takes a cell in the usual form of MarshalJSON; ok is false where
// encoding/json must decide.
func plainCell(s *scanner) (list []Coordinate, ok bool) {
	if !s.skip('{') {
		return nil, false
	}
	declared := Axes()
	list = make([]Coordinate, 0, len(declared))
	for {
		name, ok := s.name()
		at := slices.IndexFunc(declared, func(a Axis) bool { return a.Name == string(name) })
		if !ok || at < 0 {
			return nil, false
		}
		x := Coordinate{Axis: declared[at].Name}
		var value []byte
		if declared[at].Number {
			value, _, ok = s.number()
			ok = ok && isWhole(string(value))
		} else {
			value, ok = s.text()
		}
		if !ok || slices.ContainsFunc(list, func(y Coordinate) bool { return y.Axis == x.Axis }) {
			return nil, false
		}
		x.Value = string(value)
		list = append(list, x)
		if s.skip('}') {
			return list, len(s.rest) == 0
		}
		if !s.skip(',') {
			return nil, false
		}
	}
}

// PlannedCell is a cell with what is known about it before it runs.
type PlannedCell struct {
	Cell
	Key          string // stable hash of the cell; see [Cell.Key]
	Layers       int
	Items        int
	WorkloadHash string // SHA-256 of the loads; see package datasets
	// Draws names the random draws that the loads are made of: cells with equal
	// Draws are not independent of each other, layer by layer. "" if unknown.
	Draws string
}

// plannedCell is PlannedCell as JSON has it.
type plannedCell struct {
	Cell         Cell   `json:"cell"`
	Key          string `json:"key"`
	Layers       int    `json:"layers"`
	Items        int    `json:"items"`
	WorkloadHash string `json:"workload_hash"`
	Draws        string `json:"draws,omitempty"`
}

// MarshalJSON writes the cell as a member of its own.
func (p PlannedCell) MarshalJSON() ([]byte, error) {
	return marshal(plannedCell{p.Cell, p.Key, p.Layers, p.Items, p.WorkloadHash, p.Draws})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *PlannedCell) UnmarshalJSON(text []byte) error {
	if q, ok := plainPlanned(text); ok {
		*p = q
		return nil
	}
	var c plannedCell
	if err := unmarshalStrict(text, &c); err != nil {
		return err
	}
	*p = PlannedCell{c.Cell, c.Key, c.Layers, c.Items, c.WorkloadHash, c.Draws}
	return nil
}

// plainPlanned reads a cell in the usual form of MarshalJSON; ok is false where
// encoding/json must decide.
func plainPlanned(text []byte) (p PlannedCell, ok bool) {
	const before, after = `{"cell":`, `,"key":`
	end := bytes.Index(text, []byte(after))
	if end < 0 || !bytes.HasPrefix(text, []byte(before)) {
		return p, false
	}
	if p.coordinates, ok = plainCell(&scanner{text[len(before):end]}); !ok {
		return p, false
	}
	s := scanner{text[end:]}
	for _, member := range []struct {
		name   string
		text   *string
		number *int
	}{{"key", &p.Key, nil}, {"layers", nil, &p.Layers}, {"items", nil, &p.Items}, {"workload_hash", &p.WorkloadHash, nil}} {
		if !s.skip(',') {
			return p, false
		}
		name, ok := s.name()
		if !ok || string(name) != member.name {
			return p, false
		}
		if member.number != nil {
			*member.number, ok = s.int()
		} else {
			var value []byte
			value, ok = s.text()
			*member.text = string(value)
		}
		if !ok {
			return p, false
		}
	}
	return p, s.skip('}') && len(s.rest) == 0
}

// Equal reports whether both are the same cell on the same loads.
func (p PlannedCell) Equal(q PlannedCell) bool {
	return p.Key == q.Key && p.Layers == q.Layers && p.Items == q.Items && p.WorkloadHash == q.WorkloadHash && p.Cell.Equal(q.Cell)
}
