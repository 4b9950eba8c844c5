package harness

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"packbench/internal/spec"
	"packbench/runs"
	"packbench/strategies"
)

// DefaultExperiment returns an empty experiment with the defaults: CPU, one
// seed, ten repeats after one warm-up run.
func DefaultExperiment() runs.Experiment {
	return runs.Experiment{RNG: strategies.Philox.String(), Backends: []string{"cpu"}, Seeds: []uint64{1}, Repeats: 10, Warmup: 1}
}

// maxRuns is the largest number of runs of an experiment, warm-up runs among
// them, a guard against a slip of the finger: four million runs of a millisecond
// take more than an hour, and their records a gigabyte or more.
const maxRuns = 4_000_000

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// check returns an error for the first value of the experiment that is wrong whatever
// strategies and workloads there are.
func check(e *runs.Experiment) error {
	switch {
	case !nameRule.MatchString(e.Name):
		return fmt.Errorf("name %q: use letters, digits, dots, dashes and underscores (it names a directory)", e.Name)
	case e.Replay != nil && (len(e.Planners) > 0 || len(e.Topologies) > 0 || e.Previous != ""):
		return errors.New("a replay has its planners and its deployment under replay: leave out planners, topologies and previous")
	case len(e.Planners) > 0:
		if err := checkPlacements(e); err != nil {
			return err
		}
	case e.Replay != nil && (len(e.Strategies) > 0 || len(e.Workloads) > 0 || len(e.Packs) > 0):
		return errors.New("a replay has planners and traces: leave out strategies, workloads and packs")
	case e.Replay != nil && len(e.Backends) > 0 && !slices.Equal(e.Backends, []string{"cpu"}):
		return fmt.Errorf("backends %v: planners run on the cpu", e.Backends)
	case e.Replay != nil:
	case len(e.Strategies) == 0:
		return errors.New("the experiment has no strategies: list at least one")
	case len(e.Topologies) > 0 || e.Previous != "":
		return errors.New("topologies and previous are for planners: list planners instead of strategies")
	}
	switch {
	case e.Replay == nil && len(e.Workloads) == 0:
		return errors.New("the experiment has no workloads: list at least one")
	case e.Replay == nil && len(e.Backends) == 0:
		return errors.New("the experiment has no backends: list at least one")
	}
	switch {
	case len(e.Seeds) == 0:
		return errors.New("the experiment has no seeds: list at least one")
	case e.Repeats < 1 || e.Repeats > maxRuns:
		return fmt.Errorf("repeats %d: use 1 to %d", e.Repeats, maxRuns)
	case e.Warmup < 0 || e.Warmup > maxRuns:
		return fmt.Errorf("warmup %d: use 0 to %d", e.Warmup, maxRuns)
	}
	if e.Invocations < 0 || e.Invocations > maxInvocations {
		return fmt.Errorf("invocations %d: use 1 to %d", e.Invocations, maxInvocations)
	}
	if err := checkNames(e); err != nil {
		return err
	}
	_, err := timeout(e)
	return err
}

// checkNames returns an error where two strategies, planners, workloads or traces
// have the same name, by which tables and figures call them.
func checkNames(e *runs.Experiment) error {
	type source struct{ spec, file, key, step, steps string }
	var firstError error
	names := func(kind string) func(name string, of source) {
		taken := map[string]source{}
		return func(name string, of source) {
			label := cmp.Or(name, of.spec, of.file)
			if before, ok := taken[label]; ok && before != of && firstError == nil && name != "" {
				firstError = fmt.Errorf("%s %q and %q are both called %q: give them different names", kind, cmp.Or(before.spec, before.file), cmp.Or(of.spec, of.file), label)
			}
			taken[label] = of
		}
	}
	add := names("strategies")
	for _, s := range e.Strategies {
		add(s.Name, source{spec: s.Spec})
	}
	add = names("planners")
	for _, s := range e.Planners {
		add(s.Name, source{spec: s.Spec})
	}
	add = names("workloads")
	for _, w := range e.Workloads {
		step := ""
		if w.Step != nil {
			step = strconv.Itoa(*w.Step)
		}
		add(w.Name, source{w.Spec, w.File, cmp.Or(w.Key, w.Array), step, w.Steps})
	}
	if e.Replay == nil {
		return firstError
	}
	add = names("planners")
	for _, s := range e.Replay.Planners {
		add(s.Name, source{spec: s.Spec})
	}
	add = names("traces")
	for _, t := range e.Replay.Traces {
		add(t.Name, source{spec: t.Spec, file: t.File, key: t.Key})
	}
	return firstError
}

// maxInvocations is a guard against a slip of the finger.
const maxInvocations = 1000

// timeout returns the max time of a run; 0 means no limit.
func timeout(e *runs.Experiment) (time.Duration, error) {
	if e.Timeout == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(e.Timeout)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("timeout %q: use a positive time with its unit, such as 30s or 5m", e.Timeout)
	}
	return d, nil
}

// Narrow returns the experiment with the given number of repeats, unless it is
// nil, and with only the listed backends, if any are listed.
func Narrow(e runs.Experiment, repeats *int, backends []string) (runs.Experiment, error) {
	if repeats != nil {
		e.Repeats = *repeats
	}
	for _, b := range backends {
		if !slices.Contains(e.Backends, b) {
			return runs.Experiment{}, fmt.Errorf("the experiment has no backend %q%s", b, spec.Suggest(b, e.Backends))
		}
	}
	if len(backends) > 0 {
		e.Backends = backends
	}
	return e, nil
}
