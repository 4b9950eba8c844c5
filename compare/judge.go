package compare

import (
	"fmt"

	"packbench/harness"
	"packbench/stats"
)

// judge corrects the p values of each measure for the number of cells and turns
// them into verdicts.
func (c *Comparison) judge() {
	var times []*Time
	var imbalances, gaps []*Quality
	for i := range c.Cells {
		cell := &c.Cells[i]
		if cell.Time != nil {
			times = append(times, cell.Time)
		}
		if cell.Imbalance != nil {
			imbalances, gaps = append(imbalances, cell.Imbalance), append(gaps, cell.Gap)
		}
	}
	judgeTimes(times, c.Alpha)
	judgeQuality(imbalances, c.Alpha)
	judgeQuality(gaps, c.Alpha)
}

func judgeTimes(times []*Time, alpha float64) {
	ps := make([]float64, len(times))
	for i, t := range times {
		ps[i] = t.P
	}
	for i, p := range stats.Holm(ps) {
		times[i].Adjusted = p
		times[i].Verdict = verdict(p, times[i].Delta, alpha)
	}
}

// judgeQuality leaves cells without any difference out of the correction: they
// can never be significant, so that they do not count as tests (Tarone 1990).
// Else the many unchanged cells of a small change would hide it.
func judgeQuality(qualities []*Quality, alpha float64) {
	var tested []*Quality
	var ps []float64
	for _, q := range qualities {
		if q.Pairs.Wins+q.Pairs.Losses == 0 {
			q.Adjusted, q.Verdict = 1, Equal
			continue
		}
		tested, ps = append(tested, q), append(ps, q.Pairs.P)
	}
	for i, p := range stats.Holm(ps) {
		tested[i].Adjusted = p
		tested[i].Verdict = verdict(p, tested[i].Pairs.RankBiserial, alpha)
	}
}

// verdict reads an adjusted p and an effect that is positive where new is more.
func verdict(p, effect, alpha float64) Verdict {
	switch {
	case p >= alpha || effect == 0:
		return Unclear
	case effect < 0:
		return Better
	}
	return Worse
}

// Regression is a finding above the limit of [Options.FailAbove].
type Regression struct {
	harness.Cell
	Measure string `json:"measure"` // "time", "imbalance", or "status" of a cell that broke
	Ratio   Ratio  `json:"ratio"`   // new/old; 1 for status
	Message string `json:"message"` // one line without the cell

	cell Cell
}

// regressions are the significant increases of time or imbalance by more than
// the limit, and, between runs, the cells that broke.
func (c *Comparison) regressions(limit float64) []Regression {
	var list []Regression
	for _, cell := range c.Cells {
		add := func(measure string, r Ratio, message string) {
			list = append(list, Regression{cell.Cell, measure, r, message, cell})
		}
		if cell.failedNew && c.Baseline == "" {
			message := cell.Reason
			if message == "" {
				message = "some of its runs failed"
			}
			add("status", 1, message)
		}
		if t := cell.Time; t != nil && t.Verdict == Worse && float64(t.Ratio)-1 > limit {
			add("time", t.Ratio, fmt.Sprintf("time %s (p %s)", formatChange(t.Ratio), formatP(t.Adjusted)))
		}
		if q := cell.Imbalance; q != nil && q.Verdict == Worse && float64(q.Ratio)-1 > limit {
			add("imbalance", q.Ratio, fmt.Sprintf("imbalance %s (p %s)", formatChange(q.Ratio), formatP(q.Adjusted)))
		}
	}
	return list
}
