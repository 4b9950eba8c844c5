package report

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// warnings lists what a reader should know before trusting the numbers, and
// what to do about it.
func (v *view) warnings() []string {
	var all []string
	for _, t := range v.troubles() {
		all = append(all, sentence(t))
	}
	all = append(all, v.idleLayers()...)
	if v.Run.Truncated {
		all = append(all, "The last record was cut short: the run was interrupted. Finish it with bench run --resume.")
	}
	all = append(all, v.differentPackings()...)
	all = append(all, v.remarks()...)
	if text := v.severalMachines(); text != "" {
		all = append(all, text)
	}
	for key, e := range sorted(v.Run.Manifest.Environments) {
		for _, w := range stats.CheckMachine(e.Load1, e.Cores) {
			text := w.String()
			if name := v.machineName(key); name != "" {
				text = name + ": " + text
			}
			all = append(all, sentence(text))
		}
	}
	return append(all, v.doubtfulTimes()...)
}

// troubles says what failed and why, in the order of the rows: what a strategy
// has for the same reason on several problems, once.
func (v *view) troubles() []string {
	type trouble struct{ strategy, backend, why string }
	var order []trouble
	of := map[trouble][]row{}
	for _, r := range v.rows() {
		if r.trouble == "" {
			continue
		}
		t := trouble{r.strategy, r.backend, r.trouble}
		if of[t] == nil {
			order = append(order, t)
		}
		of[t] = append(of[t], r)
	}
	var all []string
	for _, t := range order {
		rows := of[t]
		name := rows[0].name()
		if len(rows) > 1 {
			name = fmt.Sprintf("%s on %s, on %d problems, the first %s", t.strategy, t.backend, len(rows), rows[0].workload)
		}
		all = append(all, name+": "+t.why)
	}
	return all
}

// idleLayers names the problems that have layers without load.
func (v *view) idleLayers() []string {
	var all []string
	for _, p := range v.Problems {
		if n := v.idle(p); n > 0 {
			all = append(all, fmt.Sprintf("%s (%s): %s without any load, left out of every number.", v.problemName(p), p.ShortShape(), number.Count(n, "layer")))
		}
	}
	return all
}

// doubtfulTimes says what is to be known about the times, a line per kind of
// doubt with the first cell that raises it.
func (v *view) doubtfulTimes() []string {
	type doubt struct {
		first string
		w     stats.Warning
		cells int
	}
	var doubts []*doubt
	cells := 0
	for _, c := range v.Run.Cells() {
		times := c.Times()
		if len(times) == 0 {
			continue
		}
		cells++
		warnings, err := stats.CheckTimes(times)
		if err != nil {
			continue
		}
		for _, w := range warnings {
			i := slices.IndexFunc(doubts, func(d *doubt) bool { return d.w.Code == w.Code })
			if i < 0 {
				name := fmt.Sprintf("%s, %s on %s", v.cellName(c.Cell), v.strategyName(c.Subject()), c.Backend())
				doubts, i = append(doubts, &doubt{first: name, w: w}), len(doubts)
			}
			doubts[i].cells++
		}
	}
	var all []string
	for _, d := range doubts {
		where := d.first
		if d.cells > 1 {
			where = fmt.Sprintf("%d of %s, the first being %s", d.cells, number.Count(cells, "cell"), d.first)
		}
		all = append(all, sentence(fmt.Sprintf("Times (%s): %s: %s", where, d.w.Message, d.w.Advice)))
	}
	return all
}

// sentence ends text with a full stop and begins it with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + strings.TrimRight(text[n:], ". ") + "."
}

// differentPackings names the results that differ between backends, which they
// must not.
func (v *view) differentPackings() []string {
	hashes := map[string]map[string]bool{} // by all coordinates but the backend
	of := map[string]runs.Cell{}
	for _, c := range v.Cells() {
		if v.Run.Manifest.Programs[c.Subject()] != "" {
			continue // promises nothing, and remarks tell of it
		}
		at := c.Without(runs.BackendAxis)
		id := at.ID()
		for _, r := range c.Done() {
			if hashes[id] == nil {
				hashes[id], of[id] = map[string]bool{}, at
			}
			hashes[id][r.AnswerHash] = true
		}
	}
	var all []string
	for id, found := range hashes {
		if len(found) > 1 {
			all = append(all, fmt.Sprintf("%s gave %d different packings of %s (seed %d): every run and backend must give the same. Check with bench verify.",
				v.strategyName(of[id].Subject()), len(found), v.cellName(of[id]), of[id].Seed()))
		}
	}
	slices.Sort(all)
	return all
}

// sorted iterates over a map in the order of its keys.
func sorted[K cmp.Ordered, V any](m map[K]V) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
