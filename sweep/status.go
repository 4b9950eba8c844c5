package sweep

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"packbench/internal/number"
	"packbench/runs"
)

// State is the state of a shard.
type State string

// The states of shards.
const (
	NotBegun State = "not begun"
	Running  State = "running"  // a task has it open
	Stopped  State = "stopped"  // runs are missing and no task makes them
	Complete State = "complete" // runs may have failed
	Damaged  State = "damaged"  // it cannot be read
)

// Status is how far a shard is.
type Status struct {
	Shard   int   `json:"shard"`
	State   State `json:"state"`
	Cells   int   `json:"cells"`
	Done    int   `json:"done"`    // runs
	Pending int   `json:"pending"` // runs
	Failed  int   `json:"failed"`  // cells
	// Reason is why the first cell failed, or the shard cannot be read.
	Reason string `json:"reason,omitempty"`
	// Machines are where its records come from, as "CPU, 8 cores (host 0a1b2c3d4e5f)".
	Machines []string  `json:"machines,omitempty"`
	Begun    time.Time `json:"begun,omitzero"`
	Last     time.Time `json:"last,omitzero"` // when its latest run began
	// Left is about how long its missing runs take, ns; 0 where none is missing
	// or nothing is known.
	Left time.Duration `json:"left_ns,omitempty"`
}

// Report is how far a sweep is.
type Report struct {
	Experiment string   `json:"experiment"`
	Of         int      `json:"of"`     // shards
	Runs       int      `json:"runs"`   // of the experiment, less those that failures made pointless
	Done       int      `json:"done"`   // runs
	Failed     int      `json:"failed"` // cells
	Shards     []Status `json:"shards"`
}

// Complete reports whether no run is missing.
func (r *Report) Complete() bool { return len(r.Open()) == 0 }

// Open returns the numbers of the shards that lack runs.
func (r *Report) Open() []int {
	var open []int
	for _, s := range r.Shards {
		if s.State != Complete {
			open = append(open, s.Shard)
		}
	}
	return open
}

// ReadStatus reads how far the shards in a sweep's directory are. of is how many
// there are; 0 takes it from the shards that have begun, or from what was
// submitted. What cannot be read is the status of its shard and not an error.
func ReadStatus(dir string, of int) (*Report, error) {
	dirs, err := shardDirs(dir)
	if err != nil {
		return nil, err
	}
	if of == 0 {
		if of, err = countShards(dir, dirs); err != nil {
			return nil, err
		}
	}
	r := &Report{Of: of, Shards: make([]Status, of)}
	for i := range r.Shards {
		r.Shards[i] = Status{Shard: i + 1, State: NotBegun}
	}
	times := NewTimings()
	seen := make([]*progress, of)
	var opener runs.Opener
	for _, d := range dirs {
		if d.of != of {
			return nil, fmt.Errorf("%s is not one of %s: use one directory per sweep", d.path, number.Count(of, "shard"))
		}
		if isRun(d.path) {
			seen[d.index-1] = readShard(&opener, d.path, &r.Shards[d.index-1], times)
		}
	}
	var begun []runs.PlannedCell
	for _, p := range seen {
		if p != nil {
			begun = append(begun, p.cells...)
		}
	}
	times.learn(begun)
	for i, p := range seen {
		s := &r.Shards[i]
		if p != nil {
			r.Experiment = p.experiment
			s.Left = p.left(times)
			r.Runs = max(r.Runs, (p.plan-len(begun))*p.repeats) // of shards that have not begun
		}
	}
	for _, s := range r.Shards {
		r.Done += s.Done
		r.Runs += s.Done + s.Pending
		r.Failed += s.Failed
	}
	return r, nil
}

