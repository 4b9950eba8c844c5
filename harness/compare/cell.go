package compare

import (
	"fmt"
	"math"

	"packbench/harness"
	"packbench/harness/stats"
)

// compare compares the two sides of a cell. Adjusted p values and verdicts,
// which depend on the other cells, come later.
func (p pair) compare(o Options) (Cell, error) {
	c := Cell{Cell: p.new.Cell, Layers: p.new.Layers, Items: p.new.Items, Status: Compared}
	if a, b := p.old.WorkloadHash, p.new.WorkloadHash; a != b {
		c.Status = Refused
		c.Reason = fmt.Sprintf("the loads of %s differ (hash %s against %s): compare runs on the same loads", p.new.Workload, short(a), short(b))
		return c, nil
	}
	old, new := p.old.Quality(), p.new.Quality()
	if old == nil || new == nil {
		c.Status, c.Reason = Failed, p.failure()
		c.failedNew = old != nil && broken(p.new.Status())
		return c, nil
	}
	// A cell in which only some runs failed is compared by the others, but
	// never passes as sound.
	c.failedNew = broken(p.new.Status()) && !broken(p.old.Status())
	c.Same = samePacking(p.old, p.new)
	var err error
	if c.Imbalance, err = compareLayers(old.Imbalance, new.Imbalance, o); err != nil {
		return c, err
	}
	before, now := gaps(old, new)
	if c.Gap, err = compareLayers(before, now, o); err != nil {
		return c, err
	}
	if reason := p.sameMachine(); reason != "" && !o.AnyMachine {
		c.NoTime = reason
		return c, nil
	}
	c.Time, err = compareTimes(p.old.Times(), p.new.Times(), o)
	return c, err
}

// failure names the side that has no run that is done, and why.
func (p pair) failure() string {
	for _, side := range []struct {
		name string
		cell *harness.CellRuns
	}{{"new", p.new}, {"old", p.old}} {
		if side.cell.Quality() == nil {
			reason := fmt.Sprintf("%s is %s", side.name, side.cell.Status())
			if r := side.cell.Reason(); r != "" {
				reason += ": " + r
			}
			return reason
		}
	}
	return ""
}

// broken reports whether a status is the fault of the run, not of a backend
// that is not there.
func broken(s harness.Status) bool { return s == harness.Failed || s == harness.Timeout }

func samePacking(old, new *harness.CellRuns) bool {
	a, b := old.Done()[0].PackingHash, new.Done()[0].PackingHash
	return a != "" && a == b
}

// gaps returns the gaps of both sides per layer, against the better of the
// lower bounds that they recorded: both solve the same problem.
func gaps(old, new *harness.LayerData) (before, now []float64) {
	for l := range old.Max {
		a, b := old.Layer(l), new.Layer(l)
		bound := max(a.LowerBound, b.LowerBound)
		a.LowerBound, b.LowerBound = bound, bound
		before, now = append(before, a.Gap()), append(now, b.Gap())
	}
	return before, now
}

// compareLayers compares a measure over the same layers.
func compareLayers(old, new []float64, o Options) (*Quality, error) {
	q := &Quality{OldMean: mean(old), NewMean: mean(new)}
	q.Ratio = ratio(q.NewMean, q.OldMean)
	var err error
	if q.Pairs, err = stats.SignedRank(new, old); err != nil {
		return nil, err
	}
	if q.Difference, err = (stats.Bootstrap{Confidence: o.Confidence, Seed: o.Seed}).PairedDifference(new, old); err != nil {
		return nil, err
	}
	if q.Shift, err = stats.PairedHodgesLehmann(new, old); err != nil {
		return nil, err
	}
	if least := math.Pow(2, 1-float64(len(new))); least > o.Alpha {
		q.Warnings = []stats.Warning{{
			Code:    stats.FewRepeats,
			Message: fmt.Sprintf("%d layers cannot differ significantly: the least possible p is %.2g", len(new), least),
			Advice:  "compare on a workload of 6 layers or more",
		}}
	}
	return q, nil
}

// compareTimes compares repeated times, in ns.
func compareTimes(old, new []float64, o Options) (*Time, error) {
	t := &Time{OldRuns: len(old), NewRuns: len(new)}
	var err error
	if t.Old, _, err = stats.MedianInterval(old, o.Confidence); err != nil {
		return nil, err
	}
	if t.New, _, err = stats.MedianInterval(new, o.Confidence); err != nil {
		return nil, err
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
	if t.OldWarning, err = stats.CheckTimes(old); err != nil {
		return nil, err
	}
	if t.NewWarning, err = stats.CheckTimes(new); err != nil {
		return nil, err
	}
	return t, nil
}

func mean(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total / float64(len(values))
}
