// Package forecast estimates the loads of coming windows from those that were
// seen: the last, means, a mean with a margin, and kriging.
//
// A [Forecaster] is shown one window after the other and asked, at any time, for
// the loads to come. It never knows more than it was shown. [Parse] makes an
// [Estimator] of its short form: "last", "mean:h=4", "ewma:half=2", "risk:z=0.67",
// "krige".
package forecast

import (
	"fmt"
	"math"
	"slices"

	"packbench/internal/spec"
)

// Forecaster forecasts the windows of one trace.
type Forecaster interface {
	// Observe takes note of the next window, [layers, experts]: finite loads ≥ 0.
	// It keeps nothing of the slice.
	Observe(window []float32)
	// Forecast estimates the window that comes ahead ≥ 1 windows after the last
	// one seen. Before the first it is zero.
	Forecast(ahead int, f *Forecast)
}

// Forecast is what is expected of a window.
type Forecast struct {
	Mean     []float64 // [layers, experts] loads
	Variance []float64 // [layers, experts] of the error of Mean; empty where the estimator has none
}

// resize gives the forecast n loads and, where asked for, as many variances.
func (f *Forecast) resize(n int, variance bool) {
	f.Mean = slices.Grow(f.Mean[:0], n)[:n]
	f.Variance = f.Variance[:0]
	if variance {
		f.Variance = slices.Grow(f.Variance, n)[:n]
	}
}

// Loads writes the mean as loads for a planner, [layers, experts].
func (f *Forecast) Loads(out []float32) {
	for i, m := range f.Mean {
		out[i] = float32(min(m, math.MaxFloat32))
	}
}

// Estimator makes forecasters. It is a value that never changes.
type Estimator struct {
	spec spec.Spec
	make func(layers, experts int) Forecaster
}

// Spec is the canonical short form, which identifies the estimator.
func (e Estimator) Spec() spec.Spec { return e.spec }

// IsLast reports whether the estimator is the last window, unchanged.
func (e Estimator) IsLast() bool { return e.spec.Name == lastName }

// New returns a forecaster that has seen nothing.
func (e Estimator) New(layers, experts int) Forecaster { return e.make(layers, experts) }

// Definition describes an estimator by name.
type Definition struct {
	Name    string
	Summary string // one line, with the formula
	Params  []spec.Param
	make    func(spec.Values) func(layers, experts int) Forecaster
}

const lastName = "last"

// Builtin returns the estimators of this program.
func Builtin() []Definition {
	memory := func(def string) spec.Param {
		return spec.Param{Name: "h", Kind: spec.Int, Default: def, Min: 0, Max: math.MaxInt32, Doc: "windows that count; 0 for all"}
	}
	return []Definition{
		{
			Name: lastName, Summary: "the last window, unchanged",
			make: func(spec.Values) func(int, int) Forecaster { return newMean(1, 0) },
		},
		{
			Name: "mean", Summary: "the mean of the last h windows",
			Params: []spec.Param{memory("4")},
			make:   func(v spec.Values) func(int, int) Forecaster { return newMean(v.Int("h"), 0) },
		},
		{
			Name: "ewma", Summary: "a weighted mean: a window a half-lives old has weight 2^−a",
			Params: []spec.Param{{Name: "half", Kind: spec.Float, Default: "2", Min: 1e-3, Max: 1e6, Doc: "half-life in windows"}},
			make:   func(v spec.Values) func(int, int) Forecaster { return newEWMA(v.Float("half")) },
		},
		{
			Name: "risk", Summary: "the mean of the last h windows plus z of their standard deviations, as vllm-ascend's FlashLB plans",
			Params: []spec.Param{{Name: "z", Kind: spec.Float, Default: "0.674", Min: 0, Max: 100, Doc: "standard deviations above the mean"}, memory("0")},
			make:   func(v spec.Values) func(int, int) Forecaster { return newMean(v.Int("h"), v.Float("z")) },
		},
		{
			Name: "krige", Summary: "ordinary kriging of the shares with Poisson noise, restarted after a change of workload; with variances",
			Params: []spec.Param{
				{Name: "windows", Kind: spec.Int, Default: "32", Min: 2, Max: 256, Doc: "max number of windows that count"},
				{Name: "change", Kind: spec.Float, Default: "5", Min: 1, Max: math.MaxFloat32, Doc: "a window whose error is this many times the usual begins a new workload"},
			},
			make: func(v spec.Values) func(int, int) Forecaster { return newKrige(v.Int("windows"), v.Float("change")) },
		},
	}
}

// Names returns the names of the estimators.
func Names() []string {
	var names []string
	for _, d := range Builtin() {
		names = append(names, d.Name)
	}
	return names
}

// Parse returns the estimator that text names. The error names an unknown
// estimator or parameter with the nearest known one, or a value with its range.
func Parse(text string) (Estimator, error) {
	s, i, err := spec.Select("estimator", text, Names())
	if err != nil {
		return Estimator{}, err
	}
	list := Builtin()
	v, err := spec.Resolve(s, list[i].Params)
	if err != nil {
		return Estimator{}, fmt.Errorf("estimator %w", err)
	}
	return Estimator{v.Canonical(), list[i].make(v)}, nil
}
