package main

import (
	"errors"
	"fmt"
	"io"

	"packbench/export"
	"packbench/runs"
)

// exportCmd is "bench export".
type exportCmd struct {
	Dir    string `arg:"" predictor:"dir" help:"Run directory."`
	Format string `short:"f" placeholder:"FORMAT" help:"benchfmt (for benchstat), csv, parquet or json; default by the name of the output file."`
	Table  string `short:"t" default:"runs" placeholder:"TABLE" help:"runs, layers or stages: a line per run, per layer of a cell, or per stage of a run."`
	Out    string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output."`
}

// exportEndings are those of the formats; benchstat is given files named .txt.
var exportEndings = []ending{{".txt", "benchfmt"}, {".csv", "csv"}, {".parquet", "parquet"}, {".json", "json"}}

// Run implements the verb.
func (c *exportCmd) Run(s *streams) error {
	options := export.Options{Format: c.Format, Table: c.Table}
	if c.Format == "" {
		var err error
		if options.Format, err = formatByName(c.Out, exportEndings); err != nil {
			return badInput(err)
		}
		if options.Format == "" {
			return badInput(fmt.Errorf("no format: say --format benchfmt, csv, parquet or json, or name a file with -o that ends in %s", listEndings(exportEndings)))
		}
	}
	if err := options.Check(); err != nil {
		return badInput(err)
	}
	if err := checkFile(c.Out); err != nil {
		return err
	}
	run, err := runs.Load(c.Dir)
	if err != nil {
		return badInput(err)
	}
	if options.Format == "parquet" && (c.Out == "" || c.Out == "-") && isTerminal(s.out) {
		return badInput(errors.New("parquet is a binary format: name a file with -o, or use a pipe"))
	}
	if c.Format != "parquet" { // which is put together in memory
		frugal()
	}
	return s.write(c.Out, func(w io.Writer) error { return export.Write(w, run, options) })
}
