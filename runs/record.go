package runs

import (
	"strings"
	"time"
)

// Status is how a run ended.
type Status string

// The ways a run can end.
const (
	Done        Status = "done"
	Failed      Status = "failed"      // the run returned an error or an invalid answer
	Timeout     Status = "timeout"     // the run took longer than the experiment allows
	Unsupported Status = "unsupported" // the backend cannot execute the strategy
	Unavailable Status = "unavailable" // the backend cannot run on this machine
)

// Pending is the status of a cell that has no record yet. No record has it.
const Pending Status = "pending"

// Record is one line of records.jsonl: one run of one cell. As JSON it has the
// members of recordLine and ends with the member "crc", which [Writer.Append]
// adds and [Load] checks.
type Record struct {
	// PlannedCell is the cell that was run. All records of a cell share it: it is
	// not changed.
	*PlannedCell
	Repeat int // 0, 1, …: which run of the cell
	// Invocation numbers the processes that make the runs of an experiment, from
	// 0. Runs of one process share what differs from process to process, such as
	// the layout of memory.
	Invocation int
	Status     Status
	Reason     string // why Status is not done

	AnswerHash string // SHA-256 of the packing: equal hashes, equal packings
	Start      time.Time
	// Run holds the measures of the run, by name.
	Run Values
	// Layer holds the measures of the layers of the answer, by name, [layers]
	// each: once per cell, with its first record that is done.
	Layer map[string][]float64
	// Window holds the measures of the windows of a replay, by name, [windows]
	// each, with the same record.
	Window map[string][]float64

	// Warnings are remarks about a run that is done, one line each.
	Warnings []string

	Environment string // key of [Manifest.Environments]
}

// recordLine is a record as JSON has it.
type recordLine struct {
	Key          string               `json:"key"`
	Cell         Cell                 `json:"cell"`
	Repeat       int                  `json:"repeat"`
	Invocation   int                  `json:"invocation,omitempty"`
	Status       Status               `json:"status"`
	Reason       string               `json:"reason,omitempty"`
	Layers       int                  `json:"layers,omitempty"`
	Items        int                  `json:"items,omitempty"`
	WorkloadHash string               `json:"workload_hash,omitempty"`
	AnswerHash   string               `json:"answer_hash,omitempty"`
	Start        time.Time            `json:"start"`
	Run          Values               `json:"run,omitzero"`
	Layer        map[string][]float64 `json:"layer,omitempty"`
	Window       map[string][]float64 `json:"window,omitempty"`
	Warnings     []string             `json:"warnings,omitempty"`
	Environment  string               `json:"environment"`
}

// MarshalJSON writes the record without its checksum.
func (r Record) MarshalJSON() ([]byte, error) {
	return marshal(recordLine{
		r.Key, r.Cell, r.Repeat, r.Invocation, r.Status, r.Reason, r.Layers, r.Items, r.WorkloadHash, r.AnswerHash,
		r.Start, r.Run, r.Layer, r.Window, r.Warnings, r.Environment,
	})
}

// UnmarshalJSON reads what MarshalJSON writes. The record has a cell of its own.
func (r *Record) UnmarshalJSON(text []byte) error {
	var l recordLine
	if err := unmarshalStrict(text, &l); err != nil {
		return err
	}
	*r = Record{
		&PlannedCell{Cell: l.Cell, Key: l.Key, Layers: l.Layers, Items: l.Items, WorkloadHash: l.WorkloadHash},
		l.Repeat, l.Invocation, l.Status, l.Reason, l.AnswerHash, l.Start, l.Run, l.Layer, l.Window, l.Warnings, l.Environment,
	}
	return nil
}

// Time returns the time of the run in ns, 0 where it is not done.
func (r *Record) Time() float64 {
	time, _ := r.Run.Get(TimeMeasure)
	return time
}

// Stage is the time of a part of a run.
type Stage struct {
	Name string
	Time float64 // ns
}

// Stages returns the times of the parts of the run, in the order of their
// names.
func (r *Record) Stages() []Stage {
	var stages []Stage
	for name, time := range r.Run.All() {
		if name, ok := strings.CutPrefix(name, StagePrefix); ok {
			stages = append(stages, Stage{name, time})
		}
	}
	return stages
}
