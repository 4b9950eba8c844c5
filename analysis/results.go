package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
)

// Results is a run arranged for reading: the problems, what was tried on each,
// and the outcomes.
type Results struct {
	Run        *runs.Run
	Problems   []*Problem
	Strategies []string // the values on the subject axes, joined; in the order of the plan
	Backends   []string // in the order of the plan

	cells   []*Cell
	results map[slot]*Result
}

// slot is the place of a result.
type slot struct {
	problem           *Problem
	strategy, backend string
}

// Result is the outcome of a strategy on a problem on a backend: its cells, one
// per replicate (seed).
type Result struct {
	Problem  *Problem
	Strategy string
	Backend  string
	Cells    []*Cell

	leading   string     // name of the run's [Leading] measure
	instances []Instance // nil until first asked for
}

// Arrange arranges the cells of a run.
func Arrange(run *runs.Run) *Results {
	r := &Results{Run: run, cells: Cells(run), results: map[slot]*Result{}}
	problems, leading := map[string]*Problem{}, Leading(&run.Manifest).Name
	for _, c := range r.cells {
		p := r.problem(problems, c)
		s := slot{p, r.strategy(c.Cell), c.Backend()}
		if !slices.Contains(r.Strategies, s.strategy) {
			r.Strategies = append(r.Strategies, s.strategy)
		}
		if !slices.Contains(r.Backends, s.backend) {
			r.Backends = append(r.Backends, s.backend)
		}
		if r.results[s] == nil {
			r.results[s] = &Result{Problem: p, Strategy: s.strategy, Backend: s.backend, leading: leading}
		}
		r.results[s].Cells = append(r.results[s].Cells, c)
	}
	return r
}

// problem returns the problem of a cell, the same for all that share it.
func (r *Results) problem(known map[string]*Problem, c *Cell) *Problem {
	m := &r.Run.Manifest
	var coordinates []runs.Coordinate
	for _, axis := range axesOf(m, c.Cell, runs.Problem) {
		coordinates = append(coordinates, runs.Coordinate{Axis: axis, Value: c.Get(axis)})
	}
	cell := runs.NewCell(coordinates...)
	id := fmt.Sprintf("%s %d %d", cell.ID(), c.Layers, c.Items)
	if p := known[id]; p != nil {
		return p
	}
	p := &Problem{Cell: cell, Layers: c.Layers, Items: c.Items, Name: problemName(m, c.Cell)}
	known[id] = p
	r.Problems = append(r.Problems, p)
	return p
}

// strategy returns what identifies the subject of a cell: its strategy, mostly.
func (r *Results) strategy(c runs.Cell) string {
	var parts []string
	for _, axis := range axesOf(&r.Run.Manifest, c, runs.Subject) {
		parts = append(parts, c.Get(axis))
	}
	return strings.Join(parts, ", ")
}

// Cells returns all cells in the order of the plan.
func (r *Results) Cells() []*Cell { return r.cells }

// Result returns the outcome of a strategy; nil if it is not in the run.
func (r *Results) Result(p *Problem, strategy, backend string) *Result {
	return r.results[slot{p, strategy, backend}]
}

// All returns every result, by problem, strategy and backend in the order of
// the plan.
func (r *Results) All() []*Result {
	var all []*Result
	for _, p := range r.Problems {
		for _, s := range r.Strategies {
			for _, b := range r.Backends {
				if result := r.Result(p, s, b); result != nil {
					all = append(all, result)
				}
			}
		}
	}
	return all
}

// Answer returns the result whose packings stand for the strategy on the
// problem: packings do not depend on the backend, so the first backend that has
// any. Without one it returns the first result, for its reason; nil if the
// strategy is not in the run.
func (r *Results) Answer(p *Problem, strategy string) *Result {
	var first *Result
	for _, b := range r.Backends {
		result := r.Result(p, strategy, b)
		if result == nil {
			continue
		}
		if result.Judged() {
			return result
		}
		if first == nil {
			first = result
		}
	}
	return first
}

// Judged reports whether any cell of the result has measures of its layers.
func (r *Result) Judged() bool { return slices.ContainsFunc(r.Cells, (*Cell).Judged) }

// Instance is one layer of one replicate of a problem, as a strategy packed it.
type Instance struct {
	Cell        *Cell
	Layer       int
	Imbalance   float64 // max − min load, in the unit of the loads
	Relative    float64 // Imbalance over the mean load of a pack
	MaxOverMean float64
	Gap         float64 // (max load − lower bound)/lower bound
	Lead        float64 // the measure that the run is ranked by, [Leading]
	Proven      bool    // no packing has a lower max load
}

