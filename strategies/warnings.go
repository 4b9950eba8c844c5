package strategies

import (
	"fmt"

	"packbench/internal/number"
	"packbench/packing"
)

// Warnings returns remarks on what may have made g, the packing of p by s, worse
// than the strategy can do, one line each, with the remedy: loads that s sees
// rounded, and an epsilon above the differences of the loads.
func Warnings(s Strategy, p *packing.Problem, g *packing.Packing) []string {
	var warnings []string
	if _, large := p.Rounded(); large > 0 && !Has(s, PlansAsGiven) {
		warnings = append(warnings, fmt.Sprintf(
			"%s plans with float32, which rounds %d of %d loads above 2^24: the packing is evaluated on the loads as given, and exact and descent plan on them",
			s.Spec(), large, len(p.Weights)))
	}
	if e, ok := s.(Ensemble); ok {
		if w := e.warnOfEpsilon(p, g); w != "" {
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// warnOfEpsilon returns a warning where epsilon, and nothing else, kept the
// refinement from a swap that is worth making: loads are shares of a small total,
// say. "" where it did not.
func (e Ensemble) warnOfEpsilon(p *packing.Problem, g *packing.Packing) string {
	if e.Refinement == NoRefinement || e.Rounds == 0 || e.Epsilon == 0 {
		return ""
	}
	stopped, first := 0, 0
	loads := make([]float64, p.Packs)
	for l := range p.Layers {
		if e.stoppedByEpsilon(p, g, l, loads) {
			if stopped++; stopped == 1 {
				first = l
			}
		}
	}
	if stopped == 0 {
		return ""
	}
	mean := 0.0
	for _, w := range p.Layer(first) {
		mean += float64(w) / float64(p.Packs)
	}
	return fmt.Sprintf(
		"epsilon=%v of %s exceeds the differences of the loads and forbids swaps in %d of %s (packs of layer %d weigh %.3g on average): scale the loads up, or use epsilon=%.0e",
		e.Epsilon, e.Name, stopped, number.Count(p.Layers, "layer"), first, mean, mean*1e-8)
}

// stoppedByEpsilon reports whether the packing of layer l could be improved by a
// swap of the strategy's kind, but only by such as epsilon forbids. loads is
// scratch memory, [packs].
func (e Ensemble) stoppedByEpsilon(p *packing.Problem, g *packing.Packing, l int, loads []float64) bool {
	const (
		slight  = 1e-4    // imbalance, of the mean load: hardly worth a swap
		worth   = 0.01    // gain, of the imbalance
		mostTry = 1 << 24 // pairs of items
	)
	weights := p.Layer(l)
	packs, _ := g.Layer(l)
	clear(loads)
	total := 0.0
	for i, w := range weights {
		loads[packs[i]] += float64(w)
		total += float64(w)
	}
	heavy, light := int32(0), int32(0)
	for q := range loads {
		if loads[q] > loads[heavy] {
			heavy = int32(q)
		}
		if loads[q] < loads[light] {
			light = int32(q)
		}
	}
	imbalance := loads[heavy] - loads[light]
	forbidden := float64(e.Epsilon) // gain
	if e.Refinement == TwoOpt {
		forbidden /= 2 // it asks how far the imbalance falls, which is twice the gain
	}
	switch {
	case imbalance <= slight*total/float64(len(loads)):
		return false
	case p.Capacity()*p.Items > mostTry:
		return imbalance/2 <= forbidden // none gains more than half
	}
	best := 0.0
	for i, w := range weights {
		if packs[i] != heavy {
			continue
		}
		for j, v := range weights {
			if q := packs[j]; q != heavy && (e.Refinement != TwoOpt || q == light) {
				delta := float64(w) - float64(v)
				best = max(best, min(delta, loads[heavy]-loads[q]-delta))
			}
		}
	}
	return best > worth*imbalance && best <= forbidden
}
