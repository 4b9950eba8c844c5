package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"packbench/internal/atomicfile"
)

// Session is a run directory open for writing: a plan being carried out. Make
// one with [Create] or [Resume], carry it out with [Session.Execute], and close
// it.
type Session struct {
	Dir  string
	Plan *Plan

	manifest    Manifest
	environment string   // key of the environment that runs now
	records     []Record // that there were when the session began
	file        *os.File // the records
}

// Origin says who asked for a run and where it runs.
type Origin struct {
	Command     []string // as typed
	ShuffleSeed uint64   // of the order of runs; a resumed run keeps its own
	Environment Environment
}

// Create makes the run directory dir, which must not exist, for a plan. While a
// session is open no other can be opened in the same directory.
func Create(dir string, plan *Plan, o Origin) (*Session, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return nil, err
	}
	err := os.Mkdir(dir, 0o777)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s exists: choose another directory, or finish the run in it with --resume %s", dir, dir)
	}
	if err != nil {
		return nil, err
	}
	key := o.Environment.Key()
	s := &Session{Dir: dir, Plan: plan, environment: key, manifest: Manifest{
		Format:       Format,
		Experiment:   plan.Experiment,
		ShuffleSeed:  o.ShuffleSeed,
		Command:      o.Command,
		Created:      time.Now().UTC().Truncate(time.Second),
		Environments: map[string]Environment{key: o.Environment},
		Cells:        plan.Cells,
	}}
	if err := s.writeManifest(); err != nil {
		return nil, err
	}
	if s.file, err = openRecords(dir); err != nil {
		return nil, err
	}
	return s, nil
}

// Resume opens the run directory dir to finish what is missing there. A last
// record that was cut short is dropped; that run is made again. The error says
// so where the plan cannot be the same again: a workload has changed, a
// strategy is gone.
func Resume(dir string, catalog Catalog, o Origin) (*Session, error) {
	run, err := Load(dir)
	if err != nil {
		return nil, err
	}
	plan, err := NewPlan(run.Manifest.Experiment, catalog)
	if err == nil {
		err = plan.sameAs(run.Manifest.Cells)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot resume %s: %w", dir, err)
	}
	file, err := openRecords(dir)
	if err != nil {
		return nil, err
	}
	s := &Session{Dir: dir, Plan: plan, environment: o.Environment.Key(), file: file}
	if err := s.takeOver(o.Environment); err != nil {
		file.Close()
		return nil, err
	}
	return s, nil
}

// takeOver continues what is in the run directory, now that nobody else writes
// there.
func (s *Session) takeOver(e Environment) error {
	run, err := Load(s.Dir)
	if err != nil {
		return err
	}
	s.manifest, s.records = run.Manifest, run.Records
	if err := s.trim(run.complete); err != nil {
		return err
	}
	if _, known := s.manifest.Environments[s.environment]; known {
		return nil
	}
	if s.manifest.Environments == nil {
		s.manifest.Environments = map[string]Environment{}
	}
	s.manifest.Environments[s.environment] = e
	return s.writeManifest()
}

// sameAs reports the first difference between the plan and the cells of an
// earlier one.
func (p *Plan) sameAs(cells []PlannedCell) error {
	if len(p.Cells) != len(cells) {
		return fmt.Errorf("the experiment has %d cells now and had %d: start a new run", len(p.Cells), len(cells))
	}
	for i, now := range p.Cells {
		switch before := cells[i]; {
		case now == before:
		case now.WorkloadHash != before.WorkloadHash:
			return fmt.Errorf("workload %s has changed since the run began (hash %.12s, was %.12s): start a new run", now.Workload, now.WorkloadHash, before.WorkloadHash)
		default:
			return fmt.Errorf("cell %d is %s on %s now and was %s on %s: start a new run", i, now.Strategy, now.Workload, before.Strategy, before.Workload)
		}
	}
	return nil
}

// writeManifest writes manifest.json, whole or not at all.
func (s *Session) writeManifest() error {
	return atomicfile.Write(filepath.Join(s.Dir, ManifestFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(&s.manifest)
	})
}

// openRecords opens the records file of dir for this process alone.
func openRecords(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, RecordsFile), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is being written by another run: wait until that ends", dir)
	}
	return f, nil
}

// trim cuts the records file after complete bytes and gives its last line the
// end it may lack.
func (s *Session) trim(complete int64) error {
	if err := s.file.Truncate(complete); err != nil {
		return err
	}
	if _, err := s.file.Seek(complete, io.SeekStart); err != nil || complete == 0 {
		return err
	}
	var last [1]byte
	if _, err := s.file.ReadAt(last[:], complete-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err := s.file.WriteString("\n")
	return err
}

// append writes one record and waits until it is on disk.
func (s *Session) append(r Record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return s.file.Sync()
}

// Close closes the records file.
func (s *Session) Close() error { return s.file.Close() }
