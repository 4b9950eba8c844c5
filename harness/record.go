// Package harness turns an experiment into runs and the runs into records.
//
// An [Experiment] says which strategies run on which workloads, packs, backends
// and seeds. Its [Plan] is the list of [Cell]s, one per combination. Executing
// the plan runs every cell several times, interleaved in a shuffled order, and
// writes one [Record] per run to the run directory as it ends. The package
// knows no figure and no strategy by name.
package harness

import (
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// Status says how a run ended.
type Status string

// The ways a run can end.
const (
	Done        Status = "done"
	Failed      Status = "failed"      // the run returned an error or a packing that breaks the rules
	Timeout     Status = "timeout"     // the run took longer than the experiment allows
	Unsupported Status = "unsupported" // the backend cannot execute the strategy
	Unavailable Status = "unavailable" // the backend cannot run on this machine
)

// Pending is the status of a cell that has no record yet. No record has it.
const Pending Status = "pending"

// Cell is one combination of an experiment's axes: what is run, several times.
type Cell struct {
	Strategy string            `json:"strategy"` // canonical spec
	Workload string            `json:"workload"` // canonical spec
	Packs    int               `json:"packs"`
	Backend  string            `json:"backend"`
	RNG      strategies.Stream `json:"rng"`
	Seed     uint64            `json:"seed"` // of the workload and of the strategy
}

// Record is one line of records.jsonl: one run of one cell.
type Record struct {
	Cell
	Key    string `json:"key"`    // stable hash of the cell, the same on every machine
	Repeat int    `json:"repeat"` // 0, 1, …: which run of the cell
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"` // why Status is not done

	Layers       int    `json:"layers,omitempty"`
	Items        int    `json:"items,omitempty"`
	WorkloadHash string `json:"workload_hash,omitempty"` // SHA-256 of the loads; see datasets
	PackingHash  string `json:"packing_hash,omitempty"`  // SHA-256 of the answer: equal hashes, equal packings

	Start   time.Time  `json:"start"`
	TimeNS  int64      `json:"time_ns,omitempty"` // wall time of the strategy: weights in memory to packing in memory
	Stages  []StageNS  `json:"stages,omitempty"`
	Quality *LayerData `json:"quality,omitempty"` // once per cell, with its first record that is done

	// Warnings are remarks about a run that is done, one line each.
	Warnings []string `json:"warnings,omitempty"`

	Environment string `json:"environment"` // key of Manifest.Environments
}

// StageNS is the time of a part of a run, in ns; see [strategies.Report].
type StageNS struct {
	Name   string `json:"name"`
	TimeNS int64  `json:"time_ns"`
}

// LayerData is the quality of a packing, a column per measure and an element
// per layer. See [packing.Quality] for their meaning.
type LayerData struct {
	Imbalance  []float64 `json:"imbalance"` // max − min, as the published program minimises it
	Max        []float64 `json:"max"`
	Min        []float64 `json:"min"`
	Mean       []float64 `json:"mean"`
	LowerBound []float64 `json:"lower_bound"`
	// Optimal says of each layer whether the strategy proved its maximum to be
	// the least possible; nil for strategies that cannot prove anything.
	Optimal []bool `json:"optimal,omitempty"`
}

// NewLayerData turns per-layer quality into columns.
func NewLayerData(quality []packing.Quality) *LayerData {
	d := &LayerData{}
	for _, q := range quality {
		d.Imbalance = append(d.Imbalance, q.Imbalance())
		d.Max = append(d.Max, q.Max)
		d.Min = append(d.Min, q.Min)
		d.Mean = append(d.Mean, q.Mean)
		d.LowerBound = append(d.LowerBound, q.LowerBound)
	}
	return d
}

// Layer returns the quality of layer l.
func (d *LayerData) Layer(l int) packing.Quality {
	return packing.Quality{Max: d.Max[l], Min: d.Min[l], Mean: d.Mean[l], LowerBound: d.LowerBound[l]}
}
