package runs

import (
	"bytes"
	"strconv"
	"unsafe"
)

// scanner takes the parts of compact JSON off its text, one by one. ok is false
// of a part that is not there in its plainest form.
type scanner struct{ rest []byte }

// skip takes one byte.
func (s *scanner) skip(b byte) (ok bool) {
	if len(s.rest) == 0 || s.rest[0] != b {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string of printable ASCII without escapes; it is part of the
// text.
func (s *scanner) text() (text []byte, ok bool) {
	if !s.skip('"') {
		return nil, false
	}
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 {
		return nil, false
	}
	text = s.rest[:end]
	for _, b := range text {
		if b < ' ' || b >= 0x7f || b == '\\' {
			return nil, false
		}
	}
	s.rest = s.rest[end+1:]
	return text, true
}

// name takes the name of a member with its colon.
func (s *scanner) name() (name []byte, ok bool) {
	name, ok = s.text()
	return name, ok && s.skip(':')
}

// number takes a number in the grammar of JSON.
func (s *scanner) number() (text []byte, whole, ok bool) {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
			i++
		}
		return i > from
	}
	at := func(set string) bool { return i < len(s.rest) && bytes.IndexByte([]byte(set), s.rest[i]) >= 0 }
	if at("-") {
		i++
	}
	from := i
	if !digits() || s.rest[from] == '0' && i > from+1 {
		return nil, false, false
	}
	whole = true
	if at(".") {
		i++
		if whole = false; !digits() {
			return nil, false, false
		}
	}
	if at("eE") {
		i++
		whole = false
		if at("+-") {
			i++
		}
		if !digits() {
			return nil, false, false
		}
	}
	text, s.rest = s.rest[:i], s.rest[i:]
	return text, whole, true
}

// int takes a whole number.
func (s *scanner) int() (n int, ok bool) {
	text, whole, ok := s.number()
	if !ok || !whole {
		return 0, false
	}
	n, err := strconv.Atoi(borrow(text))
	return n, err == nil
}

// float takes a number.
func (s *scanner) float() (v float64, ok bool) {
	text, _, ok := s.number()
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(borrow(text), 64)
	return v, err == nil
}

// floats takes a list of at least one number.
func (s *scanner) floats() (list []float64, ok bool) {
	if !s.skip('[') {
		return nil, false
	}
	if end := bytes.IndexByte(s.rest, ']'); end > 0 {
		list = make([]float64, 0, 1+bytes.Count(s.rest[:end], []byte{','}))
	}
	for {
		v, ok := s.float()
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if s.skip(']') {
			return list, true
		}
		if !s.skip(',') {
			return nil, false
		}
	}
}

// borrow returns b as a string without copying it, for a parser that keeps
// nothing of it but its error, which is thrown away.
func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
