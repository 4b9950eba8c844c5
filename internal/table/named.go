package table

import (
	"fmt"
	"slices"

	"packbench/internal/tree"
)

// named reads a table whose first line has names, with a layer per line, or with
// an expert per line where the names are those of layers.
func (s *sheet) named(opt Options) (*Loads, error) {
	roles := rolesOf(s.header)
	var indexes, items []int
	var names []string
	for i, r := range roles {
		switch {
		case r == layer || r == expert || r == step || i == 0 && (r == index || opt.Form == Indexed):
			indexes = append(indexes, i)
		default:
			items = append(items, i)
			names = append(names, s.header[i])
		}
	}
	switch {
	case len(items) == 0:
		return nil, fmt.Errorf("line 1 names %s: there is no column of loads", quoteAll(s.header))
	case roles.count(layer) > 1 || roles.count(expert) > 1 || roles.count(step) > 1:
		return nil, fmt.Errorf("line 1 names %s: two columns say the same", quoteAll(s.header))
	case roles.count(layer) == 1 && len(items) == 1 && roles[items[0]] == load:
		return nil, fmt.Errorf("line 1 names %s: a column with the number of the expert is missing", quoteAll(s.header))
	case roles.count(step) == 1:
		return nil, fmt.Errorf("line 1 names %s: steps are read in long form (step, layer, expert, load per line)", quoteAll(s.header))
	}
	if len(s.header) == 1 && len(s.rows) > 1 {
		return s.column(opt)
	}
	order, prefix, err := s.orderOf(items, names)
	if err != nil {
		return nil, err
	}
	if opt.Form == Any && len(indexes) == 0 && !slices.ContainsFunc(names, isNumbered) {
		if err := s.uncertainNamed(); err != nil {
			return nil, err
		}
	}
	l, err := s.wide(opt, indexes, order)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(order, items) {
		l.note("the columns were put into the order of their numbers")
	}
	if roleNames[prefix] == layer && prefix != "" || roles.count(expert) == 1 {
		transpose(l)
		l.note("columns are layers and lines experts, as the line of names says")
	}
	return l, nil
}

// isNumbered reports whether a name ends in a number.
func isNumbered(name string) bool {
	_, _, ok := numbered(name)
	return ok
}

// uncertainNamed reports a table that can be read in two ways although its
// columns have names, for these say nothing.
func (s *sheet) uncertainNamed() error {
	if err := s.counting("the column " + tree.Quote(s.header[0])); err != nil {
		return err
	}
	if len(s.header) == 3 && s.isGrid() {
		return fmt.Errorf("line 1 names %s, of which two number all pairs: layers of 3 items, or a layer, expert and load per line? Use --format csv, or name the columns layer, expert and load",
			quoteAll(s.header))
	}
	return nil
}

// orderOf returns the columns of items in the order of their numbers, where they
// are numbered, and what they are called before the number.
func (s *sheet) orderOf(items []int, names []string) (order []int, prefix string, err error) {
	for _, name := range names {
		if isSummary(name) {
			return nil, "", fmt.Errorf("column %s sums up others and is not an item: leave it out", tree.Quote(name))
		}
	}
	prefix, numbers, some, ok := allNumbered(names)
	switch {
	case !ok && some > 1:
		for _, name := range names {
			if p, _, isNumbered := numbered(name); !isNumbered || p != prefix {
				return nil, "", fmt.Errorf("column %s is not numbered as others are (%s0, %s1, …): leave it out", tree.Quote(name), prefix, prefix)
			}
		}
	case !ok:
		return items, "", nil
	case roleNames[prefix] == step:
		return nil, "", fmt.Errorf("the columns are steps: these are read in long form (step, layer, expert, load per line)")
	}
	order = slices.Clone(items)
	at := map[int]int{}
	for i, n := range numbers {
		if _, ok := at[n]; ok {
			return nil, "", fmt.Errorf("two columns have the number %d", n)
		}
		at[n] = items[i]
	}
	low := slices.Min(numbers)
	for i := range order {
		column, ok := at[low+i]
		if !ok && roleNames[prefix] != layer {
			return nil, "", fmt.Errorf("columns are numbered from %d, but there is none of number %d: use one for every item", low, low+i)
		}
		order[i] = column
	}
	if roleNames[prefix] == layer { // layers may be left out, as dense ones are
		sorted := slices.Sorted(slices.Values(numbers))
		for i, n := range sorted {
			order[i] = at[n]
		}
	} else if low > 1 {
		return nil, "", fmt.Errorf("columns are numbered from %d: experts are from 0 or 1 on", low)
	}
	return order, prefix, nil
}

// transpose turns lines into columns.
func transpose(l *Loads) {
	out := make([]float64, len(l.Values))
	for i, v := range l.Values {
		out[i%l.Items*l.Layers+i/l.Items] = v
	}
	l.Layers, l.Items, l.Values = l.Items, l.Layers, out
}

// quoteAll lists names for a message.
func quoteAll(names []string) string {
	text := ""
	for i, name := range names {
		if i == 8 {
			return text + ", …"
		}
		if i > 0 {
			text += ", "
		}
		text += tree.Quote(name)
	}
	return text
}
