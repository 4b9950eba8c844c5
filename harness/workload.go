package harness

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"

	"packbench/datasets"
	"packbench/internal/spec"
	"packbench/runs"
)

// workload is where the loads of cells come from.
type workload struct {
	name string // canonical: identifies the workload in records
	// content is the hash of the loads of a file, whose name alone does not say
	// what is in it; "" for a generated workload.
	content string
	load    func(seed uint64) (*datasets.Loads, error)
	// draws names the random draws of the loads, the same for every seed of a
	// file.
	draws func(seed uint64) string
	notes []string // what the reader of a file decided
}

// newWorkload returns the workload that an experiment's entry means. A file,
// relative to base, is read.
func newWorkload(w runs.Workload, base string) (*workload, error) {
	return openWorkload(w, base, false)
}

// openWorkload is [newWorkload]; with keep the loads of a file's steps are not
// summed.
func openWorkload(w runs.Workload, base string, keep bool) (*workload, error) {
	switch {
	case w.Spec == "" && w.File == "":
		return nil, fmt.Errorf("a workload has neither spec nor file: give one of them")
	case w.Spec != "" && w.File != "":
		return nil, fmt.Errorf("a workload has spec %s and file %s: give one of them", w.Spec, w.File)
	case w.File != "":
		return fileWorkload(w, base, keep)
	case keyOf(w) != "" || w.Step != nil || w.Steps != "":
		return nil, fmt.Errorf("workload %s is generated: array, key, step and steps are for files", w.Spec)
	}
	generated, err := datasets.Parse(w.Spec)
	if err != nil {
		return nil, err
	}
	return &workload{
		name:  generated.Spec().String(),
		load:  generated.Generate,
		draws: func(seed uint64) string { return fmt.Sprintf("%s seed %d", generated.Draws(), seed) },
	}, nil
}

// workloadName returns the canonical name of the workload of an entry, without
// reading any file.
func workloadName(w runs.Workload) (string, error) {
	if w.File == "" {
		generated, err := datasets.Parse(w.Spec)
		if err != nil {
			return "", err
		}
		return generated.Spec().String(), nil
	}
	name := spec.Spec{Name: w.File}
	if key := keyOf(w); key != "" {
		name.Args = append(name.Args, spec.Arg{Key: "array", Value: key})
	}
	if w.Step != nil {
		name.Args = append(name.Args, spec.Arg{Key: "step", Value: strconv.Itoa(*w.Step)})
	}
	if w.Steps != "" {
		name.Args = append(name.Args, spec.Arg{Key: "steps", Value: w.Steps})
	}
	return name.String(), nil
}

// keyOf returns which array or member of its file a workload is.
func keyOf(w runs.Workload) string { return cmp.Or(w.Key, w.Array) }

func fileWorkload(w runs.Workload, base string, keep bool) (*workload, error) {
	if w.File == "-" {
		return nil, fmt.Errorf("an experiment cannot read standard input: name a file")
	}
	path := w.File
	if !filepath.IsAbs(path) {
		path = filepath.Join(base, path)
	}
	opt := datasets.ReadOptions{Key: keyOf(w), Step: w.Step, AllSteps: keep}
	if w.Steps != "" {
		steps, err := datasets.ParseStepRange(w.Steps)
		if err != nil {
			return nil, fmt.Errorf("workload %s: %w", w.File, err)
		}
		if opt.Sum = steps; keep {
			opt.Sum, opt.Range = nil, steps
		}
	}
	loads, err := datasets.Read(path, opt)
	if err != nil {
		return nil, err
	}
	name, err := workloadName(w)
	if err != nil {
		return nil, err
	}
	return &workload{
		name:    name,
		content: loads.Hash(),
		notes:   loads.Notes,
		load:    func(uint64) (*datasets.Loads, error) { return loads, nil },
		draws:   func(uint64) string { return "file " + name },
	}, nil
}

// maxLoadBytes is how much memory the kept loads of generated workloads may
// take; those used longest ago are generated again when they are needed.
const maxLoadBytes = 256 << 20

// loadStore keeps generated loads from one use to the next.
type loadStore struct {
	kept  map[loadKey]*keptLoads
	limit int // of bytes
	bytes int
	clock int // counts uses
}

type loadKey struct {
	workload string
	content  string
	seed     uint64
}

// keptLoads are loads with their hash, which is worth keeping too.
type keptLoads struct {
	*datasets.Loads
	hash string
	ids  []float64 // of the loads of each layer; nil until asked for
	used int       // the store's clock at the last use
}

func newLoadStore() *loadStore {
	return &loadStore{kept: map[loadKey]*keptLoads{}, limit: maxLoadBytes}
}

// get returns the loads of w for seed.
func (s *loadStore) get(w *workload, seed uint64) (*keptLoads, error) {
	key := loadKey{w.name, w.content, seed}
	if w.content != "" {
		key.seed = 0 // a file holds the same loads whatever the seed
	}
	s.clock++
	if l, ok := s.kept[key]; ok {
		l.used = s.clock
		return l, nil
	}
	loads, err := w.load(seed)
	if err != nil {
		return nil, fmt.Errorf("workload %s: %w", w.name, err)
	}
	size := memory(loads)
	for s.bytes+size > s.limit && len(s.kept) > 0 {
		s.dropOldest()
	}
	l := &keptLoads{Loads: loads, hash: loads.Hash(), used: s.clock}
	s.kept[key] = l
	s.bytes += size
	return l, nil
}

// memory is how many bytes loads take.
func memory(l *datasets.Loads) int { return 4*len(l.Weights) + 8*len(l.Values) }

func (s *loadStore) dropOldest() {
	var oldest loadKey
	at := s.clock + 1
	for key, l := range s.kept {
		if l.used < at {
			oldest, at = key, l.used
		}
	}
	s.bytes -= memory(s.kept[oldest].Loads)
	delete(s.kept, oldest)
}
