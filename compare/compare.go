// Package compare compares runs cell by cell: run directories with the first of
// them, or the strategies of one run with a baseline strategy.
//
// What is compared follows from the declarations of the runs: measures of runs,
// such as the time, by medians with exact intervals and the Mann–Whitney U
// test; measures of layers, such as the imbalance and the gap, as pairs over
// the same layers, by the Wilcoxon signed-rank test and a bootstrap interval of
// the mean paired difference; replays also over the windows of their traces, with
// an interval that allows for windows that depend on each other. Idle layers are left out. The p values of each
// measure are corrected for the number of cells (Holm). What cannot be compared
// (other loads, another machine, a failed run) is refused with the reason and
// stays in the result.
//
// With a limit the comparison is a gate; see [Gate].
package compare

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/runs"
)

// Options are the settings of a comparison. The zero value is a good choice.
type Options struct {
	Alpha      float64 // level of significance; default 0.05
	Confidence float64 // of intervals; default 0.95
	Seed       uint64  // of the bootstrap
	// Measures are the names of the measures to compare; none are those of
	// [analysis.Headline].
	Measures []string
	// PoolSeeds pools the cells that differ only in the seed:
	// the layers of all of them are the pairs of one test, their times two
	// samples.
	PoolSeeds bool
	// AcrossMachines compares times even if they come from different machines.
	AcrossMachines bool
	// FailAbove, where not nil, is the relative change for the worse (0.05 for
	// 5 %) above which a significant one is a regression; it makes a [Gate].
	FailAbove *float64
	// AllowMissing lets a gate pass even if cells are missing on a side.
	AllowMissing bool
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
	Old Side `json:"old"`
	New Side `json:"new"`
	// More are the further runs compared with Old, if there are several.
	More       []Side         `json:"more,omitempty"`
	Baseline   string         `json:"baseline,omitempty"` // the strategy that is the old side, if one run is compared with itself
	Alpha      float64        `json:"alpha"`
	Confidence float64        `json:"confidence"`
	Measures   []runs.Measure `json:"measures"` // that are compared, those of runs first
	Cells      []Cell         `json:"cells"`    // in the order of the new run's plan
	Groups     []Group        `json:"groups"`   // a summary per strategy and backend
	// Windows compare replays over the windows of their traces, seeds together.
	Windows []Windows `json:"windows,omitempty"`
	// Unmatched are the cells that only one side has.
	Unmatched []Unmatched `json:"unmatched,omitempty"`
	// Notes are remarks on the comparison as a whole.
	Notes []string `json:"notes,omitempty"`
	// Gate is the outcome of [Options.FailAbove]; nil without it.
	Gate *Gate `json:"gate,omitempty"`
	// FailAbove and Regressions are those of Gate.
	FailAbove   *float64     `json:"fail_above,omitempty"`
	Regressions []Regression `json:"regressions,omitempty"`

	axes   []runs.Axis
	labels map[string]map[string]string // by axis and value, where they tell values apart
}

// Side is one side of a comparison.
type Side struct {
	Dir        string `json:"dir"`
	Experiment string `json:"experiment"`
	Program    string `json:"program,omitempty"` // versions that made the records
}

// ErrNothing is the error for runs that have nothing to compare.
var ErrNothing = errors.New("nothing to compare")

// nothing is an ErrNothing with a text of its own.
type nothing struct{ text string }

func (n nothing) Error() string   { return n.text }
func (n nothing) Is(e error) bool { return e == ErrNothing }

// Runs compares runs of the same cells with old: made after a change, say.
func Runs(old *runs.Run, new []*runs.Run, o Options) (*Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := newComparison(old, new, o)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	for i, run := range new {
		found := c.matchRuns(old, run)
		if len(found) == 0 {
			return nil, nothing{disjoint(old, run)}
		}
		for j := range found {
			found[j].side = i
		}
		pairs = append(pairs, found...)
	}
	return c, c.compare(together(pairs), o)
}

// Baseline compares the strategies of a run with one of them, given by its
// canonical spec. Cells of the baseline are those with the same value on every
// other axis.
func Baseline(run *runs.Run, strategy string, o Options) (*Comparison, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := newComparison(run, []*runs.Run{run}, o)
	if err != nil {
		return nil, err
	}
	c.Baseline = strategy
	pairs, err := c.matchBaseline(run, strategy)
	if err != nil {
		return nil, err
	}
	return c, c.compare(pairs, o)
}

