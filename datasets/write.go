package datasets

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"packbench/internal/atomicfile"
	"packbench/internal/npz"
	"packbench/internal/table"
)

// ArrayName is the name of the loads in an .npz file and their key in JSON.
const ArrayName = "weights"

// written are the formats that are written, by extension.
var written = map[string]Format{".npy": NPY, ".npz": NPZ, ".json": JSON, ".csv": CSV}

// OutputFormat returns the format that the extension of path names, which must
// be one of those that can be written there. It is "" where the name does not
// tell a format of this program's; whether that means a default is the caller's
// to say. The error is that of a name that promises what would not be written:
// another format, or a compressed file.
func OutputFormat(path string, can ...Format) (Format, error) {
	var names []string
	for _, format := range can {
		names = append(names, "."+string(format))
	}
	want := strings.Join(names, ", ")
	if i := len(names) - 1; i > 0 {
		want = strings.Join(names[:i], ", ") + " or " + names[i]
	}
	extension := strings.ToLower(filepath.Ext(path))
	if format := written[extension]; slices.Contains(can, format) {
		return format, nil
	}
	if _, known := extensions[extension]; known || slices.Contains(elsewhere, extension) {
		return "", fmt.Errorf("%s: %s is not an output format: end the name in %s", path, extension, want)
	}
	return "", nil
}

// elsewhere are extensions of formats that are never written, but that a file
// should not have by mistake.
var elsewhere = []string{".gz", ".zst", ".zip", ".xlsx", ".xls", ".parquet", ".yaml", ".yml", ".h5", ".mat"}

// FormatFor returns the format in which [Loads.Write] writes to path. The error
// says why it cannot: the name does not show the format, or the format does not
// hold loads with several steps.
func (l *Loads) FormatFor(path string) (Format, error) {
	format, err := OutputFormat(path, NPY, NPZ, JSON, CSV)
	if err != nil {
		return "", err
	}
	if format == "" {
		return "", fmt.Errorf("%s: the name does not show the format: end it in .npy, .npz, .json or .csv", path)
	}
	if format == CSV && l.Steps > 1 {
		return "", fmt.Errorf("%s: CSV holds one step of the %d: choose one with --step, or another format", path, l.Steps)
	}
	return format, nil
}

// Write writes the loads to the file at path, in the format of its extension;
// the file is there whole or not at all.
func (l *Loads) Write(path string) error {
	format, err := l.FormatFor(path)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return l.Encode(w, format) })
}

// Encode writes the loads to w. Every format gives back the same loads when it
// is read; equal loads give equal bytes. Loads of one step are written without
// that dimension, as [layers, items].
func (l *Loads) Encode(w io.Writer, format Format) error {
	shape := []int{l.Layers, l.Items}
	if l.Steps > 1 {
		shape = []int{l.Steps, l.Layers, l.Items}
	}
	array := npz.Float32(ArrayName, l.Weights, shape...)
	if l.Values != nil {
		array = npz.Float64(ArrayName, l.Values, shape...)
	}
	switch format {
	case NPY:
		return npz.WriteArray(w, array)
	case NPZ:
		return npz.Write(w, array)
	case JSON:
		return l.writeJSON(w)
	case CSV:
		return l.writeCSV(w)
	}
	return fmt.Errorf("format %q: use npy, npz, json or csv", format)
}

// writeJSON writes {"name": …, "weights": …} with a line per layer.
func (l *Loads) writeJSON(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString("{")
	if l.Name != "" {
		name, err := json.Marshal(l.Name)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, `"name": %s, `, name)
	}
	fmt.Fprintf(b, `"steps": %d, "layers": %d, "items": %d, "%s": [`, l.Steps, l.Layers, l.Items, ArrayName)
	for step := range l.Steps {
		if l.Steps > 1 {
			b.WriteString(separator(step) + "\n[")
		}
		for layer := range l.Layers {
			b.WriteString(separator(layer) + "\n[")
			l.writeRow(b, step, layer)
			b.WriteString("]")
		}
		if l.Steps > 1 {
			b.WriteString("]")
		}
	}
	b.WriteString("]}\n")
	return b.Flush() // holds the first error
}

func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// writeCSV writes a line per layer. Where that reads as something else, as
// layers of one item or a first line of 0, 1, 2, … do, it names lines and
// columns.
func (l *Loads) writeCSV(w io.Writer) error {
	if l.Steps > 1 {
		return fmt.Errorf("CSV holds one step, the loads have %d", l.Steps)
	}
	var plain bytes.Buffer
	if err := l.writeLines(&plain, false); err != nil {
		return err
	}
	got, err := table.Read(plain.Bytes(), table.Options{Max: MaxLoads})
	if err != nil || got.Layers != l.Layers || got.Items != l.Items {
		return l.writeLines(w, true)
	}
	_, err = w.Write(plain.Bytes())
	return err
}

func (l *Loads) writeLines(w io.Writer, named bool) error {
	b := bufio.NewWriter(w)
	if named {
		b.WriteString("layer")
		for i := range l.Items {
			fmt.Fprintf(b, ",expert%d", i)
		}
		b.WriteByte('\n')
	}
	for layer := range l.Layers {
		if named {
			fmt.Fprintf(b, "%d,", layer)
		}
		l.writeRow(b, 0, layer)
		b.WriteByte('\n')
	}
	return b.Flush()
}

// writeRow writes numbers between commas, each in the shortest form that reads
// back as the same number. That of a float32 alone would be shorter, but as a
// decimal number it is another load.
func (l *Loads) writeRow(b *bufio.Writer, step, layer int) {
	var digits [32]byte
	at := (step*l.Layers + layer) * l.Items
	for i := range l.Items {
		if i > 0 {
			b.WriteByte(',')
		}
		v, form := l.Value(at+i)+0, byte('g')
		if v == math.Trunc(v) && v < 1<<53 {
			form = 'f' // counts as people write them, and not 1e+06
		}
		b.Write(strconv.AppendFloat(digits[:0], v, form, -1, 64))
	}
}
