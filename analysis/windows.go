package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/placement/planners"
	"packbench/runs"
	"packbench/stats"
)

// PairedWindows are a measure of the windows of one trace under a baseline and
// under another planner, of the same windows in the same order.
type PairedWindows struct{ Baseline, Value []float64 }

// OverWindows is how a planner differs from a baseline over the windows of traces
// that both were scored in.
//
// Windows of one trace depend on each other, so they are not the unit: of one
// trace that is a block of consecutive windows ([stats.MeanOfSeries]), and the
// interval is about more windows of the same trace; of several it is the trace
// ([stats.MeanOfSamples]).
type OverWindows struct {
	Measure  runs.Measure `json:"measure"`
	Traces   int          `json:"traces"`
	Windows  int          `json:"windows"` // of all traces
	Better   int          `json:"better"`  // windows in which the planner is so
	Worse    int          `json:"worse"`
	Baseline float64      `json:"baseline"` // mean over the windows, of each trace alike
	Value    float64      `json:"value"`    // of the planner, likewise
	// Difference is the mean of Value − Baseline; without bounds where the windows
	// are too few, which Remark says.
	Difference stats.Interval `json:"difference"`
	Units      int            `json:"units"`            // that the interval is made of, 0 without one
	Length     int            `json:"block,omitempty"`  // windows of the shortest block where that is the unit, 0 where it is the trace
	Remark     string         `json:"remark,omitempty"` // why there is no interval
}

// Unit says what the interval is made of: "5 blocks of 3 windows" or "6 traces"; ""
// without one.
func (o *OverWindows) Unit() string {
	switch {
	case o.Units == 0:
		return ""
	case o.Length == 0:
		return number.Count(o.Units, "trace")
	}
	return fmt.Sprintf("%d blocks of %s", o.Units, number.Count(o.Length, "window"))
}

// Shown is the difference with so many decimals, "+0.0023 [-0.0011, +0.0057]".
func (o *OverWindows) Shown(digits int) string {
	signed := func(v float64) string {
		if math.Abs(v) < .5*math.Pow10(-digits) {
			v = 0
		}
		return fmt.Sprintf("%+.*f", digits, v)
	}
	d := o.Difference
	if !d.Bounded() {
		return signed(d.Center)
	}
	return signed(d.Center) + " [" + signed(d.Lo) + ", " + signed(d.Hi) + "]"
}

// CompareWindows compares a planner with a baseline on traces. One without
// windows is an error.
func CompareWindows(d runs.Measure, traces []PairedWindows, confidence float64) (OverWindows, error) {
	o := OverWindows{Measure: d, Traces: len(traces)}
	var means, series []float64
	for _, t := range traces {
		if len(t.Baseline) != len(t.Value) || len(t.Value) == 0 {
			return o, fmt.Errorf("%d windows against %d: a comparison needs the same ones, one at least", len(t.Value), len(t.Baseline))
		}
		series = make([]float64, len(t.Value))
		for i, v := range t.Value {
			series[i] = v - t.Baseline[i]
			switch {
			case series[i] == 0:
			case series[i] > 0 == (d.Better == runs.Higher):
				o.Better++
			default:
				o.Worse++
			}
		}
		o.Windows += len(series)
		o.Baseline += Mean(t.Baseline) / float64(len(traces))
		o.Value += Mean(t.Value) / float64(len(traces))
		means = append(means, Mean(series))
	}
	if len(traces) == 1 {
		s, err := stats.MeanOfSeries(series, confidence)
		if err != nil {
			return o, err
		}
		o.Difference, o.Units, o.Length = s.Interval, s.Blocks, s.Length
		for _, w := range s.Warnings {
			o.Remark = fmt.Sprintf("no interval: %s, fewer than %d", number.Count(len(series), "window"), stats.MinSeries)
			if w.Code == stats.Dependent {
				o.Remark = fmt.Sprintf("no interval: %s depend on each other (lag-1 correlation %.2f) for longer than a block", number.Count(len(series), "window"), s.Correlation)
			}
		}
		return o, nil
	}
	i, warnings, err := stats.MeanOfSamples(means, confidence)
	if err != nil {
		return o, err
	}
	o.Difference, o.Units = i, len(means)
	if warnings != nil {
		o.Units = 0
		o.Remark = fmt.Sprintf("no interval: %s, fewer than %d", number.Count(len(means), "trace"), stats.MinSamples)
	}
	return o, nil
}

