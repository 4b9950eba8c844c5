package export

import (
	"fmt"
	"iter"
	"math"
	"strconv"
	"time"
)

// kind is the type of the values of a column.
type kind int

// The kinds of columns, with the Go type of their values.
const (
	text    kind = iota // string
	whole               // int64
	natural             // uint64
	real                // float64
	truth               // bool
	moment              // time.Time, UTC, to the microsecond
)

// column declares a column.
type column struct {
	name     string
	kind     kind
	optional bool // a value may be nil
}

// table is columns and rows of values, one per column, of the column's type or
// nil. The rows are made as they are asked for: there may be millions.
type table struct {
	columns []column
	rows    iter.Seq[[]any]
}

// add appends a column. A name that is taken, as a forged declaration may have
// it, gets an underscore.
func (t *table) add(columns ...column) {
	for _, c := range columns {
		for t.has(c.name) {
			c.name += "_"
		}
		t.columns = append(t.columns, c)
	}
}

func (t *table) has(name string) bool {
	for _, c := range t.columns {
		if c.name == name {
			return true
		}
	}
	return false
}

// number returns v as a value of a column, nil where it is not finite: neither
// JSON nor a spreadsheet has a place for it.
func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// rounded returns v as a whole number, nil where int64 has none.
func rounded(v float64) any {
	if v = math.Round(v); !(math.Abs(v) < 1<<63) {
		return nil
	}
	return int64(v)
}

// field writes a value as text, floats so that they read back the same.
func field(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(value)
}
