package compare

import (
	"bytes"
	"encoding/json"

	"packbench/runs"
)

// object is a JSON object under construction.
type object struct {
	text []byte // without the closing brace
	err  error
}

// objectOf begins an object with the members of v, itself an object.
func objectOf(v any) *object {
	text, err := plainJSON(v)
	return &object{bytes.TrimSuffix(text, []byte("}")), err}
}

// add adds a member.
func (o *object) add(name string, v any) {
	key, err := plainJSON(name)
	value, err2 := plainJSON(v)
	if o.err == nil {
		o.err = err
	}
	if o.err == nil {
		o.err = err2
	}
	if len(o.text) > 1 {
		o.text = append(o.text, ',')
	}
	o.text = append(append(append(o.text, key...), ':'), value...)
}

func (o *object) end() ([]byte, error) { return append(o.text, '}'), o.err }

// plainJSON is json.Marshal that leaves <, > and & as they are.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// MarshalJSON writes the coordinates, then what is known about the cell, then
// the result of each measure under its name, or "no_" and its name with the
// reason.
func (c Cell) MarshalJSON() ([]byte, error) {
	o := objectOf(c.Cell)
	if c.Run != "" {
		o.add("run", c.Run)
	}
	for _, x := range c.Coordinates() {
		if values := c.Pooled[x.Axis]; values != nil {
			o.add(x.Axis+"s", pooledJSON(x.Axis, values))
		}
	}
	o.add("layers", c.Layers)
	o.add("items", c.Items)
	if c.Idle > 0 {
		o.add("idle_layers", c.Idle)
	}
	o.add("status", c.Status)
	if c.Reason != "" {
		o.add("reason", c.Reason)
	}
	for _, r := range c.Results {
		switch {
		case r.Runs != nil:
			o.add(r.Measure.Name, r.Runs)
		case r.Layers != nil:
			o.add(r.Measure.Name, r.Layers)
		case r.Reason != "":
			o.add("no_"+r.Measure.Name, r.Reason)
		}
	}
	o.add("same_packing", c.Same)
	return o.end()
}

// pooledJSON returns values of an axis as a cell writes them.
func pooledJSON(axis string, values []string) []json.RawMessage {
	list := make([]json.RawMessage, len(values))
	for i, v := range values {
		text, _ := plainJSON(runs.NewCell(runs.Coordinate{Axis: axis, Value: v})) // {"axis":value}
		_, value, _ := bytes.Cut(bytes.TrimSuffix(text, []byte("}")), []byte(":"))
		list[i] = value
	}
	return list
}

// MarshalJSON writes the coordinates and the side.
func (u Unmatched) MarshalJSON() ([]byte, error) {
	o := objectOf(u.Cell)
	o.add("in", u.In)
	if u.Run != "" {
		o.add("run", u.Run)
	}
	return o.end()
}

// MarshalJSON writes the coordinates and the finding.
func (r Regression) MarshalJSON() ([]byte, error) {
	o := objectOf(r.Cell.Cell)
	if r.Cell.Run != "" {
		o.add("run", r.Cell.Run)
	}
	o.add("measure", r.Measure)
	o.add("ratio", r.Ratio)
	o.add("message", r.Message)
	return o.end()
}
