package runs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"packbench/internal/atomicfile"
)

// Writer is a run directory open for writing. Make one with [Create] or
// [Continue]; while it is open no other process can open one in the same
// directory.
type Writer struct {
	dir      string
	manifest Manifest
	file     *os.File // the records
	size     int64    // of the records, in bytes
	older    bool     // another program, perhaps, began the run
}

// Create begins a run in the directory dir. It must not exist, or hold only
// what an interrupted Create left before it wrote the manifest. The manifest's
// format and declarations are filled in.
func Create(dir string, m Manifest) (*Writer, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	file, err := lockRecords(dir)
	if errors.Is(err, ErrBusy) {
		return nil, fmt.Errorf("%s %w and is being written by another run: choose another directory", dir, ErrExists)
	}
	if err != nil {
		return nil, err
	}
	// Another run may have begun, and even ended, since makeDir looked.
	if _, err := os.Stat(filepath.Join(dir, ManifestFile)); err == nil {
		file.Close()
		return nil, existsError(dir)
	}
	m.declare()
	w := &Writer{dir: dir, manifest: m, file: file}
	if err := w.writeManifest(); err != nil {
		file.Close()
		return nil, err
	}
	return w, nil
}

// ErrExists is the error of [Create] in a directory that holds a run, or
// something else.
var ErrExists = errors.New("exists")

func existsError(dir string) error {
	return fmt.Errorf("%s %w: choose another directory, or finish the run in it with --resume %s", dir, ErrExists, dir)
}

// makeDir makes dir, or checks that there is no run in it yet.
func makeDir(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o777)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%s %w and is a file: choose a directory", dir, ErrExists)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ManifestFile }) {
		return existsError(dir)
	}
	for _, e := range entries {
		switch {
		case e.Name() == RecordsFile:
			if info, err := e.Info(); err == nil && info.Size() == 0 {
				continue
			}
			return fmt.Errorf("%s %w and holds records and no %s: choose another directory, or remove it", dir, ErrExists, ManifestFile)
		case atomicfile.IsTemporary(e.Name()):
		default:
			return fmt.Errorf("%s %w and holds %s, which does not belong to a run: choose another directory", dir, ErrExists, e.Name())
		}
	}
	return nil
}

// Continue opens the run directory dir to add records to it, and returns it as
// it was found. A last record that was cut short is dropped; a directory of an
// earlier format is brought up to this one. Measures that this program has and the
// one that began the run did not are left out of what is added.
func Continue(dir string) (*Writer, *Run, error) {
	if _, err := Load(dir); err != nil { // before anything is made there
		return nil, nil, err
	}
	file, err := lockRecords(dir)
	if err != nil {
		return nil, nil, err
	}
	w := &Writer{dir: dir, file: file, older: true}
	r, err := w.takeOver()
	if err != nil {
		w.Close()
		return nil, nil, err
	}
	return w, r, nil
}

// takeOver reads the directory again, now that nobody else writes there.
func (w *Writer) takeOver() (*Run, error) {
	r, err := Load(w.dir)
	if err != nil {
		return nil, err
	}
	w.manifest = r.Manifest
	if r.format != Format {
		return r, w.upgrade(r.Records)
	}
	return r, w.trim(r.complete)
}

// upgrade rewrites the directory in the present format: the records first, so
// that whoever finds the old manifest beside them can still read them.
func (w *Writer) upgrade(records []Record) error {
	err := atomicfile.Write(filepath.Join(w.dir, RecordsFile), func(out io.Writer) error {
		buffered := bufio.NewWriter(out)
		for i := range records {
			line, err := records[i].Line()
			if err != nil {
				return err
			}
			if _, err := buffered.Write(line); err != nil {
				return err
			}
		}
		return buffered.Flush()
	})
	if err != nil {
		return err
	}
	w.file.Close() // the old file, which the new one has replaced
	if w.file, err = lockRecords(w.dir); err != nil {
		return err
	}
	if w.size, err = w.file.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	return w.writeManifest()
}