// Verdict is what the interval says of the planner: "better" or "worse" than the
// baseline, "" where it holds 0 or there is none.
func (o *OverWindows) Verdict() string {
	switch d := o.Difference; {
	case !d.Bounded() || !(d.Lo*d.Hi > 0):
		return ""
	case d.Lo > 0 == (o.Measure.Better == runs.Higher):
		return "better"
	}
	return "worse"
}

// PairWindows returns a measure of the windows of two replays of one trace that
// both scored; windows without any load are left out and counted.
func PairWindows(measure string, baseline, cell *runs.CellRuns) (p PairedWindows, idle int) {
	before, at := baseline.Window(measure), map[float64]int{}
	for i, index := range baseline.Window(runs.WindowPrefix + "index") {
		at[index] = i
	}
	empty := cell.Window(runs.WindowPrefix + runs.IdleMeasure) // nil in records that did not yet tell
	values := cell.Window(measure)
	for i, index := range cell.Window(runs.WindowPrefix + "index") {
		j, both := at[index]
		switch {
		case !both || i >= len(values) || j >= len(before):
		case empty != nil && int(empty[i]) == cell.Layers:
			idle++
		default:
			p.Baseline, p.Value = append(p.Baseline, before[j]), append(p.Value, values[i])
		}
	}
	return p, idle
}

// WindowMeasures are the measures that planners are compared by over windows:
// balance, and the time that the model says is lost.
func WindowMeasures() []runs.Measure {
	var list []runs.Measure
	for _, d := range runs.ReplayMeasures() {
		if d.Name == runs.WindowPrefix+runs.BalanceMeasure || d.Name == runs.WindowPrefix+runs.LostMeasure {
			list = append(list, d)
		}
	}
	return list
}

// PlannerWindows is a planner against the baseline on a problem, or on all of
// them.
type PlannerWindows struct {
	Problem  *Problem // nil of the row over all problems
	Strategy string
	Over     []OverWindows // by [WindowMeasures]
	Idle     int           // windows without load, which do not count
}

// AgainstBaseline compares the planners of a replay with one of them over
// windows, problem by problem, seeds together. Where there are three problems or
// more, each with a trace of its own, rows over all of them come first: there the
// unit is the problem, with the mean over its seeds. Rails are left out. baseline
// is a strategy of [Results.Strategies] or "", which takes the strongest published
// planner.
func (r *Results) AgainstBaseline(baseline string, confidence float64) (string, []PlannerWindows, error) {
	contenders, _ := r.contenders()
	if baseline == "" {
		baseline = r.windowBaseline(contenders)
	} else if !slices.Contains(contenders, baseline) {
		return "", nil, fmt.Errorf("no planner %q to compare with: use %s", baseline, strings.Join(contenders, "; "))
	}
	if baseline == "" {
		return "", nil, nil
	}
	var rows []PlannerWindows
	for _, p := range r.Problems {
		base := r.Answer(p, baseline)
		for _, s := range contenders {
			answer := r.Answer(p, s)
			if s == baseline || base == nil || !base.Judged() || answer == nil || !answer.Judged() {
				continue
			}
			row, err := windowsOf(base, answer, confidence)
			if err != nil {
				return "", nil, err
			}
			if row.Over != nil {
				rows = append(rows, row)
			}
		}
	}
	all, err := r.overProblems(rows, contenders, confidence)
	return baseline, append(all, rows...), err
}

