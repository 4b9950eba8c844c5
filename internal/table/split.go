package table

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"packbench/internal/number"
	"packbench/internal/tree"
)

// sheet is a table in fields.
type sheet struct {
	comment []string // the fields of the comment before the first line, where they are as many
	header  []string // the first line, where it holds names
	rows    []row
	notes   []string
	// The commas that separate could be decimal.
	maybeDecimal bool
}

// row is a line of fields.
type row struct {
	line   int       // of the file, from 1
	values []float64 // NaN if the field is not a number
	texts  []string  // the fields; nil where all are numbers
}

// text returns field i as it was.
func (r row) text(i int) string {
	if r.texts != nil {
		return r.texts[i]
	}
	return fmt.Sprint(r.values[i])
}

// decode returns the table as UTF-8 with lines that end in \n.
func decode(b []byte) ([]byte, error) {
	for _, c := range []struct {
		bom   string
		order binary.ByteOrder
	}{{"\xff\xfe", binary.LittleEndian}, {"\xfe\xff", binary.BigEndian}} {
		if bytes.HasPrefix(b, []byte(c.bom)) {
			units := make([]uint16, len(b)/2)
			for i := range units {
				units[i] = c.order.Uint16(b[2*i:])
			}
			b = []byte(string(utf16.Decode(units)))
		}
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return nil, fmt.Errorf("not a file of loads: neither text (byte %d is 0) nor a format that is known", i)
	}
	if bytes.IndexByte(b, '\r') < 0 {
		return b, nil
	}
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n")), nil
}

// split splits a table into fields and these into numbers.
func split(text []byte, opt Options) (*sheet, error) {
	s := &sheet{}
	hint := byte(0)
	if first, rest, _ := bytes.Cut(text, []byte("\n")); len(first) == 5 && bytes.HasPrefix(first, []byte("sep=")) {
		hint, text = first[4], rest // Excel's
	}
	separator := findSeparator(text, hint, opt.Form)
	if n := countFields(text, separator); n > opt.Max {
		return nil, fmt.Errorf("more than %d numbers: no more are read", opt.Max)
	}
	next := fields(text, separator)
	style := newStyle(opt.Form, separator)
	if err := style.study(fields(text, separator)); err != nil {
		return nil, err
	}
	s.maybeDecimal = separator == ',' && !style.points
	for {
		record, line, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		r, err := style.row(record, line)
		if err != nil {
			return nil, err
		}
		if len(s.rows) == 0 && s.header == nil && isHeader(r) {
			s.header = trimAll(record)
			continue
		}
		s.rows = append(s.rows, r)
	}
	s.comment = commentNames(text, separator, s)
	return s, s.checkLengths()
}

// findSeparator tells what separates the fields: a semicolon, a tab, a comma, or
// ' ' for any number of spaces and tabs.
func findSeparator(text []byte, hint byte, form Form) byte {
	if hint != 0 {
		return hint
	}
	lines, withTab, inner := 0, 0, 0
	semicolon, comma, tabBesideComma, tabs := false, false, 0, 0
	for line := range bytes.Lines(text) {
		line = bytes.Trim(line, " \n")
		if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
			continue
		}
		lines++
		quoted, hasTab := false, false
		for i, c := range line {
			switch {
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == ';':
				semicolon = true
			case c == ',':
				comma = true
			case c == '\t':
				hasTab = true
				tabs++
				if i > 0 && line[i-1] == ',' || i+1 < len(line) && line[i+1] == ',' {
					tabBesideComma++
				}
			case c == ' ' && lines > 1 && i > 0 && line[i-1] != '\t' && line[i+1] != '\t' && line[i+1] != ' ':
				inner++
			}
		}
		if hasTab {
			withTab++
		}
	}
	switch {
	case semicolon:
		return ';'
	case tabs > 0 && comma && tabBesideComma == tabs:
		return ','
	case tabs > 0 && withTab == lines && (inner == 0 || comma):
		return '\t'
	case comma && (form != Decimal || bytes.Contains(text, []byte(`",`))):
		return ','
	}
	return ' '
}

