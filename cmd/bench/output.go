package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"packbench/internal/atomicfile"
	"packbench/runs"
)

// write writes to the file at path, whole or not at all, or to standard output
// where path is "-" or empty. An interrupt ends it and leaves nothing.
func (s *streams) write(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(s.out)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := atomicfile.WriteUntil(ctx, path, write)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("interrupted: %s was not written", path)
	}
	return wrongTarget(err)
}

// interruptible returns a context that ends on Ctrl-C or when the program is told to
// end. A second Ctrl-C ends the program at once.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// checkFile returns an error where no file can be written to path, for verbs to ask
// before they read or run anything. Standard output, "-" or "", can.
func checkFile(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	return wrongTarget(atomicfile.Check(path))
}

// checkDir returns an error where no directory can be made at path.
func checkDir(path string) error {
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && info.IsDir():
			return nil
		case err == nil && at == filepath.Clean(path):
			return badInput(fmt.Errorf("%s exists and is a file: choose a directory", path))
		case err == nil:
			return badInput(fmt.Errorf("%s cannot be made, as %s is a file: choose another directory", path, at))
		case filepath.Dir(at) == at:
			return nil // what is wrong will show
		}
	}
}

// wrongTarget marks the errors of a path that was named for output and cannot be
// written as bad input. That a disk is full is none.
func wrongTarget(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) && at.Op == "mkdir" && err == error(at) {
		err = fmt.Errorf("cannot make the directory %s: %w: choose another", at.Path, at.Err)
	}
	for _, of := range []error{atomicfile.ErrTarget, runs.ErrExists, fs.ErrPermission, syscall.EROFS, syscall.ENAMETOOLONG} {
		if errors.Is(err, of) {
			return badInput(err)
		}
	}
	return err
}

// ending is how the names of files in a format end.
type ending struct{ text, format string }

// formatByName returns the format that the name of the output file tells, "" where
// it has no ending, as a pipe has none. Any other ending is an error.
func formatByName(path string, endings []ending) (string, error) {
	got := filepath.Ext(path)
	if got == "" || path == "-" {
		return "", nil
	}
	for _, e := range endings {
		if strings.EqualFold(got, e.text) {
			return e.format, nil
		}
	}
	return "", fmt.Errorf("%s: %s tells no format: end the name in %s, or say --format", path, got, listEndings(endings))
}

// listEndings lists endings with their formats for messages.
func listEndings(endings []ending) string {
	var list []string
	for _, e := range endings {
		text := e.text
		if "."+e.format != e.text {
			text += " (" + e.format + ")"
		}
		list = append(list, text)
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}
