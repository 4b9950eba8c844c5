package compare

import (
	"packbench/runs"
	"packbench/stats"
)

// judge corrects the p values of each measure for the number of cells and turns
// them into verdicts.
//
// Cells without any difference over the layers are left out of the correction:
// they can never be significant, so that they do not count as tests (Tarone
// 1990). Else the many unchanged cells of a small change would hide it.
func (c *Comparison) judge() {
	for _, d := range c.Measures {
		family := c.family(d.Name)
		ps := make([]float64, len(family))
		for i, r := range family {
			ps[i] = r.p()
		}
		for i, p := range stats.Holm(ps) {
			f := family[i].finding()
			f.Adjusted, f.Verdict = p, verdict(p, family[i].harm(), c.Alpha)
		}
	}
	for _, cell := range c.Cells {
		for _, r := range cell.Results {
			if r.Layers != nil && r.Layers.differ() == 0 {
				r.Layers.Adjusted, r.Layers.Verdict = 1, Equal
			}
		}
	}
}

// family returns the results of a measure that are tested: those that Holm's
// correction counts.
func (c *Comparison) family(measure string) []*Result {
	var list []*Result
	for i := range c.Cells {
		r := c.Cells[i].Result(measure)
		if r != nil && (r.Runs != nil || r.Layers != nil && r.Layers.differ() > 0) {
			list = append(list, r)
		}
	}
	return list
}

// finding returns what the result shares with others, nil where there is none.
func (r *Result) finding() *Finding {
	switch {
	case r.Runs != nil:
		return &r.Runs.Finding
	case r.Layers != nil:
		return &r.Layers.Finding
	}
	return nil
}

func (r *Result) p() float64 {
	if r.Runs != nil {
		return r.Runs.P
	}
	return r.Layers.Pairs.P
}

// harm is the size of the effect, positive where new is worse.
func (r *Result) harm() float64 {
	effect := 0.0
	if r.Runs != nil {
		effect = r.Runs.Delta
	} else {
		effect = r.Layers.Pairs.RankBiserial
	}
	if r.Measure.Better == runs.Higher {
		return -effect
	}
	return effect
}

// verdict reads an adjusted p and an effect that is positive where new is
// worse.
func verdict(p, harm, alpha float64) Verdict {
	switch {
	case p >= alpha || harm == 0:
		return Unclear
	case harm < 0:
		return Better
	}
	return Worse
}
