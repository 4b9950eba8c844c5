package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// writeParquet writes rows as one Parquet file, compressed with zstd.
func writeParquet[R any](w io.Writer, rows []R) error {
	out := parquet.NewGenericWriter[R](w,
		parquet.Compression(&zstd.Codec{}),
		parquet.DataPageVersion(1), // every reader knows it
		parquet.CreatedBy("packbench", "", ""))
	if _, err := out.Write(rows); err != nil {
		return err
	}
	return out.Close()
}

// writeJSON writes rows as an array, a line per row.
func writeJSON[R any](w io.Writer, rows []R) error {
	separator := "[\n"
	for _, row := range rows {
		text, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s%s", separator, text); err != nil {
			return err
		}
		separator = ",\n"
	}
	if len(rows) == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// writeCSV writes rows with a header. The columns are the fields of the row in
// their order, named as in JSON; a nil pointer is an empty field.
func writeCSV[R any](w io.Writer, rows []R) error {
	out := csv.NewWriter(w)
	if err := out.Write(header(reflect.TypeFor[R]())); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(fields(reflect.ValueOf(row))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func header(row reflect.Type) []string {
	var names []string
	for i := range row.NumField() {
		f := row.Field(i)
		if f.Anonymous {
			names = append(names, header(f.Type)...)
		} else {
			names = append(names, f.Tag.Get("json"))
		}
	}
	return names
}

func fields(row reflect.Value) []string {
	var texts []string
	for i := range row.NumField() {
		if row.Type().Field(i).Anonymous {
			texts = append(texts, fields(row.Field(i))...)
		} else {
			texts = append(texts, text(row.Field(i)))
		}
	}
	return texts
}

// text writes a value of the few kinds that rows have, floats so that they read
// back the same.
func text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return text(v.Elem())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v.Interface())
}
