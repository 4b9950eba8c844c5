package runs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Run is a run directory read back.
type Run struct {
	Dir      string
	Manifest Manifest
	Records  []Record // in the order the runs ended; of a merged run, shard by shard
	// Truncated is true if the last line of the records was cut short, as when
	// a machine dies while writing. That line is not in Records.
	Truncated bool

	keys     map[string]string // of a directory of format 1: present keys by old ones
	complete int64             // length of the records up to the end of the last whole line, in bytes
	format   int               // of the directory as it is on disk

	arranged   []*CellRuns // the cells as they were made of what had the fingerprint
	arrangedOf uint64
}

// ErrNoManifest is the error of a directory in which no run has begun.
var ErrNoManifest = errors.New("not a run directory")

// Load reads the run directory dir, of this format or an earlier one. A last
// record that was cut short is left out. Any other damage is an error that
// names the file and the line: a checksum or a hash that does not match, a
// member that records do not have, measures that contradict each other.
func Load(dir string) (*Run, error) {
	r, err := new(Opener).open(dir)
	if err != nil {
		return nil, err
	}
	r.expect()
	err = r.scan(func(_ []byte, record *Record) error {
		r.Records = append(r.Records, *record)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// expect makes room for the records: those of the plan, or of a run that has
// just begun what fits into its file.
func (r *Run) expect() {
	const shortest = 200 // bytes of a line; most have 500
	info, err := os.Stat(filepath.Join(r.Dir, RecordsFile))
	if err != nil {
		return
	}
	n := int(info.Size() / shortest)
	if planned := len(r.Manifest.Planned()) * r.Manifest.Experiment.RunsPerCell(); planned > 0 {
		n = min(n, planned)
	}
	r.Records = make([]Record, 0, n)
}

// open reads the manifest of a run directory.
func (o *Opener) open(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	path := filepath.Join(dir, ManifestFile)
	text, err := readRegular(path, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is %w: it has no %s", dir, ErrNoManifest, ManifestFile)
	}
	if info, e := os.Stat(dir); e == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a run directory", dir)
	}
	if err != nil {
		return nil, err
	}
	if err := o.parse(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// maxManifest and maxLine bound what is read into memory at once.
const (
	maxManifest = 1 << 30
	maxLine     = 1 << 28
)

// openRegular opens a file for reading. A pipe or a device, on which reading
// might never end, is an error.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	return f, info.Size(), err
}

func readRegular(path string, limit int64) ([]byte, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("%s has %d bytes: the max is %d", path, size, limit)
	}
	text := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err = text.ReadFrom(f)
	return text.Bytes(), err
}

// parse reads the manifest of a run and brings it up to [Format].
func (o *Opener) parse(text []byte, r *Run) (err error) {
	if m, ok := o.manifest(text); ok {
		r.format, r.Manifest = Format, m
		return m.checkRest()
	}
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return jsonError(err)
	}
	r.format = version.Format
	switch {
	case version.Format == 1:
		r.Manifest, r.keys, err = manifestV1(text)
	case version.Format == Format:
		r.Manifest, err = manifestV2(text)
	default:
		return fmt.Errorf("format %d: this program reads formats 1 to %d; a newer one may read it", version.Format, Format)
	}
	if err == nil {
		err = r.Manifest.check()
	}
	if err == nil && version.Format == Format {
		o.learn(text, &r.Manifest)
	}
	return err
}

func manifestV2(text []byte) (m Manifest, err error) {
	var line bytes.Buffer
	if err := json.Compact(&line, text); err != nil {
		return m, err
	}
	object, sealed, err := unseal(line.Bytes())
	if err != nil {
		return m, err
	}
	if !sealed {
		return m, errors.New("damaged: the checksum is missing")
	}
	return m, unmarshalStrict(object, &m)
}

// readLine returns the next line with its end, which the last may lack.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) == 0 && err == nil {
			return part, nil
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("longer than %d bytes: this is not a record", maxLine)
		}
	}
}

// cutShort reports whether line, the last of the file, is the beginning of a
// record: what is there when a machine dies while it writes. Some file systems
// fill the rest with zeros.
func (r *Run) cutShort(line []byte) bool {
	if bytes.HasSuffix(line, []byte("\n")) {
		return false
	}
	if r.format == 1 {
		return !json.Valid(line)
	}
	line = bytes.TrimRight(line, "\x00")
	at := bytes.LastIndex(line, []byte(`,"crc":"`)) // the quotes of texts are escaped
	return at < 0 || len(line)-at < sealLength
}

// parseRecord reads one line, without its end, into a record that is zero. The
// line is as before when it returns.
func (r *Run) parseRecord(d *decoder, line []byte, record *Record) error {
	body, sealed, err := sealedBody(line)
	switch {
	case err != nil:
		return err
	case sealed && d.sealed(line, len(body), record):
		return nil
	case sealed:
		err = unmarshalStrict(append(bytes.Clone(body), '}'), record)
	case r.format == 1:
		*record, err = recordV1(line, r.keys)
	default:
		err = errors.New("damaged: the checksum is missing")
	}
	return jsonError(err)
}

// jsonError words an error of the JSON decoder without Go's types.
func jsonError(err error) error {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d: %s", syntax.Offset, syntax.Error())
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("not a JSON object but of type %s", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("%s: a %s does not belong there", kind.Field, kind.Value)
	case err != nil && strings.HasPrefix(err.Error(), "json: "): // an unknown field has no type of its own
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return err
}
