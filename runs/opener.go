package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
)

// Opener opens run directories that have the same plan, such as the shards of a
// sweep. Each lists the whole plan, which may take longer to read than the
// records beside it: the first is read and checked, and of those after it only
// what differs. The zero value is ready. One goroutine may use it at a time.
type Opener struct {
	cells   []PlannedCell // of the last plan that was read; not changed
	axes    []Axis        // that were declared with them
	text    []byte        // the list of cells in the file
	compact []byte        // the same without white space, as the checksum is of it; nil until it is needed
}

// The members of a manifest that stand around the cells, as [Writer] lays out
// the file. What is further in is indented more, and texts hold no line ends.
var (
	beforeCells = []byte("\n  \"cells\": ")
	endOfList   = []byte("\n  ]")
)

// Open is [Open].
func (o *Opener) Open(dir string) (*Reader, error) {
	r, err := o.open(dir)
	if err != nil {
		return nil, err
	}
	if r.format != Format {
		return nil, fmt.Errorf("%s is of format %d: bench run --resume %s brings it up to format %d", dir, r.format, dir, Format)
	}
	return &Reader{r}, nil
}

// ReadManifest is [ReadManifest].
func (o *Opener) ReadManifest(dir string) (Manifest, error) {
	r, err := o.open(dir)
	if err != nil {
		return Manifest{}, err
	}
	return r.Manifest, nil
}

// learn keeps the plan of a manifest, which is as the text says.
func (o *Opener) learn(text []byte, m *Manifest) {
	*o = Opener{}
	_, rest, found := bytes.Cut(text, beforeCells)
	if end := bytes.Index(rest, endOfList); found && end >= 0 {
		*o = Opener{cells: m.Cells, axes: m.Axes, text: rest[:end+len(endOfList)]}
	}
}

// manifest reads a manifest that has the plan that is known; ok is false of
// others, and of whatever is not as [Writer] writes it. The cells are checked, the
// rest is not.
func (o *Opener) manifest(text []byte) (m Manifest, ok bool) {
	before, rest, found := bytes.Cut(text, beforeCells)
	if !found || o.text == nil || !bytes.HasPrefix(rest, o.text) {
		return m, false
	}
	if o.compact == nil {
		var b bytes.Buffer
		if json.Compact(&b, o.text) != nil {
			return m, false
		}
		o.compact = b.Bytes()
	}
	var outline bytes.Buffer // with no cells
	empty := []byte(`"cells":[]`)
	if json.Compact(&outline, slices.Concat(before, empty, rest[len(o.text):])) != nil {
		return m, false
	}
	head, tail, found := bytes.Cut(outline.Bytes(), empty)
	at := len(tail) - sealLength
	if !found || at < 0 {
		return m, false
	}
	sum := crc32.Checksum(head, castagnoli)
	for _, part := range [][]byte{[]byte(`"cells":`), o.compact, tail[:at]} {
		sum = crc32.Update(sum, castagnoli, part)
	}
	if string(tail[at:]) != sealOf(sum) {
		return m, false
	}
	if unmarshalStrict(slices.Concat(head, empty, tail[:at], []byte{'}'}), &m) != nil {
		return m, false
	}
	if m.Format != Format || m.Cells == nil || len(m.Cells) > 0 || !slices.Equal(m.Axes, o.axes) {
		return m, false
	}
	m.Cells = o.cells
	return m, true
}
