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

// Verdict says what a test found of the new side.
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
	Finding
	U           float64         `json:"u"` // Mann–Whitney
	P           float64         `json:"p"`
	Delta       float64         `json:"cliff_delta"` // from −1, all new runs less, to 1
	Shift       float64         `json:"shift"`       // Hodges–Lehmann: new − old
	OldWarnings []stats.Warning `json:"old_warnings,omitempty"`
	NewWarnings []stats.Warning `json:"new_warnings,omitempty"`
}

// OverLayers is the comparison of a measure over the layers of a cell that are
// not idle.
type OverLayers struct {
	OldMean float64 `json:"old_mean"` // over layers
	NewMean float64 `json:"new_mean"`
	Finding
	Difference stats.Interval  `json:"difference"` // mean of new − old, bootstrapped
	Shift      float64         `json:"shift"`      // Hodges–Lehmann: new − old
	Pairs      stats.Pairs     `json:"pairs"`      // wins are layers where new is better; the sign of the correlation is that of new − old
	OldWorst   float64         `json:"old_worst"`  // of the layers
	NewWorst   float64         `json:"new_worst"`
	WorstLayer int             `json:"new_worst_layer"` // the layer of NewWorst
	Warnings   []stats.Warning `json:"warnings,omitempty"`
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
	var old, new []float64
	for _, s := range sides {
		old, new = append(old, s.old.Run(d.Name)...), append(new, s.new.Run(d.Name)...)
	}
	switch {
	case len(old) == 0:
		return nil, lacks("old", d)
	case len(new) == 0:
		return nil, lacks("new", d)
	}
	t := &OverRuns{OldRuns: len(old), NewRuns: len(new)}
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
	if d.Unit != runs.Nanoseconds {
		return t, nil
	}
	if t.OldWarnings, err = stats.CheckTimes(old); err != nil {
		return nil, err
	}
	t.NewWarnings, err = stats.CheckTimes(new)
	return t, err
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
	var old, new []float64
	var layers []int
	for _, s := range sides {
		before, now := s.old.Every(d.Name), s.new.Every(d.Name)
		switch {
		case before == nil:
			return nil, lacks("old", d)
		case now == nil:
			return nil, lacks("new", d)
		}
		for _, l := range s.busy() {
			old, new, layers = append(old, before[l]), append(new, now[l]), append(layers, l)
		}
	}
	if len(new) == 0 {
		return nil, absent{idle, "every layer is idle: there is no " + d.Name}
	}
	q := &OverLayers{OldMean: analysis.Mean(old), NewMean: analysis.Mean(new)}
	q.Ratio = ratio(q.NewMean, q.OldMean)
	now := analysis.Describe(new, d.Better)
	q.OldWorst, q.NewWorst = analysis.Describe(old, d.Better).Worst, now.Worst
	if now.At >= 0 {
		q.WorstLayer = layers[now.At]
	}
	if !finite(q.OldMean, q.NewMean) {
		return nil, fmt.Errorf("the mean %s is not finite", d.Name)
	}
	var err error
	if q.Pairs, err = signedRank(new, old, d.Better); err != nil {
		return nil, err
	}
	if q.Difference, err = (stats.Bootstrap{Confidence: o.Confidence, Seed: o.Seed}).PairedDifference(new, old); err != nil {
		return nil, err
	}
	if q.Shift, err = stats.PairedHodgesLehmann(new, old); err != nil {
		return nil, err
	}
	if !finite(q.Difference.Center, q.Shift) {
		return nil, fmt.Errorf("the difference of %s is not finite", d.Name)
	}
	if least := leastPairedP(len(new)); least > o.Alpha && q.differ() > 0 {
		q.Warnings = []stats.Warning{{
			Code:    stats.FewRepeats,
			Message: fmt.Sprintf("%s cannot differ significantly: the least possible p is %.2g", number.Count(len(new), "layer"), least),
			Advice:  "compare on a workload of 6 layers or more",
		}}
	}
	return q, nil
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

// leastPairedP is the least p that the signed-rank test can give for n pairs
// that differ.
func leastPairedP(n int) float64 { return min(1, math.Pow(2, 1-float64(n))) }
