package harness

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"packbench/internal/spec"
	"packbench/strategies"
)

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

	// Base is the directory that workload files are named relative to, itself
	// relative to the working directory; "" is the working directory. It is
	// where the experiment's YAML file is.
	Base string `json:"base,omitempty" yaml:"-"`
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

// DefaultExperiment returns an experiment of nothing, with the values that an
// experiment has where it says nothing else: CPU, one seed, ten repeats after
// one warm-up run.
func DefaultExperiment() Experiment {
	return Experiment{Backends: []string{"cpu"}, Seeds: []uint64{1}, Repeats: 10, Warmup: 1}
}

// most is the largest number of repeats and of cells, a guard against a slip of
// the finger: a million runs of a millisecond take a quarter of an hour.
const most = 1_000_000

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// check reports the first value of the experiment that is wrong whatever
// strategies and workloads there are.
func (e *Experiment) check() error {
	switch {
	case !nameRule.MatchString(e.Name):
		return fmt.Errorf("name %q: use letters, digits, dots, dashes and underscores (it names a directory)", e.Name)
	case len(e.Strategies) == 0:
		return errors.New("the experiment has no strategies: list at least one")
	case len(e.Workloads) == 0:
		return errors.New("the experiment has no workloads: list at least one")
	case len(e.Backends) == 0:
		return errors.New("the experiment has no backends: list at least one")
	case len(e.Seeds) == 0:
		return errors.New("the experiment has no seeds: list at least one")
	case e.Repeats < 1 || e.Repeats > most:
		return fmt.Errorf("repeats %d: use 1 to %d", e.Repeats, most)
	case e.Warmup < 0 || e.Warmup > most:
		return fmt.Errorf("warmup %d: use 0 to %d", e.Warmup, most)
	}
	_, err := e.timeout()
	return err
}

// timeout returns the longest that a run may take; 0 is no limit.
func (e *Experiment) timeout() (time.Duration, error) {
	if e.Timeout == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(e.Timeout)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("timeout %q: use a positive time with its unit, such as 30s or 5m", e.Timeout)
	}
	return d, nil
}

// With returns the experiment with other repeats, where repeats is not nil, and
// only those of its backends that are listed, where any are.
func (e Experiment) With(repeats *int, backends []string) (Experiment, error) {
	if repeats != nil {
		e.Repeats = *repeats
	}
	for _, b := range backends {
		if !slices.Contains(e.Backends, b) {
			return Experiment{}, fmt.Errorf("the experiment has no backend %q%s", b, spec.Suggest(b, e.Backends))
		}
	}
	if len(backends) > 0 {
		e.Backends = backends
	}
	return e, nil
}
