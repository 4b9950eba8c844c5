// Package export writes the records of a run in formats that other tools read:
// the Go benchmark format for benchstat, CSV, JSON and Parquet for pandas,
// DuckDB, R and spreadsheets.
//
// The table formats hold one of three tables in long form, a line per
// observation: the runs, the layers of each cell, or the stages of each run.
// Runs that failed are lines like the others, with their status and reason.
package export

import (
	"fmt"
	"io"
	"slices"

	"packbench/harness"
	"packbench/internal/spec"
)

// Options say what to write.
type Options struct {
	Format string // one of [Formats]
	Table  string // one of [Tables]; "" is the first. benchfmt has runs only
}

// Formats returns the names of the formats.
func Formats() []string { return []string{"benchfmt", "csv", "parquet", "json"} }

// Tables returns the names of the tables, the default first.
func Tables() []string { return []string{"runs", "layers", "stages"} }

// Check reports whether the options name a format and a table that go together.
func (o Options) Check() error {
	switch {
	case !slices.Contains(Formats(), o.Format):
		return fmt.Errorf("unknown format %q%s", o.Format, spec.Suggest(o.Format, Formats()))
	case o.Table != "" && !slices.Contains(Tables(), o.Table):
		return fmt.Errorf("unknown table %q%s", o.Table, spec.Suggest(o.Table, Tables()))
	case o.Format == "benchfmt" && o.Table != "" && o.Table != "runs":
		return fmt.Errorf("benchfmt has no table of %s: use csv, parquet or json", o.Table)
	}
	return nil
}

// Write writes the run to w.
func Write(w io.Writer, run *harness.Run, o Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	if o.Format == "benchfmt" {
		return writeBenchfmt(w, run)
	}
	switch o.Table {
	case "layers":
		return writeTable(w, o.Format, layerRows(run))
	case "stages":
		return writeTable(w, o.Format, stageRows(run))
	}
	return writeTable(w, o.Format, runRows(run))
}

// writeTable writes rows in one of the table formats.
func writeTable[R any](w io.Writer, format string, rows []R) error {
	switch format {
	case "csv":
		return writeCSV(w, rows)
	case "parquet":
		return writeParquet(w, rows)
	}
	return writeJSON(w, rows)
}
