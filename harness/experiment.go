package harness

import "packbench/strategies"

// Experiment is what to run: every strategy on every workload, number of packs,
// backend and seed.
type Experiment struct {
	Name        string            `json:"name" yaml:"name"`
	Description string            `json:"description,omitempty" yaml:"description"`
	Strategies  []string          `json:"strategies" yaml:"strategies"`
	Workloads   []Workload        `json:"workloads" yaml:"workloads"`
	Packs       []int             `json:"packs" yaml:"packs"` // used where a workload names none
	Backends    []string          `json:"backends" yaml:"backends"`
	RNG         strategies.Stream `json:"rng" yaml:"rng"`
	Seeds       []uint64          `json:"seeds" yaml:"seeds"`
	Repeats     int               `json:"repeats" yaml:"repeats"`
	Warmup      int               `json:"warmup" yaml:"warmup"` // runs of each cell before the first that counts
	Timeout     string            `json:"timeout,omitempty" yaml:"timeout"`
}

// Workload is one entry of an experiment's workloads: a generated workload by
// its spec ("lognormal:sigma=0.5,layers=58,items=288") or a file of loads.
// In YAML it may be the bare spec.
type Workload struct {
	Spec  string `json:"spec,omitempty" yaml:"spec"`
	File  string `json:"file,omitempty" yaml:"file"`
	Array string `json:"array,omitempty" yaml:"array"` // of an .npz file
	Step  *int   `json:"step,omitempty" yaml:"step"`   // of a recording with steps
	Packs []int  `json:"packs,omitempty" yaml:"packs"` // instead of the experiment's
}
