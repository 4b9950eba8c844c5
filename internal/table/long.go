package table

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"packbench/internal/tree"
)

// columns of a table in long form; −1 where there is none.
type columns struct{ step, layer, expert, load int }

// long reads a load per line, with the numbers of its layer and expert and, where
// there are several steps, of its step.
func (s *sheet) long(opt Options) (*Loads, error) {
	c, ignored, err := s.longColumns(opt)
	if err != nil {
		return nil, err
	}
	l := &Loads{}
	if len(ignored) > 0 {
		l.note("columns that are not read: %s", quoteAll(ignored))
	}
	sets := [3]map[int]int{{}, {}, {}} // positions of steps, layers and experts by their number
	ids := make([][3]int, len(s.rows))
	for i, r := range s.rows {
		for d, column := range [...]int{c.step, c.layer, c.expert} {
			if column < 0 {
				sets[d][0] = 0
				continue
			}
			v := r.values[column]
			if !(v >= 0 && v == math.Trunc(v) && v < 1<<31) {
				return nil, fmt.Errorf("line %d: %s is not the number of %s", r.line, tree.Quote(r.text(column)), [...]string{"a step", "a layer", "an expert"}[d])
			}
			ids[i][d] = int(v)
			sets[d][int(v)] = 0
		}
		if math.IsNaN(r.values[c.load]) {
			return nil, fmt.Errorf("line %d: %w", r.line, s.notNumber(r.text(c.load)))
		}
	}
	if err := nameExperts(sets[2], opt.Experts); err != nil {
		return nil, err
	}
	for d := range 2 {
		for position, n := range slices.Sorted(maps.Keys(sets[d])) {
			sets[d][n] = position
		}
	}
	l.Steps, l.Layers, l.Items = len(sets[0]), len(sets[1]), len(sets[2])
	if opt.Experts > 0 {
		l.Items = opt.Experts
	}
	return l, s.fill(l, c, sets, ids, opt)
}

// nameExperts gives experts their position: their number, from 0 or from 1 on,
// all of them, unless it is known how many there are.
func nameExperts(experts map[int]int, want int) error {
	numbers := slices.Sorted(maps.Keys(experts))
	low, high := numbers[0], numbers[len(numbers)-1]
	first := 0
	if want > 0 {
		if high >= want {
			return fmt.Errorf("expert %d of %d: they are numbered from 0", high, want)
		}
	} else {
		if low == 1 {
			first = 1
		}
		for i, n := range numbers {
			if n != first+i {
				return fmt.Errorf("there is no line of expert %d: say how many experts there are with --experts if those without load are left out", first+i)
			}
		}
	}
	for n := range experts {
		experts[n] = n - first
	}
	return nil
}

// fill puts the loads into their places, every one of which needs one, unless
// it is known how many experts there are.
func (s *sheet) fill(l *Loads, c columns, sets [3]map[int]int, ids [][3]int, opt Options) error {
	if l.Items > opt.Max/l.Layers || l.Layers*l.Items > opt.Max/l.Steps {
		return fmt.Errorf("%d steps of %d layers of %d items: at most %d loads are read", l.Steps, l.Layers, l.Items, opt.Max)
	}
	n := l.Steps * l.Layers * l.Items
	if opt.Experts <= 0 && n > len(s.rows) {
		return missing(c, sets, ids)
	}
	l.Values = make([]float64, n)
	line := make([]int, n)
	for i, id := range ids {
		at := (sets[0][id[0]]*l.Layers+sets[1][id[1]])*l.Items + sets[2][id[2]]
		if line[at] > 0 {
			return fmt.Errorf("lines %d and %d are both of %s: use one line for each", line[at], s.rows[i].line, place(c, id))
		}
		line[at] = s.rows[i].line
		l.Values[at] = s.rows[i].values[c.load]
	}
	return nil
}

// missing reports the first place without a line.
func missing(c columns, sets [3]map[int]int, ids [][3]int) error {
	have := map[[3]int]bool{}
	for _, id := range ids {
		have[id] = true
	}
	var numbers [3][]int
	for d := range numbers {
		numbers[d] = slices.Sorted(maps.Keys(sets[d]))
	}
	for _, step := range numbers[0] {
		for _, layer := range numbers[1] {
			for _, expert := range numbers[2] {
				if id := [3]int{step, layer, expert}; !have[id] {
					return fmt.Errorf("there is no line of %s: if those without load are left out, say how many experts there are with --experts", place(c, id))
				}
			}
		}
	}
	return errors.New("lines of the same layer and expert stand twice")
}

// place names what a line is of.
func place(c columns, id [3]int) string {
	text := fmt.Sprintf("expert %d", id[2])
	if c.layer >= 0 {
		text = fmt.Sprintf("layer %d, %s", id[1], text)
	}
	if c.step >= 0 {
		text = fmt.Sprintf("step %d, %s", id[0], text)
	}
	return text
}

// longColumns finds the columns by their names, or by their order where they
// have none. ignored are names of columns that are not read.
func (s *sheet) longColumns(opt Options) (c columns, ignored []string, err error) {
	c = columns{-1, -1, -1, -1}
	if s.header == nil && s.comment != nil && longHeader(s.comment) {
		s.header = s.comment
	}
	if s.header == nil {
		switch len(s.rows[0].values) {
		case 2:
			c.expert, c.load = 0, 1
		case 3:
			c.layer, c.expert, c.load = 0, 1, 2
		case 4:
			c.step, c.layer, c.expert, c.load = 0, 1, 2, 3
		default:
			return c, nil, fmt.Errorf("%d columns without names: long form has expert and load, before them the layer, and before that the step", len(s.rows[0].values))
		}
		return c, nil, nil
	}
	var loads, others []int
	for i, r := range rolesOf(s.header) {
		place := map[role]*int{step: &c.step, layer: &c.layer, expert: &c.expert}[r]
		switch {
		case place != nil && *place >= 0:
			return c, nil, fmt.Errorf("columns %s and %s say the same", tree.Quote(s.header[*place]), tree.Quote(s.header[i]))
		case place != nil:
			*place = i
		case r == load:
			loads = append(loads, i)
		case r != index:
			others = append(others, i)
		}
	}
	if c.expert < 0 {
		return c, nil, fmt.Errorf("line 1 names %s: a column with the number of the expert is missing", quoteAll(s.header))
	}
	c.load, err = s.loadColumn(opt.Key, loads, others)
	for _, i := range append(loads, others...) {
		if i != c.load {
			ignored = append(ignored, s.header[i])
		}
	}
	slices.Sort(ignored)
	return c, ignored, err
}

// loadColumn chooses the column of the loads: the one asked for, or the only one
// whose name says so, or the only one left.
func (s *sheet) loadColumn(key string, loads, others []int) (int, error) {
	if key != "" {
		for i, name := range s.header {
			if name == key {
				return i, nil
			}
		}
		for i, name := range s.header {
			if strings.EqualFold(name, key) {
				return i, nil
			}
		}
		return -1, fmt.Errorf("no column %s: there are %s", tree.Quote(key), quoteAll(s.header))
	}
	switch {
	case len(loads) == 1:
		return loads[0], nil
	case len(loads) == 0 && len(others) == 1:
		return others[0], nil
	}
	return -1, fmt.Errorf("line 1 names %s: choose the column of the loads with --key", quoteAll(s.header))
}
