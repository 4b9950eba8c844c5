// Package compare sets two sides against each other cell by cell: two run
// directories, or the strategies of one run against a baseline strategy.
//
// Times are compared by medians with exact intervals and the Mann–Whitney U
// test, the imbalance and the gap as pairs over the same layers: the Wilcoxon
// signed-rank test and a bootstrap interval of the mean paired difference. The
// p values of each measure are corrected for the number of cells (Holm). What
// cannot be compared (other loads, another machine, a failed run) is refused
// with the reason and stays in the result.
package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"packbench/harness"
	"packbench/stats"
)

// Options say how to compare. The zero value is a good choice.
type Options struct {
	Alpha      float64 // level of significance; default 0.05
	Confidence float64 // of intervals; default 0.95
	Seed       uint64  // of the bootstrap
	// PoolSeeds takes the cells that differ in nothing but the seed together:
	// the layers of all of them are the pairs of one test, their times two
	// samples.
	PoolSeeds bool
	// AnyMachine compares times although they come from different machines.
	AnyMachine bool
	// FailAbove, where not nil, is the relative increase of time or imbalance
	// (0.05 for 5 %) above which a significant one is a regression.
	FailAbove *float64
}

func (o Options) withDefaults() (Options, error) {
	if o.Alpha == 0 {
		o.Alpha = 0.05
	}
	if o.Confidence == 0 {
		o.Confidence = 0.95
	}
	if !(o.Alpha > 0 && o.Alpha < 1) {
		return o, fmt.Errorf("alpha %v: use a number between 0 and 1", o.Alpha)
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, fmt.Errorf("confidence %v: use a number between 0 and 1", o.Confidence)
	}
	if o.FailAbove != nil && !(*o.FailAbove >= 0) {
		return o, fmt.Errorf("fail above %v: use a share of at least 0", *o.FailAbove)
	}
	return o, nil
}

// Comparison is the outcome.
type Comparison struct {
	Old        Side    `json:"old"`
	New        Side    `json:"new"`
	Baseline   string  `json:"baseline,omitempty"` // the strategy that is the old side, where one run is compared with itself
	Alpha      float64 `json:"alpha"`
	Confidence float64 `json:"confidence"`
	Cells      []Cell  `json:"cells"`  // in the order of the new run's plan
	Groups     []Group `json:"groups"` // a summary per strategy and backend
	// Unmatched are the cells that only one side has.
	Unmatched []Unmatched `json:"unmatched,omitempty"`
	// Notes are remarks on the comparison as a whole.
	Notes []string `json:"notes,omitempty"`
	// FailAbove is [Options.FailAbove]; Regressions are the findings above it.
	FailAbove   *float64     `json:"fail_above,omitempty"`
	Regressions []Regression `json:"regressions,omitempty"`
}

// Side is one side of a comparison.
type Side struct {
	Dir        string `json:"dir"`
	Experiment string `json:"experiment"`
	Program    string `json:"program,omitempty"` // versions that made the records
}

// Cell is one cell compared. Time, Imbalance and Gap are nil where Reason or
// TimeReason says why.
type Cell struct {
	harness.Cell
	Seeds     []uint64 `json:"seeds,omitempty"` // where several are pooled; Seed is the first
	Layers    int      `json:"layers"`          // per seed
	Items     int      `json:"items"`
	Status    Status   `json:"status"`
	Reason    string   `json:"reason,omitempty"`    // why nothing is compared
	Time      *Time    `json:"time,omitempty"`      // of the runs
	NoTime    string   `json:"no_time,omitempty"`   // why times are not compared
	Imbalance *Quality `json:"imbalance,omitempty"` // max − min load per layer
	Gap       *Quality `json:"gap,omitempty"`       // (max − lower bound)/lower bound per layer
	Same      bool     `json:"same_packing"`        // both sides give the same packing, bit for bit
	failedNew bool     // done on the old side, failed on the new one
}

// Status says whether a cell could be compared.
type Status string

