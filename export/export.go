// Package export writes the records of a run in formats that other tools read:
// the Go benchmark format for benchstat, CSV, JSON and Parquet for pandas,
// DuckDB, R and spreadsheets; and summary.csv, a row per cell.
//
// The table formats hold one of three tables in long form, a line per
// observation: the runs, the layers of each cell, or the stages of each run.
// Failed runs are lines like the others, with their status and reason.
// Columns follow from the axes and measures that the run declares.
package export

import (
	"fmt"
	"io"
	"slices"

	"packbench/internal/spec"
	"packbench/runs"
)

// Options are what to write and how.
type Options struct {
	Format string // one of [Formats]
	Table  string // one of [Tables]; "" is the first. benchfmt has runs only
}

// formats are the formats of tables.
var formats = []struct {
	name  string
	write func(io.Writer, *table) error
}{
	{"csv", writeCSV},
	{"parquet", writeParquet},
	{"json", writeJSON},
}

// tables are the tables, the default first.
var tables = []struct {
	name string
	of   func(*runs.Run) *table
}{
	{"runs", runTable},
	{"layers", layerTable},
	{"stages", stageTable},
}

const benchfmtFormat = "benchfmt"

// Formats returns the names of the formats.
func Formats() []string {
	names := []string{benchfmtFormat}
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// Tables returns the names of the tables, the default first.
func Tables() []string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// Check returns an error unless the options name a format and a table that go
// together.
func (o Options) Check() error {
	switch {
	case !slices.Contains(Formats(), o.Format):
		return fmt.Errorf("unknown format %q%s", o.Format, spec.Suggest(o.Format, Formats()))
	case o.Table != "" && !slices.Contains(Tables(), o.Table):
		return fmt.Errorf("unknown table %q%s", o.Table, spec.Suggest(o.Table, Tables()))
	case o.Format == benchfmtFormat && o.Table != "" && o.Table != "runs":
		return fmt.Errorf("benchfmt has no table of %s: use csv, parquet or json", o.Table)
	}
	return nil
}

// Write writes the run to w.
func Write(w io.Writer, run *runs.Run, o Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Format == benchfmtFormat {
		return writeBenchfmt(w, run)
	}
	for _, f := range formats {
		for i, t := range tables {
			if f.name == o.Format && (t.name == o.Table || o.Table == "" && i == 0) {
				return f.write(w, t.of(run))
			}
		}
	}
	return nil
}
