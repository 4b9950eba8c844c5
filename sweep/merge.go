package sweep

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"packbench/runs"
)

// MergeOptions are the settings of a merge.
type MergeOptions struct {
	// AllowMissing merges what is there where runs are missing: their cells are
	// pending.
	AllowMissing bool
	Command      []string // as typed, for the manifest
}

// Merged is what came of a merge.
type Merged struct {
	Sources int // run directories that were merged
	Records int
	Bytes   int64 // of the records
	Missing int   // runs of the experiment that have no record
	Runs    int   // that have one or are missing
}

// ErrMissing is the error of a merge of directories that lack runs.
var ErrMissing = errors.New("runs are missing")

// ErrInput marks the errors of directories that do not belong together, or are
// not what they should be.
var ErrInput = errors.New("cannot merge")

type inputError struct{ error }

func (inputError) Is(e error) bool { return e == ErrInput }
func (e inputError) Unwrap() error { return e.error }

func input(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// Merge makes out a run directory with the records of all dirs: run directories,
// or directories of sweeps, which stand for their shards. It is made anew or
// holds an earlier merge, whose records are kept. Nothing is written where the
// directories do not belong together (which [ErrInput] tells), a run has two
// different records, or runs are missing.
//
// Each record is checked as [runs.Load] does and copied as it is. The memory that
// it takes is some 60 bytes per record and the plan. Shards may still run. Merging
// the same again gives the same.
func Merge(out string, dirs []string, o MergeOptions) (Merged, error) {
	var opener runs.Opener
	sources, err := sourcesOf(&opener, out, dirs)
	if err != nil {
		return Merged{}, err
	}
	m := &merger{opener: &opener, base: sources[0], sources: sources, cells: map[string]*merging{}, lines: map[place]line{}, seed: maphash.MakeSeed()}
	for i := range m.base.manifest.Cells {
		m.cells[m.base.manifest.Cells[i].Key] = &merging{index: uint32(i)}
	}
	err = runs.Assemble(out, func(w io.Writer) (runs.Manifest, error) {
		for i, s := range sources {
			if err := m.copy(w, uint32(i), s); err != nil {
				return runs.Manifest{}, err
			}
		}
		if err := input(cmp.Or(m.oneShare(), oneProgram(m.sources))); err != nil {
			return runs.Manifest{}, err
		}
		m.result.Sources = len(sources)
		if isRun(out) {
			m.result.Sources-- // the earlier merge
		}
		if err := m.count(); err != nil && !o.AllowMissing {
			return runs.Manifest{}, err
		}
		return m.manifest(o), nil
	})
	if errors.Is(err, runs.ErrExists) {
		err = input(err)
	}
	return m.result, err
}

// sourcesOf returns the run directories to merge, by the number of their shard,
// an earlier merge last. Only the manifest of the first is read, for a manifest
// with the plan of a large sweep takes as long as many records.
func sourcesOf(opener *runs.Opener, out string, dirs []string) ([]*source, error) {
	var list []*source
	for _, dir := range dirs {
		if sameFile(out, dir) {
			return nil, input(fmt.Errorf("%s is both an input and the output of the merge: name another directory", dir))
		}
		if isRun(dir) {
			m, err := opener.ReadManifest(dir)
			if err != nil {
				return nil, input(err)
			}
			s := &source{dir: dir}
			if m.Shard != nil {
				s.order = m.Shard.Index
			}
			list = append(list, s)
			continue
		}
		shards, err := shardDirs(dir)
		if err != nil {
			return nil, input(err)
		}
		shards = slices.DeleteFunc(shards, func(s shardDir) bool { return !isRun(s.path) })
		if len(shards) == 0 {
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				return nil, input(fmt.Errorf("%s does not exist", dir))
			} else if err != nil {
				return nil, input(err)
			}
			return nil, input(fmt.Errorf("%s is neither a run directory nor one of a sweep: there is no %s and no shard in %s", dir, runs.ManifestFile, filepath.Join(dir, ShardsDir)))
		}
		for _, s := range shards {
			list = append(list, &source{dir: s.path, order: s.index})
		}
	}
	slices.SortStableFunc(list, func(a, b *source) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.dir, b.dir)) })
	if isRun(out) {
		m, err := opener.ReadManifest(out)
		if err != nil {
			return nil, input(err)
		}
		if m.Shard != nil {
			return nil, input(fmt.Errorf("%s is shard %v: name another directory to merge into", out, m.Shard))
		}
		list = append(list, &source{dir: out})
	}
	m, err := opener.ReadManifest(list[0].dir)
	list[0].manifest = m
	return list, input(err)
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

// number is that of the shard, 0 of a whole run.
func (s *source) number() int {
	if s.manifest.Shard == nil {
		return 0
	}
	return s.manifest.Shard.Index
}

// merger merges sources.
type merger struct {
	opener  *runs.Opener
	base    *source
	sources []*source
	cells   map[string]*merging // by key
	lines   map[place]line      // that are written
	seed    maphash.Seed
	result  Merged
}

// merging is what the sources so far say of a cell.
type merging struct {
	index   uint32
	done    int // runs
	settled bool
	answer  string
}

type place struct{ cell, repeat uint32 }

// line tells records of the same run apart.
type line struct {
	hash   uint64
	source uint32
}

// attempts is how often a source is read that changes while it is read: a task
// that begins on another machine adds that to the manifest before it adds
// records.
const attempts = 3