// What can become of a cell.
const (
	Compared Status = "compared"
	Refused  Status = "refused" // the sides did not solve the same problem
	Failed   Status = "failed"  // a side has no run that is done
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

// Time is the comparison of the times of a cell, in ns.
type Time struct {
	Old         stats.Interval  `json:"old"` // of the median
	New         stats.Interval  `json:"new"`
	OldRuns     int             `json:"old_runs"`
	NewRuns     int             `json:"new_runs"`
	Ratio       Ratio           `json:"ratio"` // of the medians, new/old
	U           float64         `json:"u"`     // Mann–Whitney
	P           float64         `json:"p"`
	Adjusted    float64         `json:"p_adjusted"`  // for the number of cells (Holm)
	Delta       float64         `json:"cliff_delta"` // from −1, all new runs faster, to 1
	Shift       float64         `json:"shift"`       // Hodges–Lehmann: new − old
	Verdict     Verdict         `json:"verdict"`
	OldWarnings []stats.Warning `json:"old_warnings,omitempty"`
	NewWarnings []stats.Warning `json:"new_warnings,omitempty"`
}

// Quality is the comparison of a measure over the layers of a cell; less is
// better.
type Quality struct {
	OldMean    float64         `json:"old_mean"` // over layers
	NewMean    float64         `json:"new_mean"`
	Ratio      Ratio           `json:"ratio"`      // of the means, new/old
	Difference stats.Interval  `json:"difference"` // mean of new − old, bootstrapped
	Shift      float64         `json:"shift"`      // Hodges–Lehmann: new − old
	Pairs      stats.Pairs     `json:"pairs"`      // wins are layers where new is less
	Adjusted   float64         `json:"p_adjusted"` // for the number of cells (Holm)
	Verdict    Verdict         `json:"verdict"`
	Warnings   []stats.Warning `json:"warnings,omitempty"`
}

// Unmatched is a cell that only one side has.
type Unmatched struct {
	harness.Cell
	In string `json:"in"` // "old" or "new"
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

// Runs compares two runs of the same cells: old before a change and new after
// it, say.
func Runs(old, new *harness.Run, o Options) (*Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Comparison{Old: side(old), New: side(new), Alpha: o.Alpha, Confidence: o.Confidence, FailAbove: o.FailAbove}
	pairs := c.matchRuns(old, new)
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%s and %s have no cell in common: compare runs of the same strategies, workloads, packs, backends and seeds", old.Dir, new.Dir)
	}
	return c, c.compare(pairs, o)
}

// Baseline compares the strategies of a run with one of them, given by its
// canonical spec. Cells of the baseline are matched by workload, packs,
// backend, random stream and seed.
func Baseline(run *harness.Run, strategy string, o Options) (*Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Comparison{Old: side(run), New: side(run), Baseline: strategy, Alpha: o.Alpha, Confidence: o.Confidence, FailAbove: o.FailAbove}
	pairs, err := c.matchBaseline(run, strategy)
	if err != nil {
		return nil, err
	}
	return c, c.compare(pairs, o)
}

// compare fills in everything but the match.
func (c *Comparison) compare(pairs []pair, o Options) error {
	for _, m := range pool(pairs, o.PoolSeeds) {
		cell, err := m.compare(o)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", cell.Strategy, cell.Workload, err)
		}
		c.Cells = append(c.Cells, cell)
	}
	if err := c.refuse(); err != nil {
		return err
	}
	c.judge()
	c.Groups = c.group()
	c.Notes = append(c.Notes, notes(pairs)...)
	if o.FailAbove != nil {
		c.Regressions = c.regressions(*o.FailAbove)
	}
	return nil
}

// refuse reports that no cell is comparable because the loads differ
// everywhere.
func (c *Comparison) refuse() error {
	for _, cell := range c.Cells {
		if cell.Status != Refused {
			return nil
		}
	}
	return errors.New("not comparable: " + c.Cells[0].Reason)
}
