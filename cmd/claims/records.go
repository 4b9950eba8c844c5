package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"packbench/analysis"
	"packbench/compare"
	"packbench/datasets"
	"packbench/runs"
	"packbench/strategies"
)

// records are the run directories that expressions name, read once.
type records struct {
	root        string
	runs        map[string]*analysis.Results
	comparisons map[string]*compare.Comparison
	files       map[string]map[string]float64
}

func newRecords(root string) *records {
	return &records{root: root, runs: map[string]*analysis.Results{}, comparisons: map[string]*compare.Comparison{},
		files: map[string]map[string]float64{}}
}

// run returns the run directory of that name.
func (r *records) run(name string) (*analysis.Results, error) {
	if found := r.runs[name]; found != nil {
		return found, nil
	}
	run, err := runs.Load(filepath.Join(r.root, name))
	if err != nil {
		return nil, err
	}
	r.runs[name] = analysis.Arrange(run)
	return r.runs[name], nil
}

// versus compares the strategies of a run with one of them, seeds pooled, as
// bench compare RUN --baseline STRATEGY --pool-seeds does.
func (r *records) versus(name, baseline string) (*compare.Comparison, error) {
	id := name + " " + baseline
	if found := r.comparisons[id]; found != nil {
		return found, nil
	}
	results, err := r.run(name)
	if err != nil {
		return nil, err
	}
	strategy, err := strategyOf(results, baseline)
	if err != nil {
		return nil, err
	}
	c, err := compare.Baseline(results.Run, strategy, compare.Options{PoolSeeds: true, AcrossMachines: true})
	if err != nil {
		return nil, err
	}
	r.comparisons[id] = c
	return c, nil
}

// measured returns a number from a file of measurements, a JSON object of
// numbers, objects and lists: its path is "a.b.0".
func (r *records) measured(file, key string) (float64, error) {
	if r.files[file] == nil {
		text, err := os.ReadFile(filepath.Join(r.root, file))
		if err != nil {
			return 0, err
		}
		var all any
		if err := json.Unmarshal(text, &all); err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		values := map[string]float64{}
		flatten(values, "", all)
		r.files[file] = values
	}
	v, ok := r.files[file][key]
	if !ok {
		return 0, fmt.Errorf("%s has no %q", file, key)
	}
	return v, nil
}

// flatten puts the numbers in v into values by their paths.
func flatten(values map[string]float64, path string, v any) {
	switch v := v.(type) {
	case float64:
		values[strings.TrimPrefix(path, ".")] = v
	case map[string]any:
		for key, inner := range v {
			flatten(values, path+"."+key, inner)
		}
	case []any:
		for i, inner := range v {
			flatten(values, fmt.Sprintf("%s.%d", path, i), inner)
		}
	}
}

// strategyOf finds a strategy by its spec, in any form, or its label.
func strategyOf(r *analysis.Results, name string) (string, error) {
	var known []string
	canonical := name
	if s, err := strategies.Builtin().Parse(name); err == nil {
		canonical = s.Spec().String()
	}
	for _, s := range r.Strategies {
		label := r.Run.Manifest.Label(runs.StrategyAxis, s)
		if s == canonical || label == name {
			return s, nil
		}
		known = append(known, label)
	}
	return "", fmt.Errorf("no strategy %q: there are %s", name, strings.Join(known, ", "))
}

// problemsOf returns the problems with a workload, by its spec; with packs above 0
// on that number of packs only; of "" all.
func problemsOf(r *analysis.Results, workload string, packs int) ([]*analysis.Problem, error) {
	workload = canonical(workload)
	var list []*analysis.Problem
	for _, p := range r.Problems {
		if (workload == "" || p.Workload() == workload) && (packs == 0 || p.Cell.Packs() == packs) {
			list = append(list, p)
		}
	}
	if list == nil {
		return nil, fmt.Errorf("no problem %q", workload)
	}
	return list, nil
}

// canonical returns a workload as records name it.
func canonical(workload string) string {
	if w, err := datasets.Parse(workload); err == nil {
		return w.Spec().String()
	}
	return workload // of a file, or none
}

// errNothing is the error of a strategy without any result.
var errNothing = errors.New("no result")

// answers returns the results of a strategy on problems, from the backend if one is
// named, otherwise from the first that has any.
func answers(r *analysis.Results, strategy, backend string, problems []*analysis.Problem) ([]*analysis.Result, error) {
	var list []*analysis.Result
	for _, p := range problems {
		answer := r.Answer(p, strategy)
		if backend != "" {
			answer = r.Result(p, strategy, backend)
		}
		if answer == nil || !answer.Judged() {
			return nil, fmt.Errorf("%s on %s: %w", strategy, p.Name, errNothing)
		}
		list = append(list, answer)
	}
	return list, nil
}
