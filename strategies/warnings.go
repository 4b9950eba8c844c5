package strategies

import (
	"fmt"

	"packbench/packing"
)

// Warnings returns remarks on what may have made a packing of p by s worse than
// the strategy can do, one line each, with the remedy: loads that s sees rounded,
// and an epsilon that is above the differences there are. quality is that of the
// packing's layers.
func Warnings(s Strategy, p *packing.Problem, quality []packing.Quality) []string {
	var warnings []string
	if _, whole := p.Rounded(); whole > 0 && !Has(s, PlansAsGiven) {
		warnings = append(warnings, fmt.Sprintf(
			"%s plans with float32 loads, which rounds %d of %d whole numbers above 2^24: the packing is evaluated on the loads as given; exact and descent plan on these",
			s.Spec(), whole, len(p.Weights)))
	}
	if e, ok := s.(Ensemble); ok {
		if w := e.warnOfEpsilon(quality); w != "" {
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// warnOfEpsilon returns a warning where the refinement ended with an imbalance
// that epsilon lets no swap lower, though it is one to lower: loads are shares of
// a small total, say. "" where it did not.
func (e Ensemble) warnOfEpsilon(quality []packing.Quality) string {
	const slight = 1e-5 // of the mean load: hardly worth a swap
	if e.Refinement == NoRefinement || e.Rounds == 0 {
		return ""
	}
	// No swap gains more than half the imbalance, or lowers that of TwoOpt by
	// more than all of it.
	least := 2 * float64(e.Epsilon)
	if e.Refinement == TwoOpt {
		least = float64(e.Epsilon)
	}
	stopped, first := 0, 0
	for l, q := range quality {
		if d := q.Imbalance(); d <= least && d > slight*q.Mean && q.Gap() > 0 {
			if stopped++; stopped == 1 {
				first = l
			}
		}
	}
	if stopped == 0 {
		return ""
	}
	q := quality[first]
	return fmt.Sprintf(
		"epsilon=%v of %s is above the differences there are in %d of %d layers, so that swaps are switched off (layer %d: imbalance %.3g, mean load %.3g): scale the loads up, or use %s:epsilon=%.0e",
		e.Epsilon, e.Name, stopped, len(quality), first, q.Imbalance(), q.Mean, e.Name, q.Mean*1e-8)
}
