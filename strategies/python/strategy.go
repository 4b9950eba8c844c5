package python

import (
	"fmt"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/strategies"
)

// defaultFunction is what packing programs call their function.
const defaultFunction = "balanced_packing"

// Definition returns the definition of the strategies that h executes: "python", with
// the program's file as a parameter.
//
// Making such a strategy loads the program. The error says why it can never run: no
// such file or function, other parameters, a module or the interpreter that is
// missing.
func Definition(h *Host) strategies.Definition {
	return strategies.Definition{
		Name: "python", External: true,
		Summary: "a function balanced_packing(weight, num_packs) in a Python file, run as it is",
		Source:  "the file",
		Params:  append(parameters(defaultFunction), blockParam),
		New: func(v strategies.Values) (strategies.Strategy, error) {
			p, err := newProgram(v, kindPack)
			if err != nil {
				return nil, err
			}
			if err := h.check(p); err != nil {
				return nil, err
			}
			return &strategy{host: h, program: p, spec: v.Canonical()}, nil
		},
	}
}

var blockParam = spec.Param{
	Name: "block", Kind: spec.Choice, Default: "none", Choices: []string{"none", "search", "replace"},
	Doc: "side of the SEARCH/REPLACE blocks in the file: the program before a change or after it",
}

// parameters declares those of every kind of program.
func parameters(function string) []spec.Param {
	return []spec.Param{
		{Name: "file", Kind: spec.Text, Doc: "the Python file; in double quotes where its name has a comma"},
		{Name: "function", Kind: spec.Text, Default: function, Doc: "the function to call"},
		{Name: "arrays", Kind: spec.Choice, Default: "auto", Choices: []string{"auto", "numpy", "torch"}, Doc: "what the function takes; auto decides by its annotation or imports, or by trial"},
		{Name: "timeout", Kind: spec.Text, Default: "1m", Doc: "max time of a call, with its unit"},
		{Name: "memory", Kind: spec.Int, Default: "8192", Min: 64, Max: 1 << 24, Doc: "MiB that the worker may allocate; no limit on CUDA"},
	}
}

// newProgram returns the program of checked values, its file read.
func newProgram(v strategies.Values, kind uint32) (*program, error) {
	p := &program{
		file: v.Text("file"), function: v.Text("function"), arrays: v.Choice("arrays"), block: "none",
		kind: kind, memory: int64(v.Int("memory")) << 20,
	}
	if kind == kindPack {
		p.block = v.Choice("block")
	}
	var err error
	if p.timeout, err = time.ParseDuration(v.Text("timeout")); err != nil || p.timeout <= 0 {
		return nil, fmt.Errorf("python: timeout=%s: use a positive time with its unit, such as 30s or 5m", v.Text("timeout"))
	}
	return p, p.read()
}

// strategy is a packing program. It is executed by its host's workers, on the
// backends cpu and cuda.
type strategy struct {
	host    *Host
	program *program
	spec    spec.Spec
}

var _ strategies.External = (*strategy)(nil)

// Spec implements [strategies.Strategy].
func (s *strategy) Spec() spec.Spec { return s.spec }

// Label is a short name for tables and figures.
func (s *strategy) Label() string {
	if s.program.function != defaultFunction {
		return s.program.name() + " " + s.program.function
	}
	return s.program.name()
}

// Content identifies the program's text: the SHA-256 of its file.
func (s *strategy) Content() string { return s.program.hash }

// PrepareOn implements [strategies.External].
func (s *strategy) PrepareOn(backend string, shape packing.Shape) (strategies.Runner, error) {
	return &runner{slot: s.host.slot(s.program, backend), shape: shape}, nil
}
