// Package atomicfile writes files that are there whole or not at all.
package atomicfile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
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
	return WriteUntil(context.Background(), path, write)
}

// WriteUntil is [Write] until ctx ends: then what was at path is untouched, no
// temporary file is left, and the error is that of ctx. write may still go on for a
// while, to no effect.
func WriteUntil(ctx context.Context, path string, write func(io.Writer) error) error {
	path, info, err := find(path)
	perm := fs.FileMode(0o666) // less the umask
	switch {
	case err != nil:
		return err
	case info == nil:
	case !info.Mode().IsRegular():
		return writeThrough(path, write)
	default:
		perm = info.Mode().Perm()
	}

	f, err := createBeside(path, perm)
	if err != nil {
		return err
	}
	filled := make(chan error, 1)
	go func() { filled <- fill(f, write) }()
	select {
	case err = <-filled:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) && at.Path == f.Name() {
		err = fmt.Errorf("cannot write %s: %w", path, at.Err) // the user knows no temporary name
	}
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

// find follows the links of path and returns what is there, nil where nothing is. The
// error is that of a path where no file can be.
func find(path string) (string, fs.FileInfo, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return "", nil, targetError{fmt.Sprintf("%s is a directory: name a file", path)}
	}
	if err == nil {
		return path, info, nil
	}
	dir := filepath.Dir(path)
	switch parent, parentErr := os.Stat(dir); {
	case errors.Is(parentErr, fs.ErrNotExist):
		return "", nil, targetError{fmt.Sprintf("cannot write %s: there is no directory %s: make it, or name another file", path, dir)}
	case parentErr == nil && !parent.IsDir() || errors.Is(parentErr, syscall.ENOTDIR):
		return "", nil, targetError{fmt.Sprintf("cannot write %s: %s is not a directory: name a file in one", path, dir)}
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, nil
	}
	return "", nil, targetError{fmt.Sprintf("cannot write %s: %v: name another file", path, errors.Unwrap(err))}
}

// ErrTarget is the error of a path where no file can be written: a directory, or
// a name in a directory that is not there or that may not be written.
var ErrTarget = errors.New("cannot be written")

type targetError struct{ text string }

func (e targetError) Error() string { return e.text }
func (targetError) Is(e error) bool { return e == ErrTarget }

// Check returns the error, an [ErrTarget], that [Write] would return for path
// whatever it is to write. It leaves nothing behind.
func Check(path string) error {
	path, info, err := find(path)
	if err != nil || info != nil && !info.Mode().IsRegular() {
		return err
	}
	f, err := createBeside(path, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
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
	if len(base) > 200 { // names of files end at 255 bytes
		base = strings.ToValidUTF8(base[:200], "")
	}
	for {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%08x.tmp", base, rand.Uint32()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		switch {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			// The temporary name would only confuse: the directory is at fault.
			err = fmt.Errorf("cannot write %s: %w", path, errors.Unwrap(err))
			if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENAMETOOLONG) {
				err = targetError{err.Error() + ": name another file"}
			}
			return nil, err
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
