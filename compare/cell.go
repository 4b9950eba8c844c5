package compare

import (
	"fmt"
	"math"

	"packbench/harness"
	"packbench/stats"
)

// match is what is compared as one: a pair, or the pairs of several seeds.
type match []pair

// pool makes matches of the pairs, one for each or one for all that differ in
// the seed only, in the order of their first.
func pool(pairs []pair, seeds bool) []match {
	var matches []match
	at := map[harness.Cell]int{}
	for _, p := range pairs {
		cell := p.new.Cell
		cell.Seed = 0
		if i, ok := at[cell]; ok && seeds {
			matches[i] = append(matches[i], p)
			continue
		}
		at[cell] = len(matches)
		matches = append(matches, match{p})
	}
	return matches
}

// compare compares the two sides of a match. Adjusted p values and verdicts,
// which depend on the other cells, come later.
func (m match) compare(o Options) (Cell, error) {
	first := m[0].new
	c := Cell{Cell: first.Cell, Layers: first.Layers, Items: first.Items, Status: Compared, Same: true}
	var old, new sample
	for _, p := range m {
		if o.PoolSeeds {
			c.Seeds = append(c.Seeds, p.new.Seed)
		}
		status, reason := p.comparable()
		if status == Compared {
			old.add(p.old, p.bound())
			new.add(p.new, p.bound())
			c.Same = c.Same && samePacking(p.old, p.new)
		} else if c.Status == Compared {
			c.Status, c.Reason, c.Same = status, reason, false
			if len(m) > 1 {
				c.Reason = fmt.Sprintf("seed %d: %s", p.new.Seed, reason)
			}
		}
		// A cell in which only some runs failed is compared by the others, but
		// never passes as sound.
		c.failedNew = c.failedNew || broken(p.new.Status()) && !broken(p.old.Status())
	}
	if c.Status != Compared {
		return c, nil
	}
	if !o.AnyMachine {
		c.NoTime = m.sameMachine()
	}
	var err error
	if c.Imbalance, err = compareLayers(old.imbalance, new.imbalance, o); err != nil {
		return c, err
	}
	if c.Gap, err = compareLayers(old.gap, new.gap, o); err != nil || c.NoTime != "" {
		return c, err
	}
	c.Time, err = compareTimes(old.times, new.times, o)
	return c, err
}

// comparable says whether both sides solved the same problem, and if not, why.
func (p pair) comparable() (Status, string) {
	if a, b := p.old.WorkloadHash, p.new.WorkloadHash; a != b {
		return Refused, fmt.Sprintf("the loads of %s differ (hash %s against %s): compare runs on the same loads", p.new.Workload, short(a), short(b))
	}
	for _, side := range []struct {
		name string
		cell *harness.CellRuns
	}{{"new", p.new}, {"old", p.old}} {
		if side.cell.Quality() == nil {
			reason := fmt.Sprintf("%s is %s", side.name, side.cell.Status())
			if r := side.cell.Reason(); r != "" {
				reason += ": " + r
			}
			return Failed, reason
		}
	}
	return Compared, ""
}

// bound returns the better of the lower bounds that the sides recorded, per
// layer: both solve the same problem.
func (p pair) bound() []float64 {
	old, new := p.old.Quality().LowerBound, p.new.Quality().LowerBound
	best := make([]float64, len(old))
	for l := range old {
		best[l] = max(old[l], new[l])
	}
	return best
}

// sample is one side of a match: an element per layer and per run.
type sample struct{ imbalance, gap, times []float64 }

func (s *sample) add(cell *harness.CellRuns, bound []float64) {
	q := cell.Quality()
	s.imbalance = append(s.imbalance, q.Imbalance...)
	for l := range q.Max {
		layer := q.Layer(l)
		layer.LowerBound = bound[l]
		s.gap = append(s.gap, layer.Gap())
	}
	s.times = append(s.times, cell.Times()...)
}

// broken reports whether a status is the fault of the run, not of a backend
// that is not there.
func broken(s harness.Status) bool { return s == harness.Failed || s == harness.Timeout }

func samePacking(old, new *harness.CellRuns) bool {
	a, b := old.Done()[0].PackingHash, new.Done()[0].PackingHash
	return a != "" && a == b
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
	if least := math.Pow(2, 1-float64(len(new))); least > o.Alpha && q.Pairs.Wins+q.Pairs.Losses > 0 {
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
	if t.OldWarnings, err = stats.CheckTimes(old); err != nil {
		return nil, err
	}
	if t.NewWarnings, err = stats.CheckTimes(new); err != nil {
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
