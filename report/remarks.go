package report

import (
	"fmt"

	"packbench/internal/number"
)

// remarks says what programs outside this one did in their runs besides packing: the
// last remark of the first cell that has one, a line per strategy and backend.
func (v *view) remarks() []string {
	m := &v.Run.Manifest
	type key struct{ strategy, backend string }
	first := map[key]string{}
	cells := map[key]int{}
	var order []key
	for _, c := range v.Run.Cells() {
		k := key{c.Subject(), c.Backend()}
		last := ""
		for _, r := range c.Records {
			for _, w := range r.Warnings {
				last = w
			}
		}
		if last == "" || m.Programs[c.Subject()] == "" {
			continue
		}
		if cells[k]++; cells[k] == 1 {
			order = append(order, k)
			first[k] = fmt.Sprintf("%s on %s (%s): %s", v.strategyName(c.Subject()), v.cellName(c.Cell), c.Backend(), last)
		}
	}
	var all []string
	for _, k := range order {
		text := first[k]
		if more := cells[k] - 1; more > 0 {
			text += fmt.Sprintf("; the same in %s more", number.Count(more, "cell"))
		}
		all = append(all, sentence(text))
	}
	return all
}
