package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
	"packbench/stats"
)

// Verdict is what a test found about the new side.
type Verdict string

// The verdicts.
const (
	Better  Verdict = "better"
	Worse   Verdict = "worse"
	Unclear Verdict = "~" // no significant difference
	Equal   Verdict = "=" // no difference at all
)

// Finding is what every result has.
type Finding struct {
	Ratio    Ratio   `json:"ratio"`      // new/old, of medians or of means
	Adjusted float64 `json:"p_adjusted"` // for the number of cells (Holm)
	Verdict  Verdict `json:"verdict"`
}

// OverRuns is the comparison of a measure over the runs of a cell, in the unit
// of the measure.
type OverRuns struct {
	Old     stats.Interval `json:"old"` // of the median
	New     stats.Interval `json:"new"`
	OldRuns int            `json:"old_runs"`
	NewRuns int            `json:"new_runs"`
	// Unit is what the medians, intervals and tests use as a value: a run or,
	// if both sides have several, an invocation by the median of its runs.
	Unit     Unit `json:"unit"`
	OldUnits int  `json:"old_units"`
	NewUnits int  `json:"new_units"`
	Finding
	// Factor is how many times larger new is than old, with the interval that
	// belongs to the test; nil if there is none.
	Factor      *stats.Interval `json:"factor,omitempty"`
	U           float64         `json:"u"` // Mann–Whitney
	P           float64         `json:"p"`
	Delta       float64         `json:"cliff_delta"` // from −1, all new runs less, to 1
	Shift       float64         `json:"shift"`       // Hodges–Lehmann: new − old
	OldWarnings []stats.Warning `json:"old_warnings,omitempty"`
	NewWarnings []stats.Warning `json:"new_warnings,omitempty"`
}

// Unit is what counts as one value of a measure of runs.
type Unit string

// The units. Runs of one process do not show how a time varies from process to
// process.
const (
	ByRun        Unit = "run"
	ByInvocation Unit = "invocation"
)

// OverLayers is the comparison of a measure over the layers of a cell that are
// not idle.
type OverLayers struct {
	OldMean float64 `json:"old_mean"` // over layers
	NewMean float64 `json:"new_mean"`
	// Layers are compared; those with equal loads up to their order are one pair
	// of the test, by their means, and so there are fewer Pairs.
	Layers int `json:"compared_layers"`
	Units  int `json:"units"`
	Finding
	Difference stats.Interval `json:"difference"` // mean of new − old, bootstrapped
	Shift      float64        `json:"shift"`      // Hodges–Lehmann: new − old
	Pairs      stats.Pairs    `json:"pairs"`      // wins are layers where new is better; the sign of the correlation is that of new − old
	OldWorst   float64        `json:"old_worst"`  // of the layers
	NewWorst   float64        `json:"new_worst"`
	WorstLayer int            `json:"new_worst_layer"` // the layer of NewWorst
	// Above is the part of the gap that is above the lowest possible max load, on
	// the layers for which any strategy of the runs proved that load; nil if none
	// did, and for other measures.
	Above    *AboveOptimum   `json:"above_optimum,omitempty"`
	Warnings []stats.Warning `json:"warnings,omitempty"`
}

// AboveOptimum is the mean of [analysis.AboveOptimum] on both sides.
type AboveOptimum struct {
	Layers  int     `json:"layers"` // where it is known
	OldMean float64 `json:"old_mean"`
	NewMean float64 `json:"new_mean"`
}

// aboveOptimum returns the means over the layers of the sides.
func aboveOptimum(sides []both) *AboveOptimum {
	var old, new []float64
	for _, s := range sides {
		before, now := s.old.Every(analysis.AboveOptimum), s.new.Every(analysis.AboveOptimum)
		if before == nil || now == nil {
			continue
		}
		for _, l := range s.busy() {
			if finite(before[l], now[l]) {
				old, new = append(old, before[l]), append(new, now[l])
			}
		}
	}
	a := &AboveOptimum{Layers: len(new), OldMean: analysis.Mean(old), NewMean: analysis.Mean(new)}
	if !finite(a.OldMean, a.NewMean) { // of no layer
		return nil
	}
	return a
}

// Ratio is new/old: 1 for 0/0, +Inf from 0.
type Ratio float64

func ratio(now, before float64) Ratio {
	if now == before {
		return 1
	}
	return Ratio(now / before)
}

// MarshalJSON writes null for infinity, which JSON does not have.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(r), 0) || math.IsNaN(float64(r)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(r))
}

