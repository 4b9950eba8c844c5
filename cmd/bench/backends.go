package main

import (
	"fmt"

	"packbench/internal/spec"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// backendFlags are the flags of every verb that runs strategies.
type backendFlags struct {
	Threads int `help:"Layers packed in parallel on the CPU; 0 means one per core." default:"0"`
	Device  int `help:"Index of the GPU." default:"0"`
}

// backends returns every backend there is, by name, in the order in which
// results are shown. Those that cannot run here say so when asked to.
func (f backendFlags) backends() ([]strategies.Backend, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return []strategies.Backend{
		cpu.New(cpu.Options{Threads: f.Threads}),
		cuda.New(cuda.Options{Device: f.Device}),
	}, nil
}

// check returns an error for a number that cannot be.
func (f backendFlags) check() error {
	if f.Threads < 0 || f.Threads > cpu.MaxThreads {
		return fmt.Errorf("--threads=%d: use 1 to %d threads, or 0 for one per core", f.Threads, cpu.MaxThreads)
	}
	if f.Device < 0 {
		return fmt.Errorf("--device=%d: GPUs are numbered from 0", f.Device)
	}
	return nil
}

// threads is how many threads a run may use.
func (f backendFlags) threads() int { return cpu.New(cpu.Options{Threads: f.Threads}).Threads() }

// backend returns the backend of that name.
func (f backendFlags) backend(name string) (strategies.Backend, error) {
	all, err := f.backends()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, b := range all {
		if b.Name() == name {
			return b, nil
		}
		names = append(names, b.Name())
	}
	return nil, fmt.Errorf("unknown backend %q%s", name, spec.Suggest(name, names))
}
