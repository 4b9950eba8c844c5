package datasets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"packbench/internal/tree"
)

// ReadOptions choose what to read, and give what a file leaves open.
type ReadOptions struct {
	// Key is the array of an .npz, the key of a JSON object or of a .pt file's
	// dictionary, or the column of a table in long form; "a.b" is key b of the
	// object at key a. "" where there is only one, or one of a known name.
	Key      string
	Step     *int       // one of several steps; nil where there is only one
	Sum      *StepRange // steps to sum
	Range    *StepRange // steps to keep; of Step, Sum and Range one at most may be set
	AllSteps bool       // keep every step, where none of these is set
	Format   Format     // "" where the name or the content tells it
	Layers   int        // where the file does not tell how many; 0 where it does
	Experts  int        // where the file names only experts with load; else 0
	TopK     int        // experts per token, of responses with routed experts in plain bytes
	Stdin    io.Reader  // what the path "-" means; os.Stdin where it is nil

	routed *bool // set where routed experts were read
}

// Read reads loads from the file at path, from opt.Stdin where path is "-", or
// from a folder with the files of a recording's ranks. The extension tells the
// format; where it does not, the content does. FORMATS.md lists the formats.
//
// Errors name the path, and the (step,) layer and item of a number that is not a
// load. What the reader decided, where a file can be read in more than one way,
// is in the Notes of the loads.
func Read(path string, opt ReadOptions) (*Loads, error) {
	if isFolder(path) {
		if opt.TopK > 0 {
			return nil, fmt.Errorf("%s: %w", path, opt.notRouted())
		}
		loads, err := readFolder(path, opt)
		return named(loads, path, err)
	}
	in, err := readInput(path, opt.Stdin)
	if err != nil {
		return nil, err
	}
	loads, err := decode(in, opt)
	return named(loads, in.path, err)
}

// named gives loads without a name that of their file, and puts the path before
// an error.
func named(loads *Loads, path string, err error) (*Loads, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if loads.Name == "" && path != standardInput {
		base := filepath.Base(filepath.Clean(path))
		base = strings.TrimSuffix(base, compressedExtension(base))
		loads.Name = strings.TrimSuffix(base, filepath.Ext(base))
	}
	loads.Name = printable(loads.Name)
	return loads, nil
}

// printable returns a name without what a terminal would obey. Bytes that are no
// UTF-8 stay, as file names may have them.
func printable(name string) string {
	b := make([]byte, 0, len(name))
	for i := range len(name) {
		if c := name[i]; c >= ' ' && c != 0x7f {
			b = append(b, c)
		}
	}
	return string(b)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return path != "-" && err == nil && info.IsDir()
}

// ReadFrom reads loads from r in the given format, or in the one that the
// content shows where format is "".
func ReadFrom(r io.Reader, format Format, opt ReadOptions) (*Loads, error) {
	b, err := readLimited(r)
	if err != nil {
		return nil, err
	}
	if format != "" {
		opt.Format = format
	}
	return decode(input{content: b}, opt)
}

// decode reads the loads in an input and takes the steps that were asked for.
func decode(in input, opt ReadOptions) (*Loads, error) {
	routed := false
	opt.routed = &routed
	loads, err := decodeAll(in, opt)
	if err != nil {
		return nil, err
	}
	if opt.TopK > 0 && !routed {
		return nil, opt.notRouted()
	}
	if err := loads.Validate(); err != nil {
		return nil, err
	}
	if err := opt.fits(loads); err != nil {
		return nil, err
	}
	return opt.choose(loads)
}

// notRouted is the error of a number of experts per token for loads that know none.
func (opt ReadOptions) notRouted() error {
	return fmt.Errorf("--top-k %d is for routed experts, and these are loads: leave it out", opt.TopK)
}

// fits reports loads of other sizes than those that were said.
func (opt ReadOptions) fits(loads *Loads) error {
	switch {
	case opt.Layers > 0 && loads.Layers != opt.Layers:
		return fmt.Errorf("%s: --layers %d does not fit", loads.Shape(), opt.Layers)
	case opt.Experts > 0 && loads.Items != opt.Experts:
		return fmt.Errorf("%s: --experts %d does not fit", loads.Shape(), opt.Experts)
	}
	return nil
}

// decodeAll reads all steps.
func decodeAll(in input, opt ReadOptions) (*Loads, error) {
	in, err := in.decompress()
	if err != nil {
		return nil, err
	}
	if len(in.content) == 0 {
		return nil, errors.New("the file is empty: there are no loads")
	}
	format, err := in.format(opt.Format)
	if err != nil {
		return nil, err
	}
	if format.isTable() {
		return readTable(in.content, format, opt)
	}
	values, err := in.parse(format)
	if err != nil {
		return nil, err
	}
	return recognize(values, opt, len(in.content))
}

// choose takes the steps that were asked for out of loads.
func (opt ReadOptions) choose(loads *Loads) (*Loads, error) {
	switch {
	case opt.Step != nil:
		return loads.At(*opt.Step)
	case opt.Sum != nil:
		from, to := opt.Sum.of(loads.Steps)
		return loads.Sum(from, to)
	case opt.Range != nil:
		from, to := opt.Range.of(loads.Steps)
		return loads.Range(from, to)
	case opt.AllSteps:
		return loads, nil
	case loads.Steps > 1:
		return nil, fmt.Errorf("%d steps of loads: choose one with --step 0 to --step %d, or sum them with --steps 0:%d or --steps all",
			loads.Steps, loads.Steps-1, loads.Steps)
	}
	return loads, nil
}

// one returns the only document of a file.
func one(values []tree.Value, ends []int) (tree.Value, error) {
	if len(values) > 1 {
		return nil, fmt.Errorf("extra data after the loads at byte %d: use one JSON value", ends[0])
	}
	return values[0], nil
}
