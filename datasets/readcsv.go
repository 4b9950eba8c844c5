package datasets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readCSV reads a layer per line: numbers between commas, or between spaces or
// tabs where a line has no comma. Blank lines and lines that start with # are
// skipped, and so is a first line of names alone (without any number).
func readCSV(b []byte) (*Loads, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.Comment = '#'
	r.FieldsPerRecord = -1 // ragged lines get an error that says more
	r.TrimLeadingSpace = true
	r.ReuseRecord = true
	loads := &Loads{Steps: 1}
	for first := true; ; first = false {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := r.FieldPos(0)
		if len(fields) == 1 {
			if fields = strings.Fields(fields[0]); len(fields) == 0 {
				continue
			}
		}
		if first && isHeader(fields) {
			continue
		}
		if err := loads.addLine(line, fields); err != nil {
			return nil, err
		}
	}
	if loads.Layers == 0 {
		return nil, errors.New("there are no loads: use one line of numbers per layer")
	}
	return loads, nil
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: not CSV: %w", parse.Line, parse.Err)
	}
	return err
}

// isHeader reports whether no field is a number or empty.
func isHeader(fields []string) bool {
	for _, f := range fields {
		f = strings.TrimSpace(f)
		if _, err := strconv.ParseFloat(f, 32); f == "" || !errors.Is(err, strconv.ErrSyntax) {
			return false
		}
	}
	return true
}

// addLine appends the fields of a line as the next layer.
func (l *Loads) addLine(line int, fields []string) error {
	if l.Layers > 0 && len(fields) != l.Items {
		return fmt.Errorf("line %d (layer %d) has %s, the lines before have %d: use lines of one length", line, l.Layers, count(len(fields), "number"), l.Items)
	}
	if len(l.Weights)+len(fields) > MaxLoads {
		return fmt.Errorf("more than %d loads: that is the most supported", MaxLoads)
	}
	l.Items = len(fields)
	for i, f := range fields {
		w, err := parseWeight(strings.TrimSpace(f))
		if err != nil {
			return fmt.Errorf("line %d (layer %d), item %d: %w", line, l.Layers, i, err)
		}
		l.Weights = append(l.Weights, w)
	}
	l.Layers++
	return nil
}