// countShards finds out how many shards a sweep has.
func countShards(dir string, dirs []shardDir) (int, error) {
	for _, d := range dirs {
		if isRun(d.path) {
			return d.of, nil
		}
	}
	if s, err := ReadSubmission(dir); err == nil {
		return s.Shards, nil
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s does not exist", dir)
	}
	return 0, fmt.Errorf("no shard has begun in %s: bench submit or bench run --shard i/N -o %s begins one", filepath.Join(dir, ShardsDir), dir)
}

// progress is what is missing in a shard.
type progress struct {
	experiment string
	repeats    int
	plan       int // cells of all shards
	cells      []runs.PlannedCell
	pending    []int // runs, per cell
}

// left estimates the time of what is missing.
func (p *progress) left(times *Timings) time.Duration {
	total := 0.0
	for i, n := range p.pending {
		if n > 0 {
			total += float64(float64(n) * (overhead + times.Run(&p.cells[i])))
		}
	}
	return time.Duration(total)
}

// readShard fills in the status of the shard in dir and adds its times.
func readShard(opener *runs.Opener, dir string, s *Status, times *Timings) *progress {
	type cell struct {
		done    int
		settled bool
	}
	var (
		cells  = map[string]*cell{}
		hosts  = map[string]bool{}
		order  []string
		failed = map[string]bool{}
	)
	// Before the records are read: a task that ends meanwhile has then written
	// all.
	busy, _ := runs.Busy(dir)
	run, err := opener.Open(dir)
	if err != nil {
		*s = Status{Shard: s.Shard, State: Damaged, Reason: err.Error()}
		return nil
	}
	err = run.Scan(func(_ []byte, r *runs.Record) error {
		times.Add(r)
		c := cells[r.Key]
		if c == nil {
			c = &cell{}
			cells[r.Key] = c
		}
		if r.Status == runs.Done {
			c.done++
			s.Done++
		} else {
			c.settled = true
		}
		if r.Status == runs.Failed || r.Status == runs.Timeout {
			if s.Reason == "" {
				s.Reason = fmt.Sprintf("%s on %s (%s): %s", r.Cell.Subject(), r.Cell.Workload(), r.Cell.Backend(), r.Reason)
			}
			failed[r.Key] = true
		}
		if !hosts[r.Environment] {
			hosts[r.Environment] = true
			order = append(order, r.Environment)
		}
		if r.Start.After(s.Last) {
			s.Last = r.Start
		}
		return nil
	})
	if err != nil {
		*s = Status{Shard: s.Shard, State: Damaged, Reason: err.Error()}
		return nil
	}
	s.Failed = len(failed)
	m := run.Manifest()
	s.Begun = m.Created
	for _, key := range order {
		s.Machines = append(s.Machines, machine(m.Environments[key]))
	}
	if len(order) == 0 { // it has begun and made no run yet
		for _, e := range m.Environments {
			s.Machines = append(s.Machines, machine(e))
		}
	}
	own := m.Planned()
	e := &m.Experiment
	p := &progress{experiment: e.Name, repeats: e.RunsPerCell(), plan: len(m.Cells), cells: own, pending: make([]int, len(own))}
	for i := range own {
		c := cells[own[i].Key]
		if c == nil {
			c = &cell{}
		}
		if !c.settled {
			p.pending[i] = max(0, e.RunsPerCell()-c.done)
		}
		s.Pending += p.pending[i]
	}
	s.Cells = len(own)
	switch {
	case s.Pending == 0:
		s.State = Complete
	case busy:
		s.State = Running
	default:
		s.State = Stopped
	}
	return p
}

// machine describes a machine in a few words.
func machine(e runs.Environment) string {
	text := e.CPU
	if text == "" {
		text = e.OS
	}
	text = strings.Join(strings.Fields(text), " ")
	if e.Threads > 0 {
		text += fmt.Sprintf(", %s", number.Count(e.Threads, "thread"))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Backends)) {
		if b := e.Backends[name]; b.Device != "" && name != "cpu" {
			text += ", " + b.Device
		}
	}
	return text + " (host " + e.Host + ")"
}