// countFields returns how many fields there are at most.
func countFields(text []byte, separator byte) int {
	n := bytes.Count(text, []byte{'\n'}) + 1
	if separator == ' ' {
		inside := false
		for _, c := range text {
			space := c == ' ' || c == '\t' || c == '\n'
			if space && inside {
				n++
			}
			inside = !space
		}
		return n
	}
	return n + bytes.Count(text, []byte{separator})
}

// fields returns an iterator over the lines' fields; blank lines and comments
// are left out. At the end the error is io.EOF.
func fields(text []byte, separator byte) func() (record []string, line int, err error) {
	if separator == ' ' {
		return words(text)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = rune(separator)
	r.Comment = '#'
	r.FieldsPerRecord = -1                 // ragged lines get an error that says more
	r.TrimLeadingSpace = separator != '\t' // it would take empty fields too
	return func() ([]string, int, error) {
		for {
			record, err := r.Read()
			if errors.Is(err, io.EOF) {
				return nil, 0, io.EOF
			}
			var parse *csv.ParseError
			if errors.As(err, &parse) {
				return nil, 0, fmt.Errorf("line %d: not CSV: %w", parse.Line, parse.Err)
			}
			if err != nil {
				return nil, 0, err
			}
			line, _ := r.FieldPos(0)
			if len(record) == 1 && strings.TrimSpace(record[0]) == "" {
				continue
			}
			return record, line, nil
		}
	}
}

// words iterates over lines of words between spaces and tabs.
func words(text []byte) func() ([]string, int, error) {
	line := 0
	return func() ([]string, int, error) {
		for len(text) > 0 {
			first, rest, _ := bytes.Cut(text, []byte("\n"))
			text = rest
			line++
			if strings.HasPrefix(strings.TrimSpace(string(first)), "#") {
				continue
			}
			record := strings.FieldsFunc(string(first), func(c rune) bool { return c == ' ' || c == '\t' })
			if len(record) == 0 {
				continue
			}
			for i, word := range record {
				if len(word) > 1 && word[0] == '"' && word[len(word)-1] == '"' {
					record[i] = word[1 : len(word)-1]
				}
			}
			return record, line, nil
		}
		return nil, 0, io.EOF
	}
}

// commentNames returns the fields of the last comment above the first line,
// where they are as many as that has.
func commentNames(text []byte, separator byte, s *sheet) []string {
	var last []byte
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if line[0] != '#' {
			break
		}
		last = bytes.TrimLeft(line, "# ")
	}
	if len(last) == 0 || s.header != nil || len(s.rows) == 0 {
		return nil
	}
	record, _, err := fields(last, separator)()
	if err != nil || len(record) != len(s.rows[0].values) {
		return nil
	}
	return trimAll(record)
}

func trimAll(record []string) []string {
	out := make([]string, len(record))
	for i, field := range record {
		out[i] = strings.TrimSpace(field)
	}
	return out
}

// checkLengths reports lines that do not all have as many fields.
func (s *sheet) checkLengths() error {
	if len(s.rows) == 0 {
		return nil
	}
	want, before := len(s.rows[0].values), "the lines before have"
	if s.header != nil {
		want, before = len(s.header), "the line of names has"
	}
	for i, r := range s.rows {
		if len(r.values) != want {
			hint := ""
			for j := range r.values {
				if r.texts != nil && strings.Contains(r.texts[j], ",") {
					hint = fmt.Sprintf("; %s has a comma: --format csv2 if it is decimal", tree.Quote(r.texts[j]))
				}
			}
			return fmt.Errorf("line %d (layer %d) has %s, %s %d: use lines of one length%s", r.line, i, number.Count(len(r.values), "number"), before, want, hint)
		}
	}
	return nil
}