// Seed is the seed of the instance's cell; 0 of no instance.
func (i Instance) Seed() uint64 {
	if i.Cell == nil {
		return 0
	}
	return i.Cell.Seed()
}

// Key tells instances of a problem apart: seed and layer.
func (i Instance) Key() [2]uint64 { return [2]uint64{i.Seed(), uint64(i.Layer)} }

// Instances returns every layer that was packed and is not idle, by seed and
// layer: in the same order for all strategies that packed the same layers. What
// a run without packings lacks is NaN.
func (r *Result) Instances() []Instance {
	if r.instances != nil {
		return r.instances
	}
	for _, c := range r.bySeed() {
		every := func(measure string) []float64 {
			if values := c.Every(measure); values != nil {
				return values
			}
			return slices.Repeat([]float64{math.NaN()}, len(c.judged))
		}
		imbalance, relative, over, gap, lead := every(runs.ImbalanceMeasure), every(RelativeImbalance), every(MaxOverMean), every(Gap), every(r.leading)
		for _, l := range c.Busy() {
			r.instances = append(r.instances, Instance{
				Cell: c, Layer: l, Imbalance: imbalance[l], Relative: relative[l], MaxOverMean: over[l], Gap: gap[l], Lead: lead[l], Proven: c.Proven(l),
			})
		}
	}
	return r.instances
}

// Column returns one number of each instance.
func Column(all []Instance, of func(Instance) float64) []float64 {
	values := make([]float64, len(all))
	for i, x := range all {
		values[i] = of(x)
	}
	return values
}

// Values returns a measure of the [Result.Instances].
func (r *Result) Values(measure string) []float64 {
	var values []float64
	for _, c := range r.bySeed() {
		values = append(values, c.Values(measure)...)
	}
	return values
}

func (r *Result) bySeed() []*Cell {
	cells := slices.Clone(r.Cells)
	slices.SortStableFunc(cells, func(a, b *Cell) int { return cmp.Compare(a.Seed(), b.Seed()) })
	return cells
}

// Over returns the distribution of a measure over the [Result.Instances].
func (r *Result) Over(d runs.Measure) Over { return Describe(r.Values(d.Name), d.Better) }

// Idle returns the number of layers without any load.
func (r *Result) Idle() int {
	n := 0
	for _, c := range r.Cells {
		n += c.Idle()
	}
	return n
}

// Proof adds up the proofs of the cells.
func (r *Result) Proof() Proof {
	var sum Proof
	for _, c := range r.Cells {
		p := c.Proof()
		sum.Proven, sum.Of, sum.Tried = sum.Proven+p.Proven, sum.Of+p.Of, sum.Tried || p.Tried
	}
	return sum
}

// Runs returns a measure of all runs that are done.
func (r *Result) Runs(measure string) []float64 {
	var values []float64
	for _, c := range r.Cells {
		values = append(values, c.Run(measure)...)
	}
	return values
}

// Time returns the median time of all runs that are done, ns.
func (r *Result) Time() Times { return SampleOf(runs.TimeMeasure, r.Cells...).Median() }

// Trouble returns what went wrong, "unavailable: no driver", with the number of
// seeds if it was not all of them; "" if nothing did.
func (r *Result) Trouble() string {
	text, n := "", 0
	for _, c := range r.Cells {
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
	if n > 0 && n < len(r.Cells) {
		text = fmt.Sprintf("%d of %s %s", n, number.Count(len(r.Cells), "seed"), text)
	}
	if text == "" && r.Judged() && len(r.Instances()) == 0 {
		return "every layer is idle: it has no load"
	}
	return text
}

// Failed reports whether any cell of the result is not done.
func (r *Result) Failed() bool {
	return slices.ContainsFunc(r.Cells, func(c *Cell) bool { return c.Status() != runs.Done })
}

// plainReason leaves out of a reason what the status says already.
func plainReason(reason string) string {
	reason = strings.Join(strings.Fields(reason), " ")
	for _, known := range []string{"backend not available", "strategy not supported by this backend"} {
		reason = strings.TrimPrefix(strings.TrimPrefix(reason, known), ": ")
	}
	return reason
}

// Present returns the backends that could run.
func (r *Results) Present() []string {
	return slices.DeleteFunc(slices.Clone(r.Backends), func(b string) bool { return r.Missing(b) != "" })
}

// Missing returns a reason that holds for every result on the backend, so that
// it can be shown once and not in every row; "" if the reasons differ or any
// result is done.
func (r *Results) Missing(backend string) string {
	reason := ""
	for _, result := range r.All() {
		if result.Backend != backend {
			continue
		}
		t := result.Trouble()
		if t == "" || len(result.Runs(runs.TimeMeasure)) > 0 || reason != "" && t != reason {
			return ""
		}
		reason = t
	}
	return reason
}
