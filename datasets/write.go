package datasets

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"packbench/internal/atomicfile"
	"packbench/internal/npz"
)

// ArrayName is the name of the loads in an .npz file and their key in JSON.
const ArrayName = "weights"

// FormatFor returns the format in which [Loads.Write] writes to path. The error
// says why it cannot: the name does not tell the format, or the format does not
// hold loads with several steps.
func (l *Loads) FormatFor(path string) (Format, error) {
	format := formatOf(path)
	if format == "" {
		return "", fmt.Errorf("%s: the name does not tell the format: end it in .npy, .npz, .json or .csv", path)
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
	switch format {
	case NPY:
		return npz.WriteArray(w, npz.Float32(ArrayName, l.Weights, shape...))
	case NPZ:
		return npz.Write(w, npz.Float32(ArrayName, l.Weights, shape...))
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
			writeRow(b, l.Layer(step, layer))
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

func (l *Loads) writeCSV(w io.Writer) error {
	if l.Steps > 1 {
		return fmt.Errorf("CSV holds one step, the loads have %d", l.Steps)
	}
	b := bufio.NewWriter(w)
	for layer := range l.Layers {
		writeRow(b, l.Layer(0, layer))
		b.WriteByte('\n')
	}
	return b.Flush()
}

// writeRow writes numbers between commas, each in the shortest form that reads
// back as the same float32.
func writeRow(b *bufio.Writer, row []float32) {
	var digits [32]byte
	for i, w := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(strconv.AppendFloat(digits[:0], float64(w+0), 'g', -1, 32))
	}
}
