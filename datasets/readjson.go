package datasets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// readJSON reads {"weights": …} or the bare value of weights: lists nested one
// deep [items], two deep [layers][items] or three deep [steps][layers][items].
// A "name" is kept, other keys are skipped.
func readJSON(b []byte) (*Loads, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	d.UseNumber()
	first, err := d.Token()
	if err != nil {
		return nil, jsonError(err)
	}
	var loads *Loads
	switch first {
	case json.Delim('['):
		loads, err = readNested(d)
	case json.Delim('{'):
		loads, err = readObject(d)
	default:
		return nil, fmt.Errorf(`%v is not loads: use {"weights": [[…], …]} or nested lists of numbers`, first)
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more follows the loads at byte %d: use one JSON value", d.InputOffset())
	}
	return loads, nil
}

// jsonError says in words what the decoder found.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("truncated: the JSON ends early")
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d: %w", syntax.Offset, err)
	}
	return err
}

// readObject reads the rest of an object.
func readObject(d *json.Decoder) (*Loads, error) {
	var loads *Loads
	var name string
	var keys []string
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, jsonError(err)
		}
		key, _ := token.(string) // the decoder accepts nothing else here
		if slices.Contains(keys, key) && key == "weights" {
			return nil, errors.New(`"weights" stands twice`)
		}
		keys = append(keys, key)
		if key == "weights" {
			open, err := d.Token()
			if err != nil {
				return nil, jsonError(err)
			}
			if open != json.Delim('[') {
				return nil, fmt.Errorf(`"weights" is not a list: use [[…], …], a list of items per layer`)
			}
			if loads, err = readNested(d); err != nil {
				return nil, err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, jsonError(err)
		}
		if key == "name" {
			// A name that is not a string is no reason to refuse the loads.
			_ = json.Unmarshal(value, &name)
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, jsonError(err)
	}
	if loads == nil {
		return nil, fmt.Errorf(`no key "weights" in the object (it has %s)`, listKeys(keys))
	}
	loads.Name = name
	return loads, nil
}

func listKeys(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	if len(keys) > 8 {
		keys = append(slices.Clone(keys[:8]), "…")
	}
	return strings.Join(keys, ", ")
}

// nested collects the numbers of nested lists and checks that they are
// rectangular as they come.
type nested struct {
	weights []float32
	depth   int    // of the numbers: 1, 2 or 3; 0 until the first
	length  [4]int // length[d]: elements of every list d deep; −1 until one is complete
	at      [4]int // at[d]: elements so far of the open list d deep
}

// readNested reads the rest of a list whose opening bracket was read.
func readNested(d *json.Decoder) (*Loads, error) {
	n := nested{length: [4]int{-1, -1, -1, -1}}
	for open := 1; open > 0; {
		token, err := d.Token()
		if err != nil {
			return nil, n.locate(open, notFinite(jsonError(err)))
		}
		switch token {
		case json.Delim('['):
			if open == n.depth {
				return nil, n.locate(open, errors.New("a list where a number was expected"))
			}
			open++
			if open > 3 {
				return nil, errors.New("lists nested more than three deep: use [items], [layers][items] or [steps][layers][items]")
			}
			n.at[open] = 0
		case json.Delim(']'):
			if err := n.close(open); err != nil {
				return nil, err
			}
			open--
			n.at[open]++
		default:
			if err := n.add(open, token); err != nil {
				return nil, err
			}
		}
	}
	return n.loads()
}

// add takes a number in a list that is open deep.
func (n *nested) add(open int, token json.Token) error {
	digits, ok := token.(json.Number)
	if !ok {
		return n.locate(open, fmt.Errorf("%s is not a number", describeToken(token)))
	}
	if n.depth == 0 {
		n.depth = open
	}
	if open != n.depth {
		return n.locate(open, fmt.Errorf("the number %s where a list was expected", digits))
	}
	w, err := parseWeight(string(digits))
	if err != nil {
		return n.locate(open, err)
	}
	if len(n.weights) == MaxLoads {
		return fmt.Errorf("more than %d loads: that is the most supported", MaxLoads)
	}
	n.weights = append(n.weights, w)
	n.at[open]++
	return nil
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
		return n.locate(open-1, fmt.Errorf("%s, the ones before have %d: use lists of one length", count(n.at[open], unit), n.length[open]))
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

func (n *nested) loads() (*Loads, error) {
	sizes := append([]int{1, 1}, n.length[1:n.depth+1]...)
	sizes = sizes[len(sizes)-3:]
	loads := &Loads{Steps: sizes[0], Layers: sizes[1], Items: sizes[2], Weights: n.weights}
	return loads, nil
}

// notFinite adds to a syntax error what Python's json writes for numbers that
// are not finite.
func notFinite(err error) error {
	for _, c := range []string{"'N'", "'I'"} {
		if strings.Contains(err.Error(), "invalid character "+c+" looking for beginning of value") ||
			strings.Contains(err.Error(), "invalid character "+c+" in numeric literal") {
			return fmt.Errorf("%w (NaN and Infinity are not loads: a load must be a finite number ≥ 0)", err)
		}
	}
	return err
}

func describeToken(token json.Token) string {
	switch v := token.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(v)
	}
	return fmt.Sprint(token)
}

// parseWeight reads a decimal number as the nearest float32.
func parseWeight(text string) (float32, error) {
	w, err := strconv.ParseFloat(text, 32)
	if errors.Is(err, strconv.ErrRange) {
		if w < 0 {
			return 0, fmt.Errorf("weight %s: a load must be a finite number ≥ 0", text)
		}
		return 0, fmt.Errorf("weight %s is above the largest float32 (%.3g): scale the loads down", text, math.MaxFloat32)
	}
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return float32(w), nil
}
