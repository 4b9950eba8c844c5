package runs

// Experiment is what to run: every strategy on every workload, number of packs,
// backend and seed, or every planner on every workload, topology and seed. It is plain data; package harness reads it from YAML and
// checks it.
type Experiment struct {
	Name        string     `json:"name" yaml:"name"`
	Description string     `json:"description,omitempty" yaml:"description"`
	Strategies  []Named    `json:"strategies" yaml:"strategies"`
	Planners    []Named    `json:"planners,omitempty" yaml:"planners"` // in place of strategies, with topologies in place of packs
	Workloads   []Workload `json:"workloads" yaml:"workloads"`
	Packs       []int      `json:"packs" yaml:"packs"`                     // used where a workload names none
	Topologies  []Topology `json:"topologies,omitempty" yaml:"topologies"` // used where a workload names none
	Previous    string     `json:"previous,omitempty" yaml:"previous"`     // the placement that planners find: "" for none, or initial
	Backends    []string   `json:"backends" yaml:"backends"`
	RNG         string     `json:"rng" yaml:"rng"`
	Seeds       []uint64   `json:"seeds" yaml:"seeds"`
	Repeats     int        `json:"repeats" yaml:"repeats"`
	Warmup      int        `json:"warmup" yaml:"warmup"` // runs of each cell before the first that counts
	// Invocations is how many processes make the repeats, one after another; 0
	// means one.
	Invocations int    `json:"invocations,omitempty" yaml:"invocations"`
	Timeout     string `json:"timeout,omitempty" yaml:"timeout"`
	// Replay makes the experiment one of placements: its planners take the place
	// of the strategies, its traces that of the workloads.
	Replay *Replay `json:"replay,omitempty" yaml:"replay"`

	// Base is the absolute path that workload files are relative to: the
	// directory of the experiment's YAML file; "" if there are none.
	Base string `json:"base,omitempty" yaml:"-"`
}

// RunsPerCell returns how many runs that count a cell has: its repeats in every
// invocation.
func (e *Experiment) RunsPerCell() int { return e.Repeats * max(1, e.Invocations) }

// Named is a strategy's spec with the name that figures and tables show for
// it. In YAML and JSON it may be the bare spec.
type Named struct {
	Spec string `json:"spec" yaml:"spec"`
	Name string `json:"name,omitempty" yaml:"name"` // "" is the spec
}

// Workload is one entry of an experiment's workloads: a generated workload by
// its spec ("lognormal:sigma=0.5,layers=58,items=288") or a file of loads.
// In YAML it may be the bare spec.
type Workload struct {
	Spec       string     `json:"spec,omitempty" yaml:"spec"`
	File       string     `json:"file,omitempty" yaml:"file"`
	Name       string     `json:"name,omitempty" yaml:"name"`             // shown in figures and tables; "" is the spec or file
	Key        string     `json:"key,omitempty" yaml:"key"`               // of an array or member of the file
	Array      string     `json:"array,omitempty" yaml:"array"`           // the same by its older name
	Step       *int       `json:"step,omitempty" yaml:"step"`             // of a recording with steps
	Steps      string     `json:"steps,omitempty" yaml:"steps"`           // "a:b" or "all": their sum
	Packs      []int      `json:"packs,omitempty" yaml:"packs"`           // instead of the experiment's
	Topologies []Topology `json:"topologies,omitempty" yaml:"topologies"` // instead of the experiment's
}

// MarshalJSON writes the bare spec where there is no name.
func (n Named) MarshalJSON() ([]byte, error) {
	if n.Name == "" {
		return marshal(n.Spec)
	}
	type plain Named
	return marshal(plain(n))
}

// UnmarshalJSON reads the bare spec or an object.
func (n *Named) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return unmarshalStrict(text, &n.Spec)
	}
	type plain Named
	return unmarshalStrict(text, (*plain)(n))
}

// UnmarshalYAML reads the bare spec or a mapping.
func (n *Named) UnmarshalYAML(decode func(any) error) error {
	type plain Named
	if decode(&n.Spec) == nil {
		return nil
	}
	return decode((*plain)(n))
}

// UnmarshalYAML reads a workload that is the bare spec or a mapping.
func (w *Workload) UnmarshalYAML(decode func(any) error) error {
	type plain Workload // without this method
	if decode(&w.Spec) == nil {
		return nil
	}
	return decode((*plain)(w))
}