func newComparison(old *runs.Run, new []*runs.Run, o Options) (*Comparison, error) {
	if len(new) == 0 {
		return nil, errors.New("one run: compare at least two")
	}
	c := &Comparison{Old: side(old), New: side(new[0]), Alpha: o.Alpha, Confidence: o.Confidence, FailAbove: o.FailAbove}
	for _, run := range new[1:] {
		c.More = append(c.More, side(run))
	}
	all := append(slices.Clone(new), old)
	c.axes = axesOf(all)
	var err error
	c.Measures, err = measuresOf(all, o.Measures)
	return c, err
}

// axesOf returns the axes that the runs declare, each once.
func axesOf(all []*runs.Run) []runs.Axis {
	var list []runs.Axis
	for _, run := range all {
		axes := run.Manifest.Axes
		if axes == nil {
			axes = runs.AxesOf(run.Manifest.Cells)
		}
		for _, a := range axes {
			if !slices.ContainsFunc(list, func(b runs.Axis) bool { return a.Name == b.Name }) {
				list = append(list, a)
			}
		}
	}
	return list
}

// measuresOf returns the measures to compare: the named ones, or those that any
// of the runs has a headline for.
func measuresOf(all []*runs.Run, names []string) ([]runs.Measure, error) {
	var list []runs.Measure
	add := func(d runs.Measure) {
		if !slices.ContainsFunc(list, func(e runs.Measure) bool { return d.Name == e.Name }) {
			list = append(list, d)
		}
	}
	for _, scope := range []runs.Scope{runs.PerRun, runs.PerLayer} {
		for _, run := range all {
			for _, d := range analysis.Headline(&run.Manifest, scope) {
				if names == nil {
					add(d)
				}
			}
		}
	}
	for _, name := range names {
		d, err := findMeasure(all, name)
		if err != nil {
			return nil, err
		}
		add(d)
	}
	return list, nil
}

func findMeasure(all []*runs.Run, name string) (runs.Measure, error) {
	var known []string
	for _, run := range all {
		if d, ok := analysis.Find(&run.Manifest, name); ok && d.Better != runs.Neither {
			return d, nil
		}
		for _, scope := range []runs.Scope{runs.PerRun, runs.PerLayer} {
			for _, d := range analysis.Judged(&run.Manifest, scope) {
				if !slices.Contains(known, d.Name) {
					known = append(known, d.Name)
				}
			}
		}
	}
	return runs.Measure{}, fmt.Errorf("no measure %q to compare: use %s", name, strings.Join(known, ", "))
}

// compare fills in everything but the match.
func (c *Comparison) compare(pairs []pair, o Options) error {
	c.labels = distinct(pairs)
	proved(pairs)
	if err := c.overWindows(pairs, o); err != nil {
		return err
	}
	sides := append([]Side{c.New}, c.More...)
	for _, m := range c.pool(pairs, o.PoolSeeds) {
		cell := m.compare(c.Measures, o)
		if len(sides) > 1 {
			cell.Run = sides[m[0].side].Dir
		}
		c.Cells = append(c.Cells, cell)
	}
	if err := c.refuse(); err != nil {
		return err
	}
	c.judge()
	c.Groups = c.group()
	c.Notes = append(c.Notes, notes(pairs, o)...)
	if o.FailAbove != nil {
		c.Gate = c.gate(*o.FailAbove, o)
		c.Regressions = c.Gate.Regressions
	}
	return nil
}

// proved gathers what any strategy of the runs proved, for every pair.
func proved(pairs []pair) {
	seen := map[*runs.Run]bool{}
	var cells []*analysis.Cell
	for _, p := range pairs {
		for _, run := range []*runs.Run{p.oldRun, p.newRun} {
			if !seen[run] {
				seen[run] = true
				cells = append(cells, analysis.Cells(run)...)
			}
		}
	}
	optima := analysis.OptimaOf(cells...)
	for i := range pairs {
		pairs[i].optima = &optima
	}
}

// refuse returns an error where no cell is compared and a reason is that the
// sides did not solve the same problem.
func (c *Comparison) refuse() error {
	reason := ""
	for _, cell := range c.Cells {
		switch {
		case cell.Status == Compared:
			return nil
		case cell.Status == Refused && reason == "":
			reason = cell.Reason
		}
	}
	if reason == "" {
		return nil
	}
	return nothing{"not comparable: " + reason}
}
