package main

import (
	"fmt"
	"io"
	"slices"

	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
)

// datasetCmd is "bench dataset": loads without strategies.
type datasetCmd struct {
	Generate datasetGenerateCmd `cmd:"" help:"Write the loads of a generated workload to a file."`
	Describe datasetDescribeCmd `cmd:"" help:"Show the shape, hash and distribution of loads."`
	Convert  datasetConvertCmd  `cmd:"" help:"Write the loads of a file in another format."`
}

type datasetGenerateCmd struct {
	Spec   string `arg:"" help:"Workload, as name or name:key=value,…; see bench list workloads."`
	Seed   uint64 `default:"0" help:"Seed of the random draws."`
	Out    string `short:"o" required:"" help:"Where to write: .npy, .npz, .json or .csv; - is standard output."`
	Format string `aliases:"to" help:"Format of standard output: ${enum}." enum:"npy,npz,json,csv" default:"json"`
}

// Run implements the verb.
func (c *datasetGenerateCmd) Run(s *streams) error {
	w, err := datasets.Parse(c.Spec)
	if err != nil {
		return badInput(err)
	}
	if err := checkLoadsFile(c.Out); err != nil {
		return err
	}
	if err := sameFormat(c.Out, c.Format, slices.Contains(s.flags, "format")); err != nil {
		return err
	}
	loads, err := w.Generate(c.Seed)
	if err != nil {
		return badInput(err)
	}
	return writeLoads(s, loads, c.Out, c.Format)
}

type datasetDescribeCmd struct {
	Source string `arg:"" name:"file-or-workload" help:"Loads: a file or a folder of ranks' files, - for standard input, or a workload."`
	Packs  int    `range:"1.." short:"m" help:"Show how even a packing into this many packs can be."`
	Seed   uint64 `default:"0" help:"Seed of a generated workload."`
	JSON   bool   `name:"json" help:"Write JSON."`
	loadFlags
}

// Run implements the verb.
func (c *datasetDescribeCmd) Run(s *streams) error {
	opt, err := c.options(s, everyStep)
	if err != nil {
		return badInput(err)
	}
	loads, workload, err := datasets.Open(c.Source, c.Seed, opt)
	if err != nil {
		return badInput(err)
	}
	if workload == nil {
		if err := s.idle(c.Source+" is a file, which has no seed", "seed"); err != nil {
			return err
		}
	}
	s.notes(c.Source, loads.Notes)
	d, err := listing.DescribeLoads(loads, c.Packs)
	if err != nil {
		return badInput(err)
	}
	if workload != nil {
		if o, ok := workload.Optimum(); ok {
			d.Optimum = &listing.Optimum{Packs: o.Packs, Max: o.Max}
		}
	}
	if c.JSON {
		return listing.WriteJSON(s.out, d)
	}
	listing.WriteLoads(s.out, d)
	return nil
}

type datasetConvertCmd struct {
	In  string `arg:"" help:"Loads: a file or a folder of ranks' files; - is standard input."`
	Out string `arg:"" help:"Where to write: .npy, .npz, .json or .csv; - is standard output."`
	To  string `help:"Format of standard output: ${enum}." enum:"npy,npz,json,csv" default:"json"`
	loadFlags
}

// Run implements the verb.
func (c *datasetConvertCmd) Run(s *streams) error {
	if err := checkLoadsFile(c.Out); err != nil {
		return err
	}
	if err := sameFormat(c.Out, c.To, slices.Contains(s.flags, "to")); err != nil {
		return err
	}
	loads, err := c.read(s, c.In, everyStep)
	if err != nil {
		return badInput(err)
	}
	return writeLoads(s, loads, c.Out, c.To)
}

// checkLoadsFile returns an error where no loads can be written to path.
func checkLoadsFile(path string) error {
	if path == "-" {
		return nil
	}
	if err := checkFile(path); err != nil {
		return err
	}
	_, err := (&datasets.Loads{Steps: 1}).FormatFor(path)
	return badInput(err)
}

// sameFormat returns an error where the format of standard output was given and the
// name of the file tells another.
func sameFormat(path, format string, given bool) error {
	if path == "-" || !given {
		return nil
	}
	told, err := (&datasets.Loads{Steps: 1}).FormatFor(path)
	if err == nil && string(told) != format {
		err = fmt.Errorf("%s: the name says %s and not %s: leave out the format, or name another file", path, told, format)
	}
	return badInput(err)
}

// writeLoads writes loads to path and says what it wrote, or writes them to
// standard output in the format.
func writeLoads(s *streams, loads *datasets.Loads, path, format string) error {
	if path == "-" {
		return loads.Encode(s.out, datasets.Format(format))
	}
	told, err := loads.FormatFor(path)
	if err != nil {
		return badInput(err)
	}
	if err := s.write(path, func(w io.Writer) error { return loads.Encode(w, told) }); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %s, sha256 %s\n", clean(path), loads.Shape(), loads.Hash())
	return nil
}