// windowsOf compares the answer of a planner to a problem with the baseline's; Over
// is nil where they have no window in common.
func windowsOf(baseline, answer *Result, confidence float64) (PlannerWindows, error) {
	row := PlannerWindows{Problem: answer.Problem, Strategy: answer.Strategy}
	for _, d := range WindowMeasures() {
		traces, idle := tracesOf(d.Name, baseline, answer)
		if len(traces) == 0 {
			return PlannerWindows{}, nil
		}
		o, err := CompareWindows(d, traces, confidence)
		if err != nil {
			return row, err
		}
		row.Over, row.Idle = append(row.Over, o), idle
	}
	return row, nil
}

// overProblems compares planners over the problems that rows are of, the unit being
// the problem; there is nothing to compare where these are few or share traces.
func (r *Results) overProblems(rows []PlannerWindows, contenders []string, confidence float64) ([]PlannerWindows, error) {
	if !r.distinct() {
		return nil, nil
	}
	var all []PlannerWindows
	for _, s := range contenders {
		over := PlannerWindows{Strategy: s}
		for i, d := range WindowMeasures() {
			var means []PairedWindows // of a problem, a pair
			for _, row := range rows {
				if row.Strategy == s {
					means = append(means, PairedWindows{[]float64{row.Over[i].Baseline}, []float64{row.Over[i].Value}})
				}
			}
			if len(means) < stats.MinSamples {
				break
			}
			o, err := CompareWindows(d, means, confidence)
			if err != nil {
				return nil, err
			}
			over.Over = append(over.Over, o)
		}
		if over.Over != nil {
			all = append(all, over)
		}
	}
	return all, nil
}

// distinct reports whether every problem has a workload of its own: those that
// share one are not independent traces.
func (r *Results) distinct() bool {
	seen := map[string]bool{}
	for _, p := range r.Problems {
		seen[p.Workload()] = true
	}
	return len(seen) == len(r.Problems)
}

// tracesOf pairs the windows of two results, a trace per seed.
func tracesOf(measure string, baseline, result *Result) (traces []PairedWindows, idle int) {
	for _, c := range result.bySeed() {
		for _, b := range baseline.Cells {
			if b.Seed() != c.Seed() || b.WorkloadHash != c.WorkloadHash {
				continue
			}
			p, none := PairWindows(measure, b.CellRuns, c.CellRuns)
			idle += none
			if len(p.Value) > 0 {
				traces = append(traces, p)
			}
		}
	}
	return traces, idle
}

// windowBaseline returns the contender to compare the others with.
func (r *Results) windowBaseline(contenders []string) string {
	var list []Contender
	for _, s := range contenders {
		c := Contender{Balance: math.NaN()}
		var values []float64
		for _, p := range r.Problems {
			if a := r.Answer(p, s); a != nil && a.Judged() {
				c.Planner, c.Estimator = a.Cells[0].Get(runs.PlannerAxis), a.Cells[0].Get(runs.EstimatorAxis)
				values = append(values, Mean(a.Runs(runs.BalanceMeasure)))
			}
		}
		if len(values) == len(r.Problems) {
			c.Balance = Mean(values)
		}
		list = append(list, c)
	}
	if i := Strongest(list); i >= 0 {
		return contenders[i]
	}
	return ""
}

// Contender is a planner of a replay with its balance; NaN where it is not known
// on every problem.
type Contender struct {
	Planner, Estimator string
	Balance            float64
}

// Strongest returns the contender that others should be compared with: of the
// published planners that plan on the last window, as they do, the one with the
// highest balance; where there is none, the first with any. −1 where none has.
func Strongest(list []Contender) int {
	best, first := -1, -1
	for i, c := range list {
		switch {
		case math.IsNaN(c.Balance):
			continue
		case first < 0:
			first = i
		}
		if c.Estimator == "" && planners.Published(c.Planner) && (best < 0 || c.Balance > list[best].Balance) {
			best = i
		}
	}
	if best < 0 {
		return first
	}
	return best
}
