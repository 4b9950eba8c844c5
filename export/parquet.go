package export

import (
	"io"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// writeParquet writes the rows as one Parquet file, compressed with zstd.
func writeParquet(w io.Writer, t *table) error {
	out := parquet.NewGenericWriter[any](w,
		parquet.NewSchema("table", schema(t)),
		parquet.Compression(&zstd.Codec{}),
		parquet.DataPageVersion(1), // every reader knows it
		parquet.CreatedBy("packbench", "", ""))
	for row := range t.rows {
		values := make(parquet.Row, len(row))
		for i, value := range row {
			values[i] = parquetValue(value, t.columns[i], i)
		}
		if _, err := out.WriteRows([]parquet.Row{values}); err != nil {
			return err
		}
	}
	return out.Close()
}

// parquetValue returns a value of column i.
func parquetValue(value any, c column, i int) parquet.Value {
	var v parquet.Value
	switch x := value.(type) {
	case nil:
		return parquet.NullValue().Level(0, 0, i)
	case time.Time:
		v = parquet.Int64Value(x.UnixMicro())
	case uint64:
		v = parquet.Int64Value(int64(x)) // the bits of an unsigned column
	default:
		v = parquet.ValueOf(value)
	}
	if c.optional {
		return v.Level(0, 1, i)
	}
	return v.Level(0, 0, i)
}

// node is the type of a column.
func (c column) node() parquet.Node {
	var n parquet.Node
	switch c.kind {
	case whole:
		n = parquet.Int(64)
	case natural:
		n = parquet.Uint(64)
	case real:
		n = parquet.Leaf(parquet.DoubleType)
	case truth:
		n = parquet.Leaf(parquet.BooleanType)
	case moment:
		n = parquet.Timestamp(parquet.Microsecond)
	default:
		n = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
	if c.optional {
		return parquet.Optional(n)
	}
	return n
}

// ordered is a group of columns that keep their order; [parquet.Group] sorts
// them by name.
type ordered struct {
	parquet.Group
	fields []parquet.Field
}

func (o ordered) Fields() []parquet.Field { return o.fields }

// namedColumn is a column as a field of a group.
type namedColumn struct {
	parquet.Node
	name string
}

func (f namedColumn) Name() string { return f.name }

// Value returns nil: rows are not groups of Go values.
func (f namedColumn) Value(base reflect.Value) reflect.Value { return base.FieldByName(f.name) }

func schema(t *table) parquet.Node {
	o := ordered{Group: parquet.Group{}}
	for _, c := range t.columns {
		n := c.node()
		o.Group[c.name] = n
		o.fields = append(o.fields, namedColumn{n, c.name})
	}
	return o
}
