package strategies

import "packbench/internal/spec"

// Definition describes a strategy by name: what it does, where it comes from,
// its parameters, and how to make one of them.
type Definition struct {
	Name    string
	Summary string // one line
	Source  string // the paper or program it comes from
	Params  []spec.Param
	// External is true if the strategies are [External] and none has all parameters
	// at their defaults.
	External bool
	Presets  []spec.Preset
	// New makes a strategy from checked values. Its error names a combination
	// of values that does not work.
	New func(spec.Values) (Strategy, error)
}

// Parameters of strategies and their values; see the package spec.
type (
	Param  = spec.Param
	Values = spec.Values
)

// Registry is a list of strategies by name.
type Registry []Definition

// Builtin returns the strategies of this program.
func Builtin() Registry {
	return Registry{
		lptDefinition,
		twoOptDefinition,
		topKMaxAnyDefinition,
		maxAnyPairsDefinition,
		descentDefinition,
		fillDefinition,
		snakeDefinition,
		layeredLPTDefinition,
		bldmDefinition,
		multifitDefinition,
		exactDefinition,
		deepseekDefinition,
		vllmDefinition,
		identityDefinition,
		roundRobinDefinition,
		randomDefinition,
	}
}

// Parse returns the strategy that text names: "lpt",
// "topk-max-any:candidates=256,k=16". The error names an unknown strategy or
// parameter with the nearest known one, or a value with its range.
func (r Registry) Parse(text string) (Strategy, error) {
	s, i, err := spec.Select("strategy", text, r.Names())
	if err != nil {
		return nil, err
	}
	values, err := spec.Resolve(s, r[i].Params, r[i].Presets...)
	if err != nil {
		return nil, err
	}
	return r[i].New(values)
}

// Names returns the names of the strategies, in the order of the registry.
func (r Registry) Names() []string {
	names := make([]string, len(r))
	for i, d := range r {
		names[i] = d.Name
	}
	return names
}
