package replay

import (
	"fmt"
	"math"

	"packbench/datasets"
	"packbench/internal/number"
)

// Trace is the loads of experts over time.
type Trace struct {
	Name    string
	Steps   int
	Layers  int
	Experts int
	Loads   []float32 // [steps, layers, experts] row-major, finite and ≥ 0
	// Truth is what is expected of a step given all steps before, [steps, layers,
	// experts], of a generated trace; nil if unknown.
	Truth []float32
}

// NewTrace returns the trace of loads with several steps. expected is what
// [datasets.Trace.Generate] returns beside them, nil for recorded loads.
func NewTrace(l *datasets.Loads, expected []float32) *Trace {
	return &Trace{Name: l.Name, Steps: l.Steps, Layers: l.Layers, Experts: l.Items, Loads: l.Weights, Truth: expected}
}

// windows cuts the trace into windows of so many steps. Steps left at the end
// are not used.
func (t *Trace) windows(steps int) (*windows, error) {
	if steps < 1 || steps > t.Steps/2 {
		return nil, fmt.Errorf("windows of %s in a trace of %d: a plan needs a window before it and one after, so use 1 to %d", number.Count(steps, "step"), t.Steps, t.Steps/2)
	}
	n := t.Layers * t.Experts
	w := &windows{trace: t, steps: steps, count: t.Steps / steps}
	w.sums = sumSteps(t.Loads, n, steps, w.count)
	if t.Truth != nil {
		w.truth = sumSteps(t.Truth, n, steps, w.count)
	}
	for i, v := range w.sums {
		if v > math.MaxFloat32/float32(t.Experts) {
			return nil, fmt.Errorf("window %d, layer %d: the loads add up to more than float32 holds: scale them down", i/n, i%n/t.Experts)
		}
	}
	return w, nil
}

// windows is a trace cut into windows.
type windows struct {
	trace *Trace
	steps int
	count int
	sums  []float32 // [windows, layers, experts]
	truth []float32 // likewise, nil where nobody knows
}

// sumSteps sums the steps of n loads each in groups, in float64.
func sumSteps(loads []float32, n, steps, count int) []float32 {
	if steps == 1 {
		return loads[:n*count]
	}
	out := make([]float32, n*count)
	for w := range count {
		for i := range n {
			sum := 0.0
			for s := w * steps; s < (w+1)*steps; s++ {
				sum += float64(loads[s*n+i])
			}
			out[w*n+i] = float32(sum)
		}
	}
	return out
}

// sum returns the loads of window i, [layers, experts].
func (w *windows) sum(i int) []float32 {
	n := w.trace.Layers * w.trace.Experts
	return w.sums[i*n : (i+1)*n : (i+1)*n]
}

// raw returns the loads of the steps of window i, [steps, layers, experts].
func (w *windows) raw(i int) []float32 {
	n := w.trace.Layers * w.trace.Experts * w.steps
	return w.trace.Loads[i*n : (i+1)*n : (i+1)*n]
}
