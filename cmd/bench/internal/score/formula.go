package score

import "math"

// Formula sums a result up in one number; higher is better.
type Formula struct {
	Name string
	Text string // in terms of a [Result], t the seconds of a call
	eval func(balancedness, gap, seconds float64) float64
}

// Formulas returns the formulas there are, the default first. The three others are
// those of published evaluators of expert placement, applied to packs; the penalty of
// an answer that takes long is theirs.
func Formulas() []Formula {
	return []Formula{
		{"balance", "balancedness", func(b, _, _ float64) float64 { return b }},
		{"gap", "1/(1 + gap)", func(_, g, _ float64) float64 { return 1 / (1 + g) }},
		{"adrs", "90*balancedness + 5*min(0.002/t, 2) - (min(20*t, 20) if t > 0.01 else 0), t = time_ms/1000", func(b, _, t float64) float64 {
			score := float64(90*b) + float64(5*math.Min(0.002/t, 2))
			if t > 0.01 {
				score -= math.Min(20*t, 20)
			}
			return score
		}},
		{"skydiscover", "(balancedness + 0.002/t)/2, t = time_ms/1000", func(b, _, t float64) float64 { return (b + 0.002/t) / 2 }},
		{"openevolve", "(balancedness + 0.02/t)/2, t = time_ms/1000", func(b, _, t float64) float64 { return (b + 0.02/t) / 2 }},
	}
}

// FormulaNames returns the names of the formulas.
func FormulaNames() []string {
	var names []string
	for _, f := range Formulas() {
		names = append(names, f.Name)
	}
	return names
}

// Result is how a strategy did on a set of loads.
type Result struct {
	CombinedScore float64 `json:"combined_score"`
	Balancedness  float64 `json:"balancedness"` // Σ mean/Σ max load over the layers of a case; mean over cases
	Gap           float64 `json:"gap"`          // to the lower bound; mean over all layers
	TimeMS        float64 `json:"time_ms"`      // median of a case; mean over cases
}

// finish fills in the combined score.
func (r *Result) finish(f Formula) {
	r.CombinedScore = f.eval(r.Balancedness, r.Gap, r.TimeMS/1e3)
}
