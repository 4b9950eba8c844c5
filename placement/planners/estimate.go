package planners

import "math"

// Estimator makes the loads to plan for of those that were seen.
type Estimator struct {
	Kind     EstimatorKind
	HalfLife float64 // of Decay, in steps
}

// EstimatorKind is a rule for estimating loads.
type EstimatorKind int

// The kinds of estimators.
const (
	Sum   EstimatorKind = iota // all steps together
	Last                       // the last step
	Decay                      // the step that is h half-lives old counts 2^−h
)

var estimatorNames = []string{"sum", "last", "decay"}

// estimate writes the loads of a layer to plan for, [experts], of loads [steps,
// layers, experts]. Sums are made in float64 and rounded to float32 once.
func (e Estimator) estimate(out []float32, scratch []float64, loads []float32, steps, layers, layer int) {
	n := len(out)
	row := func(t int) []float32 { return loads[(t*layers+layer)*n : (t*layers+layer+1)*n] }
	if steps == 1 || e.Kind == Last {
		copy(out, row(steps-1))
		return
	}
	clear(scratch)
	factor := 1.0
	if e.Kind == Decay {
		factor = math.Exp2(-1 / e.HalfLife)
	}
	for t := range steps {
		for i, w := range row(t) {
			scratch[i] = float64(scratch[i]*factor) + float64(w)
		}
	}
	for i, s := range scratch {
		out[i] = float32(min(s, math.MaxFloat32))
	}
}

// engineSum is the sum over steps as engines have it: counts, which are whole
// numbers, are summed exactly, and other loads in float32, step after step.
func engineSum(out []float32, scratch []float64, loads []float32, steps, layers, layer int) {
	n := len(out)
	whole := true
	for t := range steps {
		for i, w := range loads[(t*layers+layer)*n : (t*layers+layer+1)*n] {
			whole = whole && float64(w) == math.Trunc(float64(w))
			if t == 0 {
				out[i] = w
			} else {
				out[i] += w
			}
		}
	}
	if whole && steps > 1 {
		Estimator{}.estimate(out, scratch, loads, steps, layers, layer)
	}
}
