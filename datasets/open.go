package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Open returns the loads that source names: those of a file, "-" for
// opt.Stdin, or of a generated workload with the seed, and that workload where
// it is one. An existing file comes first; a name with a folder or one of the
// extensions of [Format] is a file's.
func Open(source string, seed uint64, opt ReadOptions) (*Loads, *Workload, error) {
	_, err := os.Stat(source)
	isFile := source == "-" || formatOf(source) != "" || strings.ContainsAny(source, `/\`) || !errors.Is(err, fs.ErrNotExist)
	if isFile {
		loads, err := Read(source, opt)
		return loads, nil, err
	}
	w, err := Parse(source)
	if err != nil {
		return nil, nil, fmt.Errorf("%q is not a file; as a workload: %w", source, err)
	}
	if opt.Step != nil || opt.Sum != nil || opt.Range != nil || opt.Key != "" {
		return nil, nil, fmt.Errorf("%s is a generated workload: it has one step and no named arrays", w.Spec())
	}
	if opt.Format != "" || opt.Layers != 0 || opt.Experts != 0 || opt.TopK != 0 {
		return nil, nil, fmt.Errorf("%s is a generated workload: write its sizes as in %s:layers=2,items=64; --format, --layers, --experts and --top-k are for files", w.Spec(), w.Spec().Name)
	}
	loads, err := w.Generate(seed)
	return loads, &w, err
}
