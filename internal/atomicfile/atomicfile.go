// Package atomicfile writes files that are there whole or not at all.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
)

// Write makes the file at path hold what write writes. The bytes go to a
// temporary file beside it, which takes its place once they are on disk; when
// write or the disk fails, the temporary file is removed and what was at path
// before is untouched.
//
// A symbolic link is followed. Where path is a device or a pipe (/dev/null,
// /dev/stdout), the bytes go straight there: such a thing must not be replaced
// by a file. An existing file keeps its permissions.
func Write(path string, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	perm := fs.FileMode(0o666) // less the umask
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory: name a file", path)
	case !info.Mode().IsRegular():
		return writeThrough(path, write)
	default:
		perm = info.Mode().Perm()
	}

	f, err := createBeside(path, perm)
	if err != nil {
		return err
	}
	err = fill(f, write)
	if err == nil && info != nil {
		err = os.Chmod(f.Name(), perm) // the umask may have taken bits away
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncDir(filepath.Dir(path))
}

// WriteFile is [Write] of a whole content.
func WriteFile(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// syncDir waits until the names in a directory are on disk. Systems that cannot
// sync a directory have nothing to wait for.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil // it can be written and not read
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return fmt.Errorf("cannot sync %s: %w", dir, err)
	}
	return nil
}

var temporary = regexp.MustCompile(`^\..+\.[0-9a-f]{8}\.tmp$`)

// IsTemporary reports whether name is that of a temporary file of [Write], which
// is left behind where the program is killed.
func IsTemporary(name string) bool { return temporary.MatchString(name) }

// createBeside makes a new file in the directory of path, hidden and named
// after it. Unlike os.CreateTemp it leaves the permissions to the umask.
func createBeside(path string, perm fs.FileMode) (*os.File, error) {
	dir, base := filepath.Split(path)
	for {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%08x.tmp", base, rand.Uint32()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		switch {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			// The temporary name would only confuse: the directory is at fault.
			return nil, fmt.Errorf("cannot write %s: %w", path, errors.Unwrap(err))
		}
		return f, nil
	}
}

func writeThrough(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	err = write(b)
	if err == nil {
		err = b.Flush()
	}
	return errors.Join(err, f.Close())
}

// fill writes, syncs and closes f.
func fill(f *os.File, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(f, 1<<16)
	err := write(b)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
