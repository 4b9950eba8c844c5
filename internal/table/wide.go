package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/internal/tree"
)

// plain reads a table without names.
func (s *sheet) plain(opt Options) (*Loads, error) {
	columns := len(s.rows[0].values)
	if s.labelled() && opt.Form == Any {
		return s.wide(opt, []int{0}, nil)
	}
	if opt.Form == Indexed {
		if columns < 2 {
			return nil, fmt.Errorf("line %d has one field: an index needs loads beside it", s.rows[0].line)
		}
		return s.wide(opt, []int{0}, nil)
	}
	if columns == 1 && len(s.rows) > 1 {
		return s.column(opt)
	}
	if len(s.rows) == 1 && opt.Layers > 1 {
		return s.reshape(opt)
	}
	if opt.Form == Any {
		if err := s.uncertain(opt); err != nil {
			return nil, err
		}
		if s.numbersColumns(opt) {
			s.notes = append(s.notes, fmt.Sprintf("line %d numbers the columns and is not a layer; --layers %d makes it one", s.rows[0].line, len(s.rows)))
			s.rows = s.rows[1:]
		}
		if columns == 2 && len(s.rows) > 1 && s.maybeDecimal {
			s.notes = append(s.notes, "every line is read as two loads; if the commas are decimal, use --format csv2")
		}
	}
	return s.wide(opt, nil, nil)
}

// labelled reports whether every line begins with a name of its own.
func (s *sheet) labelled() bool {
	seen := map[string]bool{}
	for _, r := range s.rows {
		if len(r.values) < 2 || r.texts == nil || !math.IsNaN(r.values[0]) {
			return false
		}
		label := r.texts[0]
		if seen[label] || !startsAsName(label) || slices.Contains(placeholders, strings.ToLower(label)) {
			return false
		}
		for _, v := range r.values[1:] {
			if math.IsNaN(v) {
				return false
			}
		}
		seen[label] = true
	}
	return true
}

// numbersColumns reports whether the first line is 0, 1, 2, … as pandas writes
// above columns without names.
func (s *sheet) numbersColumns(opt Options) bool {
	first := s.rows[0].values
	if len(s.rows) < 2 || len(first) < 3 || first[0] != 0 || !consecutive(first) {
		return false
	}
	return opt.Layers != len(s.rows)
}

// uncertain reports a table that can be read in two ways.
func (s *sheet) uncertain(opt Options) error {
	first := s.rows[0].values
	n := len(s.rows)
	if n < 2 {
		return nil
	}
	if consecutive(first) && len(first) >= 2 && opt.Layers != n && opt.Layers != n-1 {
		goesOn := s.rows[1].values[0] == first[len(first)-1]+1
		few := len(first) == 2 && first[0] == 0
		if goesOn && first[0] == 0 || few || first[0] == 1 && len(first) >= 8 {
			return fmt.Errorf("line %d is %v, %v, …: a layer, or the numbers of the columns? Use --layers %d or --layers %d",
				s.rows[0].line, first[0], first[1], n, n-1)
		}
	}
	if n == 2 && s.numbersColumns(opt) {
		return nil
	}
	if err := s.counting("the first column"); err != nil {
		return err
	}
	if len(first) == 3 && s.isGrid() {
		return fmt.Errorf("three columns, two of which number all pairs: layers of 3 items, or a layer, expert and load per line? Use --format csv or --format long")
	}
	return nil
}

// counting returns an error where the first of several columns, called what, counts
// lines, as an index does. Two lines count by chance, as loads of 0 and 1 do: then it is one only
// if it stands apart, below every number of two columns or more; else what was
// assumed is noted.
func (s *sheet) counting(what string) error {
	n := len(s.rows)
	if n < 2 || len(s.rows[0].values) < 2 || s.arange() {
		return nil
	}
	column := make([]float64, n)
	least := math.Inf(1) // of the other columns
	for i, r := range s.rows {
		column[i] = r.values[0]
		for _, v := range r.values[1:] {
			least = min(least, v)
		}
	}
	if !consecutive(column) {
		return nil
	}
	text := fmt.Sprintf("%s is %v, %v", what, column[0], column[1])
	if n > 2 {
		text += fmt.Sprintf(", %v, …", column[2])
	} else if len(s.rows[0].values) == 2 || least <= column[1] {
		s.notes = append(s.notes, text+" and is read as loads; if it is an index, use --format indexed")
		return nil
	}
	return fmt.Errorf("%s: loads, or an index? Use --format csv for loads, --format indexed for an index", text)
}

// arange reports whether the numbers count through the table, as in examples.
func (s *sheet) arange() bool {
	return s.rows[1].values[0] == s.rows[0].values[len(s.rows[0].values)-1]+1
}