// result compares one measure of the sides.
func (m match) result(d runs.Measure, sides []both, o Options) Result {
	r := Result{Measure: d}
	var err error
	switch d.Scope {
	case runs.PerRun:
		if differences := m.otherMachines(); differences != "" && !o.AcrossMachines {
			r.Reason = "the times come from different machines: " + differences
		} else {
			r.Runs, err = overRuns(d, sides, o)
		}
	default:
		r.Layers, err = overLayers(d, sides, o)
	}
	if err != nil {
		r.Reason = err.Error()
	}
	if a := (absent{}); errors.As(err, &a) {
		r.absence = a.absence
	}
	return r
}

// absence says of what kind the reason is for which a result is not there.
type absence int

const (
	refused absence = iota // times of other machines, numbers that no test takes
	lacking                // a side has no such measure: recorded before there was one, say
	idle                   // no layer has any load: nothing could have changed
)

// absent is an error of one of those kinds.
type absent struct {
	absence
	text string
}

func (a absent) Error() string { return a.text }

func lacks(side string, d runs.Measure) error {
	return absent{lacking, fmt.Sprintf("the %s side has no %s", side, d.Name)}
}

func overRuns(d runs.Measure, sides []both, o Options) (*OverRuns, error) {
	var before, now []*analysis.Cell
	for _, s := range sides {
		before, now = append(before, s.old), append(now, s.new)
	}
	a, b := analysis.SampleOf(d.Name, before...), analysis.SampleOf(d.Name, now...)
	switch {
	case a.Runs == 0:
		return nil, lacks("old", d)
	case b.Runs == 0:
		return nil, lacks("new", d)
	}
	t := &OverRuns{OldRuns: a.Runs, NewRuns: b.Runs, Unit: ByInvocation}
	old, new := a.Values, b.Values
	if a.Invocations < 2 || b.Invocations < 2 {
		t.Unit, old, new = ByRun, nil, nil
		for _, s := range sides {
			old, new = append(old, s.old.Run(d.Name)...), append(new, s.new.Run(d.Name)...)
		}
	}
	t.OldUnits, t.NewUnits = len(old), len(new)
	var err error
	if t.Old, _, err = stats.MedianInterval(old, o.Confidence); err != nil {
		return nil, err
	}
	if t.New, _, err = stats.MedianInterval(new, o.Confidence); err != nil {
		return nil, err
	}
	if !finite(t.Old.Center, t.New.Center) {
		return nil, fmt.Errorf("the median %s is not finite", d.Name)
	}
	t.Ratio = ratio(t.New.Center, t.Old.Center)
	test, err := stats.MannWhitney(new, old, o.Alpha)
	if err != nil {
		return nil, err
	}
	t.U, t.P = test.Statistic, test.P
	if t.Delta, err = stats.CliffsDelta(new, old); err != nil {
		return nil, err
	}
	if t.Shift, err = stats.HodgesLehmann(new, old); err != nil {
		return nil, err
	}
	if !finite(t.Shift) {
		return nil, fmt.Errorf("the difference of %s is not finite", d.Name)
	}
	if f, err := stats.RatioInterval(new, old, o.Confidence); err == nil && f.Bounded() { // else a value is 0, or they are few
		t.Factor = &f
	}
	if d.Unit != runs.Nanoseconds {
		return t, nil
	}
	if t.OldWarnings, err = t.check(old); err != nil {
		return nil, err
	}
	t.NewWarnings, err = t.check(new)
	return t, err
}

// check returns what is to be known of the times of a side.
func (t *OverRuns) check(times []float64) ([]stats.Warning, error) {
	warnings, err := stats.CheckTimes(times)
	if t.Unit == ByRun {
		return warnings, err
	}
	for i := range warnings {
		if warnings[i].Code == stats.FewRepeats {
			warnings[i].Message = fmt.Sprintf("%s give no interval of the median", number.Count(len(times), "invocation"))
			warnings[i].Advice = "use at least 6 invocations"
		}
	}
	return warnings, err
}

