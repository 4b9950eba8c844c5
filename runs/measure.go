package runs

import (
	"fmt"
	"slices"
)

// Scope is what a measure has one value for.
type Scope string

// The scopes of measures.
const (
	PerRun    Scope = "run"    // a number per run
	PerLayer  Scope = "layer"  // a number per layer of the cell's answer
	PerWindow Scope = "window" // a number per window of a replay; see [Record.Window]
)

// Better is the direction in which a measure improves.
type Better string

// The directions of measures.
const (
	Lower   Better = "lower"
	Higher  Better = "higher"
	Neither Better = ""
)

// The units of measures.
const (
	Nanoseconds = "ns"
	LoadUnits   = "load"  // of the loads that were packed
	Ratio       = "ratio" // a pure number
	Count       = "count"
	Truth       = "truth" // 0 or 1
	Identity    = "id"    // a whole number that tells things apart
)

// Measure declares a number that records hold.
type Measure struct {
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Better  Better `json:"better,omitempty"`
	Scope   Scope  `json:"scope"`
	Meaning string `json:"meaning"`
}

// The names of the measures.
const (
	TimeMeasure       = "time"
	ImbalanceMeasure  = "imbalance"
	MaxMeasure        = "max"
	MinMeasure        = "min"
	MeanMeasure       = "mean"
	LowerBoundMeasure = "lower_bound"
	OptimalMeasure    = "optimal"
	LoadsMeasure      = "loads"
)

// StagePrefix begins the names of the times of a run's stages:
// "stage/greedy". Stages are not declared one by one.
const StagePrefix = "stage/"

// Measures returns the measures that are recorded, in the order in which tables
// show them. To add one, declare it here and let the executor fill it.
//
// Measures that follow from these (the gap, max/mean) are not recorded; see
// package analysis.
func Measures() []Measure { return slices.Concat(packingMeasures(), placementMeasures()) }

// MeasuresOf returns those of [Measures] that a manifest of the cells declares:
// those of placements or those of packings.
func MeasuresOf(cells []PlannedCell) []Measure {
	if !havePlanner(cells) {
		return packingMeasures()
	}
	shared := slices.DeleteFunc(packingMeasures(), func(m Measure) bool { return m.Name != TimeMeasure && m.Name != LoadsMeasure })
	list := slices.Concat(shared[:1], placementMeasures(), shared[1:])
	if !slices.ContainsFunc(cells, func(c PlannedCell) bool { return c.Has(PreviousAxis) }) {
		list = slices.DeleteFunc(list, func(m Measure) bool { return m.Name == LayerMovesMeasure })
	}
	return list
}

func packingMeasures() []Measure {
	return []Measure{
		{TimeMeasure, Nanoseconds, Lower, PerRun, "wall time of the strategy, weights in memory to packing in memory"},
		{ImbalanceMeasure, LoadUnits, Lower, PerLayer, "max − min load of the packs"},
		{MaxMeasure, LoadUnits, Lower, PerLayer, "load of the heaviest pack"},
		{MinMeasure, LoadUnits, Higher, PerLayer, "load of the lightest pack"},
		{MeanMeasure, LoadUnits, Neither, PerLayer, "mean load of a pack"},
		{LowerBoundMeasure, LoadUnits, Neither, PerLayer, "no packing has a lower max load"},
		{OptimalMeasure, Truth, Neither, PerLayer, "1 where the strategy proved the max load to be the lowest possible"},
		{LoadsMeasure, Identity, Neither, PerLayer, "the same number for layers with the same loads, in whatever order: 48 bits of their SHA-256"},
	}
}

// stage is the declaration of the time of every stage.
var stage = Measure{StagePrefix, Nanoseconds, Lower, PerRun, "time of a stage of the run"}

// check returns an error where the declaration, read from a file, cannot be
// used.
func (m Measure) check() error {
	switch {
	case m.Name == "":
		return fmt.Errorf("a measure without a name")
	case m.Scope != PerRun && m.Scope != PerLayer && m.Scope != PerWindow:
		return fmt.Errorf("measure %s: scope %q: use %q, %q or %q", m.Name, m.Scope, PerRun, PerLayer, PerWindow)
	case m.Better != Lower && m.Better != Higher && m.Better != Neither:
		return fmt.Errorf("measure %s: better %q: use %q, %q or nothing", m.Name, m.Better, Lower, Higher)
	}
	return nil
}
