package harness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// The files of a run directory.
const (
	ManifestFile = "manifest.json"
	RecordsFile  = "records.jsonl"
	SummaryFile  = "summary.csv"
)

// Format is the version of the run directory's layout that this program writes
// and reads.
const Format = 1

// Run is a run directory read back.
type Run struct {
	Dir      string
	Manifest Manifest
	Records  []Record // in the order the runs ended
	// Truncated is true where the last line of the records was cut short, as
	// it is when a machine dies while writing. That line is not in Records.
	Truncated bool

	// complete is the length of the records file up to the end of its last
	// whole line, in bytes.
	complete int64
}

// Load reads the run directory dir. A last record that was cut short is left
// out; any other line that is not a record is an error that names the line.
func Load(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run directory: it has no %s", dir, ManifestFile)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &r.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, ManifestFile), err)
	}
	if r.Manifest.Format != Format {
		return nil, fmt.Errorf("%s has format %d: this program reads format %d", filepath.Join(dir, ManifestFile), r.Manifest.Format, Format)
	}
	text, err = os.ReadFile(filepath.Join(dir, RecordsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.Records, r.complete, err = parseRecords(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, RecordsFile), err)
	}
	r.Truncated = r.complete < int64(len(text))
	return r, nil
}

// parseRecords reads one record per line. complete is the length of text
// without a last line that was cut short.
func parseRecords(text []byte) (records []Record, complete int64, err error) {
	type run struct {
		key    string
		repeat int
	}
	seen := map[run]int{}
	for number, line := range splitLines(text) {
		var r Record
		err := json.Unmarshal(line, &r)
		if err != nil && !bytes.HasSuffix(line, []byte("\n")) {
			break // the line that was being written when the program died
		}
		if err == nil {
			err = r.check()
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", number+1, err)
		}
		this := run{r.Key, r.Repeat}
		if first, ok := seen[this]; ok {
			return nil, 0, fmt.Errorf("line %d: run %d of cell %s is already on line %d", number+1, r.Repeat, r.Key, first)
		}
		seen[this] = number + 1
		records = append(records, r)
		complete += int64(len(line))
	}
	return records, complete, nil
}

// splitLines returns the lines of text, each with its line end.
func splitLines(text []byte) [][]byte {
	return slices.Collect(bytes.Lines(text))
}

// check reports whether the record can be worked with: what is there is of the
// right size.
func (r *Record) check() error {
	switch {
	case r.Key == "":
		return errors.New("a record without key")
	case r.Repeat < 0:
		return fmt.Errorf("repeat %d: the first run is 0", r.Repeat)
	case !slices.Contains([]Status{Done, Failed, Timeout, Unsupported, Unavailable}, r.Status):
		return fmt.Errorf("unknown status %q", r.Status)
	case r.TimeNS < 0:
		return fmt.Errorf("time of %d ns: use a positive time", r.TimeNS)
	case r.Quality == nil:
		return nil
	}
	q := r.Quality
	for _, column := range [][]float64{q.Imbalance, q.Max, q.Min, q.Mean, q.LowerBound} {
		if len(column) != r.Layers {
			return fmt.Errorf("quality of %d layers in a record of %d layers", len(column), r.Layers)
		}
	}
	if q.Optimal != nil && len(q.Optimal) != r.Layers {
		return fmt.Errorf("proofs of %d layers in a record of %d layers", len(q.Optimal), r.Layers)
	}
	return nil
}
