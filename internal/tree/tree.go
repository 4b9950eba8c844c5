// Package tree holds nested data as a file has them, whatever its format:
// numbers, strings, lists, dictionaries and arrays.
package tree

import (
	"fmt"
	"strconv"
	"strings"
)

// Value is nil, a bool, a float64, a string, a [Row], a [List], a [*Dict], a
// [*tensor.Array], or a [Bad] in the place of one of them.
type Value any

// Row is a list of numbers only. A list of numbers may be a List too.
type Row []float64

// List is a list of any values.
type List []Value

// Bad is a value that is of no use, with the reason: a number that float64 does
// not hold, or an object of a kind that is not read. It matters only to whoever
// wants that value.
type Bad struct{ Err error }

// Dict is a dictionary that remembers the order of its keys.
type Dict struct {
	keys   []string
	values map[string]Value
	twice  map[string]bool
}

// Set sets the value of a key. Where the key has one already, [Dict.Get] refuses
// it from now on.
func (d *Dict) Set(key string, v Value) {
	if d.values == nil {
		d.values = map[string]Value{}
	}
	if _, ok := d.values[key]; ok {
		if d.twice == nil {
			d.twice = map[string]bool{}
		}
		d.twice[key] = true
	} else {
		d.keys = append(d.keys, key)
	}
	d.values[key] = v
}

// Has reports whether the key is there.
func (d *Dict) Has(key string) bool {
	_, ok := d.values[key]
	return ok
}

// Get returns the value of a key, nil where there is none. The error is that of
// a key that occurs twice.
func (d *Dict) Get(key string) (Value, error) {
	if d.twice[key] {
		return nil, fmt.Errorf("%s occurs twice", Quote(key))
	}
	return d.values[key], nil
}

// Keys lists the keys in the order of the file.
func (d *Dict) Keys() []string { return d.keys }

// ListKeys names the keys for a message, at most eight of them.
func (d *Dict) ListKeys() string {
	if len(d.keys) == 0 {
		return "none"
	}
	var parts []string
	for i, key := range d.keys {
		if i == 8 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, plainOrQuoted(key))
	}
	return strings.Join(parts, ", ")
}

// Describe says in a few words what v is: "a list of 3 values".
func Describe(v Value) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return "the number " + strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return Quote(v)
	case Row:
		return fmt.Sprintf("a list of %d numbers", len(v))
	case List:
		return fmt.Sprintf("a list of %d values", len(v))
	case *Dict:
		return "an object"
	case Bad:
		return v.Err.Error()
	}
	return "an array"
}

// Quote quotes text from a file for a message: without control characters, and
// cut where it is long.
func Quote(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:40]) + "…" + string(runes[len(runes)-12:])
	}
	return strconv.Quote(text)
}

// plainOrQuoted quotes a key only where it is not an ordinary word.
func plainOrQuoted(key string) string {
	quoted := Quote(key)
	if quoted != `"`+key+`"` || key == "" || strings.ContainsAny(key, " ,") {
		return quoted
	}
	return key
}

// Replace replaces every value by what with returns for it.
func (d *Dict) Replace(with func(Value) (Value, error)) error {
	for _, key := range d.keys {
		replaced, err := with(d.values[key])
		if err != nil {
			return err
		}
		d.values[key] = replaced
	}
	return nil
}
