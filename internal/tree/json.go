package tree

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"packbench/internal/decimal"
)

// maxNumbers and maxValues bound the numbers in lists of numbers, and all other
// values: what a tree of them takes in memory is some gigabytes at most.
const (
	maxNumbers = 1 << 28
	maxValues  = 1 << 24
)

// maxDepth bounds how deep lists and objects may be nested, in any format.
const maxDepth = 64

var errEnd = errors.New("truncated: the JSON ends early")

// ParseJSON reads the JSON values in b, one or, as in JSON Lines, several after
// each other; ends[i] is where the i-th ends. NaN, Infinity and -Infinity are
// numbers, as Python writes them. Time and memory grow with len(b) only.
func ParseJSON(b []byte) (values []Value, ends []int, err error) {
	p := parser{b: b}
	for p.space(); p.at < len(b) || len(values) == 0; p.space() {
		v, err := p.value(0)
		if err != nil {
			return nil, nil, err
		}
		values, ends = append(values, v), append(ends, p.at)
	}
	return values, ends, nil
}

// parser reads JSON from b at at.
type parser struct {
	b       []byte
	at      int
	numbers int // in rows
	values  int // others
}

func (p *parser) space() {
	for p.at < len(p.b) && (p.b[p.at] == ' ' || p.b[p.at] == '\n' || p.b[p.at] == '\t' || p.b[p.at] == '\r') {
		p.at++
	}
}

// peek returns the next byte after space, 0 at the end.
func (p *parser) peek() byte {
	p.space()
	if p.at == len(p.b) {
		return 0
	}
	return p.b[p.at]
}

// unexpected is the error of what stands at the present place.
func (p *parser) unexpected(want string) error {
	if p.at >= len(p.b) {
		return errEnd
	}
	r, _ := utf8.DecodeRune(p.b[p.at:])
	return fmt.Errorf("not JSON at byte %d: %q where %s was expected", p.at, r, want)
}

func (p *parser) value(depth int) (Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("not loads: nested more than %d deep at byte %d", maxDepth, p.at)
	}
	switch c := p.peek(); {
	case c == '[':
		return p.list(depth)
	case c == '{':
		return p.dict(depth)
	case c == '"':
		return p.text()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	return p.word()
}

// words are the values that are written as a word.
var words = []struct {
	text  string
	value Value
}{{"null", nil}, {"true", true}, {"false", false}, {"NaN", math.NaN()}, {"Infinity", math.Inf(1)}}

func (p *parser) word() (Value, error) {
	for _, w := range words {
		if n := len(w.text); len(p.b)-p.at >= n && string(p.b[p.at:p.at+n]) == w.text {
			p.at += n
			return w.value, nil
		}
	}
	return nil, p.unexpected("a value")
}

// number reads a number, which is Bad where float64 does not hold it.
func (p *parser) number() (Value, error) {
	from := p.at
	for p.at < len(p.b) {
		c := p.b[p.at]
		if !('0' <= c && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E') {
			break
		}
		p.at++
	}
	text := p.b[from:p.at]
	if string(text) == "-" && p.at < len(p.b) && p.b[p.at] == 'I' {
		if _, err := p.word(); err != nil {
			return nil, err
		}
		return math.Inf(-1), nil
	}
	v, err := decimal.Parse(text)
	switch {
	case !isJSONNumber(text) || errors.Is(err, decimal.ErrSyntax):
		if p.at == len(p.b) {
			return nil, errEnd
		}
		return nil, fmt.Errorf("not JSON at byte %d: %s is not a number", from, Quote(string(text)))
	case err != nil:
		return Bad{err}, nil
	}
	return v, nil
}

// isJSONNumber reports whether a decimal number is one of JSON's: no plus sign,
// no leading zero, digits on both sides of a point.
func isJSONNumber(text []byte) bool {
	if len(text) > 0 && text[0] == '-' {
		text = text[1:]
	}
	digit := func(i int) bool { return i < len(text) && '0' <= text[i] && text[i] <= '9' }
	if !digit(0) || text[0] == '0' && digit(1) {
		return false
	}
	for i, c := range text {
		if c == '.' && !digit(i+1) {
			return false
		}
	}
	return true
}

// list reads a list: a Row where it holds numbers only.
func (p *parser) list(depth int) (Value, error) {
	p.at++
	var row Row
	var list List
	for p.peek() != ']' {
		if len(row)+len(list) > 0 {
			if p.peek() != ',' {
				return nil, p.unexpected("a comma or ]")
			}
			p.at++
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if number, ok := v.(float64); ok && list == nil {
			if p.numbers++; p.numbers > maxNumbers {
				return nil, fmt.Errorf("more than %d numbers: no more are read", maxNumbers)
			}
			row = append(row, number)
			continue
		}
		if list == nil {
			p.values += len(row)
			list = make(List, 0, len(row)+1)
			for _, number := range row {
				list = append(list, number)
			}
			row = nil
		}
		if p.values++; p.values > maxValues {
			return nil, tooMany()
		}
		list = append(list, v)
	}
	p.at++
	if list == nil {
		return row, nil
	}
	return list, nil
}

func (p *parser) dict(depth int) (Value, error) {
	p.at++
	d := &Dict{}
	for first := true; p.peek() != '}'; first = false {
		if !first {
			if p.peek() != ',' {
				return nil, p.unexpected("a comma or }")
			}
			p.at++
		}
		if p.peek() != '"' {
			return nil, p.unexpected("a key")
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if p.peek() != ':' {
			return nil, p.unexpected("a colon")
		}
		p.at++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.values++; p.values > maxValues {
			return nil, tooMany()
		}
		d.Set(key, v)
	}
	p.at++
	return d, nil
}

func tooMany() error {
	return fmt.Errorf("more than %d values that are not in lists of numbers: no more are read", maxValues)
}

// text reads a string.
func (p *parser) text() (string, error) {
	from := p.at
	plain := true
	for p.at++; p.at < len(p.b) && p.b[p.at] != '"'; p.at++ {
		if c := p.b[p.at]; c == '\\' || c < ' ' {
			plain = false
			if c == '\\' {
				p.at++
			}
		}
	}
	if p.at >= len(p.b) {
		return "", errEnd
	}
	p.at++
	quoted := p.b[from:p.at]
	if plain {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return "", fmt.Errorf("not JSON at byte %d: %s is not a string", from, Quote(string(quoted)))
	}
	return text, nil
}
