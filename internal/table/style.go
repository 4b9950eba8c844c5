package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"packbench/internal/decimal"
	"packbench/internal/tree"
)

// style is how numbers are written in a table.
type style struct {
	form      Form
	separator byte
	decimal   bool // commas are decimal
	points    bool // a number has a decimal point
}

func newStyle(form Form, separator byte) *style {
	return &style{form: form, separator: separator, decimal: form == Decimal}
}

var (
	// A number with groups of three digits, of which one group alone may also be
	// three decimals.
	groups     = regexp.MustCompile(`^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$`)
	oneGroup   = regexp.MustCompile(`^[+-]?[1-9][0-9]{0,2},[0-9]{3}$`)
	commaTenth = regexp.MustCompile(`^[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?$`)
	separated  = regexp.MustCompile(`^[+-]?[0-9]+(['_\pZ][0-9]+)+([.,][0-9]+)?$`)
	pointGroup = regexp.MustCompile(`^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$`)
)

// study looks at all fields to tell decimal commas from separators of
// thousands.
func (s *style) study(next func() ([]string, int, error)) error {
	var unclear, tenth, point, thousand string // an example of each, with its line
	onlyGroups := true                         // of the numbers with a point
	for {
		record, line, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for _, field := range record {
			field = strings.TrimSpace(field)
			if !strings.ContainsAny(field, ",.") {
				continue
			}
			example := fmt.Sprintf("line %d: %s", line, tree.Quote(field))
			switch {
			case oneGroup.MatchString(field):
				unclear = first(unclear, example)
			case groups.MatchString(field):
				thousand = first(thousand, example)
			case commaTenth.MatchString(field):
				tenth = first(tenth, example)
			case strings.Contains(field, ".") && isNumber(field):
				point = first(point, example)
				onlyGroups = onlyGroups && pointGroup.MatchString(field)
			}
		}
	}
	s.points = point != ""
	switch {
	case thousand != "" && s.form != Decimal:
		return fmt.Errorf("%s: take the separators of thousands out", thousand)
	case s.form == Decimal:
	case tenth != "" && point != "":
		return fmt.Errorf("%s, and %s: is the comma or the point decimal? Use one of them", tenth, point)
	case tenth != "":
		s.decimal = true
	case unclear != "":
		return fmt.Errorf("%s may be a decimal number or a thousand: use --format csv2 if commas are decimal, else take them out", unclear)
	case point != "" && onlyGroups && s.separator == ';' && s.form == Any:
		return fmt.Errorf("%s may be a decimal number or a thousand: use --format csv if points are decimal, else take them out", point)
	}
	return nil
}

func first(have, example string) string {
	if have != "" {
		return have
	}
	return example
}

func isNumber(field string) bool {
	_, err := decimal.Parse(field)
	return !errors.Is(err, decimal.ErrSyntax)
}

// row reads the numbers of a line. A number that float64 does not hold is an
// error; whether a field that is not a number matters is not known yet.
func (s *style) row(record []string, line int) (row, error) {
	r := row{line: line, values: make([]float64, len(record))}
	for i, field := range record {
		field = strings.TrimSpace(field)
		v, err := s.number(field)
		if err != nil {
			v = math.NaN()
			if !errors.Is(err, decimal.ErrSyntax) {
				return row{}, fmt.Errorf("line %d, field %d: %w", line, i, err)
			}
			if r.texts == nil {
				r.texts = trimAll(record)
			}
		}
		r.values[i] = v
	}
	return r, nil
}

// number reads a field.
func (s *style) number(field string) (float64, error) {
	if s.decimal {
		if strings.Contains(field, ".") {
			return 0, decimal.ErrSyntax
		}
		field = strings.Replace(field, ",", ".", 1)
	}
	if zeros(field) {
		return 0, decimal.ErrSyntax
	}
	return decimal.Parse(field)
}

// zeros reports a whole number with leading zeros: the rest of a number with
// separators of thousands, or a code.
func zeros(field string) bool {
	digits := strings.TrimLeft(field, "+-")
	return len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9'
}

// notFinite returns NaN or an infinity where the field is one.
func notFinite(field string) (float64, bool) {
	v, err := strconv.ParseFloat(field, 64)
	return v, err == nil && (math.IsNaN(v) || math.IsInf(v, 0))
}

// notNumber is the error of a field that should be a number.
func (s *sheet) notNumber(field string) error {
	switch {
	case field == "":
		return errors.New(`"" is not a number: the field is empty`)
	case zeros(field):
		return fmt.Errorf("%s has leading zeros: take separators of thousands out", tree.Quote(field))
	case separated.MatchString(field):
		hint := ""
		if s.maybeDecimal {
			hint = ", or --format csv2 if the commas are decimal"
		}
		return fmt.Errorf("%s is not a number: take separators of thousands out, and use one separator between numbers%s", tree.Quote(field), hint)
	}
	return fmt.Errorf("%s is not a number", tree.Quote(field))
}
