package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"packbench/datasets"
)

// loadFlags are the flags of every verb that reads loads: what to take of a
// file, and what it leaves open.
type loadFlags struct {
	Key     string `aliases:"array" help:"Array of an .npz, key of a JSON object or .pt dictionary (a.b for nested ones), or column of a long table."`
	Step    *int   `range:"0.." xor:"steps" help:"Take this step of loads recorded over several."`
	Steps   string `xor:"steps" placeholder:"A:B|all" help:"Sum steps A to B-1, or all."`
	Format  string `help:"Format of the loads, if neither name nor content shows it: ${load_formats}."`
	Layers  int    `range:"1..268435456" help:"Number of layers, if the file does not give it."`
	Experts int    `range:"1..268435456" help:"Number of experts, if the file lists only those with load."`
	TopK    int    `range:"1..268435456" name:"top-k" help:"Experts per token, for routed experts that were recorded as plain bytes."`
}

// stepUse is what a verb does with loads of several steps.
type stepUse int

const (
	oneStep   stepUse = iota // takes one; sums a range
	everyStep                // takes all where none is named; sums a range
	keepSteps                // takes all where none is named; keeps a range as steps
)

// options returns the options of datasets for the flags.
func (f *loadFlags) options(s *streams, use stepUse) (datasets.ReadOptions, error) {
	opt := datasets.ReadOptions{
		Key: f.Key, Step: f.Step, Format: datasets.Format(f.Format), Layers: f.Layers, Experts: f.Experts, TopK: f.TopK, Stdin: s.in,
	}
	if f.Steps != "" {
		steps, err := datasets.ParseStepRange(f.Steps)
		if err != nil {
			return opt, err
		}
		if use == keepSteps {
			opt.Range = steps
		} else {
			opt.Sum = steps
		}
	}
	opt.AllSteps = use != oneStep
	return opt, nil
}

// read reads the loads of a file, and says what its reader decided.
func (f *loadFlags) read(s *streams, path string, use stepUse) (*datasets.Loads, error) {
	opt, err := f.options(s, use)
	if err != nil {
		return nil, err
	}
	loads, err := datasets.Read(path, opt)
	if err != nil {
		return nil, err
	}
	s.notes(path, loads.Notes)
	return loads, nil
}

// notes says on standard error what the reader of a file decided.
func (s *streams) notes(path string, notes []string) {
	for _, note := range notes {
		fmt.Fprintf(s.err, "bench: note: %s\n", clean(path+": "+note))
	}
}

// rawStrings lets arguments be any bytes, as file names may: kong's own mapper
// of strings goes by way of JSON, which replaces what is not UTF-8.
func rawStrings() kong.Option {
	return kong.KindMapper(reflect.String, kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
		token, err := ctx.Scan.PopValue("string")
		if err != nil {
			return err
		}
		text, ok := token.Value.(string)
		if !ok {
			text = fmt.Sprint(token.Value)
		}
		target.SetString(text)
		return nil
	}))
}

// loadFormats lists the formats for the help.
func loadFormats() kong.Option {
	return kong.Vars{"load_formats": strings.Join(datasets.FormatNames(), ", ")}
}
