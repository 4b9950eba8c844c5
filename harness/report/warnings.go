package report

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"packbench/harness"
)

// warnings lists what a reader should know before trusting the numbers, and
// what to do about it.
func (v *view) warnings() []string {
	var all []string
	for _, r := range v.rows() {
		if r.trouble != "" {
			all = append(all, r.name()+": "+r.trouble+".")
		}
	}
	if v.run.Truncated {
		all = append(all, "The last record was cut short: the run was broken off. Finish it with bench run --resume.")
	}
	all = append(all, v.fewRuns()...)
	all = append(all, v.differentPackings()...)
	if n := len(v.run.Manifest.Environments); n > 1 {
		all = append(all, fmt.Sprintf("The records come from %d machines or programs: their times do not compare.", n))
	}
	for _, e := range sorted(v.run.Manifest.Environments) {
		if e.Cores > 0 && e.Load1 > 0.5*float64(e.Cores) {
			all = append(all, fmt.Sprintf("The machine was busy when the run began (load %.1f on %s): the times may be too long. Run again when it is idle.",
				e.Load1, count(e.Cores, "core")))
		}
	}
	return all
}

// fewRuns names the results with too few runs for a confidence interval.
func (v *view) fewRuns() []string {
	var names []string
	for _, r := range v.rows() {
		if r.time.n > 0 && !r.time.finite() {
			names = append(names, r.name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	const most = 3
	rest := ""
	if len(names) > most {
		rest = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return []string{"Too few runs for a 95 % interval of the median, at least 6 are needed: " + strings.Join(names, "; ") + rest + ". Run with more repeats."}
}

// differentPackings names the results that differ between backends, which they
// must not.
func (v *view) differentPackings() []string {
	type cell struct {
		problem  problem
		strategy string
		seed     uint64
	}
	hashes := map[cell]map[string]bool{}
	for s, r := range v.results {
		for _, c := range r.cells {
			for _, rec := range c.Records {
				if rec.Status == harness.Done && rec.PackingHash != "" {
					at := cell{s.problem, s.strategy, c.Seed}
					if hashes[at] == nil {
						hashes[at] = map[string]bool{}
					}
					hashes[at][rec.PackingHash] = true
				}
			}
		}
	}
	var all []string
	for at, found := range hashes {
		if len(found) > 1 {
			all = append(all, fmt.Sprintf("%s gave %d different packings of %s (seed %d): every run and backend must give the same. Check with bench verify.",
				at.strategy, len(found), at.problem.name(), at.seed))
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
