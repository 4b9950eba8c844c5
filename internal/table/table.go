// Package table reads loads from tables in text: it finds out what separates the
// fields and what lines and columns mean, and where that is not certain it says
// what it saw and which option decides. It never guesses where a guess could
// change a number.
package table

import (
	"errors"
	"fmt"

	"packbench/internal/number"
)

// Form says how a table is to be understood.
type Form int

// The forms.
const (
	Any     Form = iota // what the table shows by itself
	Wide                // a layer per line; no number is anything but a load
	Decimal             // the same with decimal commas
	Indexed             // the same with an index in the first column
	Long                // layer, expert and load per line
)

// Options say what a table leaves open.
type Options struct {
	Form    Form
	Key     string // the column of the loads, in long form
	Layers  int    // how many there are; 0 where the table tells
	Experts int    // how many there are, in long form; 0 where every one has its line
	Max     int    // the max number of loads that are read
}

// Loads are what a table holds.
type Loads struct {
	Steps, Layers, Items int
	Values               []float64 // [steps, layers, items]
	Notes                []string  // what was decided, a sentence each
}

func (l *Loads) note(format string, args ...any) {
	l.Notes = append(l.Notes, fmt.Sprintf(format, args...))
}

// Read reads the loads of a table.
func Read(b []byte, opt Options) (*Loads, error) {
	text, err := decode(b)
	if err != nil {
		return nil, err
	}
	s, err := split(text, opt)
	if err != nil {
		return nil, err
	}
	if len(s.rows) == 0 {
		return nil, errors.New("there are no loads: use one line of numbers per layer")
	}
	l, err := s.read(opt)
	if err != nil {
		return nil, err
	}
	l.Notes = append(s.notes, l.Notes...)
	if opt.Layers > 0 && l.Layers != opt.Layers {
		return nil, fmt.Errorf("%s of %s: --layers %d does not fit", number.Count(l.Layers, "layer"), number.Count(l.Items, "item"), opt.Layers)
	}
	return l, nil
}

// read decides what the lines are.
func (s *sheet) read(opt Options) (*Loads, error) {
	if opt.Form == Long {
		return s.long(opt)
	}
	if s.header == nil && s.comment != nil && longHeader(s.comment) && opt.Form == Any {
		s.header = s.comment // as numpy.savetxt writes names
	}
	if s.header != nil {
		if roles := rolesOf(s.header); opt.Form == Any && roles.isLong() {
			return s.long(opt)
		}
		if opt.Key != "" {
			return nil, fmt.Errorf("column %q: only a table in long form (layer, expert, load per line) has columns to choose from", opt.Key)
		}
		return s.named(opt)
	}
	if opt.Key != "" {
		return nil, fmt.Errorf("column %q: the table has no line of names", opt.Key)
	}
	return s.plain(opt)
}
