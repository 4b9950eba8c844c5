package runs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"packbench/internal/atomicfile"
)

// Assemble replaces the content of the run directory dir with the records that
// fill writes (lines as [Scan] passes them on, each with its end) and the
// manifest that it returns. The directory is created, or holds a run whose
// cells are those of the manifest and whose records and environments are among
// the new ones. If fill fails, the directory stays as it was. Concurrent
// readers find a run, with either the old records or the new ones.
func Assemble(dir string, fill func(records io.Writer) (Manifest, error)) error {
	_, err := os.Stat(filepath.Join(dir, ManifestFile))
	fresh := err != nil
	if fresh {
		if err := makeDir(dir); err != nil {
			return err
		}
	}
	file, err := lockRecords(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	w := &Writer{dir: dir, file: file}
	err = atomicfile.Write(filepath.Join(dir, RecordsFile), func(records io.Writer) error {
		m, err := fill(records)
		if err != nil {
			return err
		}
		m.declare()
		if err := m.check(); err != nil {
			return fmt.Errorf("%s: %w", ManifestFile, err)
		}
		// Before the records, whose environments it names.
		w.manifest = m
		return w.writeManifest()
	})
	if err != nil && fresh {
		return errors.Join(err, discard(dir))
	}
	return err
}

// discard removes a directory in which no run has begun after all.
func discard(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, ManifestFile)); err == nil {
		return nil
	}
	if err := os.Remove(filepath.Join(dir, RecordsFile)); err != nil {
		return err
	}
	_ = os.Remove(dir) // which may have been there, empty
	return nil
}

// ReadManifest reads the manifest of the run directory dir alone, of this format
// or an earlier one, with its checks.
func ReadManifest(dir string) (Manifest, error) { return new(Opener).ReadManifest(dir) }