// isGrid reports whether two of three columns hold every pair of two sets of
// whole numbers once.
func (s *sheet) isGrid() bool {
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		seen := map[[2]float64]bool{}
		var sets [2]map[float64]bool
		sets[0], sets[1] = map[float64]bool{}, map[float64]bool{}
		whole := true
		for _, r := range s.rows {
			a, b := r.values[pair[0]], r.values[pair[1]]
			whole = whole && a == math.Trunc(a) && b == math.Trunc(b)
			seen[[2]float64{a, b}] = true
			sets[0][a], sets[1][b] = true, true
		}
		n := len(s.rows)
		if whole && len(seen) == n && len(sets[0]) > 1 && len(sets[1]) > 1 && len(sets[0])*len(sets[1]) == n {
			return true
		}
	}
	return false
}

// column reads one number per line: the items of one layer, or of as many as
// were asked for.
func (s *sheet) column(opt Options) (*Loads, error) {
	l := &Loads{Steps: 1, Layers: max(1, opt.Layers), Items: len(s.rows)}
	for i, r := range s.rows {
		if err := s.check(r, 0, 0, i); err != nil {
			return nil, err
		}
		l.Values = append(l.Values, r.values[0])
	}
	return divide(l, opt)
}

// reshape reads all layers from one line.
func (s *sheet) reshape(opt Options) (*Loads, error) {
	l, err := s.wide(opt, nil, nil)
	if err != nil {
		return nil, err
	}
	l.Layers = opt.Layers
	return divide(l, opt)
}

// divide divides the items of one layer into l.Layers.
func divide(l *Loads, opt Options) (*Loads, error) {
	if l.Items%l.Layers != 0 {
		return nil, fmt.Errorf("%d numbers do not divide into %d layers: use another --layers", l.Items, l.Layers)
	}
	l.Items /= l.Layers
	if len(l.Values) > opt.Max {
		return nil, fmt.Errorf("more than %d loads: no more are read", opt.Max)
	}
	return l, nil
}

// check reports a field that should be a number and is not.
func (s *sheet) check(r row, field, layer, item int) error {
	if !math.IsNaN(r.values[field]) {
		return nil
	}
	if v, ok := notFinite(r.text(field)); ok {
		return fmt.Errorf("layer %d, item %d: weight %v: a load must be a finite number ≥ 0", layer, item, v)
	}
	return fmt.Errorf("line %d (layer %d), item %d: %w", r.line, layer, item, s.notNumber(r.text(field)))
}

// wide reads a layer per line. The columns of indexes are not loads; order, where
// it is not nil, lists the columns of the items.
func (s *sheet) wide(opt Options, indexes, order []int) (*Loads, error) {
	if order == nil {
		for i := range s.rows[0].values {
			if !slices.Contains(indexes, i) {
				order = append(order, i)
			}
		}
	}
	l := &Loads{Steps: 1, Layers: len(s.rows), Items: len(order)}
	if l.Items == 0 {
		return nil, fmt.Errorf("line %d has no loads beside its index", s.rows[0].line)
	}
	for i, r := range s.rows {
		if len(l.Values)+len(order) > opt.Max {
			return nil, fmt.Errorf("more than %d loads: no more are read", opt.Max)
		}
		for item, column := range order {
			if err := s.check(r, column, i, item); err != nil {
				return nil, err
			}
			l.Values = append(l.Values, r.values[column])
		}
	}
	if len(indexes) == 0 {
		return l, nil
	}
	return l, s.sortBy(l, indexes[len(indexes)-1])
}

// sortBy puts the layers into the order of the numbers in the index column, or
// at the end of its names.
func (s *sheet) sortBy(l *Loads, column int) error {
	keys := make([]float64, len(s.rows))
	names := make([]string, len(s.rows))
	numeric := true
	for i, r := range s.rows {
		keys[i], names[i] = r.values[column], r.text(column)
		numeric = numeric && !math.IsNaN(keys[i])
		if isSummary(names[i]) {
			return fmt.Errorf("line %d is named %s and is not a layer: leave it out", r.line, tree.Quote(names[i]))
		}
	}
	if !numeric {
		_, numbers, some, ok := allNumbered(names)
		if !ok && some > 1 {
			return fmt.Errorf("lines are numbered (%s), but not all of them: number all or none", tree.Quote(names[0]))
		}
		for i := range keys {
			keys[i] = float64(i)
			if ok {
				keys[i] = float64(numbers[i])
			}
		}
	}
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	for i := 1; i < len(order); i++ {
		if keys[order[i]] == keys[order[i-1]] {
			return fmt.Errorf("lines %d and %d are both of %s in the index: use each once", s.rows[order[i-1]].line, s.rows[order[i]].line, names[order[i]])
		}
	}
	for i, key := range keys {
		if key < 0 || key != math.Trunc(key) {
			return fmt.Errorf("line %d: the index is %v: use whole numbers from 0, or --format csv if these are loads", s.rows[i].line, key)
		}
	}
	sorted := make([]float64, 0, len(l.Values))
	for _, i := range order {
		sorted = append(sorted, l.Values[i*l.Items:(i+1)*l.Items]...)
	}
	l.Values = sorted
	if !slices.IsSorted(keys) {
		l.note("the layers were put into the order of their numbers")
	}
	return nil
}
