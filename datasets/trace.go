package datasets

import (
	"fmt"

	"packbench/internal/spec"
)

// Trace is a generated trace: the loads of the experts of several layers over
// time, in tokens. Make one with [ParseTrace].
type Trace struct {
	spec                   spec.Spec
	windows, layers, items int
	layer                  traceLayer
}

// traceLayer fills the windows of one layer, [windows][items] each: the loads,
// and what is expected of them given all windows before.
type traceLayer func(r *stream, layer int, loads, expected [][]float32)

// TraceDefinition describes a generated trace by name.
type TraceDefinition struct {
	Name    string
	Summary string // one line
	Source  string // the measurement it is calibrated on
	Params  []spec.Param
	Presets []spec.Preset
	make    func(spec.Values) (traceLayer, error)
}

// Traces returns the generated traces of this program.
func Traces() []TraceDefinition {
	return []TraceDefinition{driftDefinition(), diurnalDefinition()}
}

// TraceNames returns the names of the generated traces.
func TraceNames() []string {
	var names []string
	for _, d := range Traces() {
		names = append(names, d.Name)
	}
	return names
}

// ParseTrace returns the trace that text names:
// "drift:base=deepseek-v3,sigma=0.2,windows=64". The error names an unknown trace
// or parameter with the nearest known one, or a value with its range.
func ParseTrace(text string) (Trace, error) {
	s, i, err := spec.Select("trace", text, TraceNames())
	if err != nil {
		return Trace{}, err
	}
	list := Traces()
	v, err := spec.Resolve(s, list[i].Params, list[i].Presets...)
	if err != nil {
		return Trace{}, fmt.Errorf("trace %w", err)
	}
	t := Trace{spec: v.Canonical(), windows: v.Int("windows"), layers: v.Int("layers"), items: v.Int("experts")}
	if err := checkShape(t.windows, t.layers, t.items); err != nil {
		return Trace{}, fmt.Errorf("trace %s: %w", s.Name, err)
	}
	if t.layer, err = list[i].make(v); err != nil {
		return Trace{}, fmt.Errorf("trace %s: %w", s.Name, err)
	}
	return t, nil
}

// Spec is the canonical short form. With the seed it identifies the trace.
func (t Trace) Spec() spec.Spec { return t.spec }

// Generate makes the trace: its loads, a step per window, and what was to be
// expected of each of them given those before and the parameters, of the same
// shape. Both are a function of the trace and the seed, the same on every
// machine; a layer does not depend on the number of layers, nor a window on the
// number of windows.
func (t Trace) Generate(seed uint64) (loads *Loads, expected []float32, err error) {
	if t.layer == nil {
		return nil, nil, fmt.Errorf("a trace without a name: make one with ParseTrace")
	}
	loads = newLoads(t.spec.String(), t.windows, t.layers, t.items)
	expected = make([]float32, len(loads.Weights))
	rows, means := make([][]float32, t.windows), make([][]float32, t.windows)
	for l := range t.layers {
		for w := range t.windows {
			at := (w*t.layers + l) * t.items
			rows[w], means[w] = loads.Weights[at:at+t.items], expected[at:at+t.items]
		}
		t.layer(newStream(seed, "trace "+t.spec.Name, l), l, rows, means)
	}
	return loads, expected, nil
}

// traceParams are the parameters that all traces have, before params.
func traceParams(params ...spec.Param) []spec.Param {
	return append([]spec.Param{
		whole("windows", 64, 2, 1<<16, "windows, a step of the trace each"),
		whole("layers", 58, 1, 1<<20, "layers"),
		whole("experts", 256, 1, 1<<20, "experts per layer"),
		whole("tokens", 400_000, 1, maxTokens, "routed tokens per layer and window (tokens × experts per token), all dealt"),
		{Name: "base", Kind: spec.Choice, Default: "deepseek-v3", Choices: []string{"deepseek-v3", "lognormal", "gamma"}, Doc: "distribution of the experts' shares before they drift"},
		float("spread", 0.66, 0, 10, "of a lognormal base: standard deviation of the logarithm; of a gamma base: the inverse of its shape"),
	}, params...)
}

// base returns what draws the logarithms of the shares of a layer.
func base(v spec.Values) func(r *stream, layer int, out []float64) {
	spread := v.Float("spread")
	switch v.Choice("base") {
	case "lognormal":
		return func(r *stream, _ int, out []float64) {
			for i := range out {
				out[i] = float64(spread * r.normal())
			}
		}
	case "gamma":
		shape := max(0.05, 1/max(spread, 1e-6))
		return func(r *stream, _ int, out []float64) {
			for i := range out {
				out[i] = logarithm(max(r.gamma(shape), 1e-12))
			}
		}
	}
	return func(r *stream, layer int, out []float64) { // as the workload deepseek-v3
		s := r.varied(0.665*deeper(layer), 0.16)
		for i := range out {
			z := r.normal()
			out[i] = min(600, float64(s*(z+float64(0.035*(float64(z*z)-1)))))
		}
	}
}

// expect writes what is expected of total tokens dealt by shares.
func expect(out []float32, shares []float64, total int) {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	for i, s := range shares {
		out[i] = float32(float64(total) * s / sum)
	}
}
