package python

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// maxSource is more than any program has; a larger file is not one.
const maxSource = 4 << 20

// program is a Python file with all that says how to run it.
type program struct {
	file     string // as the user wrote it
	path     string // absolute
	source   string // what is executed
	hash     string // SHA-256 of the file
	block    string // "none", or the side of a change that source is
	function string
	arrays   string // "auto", "numpy" or "torch"
	kind     uint32 // kindPack or kindPlan
	timeout  time.Duration
	memory   int64 // bytes that may be allocated
}

// read reads the program's file.
func (p *program) read() error {
	if p.file == "" {
		return errors.New("python needs a file: write python:file=PATH")
	}
	// Opening a pipe would wait for whoever writes to it.
	if info, err := os.Stat(p.file); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("cannot read the program %s: not a regular file", p.file)
	}
	f, err := os.Open(p.file)
	if err != nil {
		return fmt.Errorf("cannot read the program %s: %w", p.file, cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return fmt.Errorf("cannot read the program %s: %w", p.file, cause(err))
	}
	if len(text) > maxSource {
		return fmt.Errorf("the program %s has more than %d MiB: name a Python file", p.file, maxSource>>20)
	}
	if p.path, err = filepath.Abs(p.file); err != nil {
		return fmt.Errorf("cannot find the program %s: %w", p.file, err)
	}
	sum := sha256.Sum256(text)
	p.hash, p.source = hex.EncodeToString(sum[:]), string(text)
	if p.block != "none" {
		if p.source, err = cutBlocks(p.source, p.block); err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}
	}
	return nil
}

// cause returns what a failure is without the path that it repeats.
func cause(err error) error {
	var failure *fs.PathError
	if errors.As(err, &failure) {
		return failure.Err
	}
	return err
}

// key identifies the program among those of a host, by its content too.
func (p *program) key() string {
	return fmt.Sprintf("%q %s %s %q %s %d %v %d", p.path, p.hash, p.block, p.function, p.arrays, p.kind, p.timeout, p.memory)
}

// name is the program's name for people: that of the file, with the side of the
// change that it is.
func (p *program) name() string {
	name := filepath.Base(p.file)
	if p.block != "none" {
		name += " " + p.block
	}
	return name
}

// base is the name of the file.
func (p *program) base() string { return filepath.Base(p.file) }

// logName is the name of the file that takes what the program prints.
func logName(p *program) string {
	return fmt.Sprintf("%s-%.8s.log", p.base(), p.hash)
}
