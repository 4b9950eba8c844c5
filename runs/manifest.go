package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Manifest is manifest.json of a run directory: what was requested and where it
// ran.
type Manifest struct {
	Format       int                    `json:"format"` // version of the layout, [Format]
	Experiment   Experiment             `json:"experiment"`
	ShuffleSeed  uint64                 `json:"shuffle_seed"` // of the order of runs
	Command      []string               `json:"command"`      // as typed
	Created      time.Time              `json:"created"`
	Axes         []Axis                 `json:"axes"`         // declarations of the cells' coordinates
	Measures     []Measure              `json:"measures"`     // declarations of the records' measures
	Environments map[string]Environment `json:"environments"` // a key per machine and program that ran here
	Cells        []PlannedCell          `json:"cells"`        // the plan
	// Labels are the names that tables and figures show in place of values, by
	// axis and value.
	Labels map[string]map[string]string `json:"labels,omitempty"`
	// Programs are the SHA-256 of the files that strategies are written in, by spec.
	Programs map[string]string `json:"programs,omitempty"`
	// Shard is the part of the plan that this directory holds; nil is all of it.
	Shard *Shard `json:"shard,omitempty"`
	// Sources are the directories that the records were merged from, if they
	// were.
	Sources []Source `json:"sources,omitempty"`
}

// declare fills in the format, and the axes and measures that the cells have.
func (m *Manifest) declare() {
	m.Format, m.Axes, m.Measures = Format, AxesOf(m.Cells), MeasuresOf(m.Cells)
	if m.Experiment.Replay != nil {
		m.Axes, m.Measures = ReplayAxes(), ReplayMeasures()
	}
}

// Label returns the name to show for a value on an axis.
func (m *Manifest) Label(axis, value string) string {
	if label := m.Labels[axis][value]; label != "" {
		return label
	}
	return value
}

// Axis returns the declaration of an axis: the manifest's own or, if it has
// none, this program's.
func (m *Manifest) Axis(name string) (Axis, bool) {
	if a, ok := findAxis(m.Axes, name); ok {
		return a, true
	}
	return findAxis(knownAxes(), name)
}

// Measure returns the declaration of a measure; ok is false where the manifest
// declares measures and this is none of them. One without declarations has this
// program's. Every stage of a run is a measure.
func (m *Manifest) Measure(name string) (d Measure, ok bool) {
	declared := m.Measures
	if declared == nil {
		declared = slices.Concat(Measures(), ReplayMeasures())
	}
	for _, d := range declared {
		if d.Name == name {
			return d, true
		}
	}
	if len(name) > len(StagePrefix) && name[:len(StagePrefix)] == StagePrefix {
		d := stage
		d.Name = name
		return d, true
	}
	return Measure{}, false
}

// Environment is the machine and the program that made records: everything that
// may explain a time.
type Environment struct {
	Host      string                        `json:"host"` // hash of the machine's name: tells machines apart, names none
	OS        string                        `json:"os"`
	Kernel    string                        `json:"kernel"`
	CPU       string                        `json:"cpu"`
	Cores     int                           `json:"cores"`   // logical
	Threads   int                           `json:"threads"` // that runs may use
	Features  []string                      `json:"features,omitempty"`
	Governor  string                        `json:"governor,omitempty"`
	Turbo     string                        `json:"turbo,omitempty"`     // "on" or "off", where the machine tells
	CPUQuota  float64                       `json:"cpu_quota,omitempty"` // cores' worth of time per second that the control group allows; 0 means no limit
	Affinity  int                           `json:"affinity,omitempty"`  // cores that the process may run on, where fewer than Cores
	MemoryMB  int64                         `json:"memory_mb"`
	Load1     float64                       `json:"load1"` // load average when the run began
	GoVersion string                        `json:"go_version"`
	Program   string                        `json:"program"` // module version
	Commit    string                        `json:"commit,omitempty"`
	Dirty     bool                          `json:"dirty,omitempty"` // uncommitted changes
	Backends  map[string]BackendDescription `json:"backends"`
	Python    []Fact                        `json:"python,omitempty"` // what ran strategies in Python: interpreter, libraries, threads
}

// BackendDescription is what a backend reports about itself.
type BackendDescription struct {
	Device      string `json:"device,omitempty"`
	Facts       []Fact `json:"facts,omitempty"`
	Unavailable string `json:"unavailable,omitempty"` // the reason, where it cannot run
}

// Fact is a named property of a machine.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Key identifies the environment by everything that does not change from hour
// to hour: 12 hex digits.
func (e Environment) Key() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d %d %q %q %q %q %t", e.Host, e.OS, e.Kernel, e.CPU, e.Cores, e.Threads, e.Governor, e.GoVersion, e.Program, e.Commit, e.Dirty)
	if e.CPUQuota != 0 || e.Affinity != 0 || e.Turbo != "" {
		fmt.Fprintf(h, " %v %d %q", e.CPUQuota, e.Affinity, e.Turbo)
	}
	for _, f := range e.Python {
		fmt.Fprintf(h, " %q %q", f.Name, f.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Backends)) {
		fmt.Fprintf(h, " %q %q", name, e.Backends[name].Device)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
