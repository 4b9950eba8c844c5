package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Format is a file format for loads.
type Format string

// The formats. NumPy's hold [steps, layers, items], [layers, items] or one
// layer, [items]; JSON the same as nested lists; CSV a layer per line.
const (
	NPY  Format = "npy"
	NPZ  Format = "npz"
	JSON Format = "json"
	CSV  Format = "csv"
)

// ReadOptions choose what to read.
type ReadOptions struct {
	Array    string    // of an .npz file; "" where it has one array only
	Step     *int      // of loads with several steps; nil where they have one only
	AllSteps bool      // read every step; Step must be nil
	Stdin    io.Reader // what the path "-" means; os.Stdin where it is nil
}

// Read reads loads from the file at path, or from opt.Stdin where path is "-".
// The extension tells the format; where it does not, the content does.
//
// Numbers are rounded to the nearest float32. Errors name the path, and the
// (step,) layer and item of a number that is not a load.
func Read(path string, opt ReadOptions) (*Loads, error) {
	var b []byte
	var err error
	if path == "-" {
		in := opt.Stdin
		if in == nil {
			in = os.Stdin
		}
		path = "standard input"
		b, err = io.ReadAll(in)
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, withoutPath(err))
	}
	loads, err := decode(b, formatOf(path), opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if loads.Name == "" && path != "standard input" {
		loads.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return loads, nil
}

// ReadFrom reads loads from r in the given format, or in the one that the
// content shows where format is "".
func ReadFrom(r io.Reader, format Format, opt ReadOptions) (*Loads, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return decode(b, format, opt)
}

// withoutPath takes the path out of a file system error, which is printed
// beside it.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// formatOf returns the format that the extension of path names, or "".
func formatOf(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npy":
		return NPY
	case ".npz":
		return NPZ
	case ".json":
		return JSON
	case ".csv", ".tsv":
		return CSV
	}
	return ""
}

// sniff tells the format from the first bytes.
func sniff(b []byte) Format {
	text := bytes.TrimLeft(b, " \t\r\n\ufeff")
	switch {
	case bytes.HasPrefix(b, []byte("\x93NUMPY")):
		return NPY
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return NPZ
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return JSON
	}
	return CSV
}

func decode(b []byte, format Format, opt ReadOptions) (*Loads, error) {
	if len(b) == 0 {
		return nil, errors.New("the file is empty: there are no loads")
	}
	if format == "" {
		format = sniff(b)
	}
	if opt.Array != "" && format != NPZ {
		return nil, fmt.Errorf("array %q: only an .npz file has named arrays", opt.Array)
	}
	var loads *Loads
	var err error
	switch format {
	case NPY:
		loads, err = readNPY(b)
	case NPZ:
		loads, err = readNPZ(b, opt.Array)
	case JSON:
		loads, err = readJSON(b)
	case CSV:
		loads, err = readCSV(b)
	default:
		return nil, fmt.Errorf("format %q: use npy, npz, json or csv", format)
	}
	if err != nil {
		return nil, err
	}
	if err := loads.Validate(); err != nil {
		return nil, err
	}
	for i := range loads.Weights {
		loads.Weights[i] += 0 // −0 becomes 0, so that who looks at the bits sees one zero
	}
	return opt.choose(loads)
}

// choose takes the step that was asked for out of loads.
func (opt ReadOptions) choose(loads *Loads) (*Loads, error) {
	switch {
	case opt.AllSteps:
		return loads, nil
	case opt.Step != nil:
		return loads.At(*opt.Step)
	case loads.Steps > 1:
		return nil, fmt.Errorf("%d steps of loads: choose one with --step 0 to --step %d", loads.Steps, loads.Steps-1)
	}
	return loads, nil
}
