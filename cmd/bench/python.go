package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"packbench/harness"
	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/placement/planners/program"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/python"
)

// pythonFlags are the flags of every verb that runs strategies in Python.
type pythonFlags struct {
	Python string `env:"PACKBENCH_PYTHON" placeholder:"PATH" help:"Interpreter for strategies python:file=PATH, such as that of a virtual environment; default python3."`
}

// host returns the host of Python strategies. Close it.
func (f pythonFlags) host(b backendFlags) *python.Host {
	return python.NewHost(python.Options{Interpreter: f.Python, Threads: b.Threads, Device: b.Device})
}

// registry returns all strategies: those of this program and those that h runs.
func registry(h *python.Host) strategies.Registry {
	return append(strategies.Builtin(), python.Definition(h))
}

// withoutPrograms returns all strategies for a verb that is to run nothing of the
// user's: programs are known, and are errors.
func withoutPrograms() strategies.Registry {
	d := python.Definition(python.NewHost(python.Options{}))
	d.New = func(strategies.Values) (strategies.Strategy, error) {
		return nil, errors.New("a program in Python: bench run draws its packs, bench report does not run programs")
	}
	return append(strategies.Builtin(), d)
}

// plannersOf returns all planners: those of this program and those that h runs.
func plannersOf(h *python.Host) planners.Registry {
	return append(planners.Builtin(), program.Definition(h))
}

// plannersWithoutPrograms is [withoutPrograms] for planners.
func plannersWithoutPrograms() planners.Registry {
	d := program.Definition(python.NewHost(python.Options{}))
	d.New = func(spec.Values) (placement.Planner, error) {
		return nil, errors.New("a program in Python: bench run draws the loads of its GPUs, bench report does not run programs")
	}
	return append(planners.Builtin(), d)
}

// fileList is the value of a flag that takes all arguments up to the next flag.
type fileList []string

// Decode implements [kong.MapperValue].
func (l *fileList) Decode(ctx *kong.DecodeContext) error {
	for n := 0; ; n++ {
		next := ctx.Scan.Peek()
		text, ok := next.Value.(string)
		if next.IsEOL() || !ok || strings.HasPrefix(text, "-") {
			if n == 0 {
				return fmt.Errorf("name at least one file")
			}
			return nil
		}
		ctx.Scan.Pop()
		*l = append(*l, text)
	}
}

// addPrograms returns the experiment with the programs in files as strategies. A
// file may stand with parameters, as a strategy is written.
func addPrograms(e runs.Experiment, files []string) runs.Experiment {
	for _, file := range files {
		text := file
		if !strings.HasPrefix(file, "python:") {
			text = spec.Spec{Name: "python", Args: []spec.Arg{{Key: "file", Value: file}}}.String()
		}
		e.Strategies = append(e.Strategies, runs.Named{Spec: text})
	}
	return e
}

// besideFile returns the experiment that was read from the YAML file at path, with
// its programs named relative to that file, as workloads are.
func besideFile(e runs.Experiment, path string) runs.Experiment {
	e.Strategies, e.Planners = programsBeside(e.Strategies, path), programsBeside(e.Planners, path)
	return e
}

func programsBeside(all []runs.Named, path string) []runs.Named {
	list := slices.Clone(all)
	for i, named := range all {
		s, err := spec.Parse(named.Spec)
		if err != nil || s.Name != "python" {
			continue // the plan will say what is wrong
		}
		for j, a := range s.Args {
			if a.Key == "file" && !filepath.IsAbs(a.Value) {
				s.Args[j].Value = filepath.Join(filepath.Dir(path), a.Value)
			}
		}
		list[i].Spec = s.String()
	}
	return list
}

// load makes every strategy and planner of an experiment that there is, so that
// what the host runs programs with is known.
func load(e runs.Experiment, c harness.Catalog) {
	for _, named := range e.Strategies {
		_, _ = c.Strategies.Parse(named.Spec) // the plan will say what is wrong
	}
	for _, named := range e.Planners {
		_, _ = c.Planners.Parse(named.Spec)
	}
}

// environment describes this machine and what runs programs on it.
func environment(backends []strategies.Backend, threads int, h *python.Host) runs.Environment {
	e := harness.CaptureEnvironment(backends, threads)
	for _, f := range h.Facts() {
		e.Python = append(e.Python, runs.Fact(f))
	}
	return e
}