// copy writes the records of a source that are not there yet.
func (m *merger) copy(w io.Writer, number uint32, s *source) error {
	for try := 1; ; try++ {
		run, err := m.opener.Open(s.dir)
		if err != nil {
			return input(err)
		}
		s.manifest = *run.Manifest()
		if err := same(m.base, s); err != nil {
			return input(err)
		}
		err = run.Scan(func(text []byte, r *runs.Record) error { return m.add(w, number, s, text, r) })
		if err == nil {
			break
		}
		if errors.Is(err, ErrInput) || errors.As(err, new(writeError)) {
			return err
		}
		if busy, _ := runs.Busy(s.dir); !busy || try == attempts {
			return input(err)
		}
	}
	if s != m.base {
		s.manifest.Cells = nil // they are those of the base
	}
	return nil
}

type writeError struct{ error }

// add writes a record unless it has been written.
func (m *merger) add(w io.Writer, number uint32, s *source, text []byte, r *runs.Record) error {
	cell := m.cells[r.Key]
	if cell == nil {
		return input(fmt.Errorf("%s was recreated while being read: merge again", s.dir))
	}
	this, l := place{cell.index, uint32(r.Repeat)}, line{maphash.Bytes(m.seed, text), number}
	if before, ok := m.lines[this]; ok {
		if before.hash == l.hash {
			return nil
		}
		return input(fmt.Errorf("run %d of %s on %s (cell %s) occurs twice, with different records, in %s and %s", r.Repeat, r.Cell.Subject(), r.Cell.Workload(), r.Key, m.sources[before.source].dir, s.dir))
	}
	if r.Status == runs.Done {
		if cell.answer != "" && cell.answer != r.AnswerHash {
			return input(fmt.Errorf("%s on %s (cell %s) has a different answer in %s than elsewhere, hash %.12s against %.12s", r.Cell.Subject(), r.Cell.Workload(), r.Key, s.dir, r.AnswerHash, cell.answer))
		}
		cell.answer = r.AnswerHash
		cell.done++
	} else {
		cell.settled = true
	}
	m.lines[this] = l
	m.result.Records++
	m.result.Bytes += int64(len(text) + 1)
	if _, err := w.Write(text); err != nil {
		return writeError{err}
	}
	if _, err := w.Write([]byte{'\n'}); err != nil {
		return writeError{err}
	}
	return nil
}

// count counts the runs that are missing. The error names the shards that lack
// them.
func (m *merger) count() error {
	e := &m.base.manifest.Experiment
	owner := map[uint32]int{} // shard of a cell
	of := 0
	for _, s := range m.sources {
		if shard := s.manifest.Shard; shard != nil {
			of = shard.Of
			for _, c := range shard.Cells {
				owner[uint32(c)] = shard.Index
			}
		}
	}
	incomplete := map[int]bool{}
	for _, c := range m.cells {
		left := 0
		if !c.settled {
			left = max(0, e.RunsPerCell()-c.done)
		}
		if left > 0 {
			incomplete[owner[c.index]] = true
		}
		m.result.Missing += left
	}
	m.result.Runs = m.result.Records + m.result.Missing
	if m.result.Missing == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d %w%s: finish them, or merge what is there with --allow-missing", m.result.Missing, m.result.Runs, ErrMissing, m.whichShards(incomplete, of))
}

// whichShards says which shards are incomplete, or not there at all.
func (m *merger) whichShards(incomplete map[int]bool, of int) string {
	if of == 0 {
		return ""
	}
	there := map[int]bool{}
	for _, s := range m.sources {
		there[s.number()] = true
	}
	var list []int
	for i := 1; i <= of; i++ {
		if incomplete[i] || !there[i] {
			list = append(list, i)
		}
	}
	noun := "shard"
	if len(list) != 1 {
		noun = "shards"
	}
	return fmt.Sprintf(" (%s %s of %d)", noun, Ranges(list), of)
}

// manifest returns the manifest of the merged run.
func (m *merger) manifest(o MergeOptions) runs.Manifest {
	all := m.base.manifest
	all.Shard, all.Sources = nil, nil
	all.Command = o.Command
	all.Environments = map[string]runs.Environment{}
	for _, s := range m.sources {
		for key, e := range s.manifest.Environments {
			// The load of a machine is not part of its key: the higher one is what a
			// reader should know.
			if known, ok := all.Environments[key]; !ok || e.Load1 > known.Load1 {
				all.Environments[key] = e
			}
		}
		if s.manifest.Created.Before(all.Created) {
			all.Created = s.manifest.Created
		}
		list := s.manifest.Sources
		if len(list) == 0 {
			one := runs.Source{ShuffleSeed: s.manifest.ShuffleSeed, Command: s.manifest.Command, Created: s.manifest.Created}
			if shard := s.manifest.Shard; shard != nil {
				one.Index, one.Of = shard.Index, shard.Of
			}
			list = []runs.Source{one}
		}
		for _, one := range list {
			if !slices.ContainsFunc(all.Sources, func(x runs.Source) bool { return sameSource(x, one) }) {
				all.Sources = append(all.Sources, one)
			}
		}
	}
	return all
}

func sameSource(a, b runs.Source) bool {
	return a.Index == b.Index && a.Of == b.Of && a.ShuffleSeed == b.ShuffleSeed && a.Created.Equal(b.Created) && slices.Equal(a.Command, b.Command)
}
