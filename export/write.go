package export

import (
	"encoding/csv"
	"encoding/json"
	"io"

	"packbench/internal/clean"
)

// writeJSON writes the rows as an array of objects, one a line.
func writeJSON(w io.Writer, t *table) error {
	names := make([][]byte, len(t.columns))
	for i, c := range t.columns {
		name, err := json.Marshal(c.name)
		if err != nil {
			return err
		}
		names[i] = append(name, ':')
	}
	const first = "[\n"
	separator := first
	for row := range t.rows {
		line := []byte(separator + "{")
		for i, value := range row {
			v, err := json.Marshal(value)
			if err != nil {
				return err
			}
			if i > 0 {
				line = append(line, ',')
			}
			line = append(append(line, names[i]...), v...)
		}
		if _, err := w.Write(clean.JSON(append(line, '}'))); err != nil {
			return err
		}
		separator = ",\n"
	}
	end := "\n]\n"
	if separator == first {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

// writeCSV writes the rows with a header; an empty field means no value. Texts
// cannot be formulas; see [clean.Field].
func writeCSV(w io.Writer, t *table) error {
	out := csv.NewWriter(w)
	line := make([]string, len(t.columns))
	for i, c := range t.columns {
		line[i] = clean.Field(c.name)
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for row := range t.rows {
		for i, value := range row {
			line[i] = field(value)
			if t.columns[i].kind == text {
				line[i] = clean.Field(line[i])
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