// finite reports whether all values are: numbers near the largest that there
// are overflow when they are added.
func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// overLayers compares a measure over the same layers.
func overLayers(d runs.Measure, sides []both, o Options) (*OverLayers, error) {
	var old, new, ids []float64
	var layers []int
	for _, s := range sides {
		before, now := s.old.Every(d.Name), s.new.Every(d.Name)
		switch {
		case d.Name == analysis.AboveOptimum && (before == nil || now == nil):
			continue // no layer of these loads has a proof
		case before == nil:
			return nil, lacks("old", d)
		case now == nil:
			return nil, lacks("new", d)
		}
		loads := s.loads()
		for _, l := range s.busy() {
			if math.IsNaN(before[l]) || math.IsNaN(now[l]) {
				continue // not known of this layer
			}
			id := -float64(len(ids) + 1) // of its own: no recorded one is negative
			if loads != nil {
				id = loads[l]
			}
			old, new, layers, ids = append(old, before[l]), append(new, now[l]), append(layers, l), append(ids, id)
		}
	}
	switch {
	case len(new) == 0 && d.Name == analysis.AboveOptimum:
		return nil, absent{idle, "no strategy of the runs proved the lowest possible max load of any layer"}
	case len(new) == 0:
		return nil, absent{idle, "every layer is idle: there is no " + d.Name}
	}
	q := &OverLayers{OldMean: analysis.Mean(old), NewMean: analysis.Mean(new), Layers: len(new)}
	q.Ratio = ratio(q.NewMean, q.OldMean)
	now := analysis.Describe(new, d.Better)
	q.OldWorst, q.NewWorst = analysis.Describe(old, d.Better).Worst, now.Worst
	if now.At >= 0 {
		q.WorstLayer = layers[now.At]
	}
	if !finite(q.OldMean, q.NewMean) {
		return nil, fmt.Errorf("the mean %s is not finite", d.Name)
	}
	old, new = byLoads(old, ids), byLoads(new, ids)
	q.Units = len(new)
	var err error
	if q.Pairs, err = signedRank(new, old, d.Better); err != nil {
		return nil, err
	}
	if q.Difference, err = (stats.Bootstrap{Confidence: o.Confidence, Seed: o.Seed}).CoveringDifference(new, old); err != nil {
		return nil, err
	}
	if q.Shift, err = stats.PairedHodgesLehmann(new, old); err != nil {
		return nil, err
	}
	if !finite(q.Difference.Center, q.Shift) {
		return nil, fmt.Errorf("the difference of %s is not finite", d.Name)
	}
	if d.Name == analysis.Gap {
		q.Above = aboveOptimum(sides)
	}
	q.Warnings = fewPairs(q, o)
	return q, nil
}

// fewPairs warns of a sample that is too small for its test or its interval.
func fewPairs(q *OverLayers, o Options) []stats.Warning {
	if q.differ() == 0 {
		return nil
	}
	if least := leastPairedP(q.Units); least > o.Alpha {
		return []stats.Warning{{
			Code:    stats.FewRepeats,
			Message: fmt.Sprintf("%s cannot differ significantly: the min possible p is %.2g", number.Count(q.Units, "layer"), least),
			Advice:  "compare on a workload of 6 layers or more",
		}}
	}
	if q.Units < stats.FewPairs {
		return []stats.Warning{{
			Code:    stats.FewPairsCode,
			Message: fmt.Sprintf("%s are few for an interval of the mean difference: it is widened to Student's t", number.Count(q.Units, "layer")),
			Advice:  fmt.Sprintf("compare on %d layers or more, or on several seeds with --pool-seeds", stats.FewPairs),
		}}
	}
	return nil
}

// byLoads returns the mean of the values that share an identity, in the order of
// their first.
func byLoads(values, ids []float64) []float64 {
	var list, counts []float64
	at := map[float64]int{}
	for i, v := range values {
		j, ok := at[ids[i]]
		if !ok {
			at[ids[i]] = len(list)
			list, counts = append(list, v), append(counts, 1)
			continue
		}
		counts[j]++
		if v != list[j] { // else the mean would round
			list[j] += (v - list[j]) / counts[j]
		}
	}
	return list
}

// signedRank is the signed-rank test of new against old where wins are the
// pairs in which new is better.
func signedRank(new, old []float64, better runs.Better) (stats.Pairs, error) {
	p, err := stats.SignedRank(new, old)
	if better == runs.Higher {
		p.Wins, p.Losses = p.Losses, p.Wins
	}
	return p, err
}

// differ returns the number of layers in which the sides differ.
func (q *OverLayers) differ() int { return q.Pairs.Wins + q.Pairs.Losses }

// leastPairedP is the min p that the signed-rank test can give for n pairs
// that differ.
func leastPairedP(n int) float64 { return min(1, math.Pow(2, 1-float64(n))) }
