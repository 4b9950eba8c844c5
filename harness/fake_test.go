package harness

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/placement/planners"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/fakebackend"
)

// catalog returns the built-in strategies and the backends.
func catalog(backends ...*fakebackend.Backend) Catalog {
	c := Catalog{Strategies: strategies.Builtin(), Planners: planners.Builtin(), Threads: 1}
	for _, b := range backends {
		c.Backends = append(c.Backends, b)
	}
	return c
}

// small is an experiment of 2 strategies × 1 workload × 1 backend.
func small() runs.Experiment {
	e := DefaultExperiment()
	e.Name = "small"
	e.Strategies = specs("lpt", "two-opt")
	e.Workloads = []runs.Workload{{Spec: "uniform:layers=2,items=12"}}
	e.Packs = []int{3}
	e.Repeats = 3
	return e
}

func mustPlan(t *testing.T, e runs.Experiment, c Catalog) *Plan {
	t.Helper()
	p, err := NewPlan(e, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wantError requires an error on one line that contains each of the parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range append(parts, "") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q: want it to contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has more than one line", err)
	}
}

// mock is an executor that runs nothing: it writes down what it was asked for
// and answers with the outcomes in its script, and with done where that has
// none.
type mock struct {
	plan   *Plan
	asked  []string
	script map[string][]Outcome // by strategy; the first is taken off each time
	after  func(call int)       // called after each run, counted from 1
}

func (m *mock) Execute(_ context.Context, i int, evaluate bool) Outcome {
	c := m.plan.Cells[i]
	ask := c.Strategy() + " on " + c.Backend()
	if evaluate {
		ask += ", evaluate"
	}
	m.asked = append(m.asked, ask)
	o := doneOutcome("same")
	if list := m.script[c.Strategy()+" on "+c.Backend()]; len(list) > 0 {
		o = list[0]
		m.script[c.Strategy()+" on "+c.Backend()] = list[1:]
	}
	if evaluate && o.Status == runs.Done {
		o.Layer = fakeQuality(c.Layers)
	}
	if m.after != nil {
		m.after(len(m.asked))
	}
	return o
}

// doneOutcome is the outcome of a run that is done, with an answer of the given
// hash.
func doneOutcome(hash string) Outcome {
	return Outcome{Status: runs.Done, AnswerHash: hash, Run: map[string]float64{runs.TimeMeasure: 5}}
}

func fakeQuality(layers int) map[string][]float64 {
	quality := make([]packing.Quality, layers)
	for l := range quality {
		quality[l] = packing.Quality{Max: 12, Min: 9, Mean: 10, LowerBound: 10}
	}
	return layerMeasures(quality, nil)
}

// lines writes records as one line each: the cell, the repeat and the status.
func lines(records []runs.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%s on %s #%d %s", r.Cell.Strategy(), r.Cell.Backend(), r.Repeat, r.Status)
		if r.Reason != "" {
			fmt.Fprintf(&b, ": %s", r.Reason)
		}
		for _, w := range r.Warnings {
			fmt.Fprintf(&b, " (%s)", w)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// specs returns strategies without names of their own.
func specs(texts ...string) []runs.Named {
	var list []runs.Named
	for _, text := range texts {
		list = append(list, runs.Named{Spec: text})
	}
	return list
}
