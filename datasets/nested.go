package datasets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"packbench/internal/number"
	"packbench/internal/tensor"
	"packbench/internal/tree"
)

// nested collects the numbers of nested lists and arrays, one to three deep, and
// checks that they are rectangular as they come.
type nested struct {
	values []float64
	limit  int    // of values
	depth  int    // of the numbers: 1, 2 or 3; 0 until the first
	length [4]int // length[d]: elements of every list d deep; −1 until one is complete
	at     [4]int // at[d]: elements so far of the open list d deep
}

// recording is what a reader found: loads before they are checked.
type recording struct {
	name                 string
	steps, layers, items int
	values               []float64 // [steps, layers, items]
	notes                []string
}

// collect takes v, lists nested one deep [items], two deep [layers][items] or
// three deep [steps][layers][items], as a recording. More than limit numbers are
// an error: a file has a byte or more for each, unless it refers to the same list
// again and again.
func collect(v tree.Value, limit int) (*recording, error) {
	n := nested{length: [4]int{-1, -1, -1, -1}, limit: min(limit, MaxLoads)}
	switch v := v.(type) {
	case tree.Row, tree.List, *tensor.Array:
	case tree.Bad:
		return nil, v.Err
	default:
		return nil, fmt.Errorf("%s is not loads: use [[…], …], a list of items per layer", tree.Describe(v))
	}
	if a, ok := v.(*tensor.Array); ok && (len(a.Shape) < 1 || len(a.Shape) > 3) {
		return nil, fmt.Errorf("an array of %d dimensions: use [items], [layers, items] or [steps, layers, items]", len(a.Shape))
	}
	if err := n.list(v, 1); err != nil {
		return nil, err
	}
	sizes := append([]int{1, 1}, n.length[1:n.depth+1]...)
	sizes = sizes[len(sizes)-3:]
	if err := checkShape(sizes[0], sizes[1], sizes[2]); err != nil {
		return nil, err
	}
	return &recording{steps: sizes[0], layers: sizes[1], items: sizes[2], values: n.values}, nil
}

// list takes a list or array that is open deep.
func (n *nested) list(v tree.Value, open int) error {
	n.at[open] = 0
	switch v := v.(type) {
	case tree.Row:
		if len(v) > 0 {
			if err := n.number(open, v[0]); err != nil {
				return err
			}
			if err := n.room(len(v) - 1); err != nil {
				return err
			}
			n.values = append(n.values, v[1:]...)
			n.at[open] = len(v)
		}
	case *tensor.Array:
		return n.array(v, open)
	case tree.List:
		for _, element := range v {
			if err := n.element(element, open); err != nil {
				return err
			}
		}
	}
	return n.close(open)
}

// element takes an element of the list that is open deep.
func (n *nested) element(v tree.Value, open int) error {
	switch v := v.(type) {
	case float64:
		return n.number(open, v)
	case tree.Bad:
		return n.locate(open, v.Err)
	case tree.Row, tree.List, *tensor.Array:
		if open == n.depth {
			return n.locate(open, errors.New("a list where a number was expected"))
		}
		if open == 3 {
			return errors.New("lists nested more than three deep: use [items], [layers][items] or [steps][layers][items]")
		}
		if err := n.list(v, open+1); err != nil {
			return err
		}
		n.at[open]++
		return nil
	}
	return n.locate(open, fmt.Errorf("%s is not a number", tree.Describe(v)))
}

// number takes a number in the list that is open deep.
func (n *nested) number(open int, v float64) error {
	if n.depth == 0 {
		n.depth = open
	}
	if open != n.depth {
		return n.locate(open, fmt.Errorf("the number %v where a list was expected", v))
	}
	if err := n.room(1); err != nil {
		return err
	}
	n.values = append(n.values, v)
	n.at[open]++
	return nil
}

func (n *nested) room(more int) error {
	if more > n.limit-len(n.values) {
		return fmt.Errorf("more than %d loads: that is the max for a file", n.limit)
	}
	return nil
}

// array takes an array as the lists that it stands for.
func (n *nested) array(a *tensor.Array, open int) error {
	last := open + len(a.Shape) - 1
	switch {
	case len(a.Shape) == 0:
		return n.locate(open-1, errors.New("an array without dimensions where a list was expected"))
	case last > 3:
		return errors.New("lists nested more than three deep: use [items], [layers][items] or [steps][layers][items]")
	case n.depth > 0 && n.depth != last:
		return n.locate(open-1, fmt.Errorf("an array of %d dimensions, those before have %d", len(a.Shape), n.depth-open+1))
	}
	if tensor.Elements(a.Shape) == 0 {
		return checkShape(lead(a.Shape, 2), lead(a.Shape, 1), lead(a.Shape, 0))
	}
	if err := n.room(a.Len()); err != nil {
		return err
	}
	n.depth = last
	values, err := a.Float64s()
	if err != nil {
		var bad *tensor.ElementError
		if errors.As(err, &bad) {
			i := bad.Index
			for d := last; d >= open; d-- {
				size := a.Shape[d-open]
				n.at[d], i = i%size, i/size
			}
		}
		return n.locate(last, err)
	}
	n.values = append(n.values, values...)
	for d := last; d >= open; d-- {
		n.at[d] = a.Shape[d-open]
		if err := n.close(d); err != nil {
			return err
		}
	}
	return nil
}

// lead returns the size of the dimension that is back from the last, 1 where
// there is none.
func lead(shape []int, back int) int {
	if i := len(shape) - 1 - back; i >= 0 {
		return shape[i]
	}
	return 1
}

// close ends the list that is open deep.
func (n *nested) close(open int) error {
	if n.at[open] == 0 {
		return n.locate(open-1, errors.New("an empty list: there are no loads"))
	}
	if n.length[open] >= 0 && n.length[open] != n.at[open] {
		unit := "item"
		if open < n.depth {
			unit = "layer"
		}
		return n.locate(open-1, fmt.Errorf("%s, the ones before have %d: use lists of one length", number.Count(n.at[open], unit), n.length[open]))
	}
	n.length[open] = n.at[open]
	return nil
}

// locate puts the place of the element that comes next in a list deep deep
// before err: "step 0, layer 3, item 5".
func (n *nested) locate(deep int, err error) error {
	names := []string{"step", "layer", "item"}
	if n.depth > 0 {
		names = names[3-n.depth:]
	} else {
		names = names[max(0, 3-max(2, deep)):] // the usual two-level form, until a number shows
	}
	var place []string
	for d := 1; d <= deep && d <= len(names); d++ {
		place = append(place, names[d-1]+" "+strconv.Itoa(n.at[d]))
	}
	if len(place) == 0 {
		return err
	}
	return fmt.Errorf("%s: %w", strings.Join(place, ", "), err)
}

// loads checks the recording's numbers and makes loads of them.
func (r *recording) loads() (*Loads, error) {
	if err := checkShape(r.steps, r.layers, r.items); err != nil {
		return nil, err
	}
	loads, err := fromValues(r.steps, r.layers, r.items, r.values)
	if err != nil {
		return nil, err
	}
	loads.Name, loads.Notes = r.name, r.notes
	return loads, nil
}
