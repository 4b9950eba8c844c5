package harness

import (
	"time"

	"packbench/strategies"
)

// Manifest is manifest.json of a run directory: what was asked and where it
// ran.
type Manifest struct {
	Format       int                    `json:"format"` // version of the run directory's layout, 1
	Experiment   Experiment             `json:"experiment"`
	ShuffleSeed  uint64                 `json:"shuffle_seed"` // of the order of runs
	Command      []string               `json:"command"`      // as typed
	Created      time.Time              `json:"created"`
	Environments map[string]Environment `json:"environments"` // a key per machine and program that ran here
	Cells        []PlannedCell          `json:"cells"`        // the plan
}

// PlannedCell is a cell with what is known of it before it runs.
type PlannedCell struct {
	Cell
	Key          string `json:"key"` // stable hash of the cell, the same on every machine
	Layers       int    `json:"layers"`
	Items        int    `json:"items"`
	WorkloadHash string `json:"workload_hash"` // SHA-256 of the loads; see datasets
}

// Environment is the machine and the program that made records: whatever may
// explain a time.
type Environment struct {
	Host      string                        `json:"host"` // hash of the machine's name: tells machines apart, names none
	OS        string                        `json:"os"`
	Kernel    string                        `json:"kernel"`
	CPU       string                        `json:"cpu"`
	Cores     int                           `json:"cores"`   // logical
	Threads   int                           `json:"threads"` // that runs may use
	Features  []string                      `json:"features,omitempty"`
	Governor  string                        `json:"governor,omitempty"`
	MemoryMB  int64                         `json:"memory_mb"`
	Load1     float64                       `json:"load1"` // load average when the run began
	GoVersion string                        `json:"go_version"`
	Program   string                        `json:"program"` // module version
	Commit    string                        `json:"commit,omitempty"`
	Dirty     bool                          `json:"dirty,omitempty"` // uncommitted changes
	Backends  map[string]BackendDescription `json:"backends"`
}

// BackendDescription is what a backend says of itself.
type BackendDescription struct {
	Device      string            `json:"device,omitempty"`
	Facts       []strategies.Fact `json:"facts,omitempty"`
	Unavailable string            `json:"unavailable,omitempty"` // the reason, where it cannot run
}
