package runs

import (
	"bytes"
	"slices"
	"strings"
)

// decoder reads records as [Writer.Append] writes them, many times faster than
// package encoding/json. What it does not recognise at once (white space,
// escapes, members that are unknown, null or in another order) it leaves to that
// package: it reads nothing differently.
type decoder struct {
	cells map[string]encodedCell // by key
	texts map[string]string      // that were read before, to be kept once
	names map[string]*names      // that were read before, by their text

	joined  []byte    // names of the values that are being read
	numbers []float64 // and the numbers
	room    []float64 // for numbers to keep
}

// encodedCell is a planned cell with its form in records.
type encodedCell struct {
	plan *PlannedCell
	text []byte
}

// newDecoder returns a decoder of records of planned cells.
func newDecoder(own []PlannedCell) *decoder {
	d := &decoder{cells: make(map[string]encodedCell, len(own))}
	for i := range own {
		if text, err := own[i].Cell.MarshalJSON(); err == nil {
			d.cells[own[i].Key] = encodedCell{&own[i], text}
		}
	}
	return d.clone()
}

// clone returns a decoder for another goroutine.
func (d *decoder) clone() *decoder {
	return &decoder{cells: d.cells, texts: map[string]string{}, names: map[string]*names{}}
}

// maxTexts bounds how many texts a decoder keeps.
const maxTexts = 1 << 16

// text returns b as a string, the same for equal bytes.
func (d *decoder) text(b []byte) string {
	if s, ok := d.texts[string(b)]; ok {
		return s
	}
	if len(d.texts) == maxTexts {
		clear(d.texts)
	}
	s := string(b)
	d.texts[s] = s
	return s
}

// members are the names of a record's members in the order of its struct.
var members = []string{"key", "cell", "repeat", "invocation", "status", "reason", "layers", "items", "workload_hash", "answer_hash", "start", "run", "layer", "window", "warnings", "environment"}

// sealed reads the record of a line whose checksum begins at a byte. For the
// time of the call that byte ends the object.
func (d *decoder) sealed(line []byte, at int, r *Record) (ok bool) {
	was := line[at]
	line[at] = '}'
	ok = d.record(line[:at+1], r)
	line[at] = was
	return ok
}

// record reads a record; ok is false where encoding/json must decide.
func (d *decoder) record(object []byte, r *Record) (ok bool) {
	s := scanner{object}
	if !s.skip('{') {
		return false
	}
	var (
		cell          encodedCell
		coordinates   bool // are there, those of the cell
		layers, items int
		hash          []byte // of the workload
	)
	left := members
	for {
		name, ok := s.name()
		at := slices.Index(left, string(name))
		if !ok || at < 0 {
			return false
		}
		left = left[at+1:]
		switch string(name) {
		case "key":
			var key []byte
			if key, ok = s.text(); ok {
				cell, ok = d.cells[string(key)]
			}
			if ok {
				r.PlannedCell = cell.plan
			}
		case "cell":
			if ok = cell.plan != nil && bytes.HasPrefix(s.rest, cell.text); ok {
				s.rest, coordinates = s.rest[len(cell.text):], true
			}
		case "repeat":
			r.Repeat, ok = s.int()
		case "invocation":
			r.Invocation, ok = s.int()
		case "status":
			var status string
			status, ok = d.kept(&s)
			r.Status = Status(status)
		case "reason":
			r.Reason, ok = d.kept(&s)
		case "layers":
			layers, ok = s.int()
		case "items":
			items, ok = s.int()
		case "workload_hash":
			hash, ok = s.text()
		case "answer_hash":
			r.AnswerHash, ok = d.kept(&s)
		case "start":
			var text []byte
			if text, ok = s.text(); ok {
				ok = r.Start.UnmarshalText(text) == nil
			}
		case "run":
			r.Run, ok = d.values(&s)
		case "layer":
			r.Layer, ok = d.lists(&s)
		case "window":
			r.Window, ok = d.lists(&s)
		case "warnings":
			r.Warnings, ok = d.list(&s)
		case "environment":
			r.Environment, ok = d.kept(&s)
		}
		switch {
		case !ok:
			return false
		case s.skip('}'):
			return len(s.rest) == 0 && coordinates && layers == cell.plan.Layers && items == cell.plan.Items && string(hash) == cell.plan.WorkloadHash
		case !s.skip(','):
			return false
		}
	}
}

// kept reads a text.
func (d *decoder) kept(s *scanner) (string, bool) {
	b, ok := s.text()
	if !ok {
		return "", false
	}
	return d.text(b), true
}

// list reads a list of texts.
func (d *decoder) list(s *scanner) ([]string, bool) {
	if !s.skip('[') {
		return nil, false
	}
	var list []string
	for {
		text, ok := d.kept(s)
		if !ok {
			return nil, false
		}
		list = append(list, text)
		if s.skip(']') {
			return list, true
		}
		if !s.skip(',') {
			return nil, false
		}
	}
}

// values reads an object of numbers by name, in the order of the names.
func (d *decoder) values(s *scanner) (Values, bool) {
	if !s.skip('{') {
		return Values{}, false
	}
	var last []byte
	joined, numbers := d.joined[:0], d.numbers[:0]
	for {
		name, ok := s.name()
		if !ok || bytes.Compare(name, last) <= 0 {
			return Values{}, false
		}
		last = name
		joined = append(append(joined, name...), '"') // which no name has
		x, ok := s.float()
		if !ok {
			return Values{}, false
		}
		numbers = append(numbers, x)
		if s.skip('}') {
			d.joined, d.numbers = joined, numbers
			return Values{d.namesOf(joined), d.keep(numbers)}, true
		}
		if !s.skip(',') {
			return Values{}, false
		}
	}
}

// namesOf returns joined names, each with the quote that ends it, as a list, the
// same for equal names.
func (d *decoder) namesOf(joined []byte) *names {
	if list, ok := d.names[string(joined)]; ok {
		return list
	}
	if len(d.names) == maxTexts {
		clear(d.names)
	}
	list := names(strings.Split(strings.TrimSuffix(string(joined), `"`), `"`))
	d.names[string(joined)] = &list
	return &list
}

// keep returns a copy of numbers in memory that the copies of many share.
func (d *decoder) keep(numbers []float64) []float64 {
	const share = 4096
	if len(d.room) < len(numbers) {
		d.room = make([]float64, max(share, len(numbers)))
	}
	n := copy(d.room, numbers)
	own := d.room[:n:n]
	d.room = d.room[n:]
	return own
}

// lists reads an object of lists of numbers by name.
func (d *decoder) lists(s *scanner) (map[string][]float64, bool) {
	if !s.skip('{') {
		return nil, false
	}
	m := map[string][]float64{}
	for {
		name, ok := s.name()
		if !ok {
			return nil, false
		}
		key := d.text(name)
		if _, twice := m[key]; twice {
			return nil, false
		}
		if m[key], ok = s.floats(); !ok {
			return nil, false
		}
		if s.skip('}') {
			return m, true
		}
		if !s.skip(',') {
			return nil, false
		}
	}
}
