package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"packbench/cmd/bench/internal/score"
	"packbench/internal/spec"
	"packbench/strategies"
	"packbench/strategies/python"
)

// scoreCmd is "bench score": a line of JSON about one program.
type scoreCmd struct {
	File      string   `arg:"" predictor:"file" help:"Program in Python with a function balanced_packing(weight, num_packs), or a strategy such as python:file=FILE,timeout=5s."`
	Quick     bool     `help:"Score on a small set of loads, within seconds."`
	Score     string   `default:"balance" help:"Formula of combined_score: balance, gap, adrs, skydiscover or openevolve."`
	Reference []string `default:"lpt,topk-max-any,descent" placeholder:"NAME" help:"Strategies to compare with; default lpt, topk-max-any and descent."`
	Backend   string   `default:"cpu" help:"Where to run: cpu or cuda."`
	backendFlags
	pythonFlags
}

// scored is the line that bench score prints.
type scored struct {
	File          string  `json:"file"`
	Valid         bool    `json:"valid"`
	Reason        string  `json:"reason,omitempty"` // why it is not valid
	CombinedScore float64 `json:"combined_score"`   // 0 of a program that is not valid
	*score.Result
	Score   string   `json:"score"`   // name of the formula
	Formula string   `json:"formula"` // of combined_score
	Remarks []string `json:"remarks,omitempty"`

	Loads     string `json:"loads"` // name of the set
	Cases     int    `json:"cases"`
	LoadsHash string `json:"loads_hash"`

	References map[string]score.Result `json:"references,omitempty"`
	// Difference is the combined score less that of each reference.
	Difference map[string]float64 `json:"difference,omitempty"`
	Traceback  string             `json:"traceback,omitempty"`
}

// Run implements the verb. What is wrong with the program is data: the exit code is 0.
func (c *scoreCmd) Run(s *streams) error {
	var formula score.Formula
	for _, f := range score.Formulas() {
		if f.Name == c.Score {
			formula = f
		}
	}
	if formula.Name == "" {
		return badInput(fmt.Errorf("unknown formula %q%s", c.Score, spec.Suggest(c.Score, score.FormulaNames())))
	}
	backend, err := c.backend(c.Backend)
	if err != nil {
		return badInput(err)
	}
	defer backend.Close()
	references, err := c.references()
	if err != nil {
		return badInput(err)
	}
	cases, name, hash, err := score.Cases(c.Quick)
	if err != nil {
		return err
	}
	out := scored{File: c.File, Score: formula.Name, Formula: formula.Text, Loads: name, Cases: len(cases), LoadsHash: hash}
	ctx, stop := interruptible()
	defer stop()

	host := c.host(c.backendFlags)
	defer host.Close()
	fail := func(err error) {
		out.Reason = clean(err.Error())
		var fault *python.Fault
		if errors.As(err, &fault) {
			out.Traceback = fault.Traceback
		}
	}
	text := c.File
	if !strings.HasPrefix(text, "python:") {
		text = spec.Spec{Name: "python", Args: []spec.Arg{{Key: "file", Value: c.File}}}.String()
	}
	program, err := registry(host).Parse(text)
	switch {
	case err != nil && !ofProgram(err):
		return badInput(err)
	case err != nil:
		fail(err)
	default:
		result, remarks, err := score.Measure(ctx, backend, program, cases, formula)
		switch {
		case ctx.Err() != nil:
			return errors.New("interrupted")
		case errors.Is(err, strategies.ErrUnavailable) || errors.Is(err, strategies.ErrUnsupported):
			return badInput(err)
		case err != nil:
			fail(err)
		default:
			out.Result, out.CombinedScore, out.Remarks = &result, result.CombinedScore, remarks
			if err := c.compare(ctx, &out, references, cases, formula); err != nil {
				return err
			}
		}
	}
	out.Valid = out.Reason == ""
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

// ofProgram reports whether err is about the text of the program, and not about the
// name of its file or the interpreter.
func ofProgram(err error) bool {
	var fault *python.Fault
	return errors.As(err, &fault) && fault.Kind != "library"
}

// references are the strategies to compare with.
func (c *scoreCmd) references() ([]strategies.Strategy, error) {
	list := make([]strategies.Strategy, len(c.Reference))
	for i, name := range c.Reference {
		var err error
		if list[i], err = strategies.Builtin().Parse(name); err != nil {
			return nil, fmt.Errorf("--reference: %w", err)
		}
	}
	return list, nil
}

// compare scores the references on the CPU.
func (c *scoreCmd) compare(ctx context.Context, out *scored, references []strategies.Strategy, cases []score.Case, formula score.Formula) error {
	cpu, err := c.backend("cpu")
	if err != nil {
		return badInput(err)
	}
	defer cpu.Close()
	out.References, out.Difference = map[string]score.Result{}, map[string]float64{}
	for i, name := range c.Reference {
		r, _, err := score.Measure(ctx, cpu, references[i], cases, formula)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out.References[name] = r
		out.Difference[name] = out.CombinedScore - r.CombinedScore
	}
	return nil
}
