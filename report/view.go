package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
	"packbench/strategies"
)

// view is a run arranged for reading: the problems, what was tried on each, and
// what came of it.
type view struct {
	run        *runs.Run
	problems   []problem
	strategies []string // in the order of the plan
	backends   []string // in the order of the plan
	names      Names
	results    map[slot]*result
}

// slot names the place of a result in tables and figures.
type slot struct {
	problem  problem
	strategy string
	backend  string
}

// result is what came of a strategy on a problem on a backend: its cells, one
// per seed.
type result struct {
	slot
	cells []*runs.CellRuns
	cache *packed
}

func newView(run *runs.Run, names Names) *view {
	v := &view{run: run, names: names, results: map[slot]*result{}}
	presets := presetNames(strategies.Builtin())
	for _, c := range run.Cells() {
		s := slot{
			problem:  problem{c.Workload(), c.Layers, c.Items, c.Packs()},
			strategy: cmp.Or(presets[c.Strategy()], c.Strategy()),
			backend:  c.Backend(),
		}
		if !slices.Contains(v.problems, s.problem) {
			v.problems = append(v.problems, s.problem)
		}
		if !slices.Contains(v.strategies, s.strategy) {
			v.strategies = append(v.strategies, s.strategy)
		}
		if !slices.Contains(v.backends, s.backend) {
			v.backends = append(v.backends, s.backend)
		}
		if v.results[s] == nil {
			v.results[s] = &result{slot: s}
		}
		v.results[s].cells = append(v.results[s].cells, c)
	}
	return v
}

// presetNames returns short names, "descent:fast", for the strategies that
// presets stand for, by their canonical forms.
func presetNames(registry strategies.Registry) map[string]string {
	names := map[string]string{}
	for _, d := range registry {
		for _, p := range d.Presets {
			short := d.Name + ":" + p.Name
			if s, err := registry.Parse(short); err == nil {
				names[s.Spec().String()] = short
			}
		}
	}
	return names
}

// result returns what came of a strategy; nil where it was not asked for.
func (v *view) result(p problem, strategy, backend string) *result {
	return v.results[slot{p, strategy, backend}]
}

// quality returns the result whose packings stand for the strategy on the
// problem: packings do not depend on the backend, so the first backend that has
// any. Without one it returns the first result, to tell the reason; nil where
// the strategy was not asked for.
func (v *view) quality(p problem, strategy string) *result {
	var first *result
	for _, b := range v.backends {
		r := v.result(p, strategy, b)
		if r == nil {
			continue
		}
		if len(r.layers()) > 0 {
			return r
		}
		if first == nil {
			first = r
		}
	}
	return first
}

// times returns the times of all runs that are done, in ns.
func (r *result) times() []float64 {
	var times []float64
	for _, c := range r.cells {
		times = append(times, c.Times()...)
	}
	return times
}

// failed says whether any cell is not done.
func (r *result) failed() bool {
	return slices.ContainsFunc(r.cells, func(c *runs.CellRuns) bool { return c.Status() != runs.Done })
}

// trouble says what went wrong, "unavailable: no driver", with the number of
// seeds where it did so in some only, and layers that have no numbers; "" where
// nothing did.
func (r *result) trouble() string {
	text, n := "", 0
	for _, c := range r.cells {
		status := c.Status()
		if status == runs.Done {
			continue
		}
		n++
		if text == "" {
			text = string(status)
			if reason := plainReason(c.Reason()); reason != "" {
				text += ": " + reason
			}
		}
	}
	if n > 0 && n < len(r.cells) {
		text = fmt.Sprintf("%d of %d seeds %s", n, len(r.cells), text)
	}
	switch p := r.packed(); {
	case text != "":
	case p.broken > 0:
		text = fmt.Sprintf("%s without finite numbers", number.Count(p.broken, "layer"))
	case len(p.layers) == 0 && p.idle > 0:
		text = "every layer is idle: it has no load"
	}
	return text
}

// idle counts the layers of a problem that have no load, of all seeds.
func (v *view) idle(p problem) int {
	for _, s := range v.strategies {
		if r := v.quality(p, s); r != nil && (len(r.layers()) > 0 || r.idle() > 0) {
			return r.idle()
		}
	}
	return 0
}

// present returns the backends that could run.
func (v *view) present() []string {
	return slices.DeleteFunc(slices.Clone(v.backends), func(b string) bool { return v.missing(b) != "" })
}

// plainReason leaves out of a reason what the status says already.
func plainReason(reason string) string {
	reason = printable(strings.Join(strings.Fields(reason), " "))
	for _, known := range []error{strategies.ErrUnavailable, strategies.ErrUnsupported} {
		reason = strings.TrimPrefix(strings.TrimPrefix(reason, known.Error()), ": ")
	}
	return reason
}

// missing returns a reason that holds for every result on the backend, "" where
// they differ or any is done: then the backend is told of once, not in every row.
func (v *view) missing(backend string) string {
	reason := ""
	for _, r := range v.results {
		if r.backend != backend {
			continue
		}
		t := r.trouble()
		if t == "" || len(r.times()) > 0 || (reason != "" && t != reason) {
			return ""
		}
		reason = t
	}
	return reason
}
