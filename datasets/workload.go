package datasets

import (
	"fmt"
	"slices"

	"packbench/internal/spec"
)

// Definition describes a generated workload by name: the distribution of its
// loads, where it comes from, and its parameters.
type Definition struct {
	Name    string
	Summary string // one line: the distribution and the unit of the loads
	Source  string // the paper or measurement it comes from; may be empty
	Params  []spec.Param
	Presets []spec.Preset

	// make checks the combination of values and returns the generator.
	make func(spec.Values) (generator, error)
}

// generator makes the loads of a workload, layer by layer.
type generator struct {
	// layer fills out, [items], with the loads of a layer. It depends on its
	// arguments only.
	layer   func(r *stream, layer int, out []float32)
	optimum *Optimum
}

// Optimum is what is known of the best packing of a workload by its making.
type Optimum struct {
	Packs int     // the number of packs it holds for
	Max   float64 // the load of the heaviest pack, at best, in every layer
}

// Definitions returns the generated workloads of this program.
func Definitions() []Definition {
	all := slices.Concat(plainDefinitions(), countDefinitions(), knownDefinitions(), modelDefinitions())
	for i := range all {
		all[i].Params = versioned(all[i].Params)
	}
	return all
}

// Names returns the names of the generated workloads, in the order of
// [Definitions].
func Names() []string {
	var names []string
	for _, d := range Definitions() {
		names = append(names, d.Name)
	}
	return names
}

// Workload is a generated workload with all its parameters set.
type Workload struct {
	spec          spec.Spec
	draws         string // names the draws; see [Workload.Draws]
	layers, items int
	generator     generator
}

// Parse returns the workload that text names:
// "lognormal:sigma=0.5,layers=58,items=288". The error names an unknown
// workload or parameter with the nearest known one, or a value with its range.
func Parse(text string) (Workload, error) {
	s, i, err := spec.Select("workload", text, Names())
	if err != nil {
		return Workload{}, err
	}
	definitions := Definitions()
	values, err := spec.Resolve(s, definitions[i].Params, definitions[i].Presets...)
	if err != nil {
		return Workload{}, err
	}
	w := Workload{spec: values.Canonical(), draws: drawsOf(values), layers: values.Int("layers"), items: values.Int("items")}
	if err := checkShape(1, w.layers, w.items); err != nil {
		return Workload{}, fmt.Errorf("%s: %w", s.Name, err)
	}
	if w.generator, err = definitions[i].make(values); err != nil {
		return Workload{}, fmt.Errorf("%s: %w", s.Name, err)
	}
	return w, nil
}

// Spec is the canonical short form: the name and the parameters that are not at
// their default. With the seed it identifies the loads.
func (w Workload) Spec() spec.Spec { return w.spec }

// drawsOf names the draws of a workload: by the generator alone in their first
// version, and by all parameters but the number of layers, on which a layer does
// not depend, in the second.
func drawsOf(v spec.Values) string {
	s := v.Canonical()
	if v.Int(drawsParam) == 1 {
		return s.Name
	}
	s.Args = slices.DeleteFunc(s.Args, func(a spec.Arg) bool { return a.Key == "layers" })
	return s.String()
}

// Draws names the random draws of the workload. With one seed, layer l of two
// workloads is made of the same draws where their Draws are equal, and of
// independent ones where they are not.
func (w Workload) Draws() string { return w.draws }

// Layers is the number of layers that the workload has.
func (w Workload) Layers() int { return w.layers }

// Items is the number of items per layer that the workload has.
func (w Workload) Items() int { return w.items }

// Optimum returns what is known about the best packing; ok is false where
// nothing is.
func (w Workload) Optimum() (o Optimum, ok bool) {
	if w.generator.optimum == nil {
		return Optimum{}, false
	}
	return *w.generator.optimum, true
}

// Generate makes the loads. They are a function of the workload and the seed,
// the same on every machine; a layer does not depend on the number of layers.
// The error is that of a workload that was not made by [Parse].
func (w Workload) Generate(seed uint64) (*Loads, error) {
	if w.generator.layer == nil {
		return nil, fmt.Errorf("a workload without a name: make one with Parse")
	}
	loads := newLoads(w.spec.String(), 1, w.layers, w.items)
	for l := range w.layers {
		w.generator.layer(newStream(seed, w.draws, l), l, loads.Layer(0, l))
	}
	return loads, nil
}