// trim cuts the records file after complete bytes and gives its last line the
// end it may lack.
func (w *Writer) trim(complete int64) error {
	if err := w.file.Truncate(complete); err != nil {
		return err
	}
	w.size = complete
	if _, err := w.file.Seek(complete, io.SeekStart); err != nil || complete == 0 {
		return err
	}
	var last [1]byte
	if _, err := w.file.ReadAt(last[:], complete-1); err != nil || last[0] == '\n' {
		return err
	}
	w.size++
	_, err := w.file.WriteString("\n")
	return err
}

// lockRecords opens the records file of dir for this process alone.
func lockRecords(dir string) (*os.File, error) {
	path := filepath.Join(dir, RecordsFile)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	// Whoever asks whether there is a run (Busy) holds the lock for an instant.
	for try := 1; ; try++ {
		held, err := lock(f)
		switch {
		case err == nil && held:
			return f, nil
		case err == nil && try < 5:
			time.Sleep(20 * time.Millisecond)
			continue
		case err == nil:
			err = fmt.Errorf("%s %w: wait until that ends", dir, ErrBusy)
		}
		f.Close()
		return nil, err
	}
}

// ErrBusy is the error of a directory that another process has open for
// writing.
var ErrBusy = errors.New("is being written by another run")

// Busy reports whether a process has the run directory open for writing, as far
// as the locks of its file system show.
func Busy(dir string) (bool, error) {
	f, _, err := openRegular(filepath.Join(dir, RecordsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	free, err := lockShared(f)
	return err == nil && !free, err
}

// Manifest returns the manifest as it is on disk.
func (w *Writer) Manifest() Manifest { return w.manifest }

// AddEnvironment adds e to the manifest under its key, which it returns.
func (w *Writer) AddEnvironment(e Environment) (key string, err error) {
	key = e.Key()
	if _, known := w.manifest.Environments[key]; known {
		return key, nil
	}
	if w.manifest.Environments == nil {
		w.manifest.Environments = map[string]Environment{}
	}
	w.manifest.Environments[key] = e
	return key, w.writeManifest()
}

// writeManifest writes manifest.json, whole or not at all.
func (w *Writer) writeManifest() error {
	text, err := marshal(&w.manifest)
	if err != nil {
		return err
	}
	text, err = indent(seal(text))
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(w.dir, ManifestFile), text)
}

// Append writes one record and waits until it is on disk. It returns an error
// if the records file is no longer in the directory.
func (w *Writer) Append(r Record) error {
	if w.older {
		r = w.declared(r)
	}
	line, err := r.Line()
	if err != nil {
		return err
	}
	if err := w.inPlace(); err != nil {
		return err
	}
	n, err := w.file.Write(line)
	w.size += int64(n)
	if err != nil {
		return err
	}
	return w.file.Sync()
}

// declared returns the record without measures that the manifest does not declare:
// those that this program has and the one that began the run did not.
func (w *Writer) declared(r Record) Record {
	unknown := func(name string) bool {
		_, ok := w.manifest.Measure(name)
		_, ours := (&Manifest{}).Measure(name)
		return !ok && ours
	}
	r.Run = NewValues(without(maps.Collect(r.Run.All()), unknown))
	r.Layer, r.Window = without(r.Layer, unknown), without(r.Window, unknown)
	return r
}

// without returns the map without some keys; the same one where it has none of them.
func without[V any](m map[string]V, drop func(string) bool) map[string]V {
	for name := range m {
		if drop(name) {
			m = maps.Clone(m)
			maps.DeleteFunc(m, func(name string, _ V) bool { return drop(name) })
			return m
		}
	}
	return m
}

// inPlace returns an error where somebody has removed, replaced or written to
// the file that is being written. File systems without locks let them.
func (w *Writer) inPlace() error {
	path := filepath.Join(w.dir, RecordsFile)
	ours, err := w.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(path)
	if err != nil || !os.SameFile(ours, there) {
		return fmt.Errorf("%s was removed or replaced while the run went on", path)
	}
	if there.Size() != w.size {
		return fmt.Errorf("%s has %d bytes where this run left %d: another run writes to it", path, there.Size(), w.size)
	}
	return nil
}

// Line returns the record as a line of records.jsonl, with its checksum and its
// end.
func (r *Record) Line() ([]byte, error) {
	text, err := marshal(r)
	if err != nil {
		return nil, err
	}
	return append(seal(text), '\n'), nil
}

// Close closes the directory.
func (w *Writer) Close() error { return w.file.Close() }
