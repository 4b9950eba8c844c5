package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"packbench/datasets"
	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/forecast"
	"packbench/placement/planners"
	"packbench/replay"
	"packbench/runs"
)

// replayJob is what a cell of a replay means. The seed is that of the trace.
type replayJob struct {
	config replay.Config // without the trace
	trace  *traceSource
	seed   uint64
	prices replay.Prices
}

// traceSource is a trace of an experiment, kept once it was made or read.
type traceSource struct {
	name      string
	content   string // hash of the loads where they come from a file
	entry     runs.Trace
	generated *datasets.Trace // nil for a file
	made      map[uint64]*replay.Trace
	hashes    map[uint64]string
}

// get returns the trace of a seed and the hash of its loads.
func (t *traceSource) get(seed uint64) (*replay.Trace, string, error) {
	if t.generated == nil {
		seed = 0
	}
	if made := t.made[seed]; made != nil {
		return made, t.hashes[seed], nil
	}
	loads, expected, err := t.generated.Generate(seed)
	if err != nil {
		return nil, "", err
	}
	t.keep(seed, loads, expected)
	return t.made[seed], t.hashes[seed], nil
}

func (t *traceSource) keep(seed uint64, loads *datasets.Loads, expected []float32) {
	t.made[seed], t.hashes[seed] = replay.NewTrace(loads, expected), loads.Hash()
}

// newTraceSource returns what an entry means; a file, relative to base, is read.
func newTraceSource(entry runs.Trace, base string) (*traceSource, error) {
	t := &traceSource{entry: entry, made: map[uint64]*replay.Trace{}, hashes: map[uint64]string{}}
	switch {
	case entry.Spec == "" && entry.File == "":
		return nil, errors.New("a trace has neither spec nor file: give one of them")
	case entry.Spec != "" && entry.File != "":
		return nil, fmt.Errorf("a trace has spec %s and file %s: give one of them", entry.Spec, entry.File)
	case entry.Spec != "" && entry.Key != "":
		return nil, fmt.Errorf("trace %s is generated: key is for files", entry.Spec)
	case entry.Spec != "":
		generated, err := datasets.ParseTrace(entry.Spec)
		if err != nil {
			return nil, err
		}
		t.name, t.generated = generated.Spec().String(), &generated
		return t, nil
	}
	path := entry.File
	if !filepath.IsAbs(path) && path != "-" {
		path = filepath.Join(base, path)
	}
	loads, err := datasets.Read(path, datasets.ReadOptions{Key: entry.Key, AllSteps: true})
	if err != nil {
		return nil, err
	}
	if loads.Steps < 2 {
		return nil, fmt.Errorf("%s: loads of one step: a replay needs several, [steps, layers, experts]", entry.File)
	}
	name := spec.Spec{Name: entry.File}
	if entry.Key != "" {
		name.Args = append(name.Args, spec.Arg{Key: "array", Value: entry.Key})
	}
	t.name = name.String()
	t.keep(0, loads, nil)
	t.content = t.hashes[0]
	return t, nil
}

// newReplayPlan returns the cells of a replay: for each trace, window, delay and
// pace every subject with every seed.
func newReplayPlan(e runs.Experiment, known planners.Registry) (*Plan, error) {
	r := e.Replay
	p := &Plan{Experiment: e, Labels: map[string]map[string]string{}}
	limit, err := timeout(&e)
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		return nil, errors.New("timeout: a replay has none")
	}
	prices := pricesOf(r.Prices)
	if err := prices.Check(); err != nil {
		return nil, err
	}
	if len(r.Traces) == 0 {
		return nil, errors.New("the replay has no traces: list at least one")
	}
	subjects, err := p.subjects(r, known)
	if err != nil {
		return nil, err
	}
	one := func(list []int) []int {
		if len(list) == 0 {
			return []int{1}
		}
		return list
	}
	for _, entry := range r.Traces {
		source, err := newTraceSource(entry, e.Base)
		if err != nil {
			return nil, err
		}
		p.label(runs.WorkloadAxis, source.name, entry.Name)
		for _, window := range one(r.Windows) {
			for _, delay := range one(r.Delays) {
				for _, every := range one(r.Every) {
					for _, s := range subjects {
						c := replay.Config{Subject: s, Window: window, Delay: delay, Every: every}
						if err := p.addReplay(replayJob{config: c, trace: source, prices: prices}); err != nil {
							return nil, err
						}
					}
				}
			}
		}
	}
	if len(p.Labels) == 0 {
		p.Labels = nil
	}
	return p, p.unique()
}

func (p *Plan) label(axis, value, label string) {
	if label == "" || label == value {
		return
	}
	if p.Labels[axis] == nil {
		p.Labels[axis] = map[string]string{}
	}
	p.Labels[axis][value] = label
}

// railPlanner makes the plans of the rails.
const railPlanner = "balanced"

// subjects returns what is replayed: each planner with each estimator, or once
// where it forecasts by itself, and the rails.
func (p *Plan) subjects(r *runs.Replay, known planners.Registry) ([]replay.Subject, error) {
	if len(r.Planners) == 0 {
		return nil, errors.New("the replay has no planners: list at least one")
	}
	names := r.Estimators
	if len(names) == 0 {
		names = []string{"last"}
	}
	var estimators []forecast.Estimator
	for _, text := range names {
		est, err := forecast.Parse(text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(estimators, func(e forecast.Estimator) bool { return e.Spec().String() == est.Spec().String() }) {
			return nil, fmt.Errorf("estimator %q is listed twice: drop one", text)
		}
		estimators = append(estimators, est)
	}
	var subjects []replay.Subject
	for _, named := range r.Planners {
		planner, err := known.Parse(named.Spec)
		if err != nil {
			return nil, err
		}
		p.label(runs.PlannerAxis, planner.Spec().String(), cmp.Or(named.Name, named.Spec))
		if slices.ContainsFunc(subjects, func(s replay.Subject) bool { return s.Name() == planner.Spec().String() }) {
			return nil, fmt.Errorf("planner %q is listed twice: drop one", named.Spec)
		}
		for _, est := range estimators {
			s := replay.Subject{Planner: planner, Estimator: est}
			subjects = append(subjects, s)
			if s.Forecasts() {
				break
			}
		}
	}
	base, err := planners.Builtin().Parse(railPlanner)
	if err != nil {
		return nil, err
	}
	kinds := map[string]replay.Kind{replay.StaticName: replay.Static, replay.OracleName: replay.Oracle, replay.TruthName: replay.Truth}
	for i, name := range r.Rails {
		if slices.Contains(r.Rails[:i], name) {
			return nil, fmt.Errorf("rail %q is listed twice: drop one", name)
		}
		kind, ok := kinds[name]
		if !ok {
			return nil, fmt.Errorf("unknown rail %q%s", name, spec.Suggest(name, []string{replay.StaticName, replay.OracleName, replay.TruthName}))
		}
		subjects = append(subjects, replay.Subject{Kind: kind, Planner: base})
	}
	return subjects, nil
}

// addReplay appends the cells of a job for every seed; one for a recorded trace.
func (p *Plan) addReplay(j replayJob) error {
	seeds := p.Experiment.Seeds
	if j.trace.generated == nil {
		seeds = seeds[:1]
	} else if n := len(p.Cells) + len(seeds); n > maxRuns/(p.Experiment.Warmup+p.Experiment.Repeats) {
		return fmt.Errorf("%d cells or more: list fewer planners, traces, windows or seeds", n)
	}
	for _, seed := range seeds {
		j.seed = seed
		trace, hash, err := j.trace.get(seed)
		if err != nil {
			return err
		}
		if j.config.Subject.Kind == replay.Truth && trace.Truth == nil {
			continue // nobody knows it
		}
		if j.config.Topology, err = topologyOf(p.Experiment.Replay.Topology, j.trace.entry.Topology, trace.Experts); err != nil {
			return fmt.Errorf("trace %s: %w", j.trace.name, err)
		}
		j.config.MovePrice = j.prices.MovePrice(trace.Layers)
		j.config.Trace = trace
		if err := j.config.Check(); err != nil {
			return fmt.Errorf("trace %s: %w", j.trace.name, err)
		}
		j.config.Trace = nil
		cell := j.cell()
		p.replays = append(p.replays, j)
		p.Cells = append(p.Cells, runs.PlannedCell{Cell: cell, Key: cell.Key(j.trace.content), Layers: trace.Layers, Items: trace.Experts, WorkloadHash: hash})
	}
	return nil
}

// cell returns the coordinates of a job. Those of a single node, a single group
// and a plan after every window are left out.
func (j *replayJob) cell() runs.Cell {
	c, t := &j.config, j.config.Topology
	whole := func(axis string, n int) runs.Coordinate { return runs.Coordinate{Axis: axis, Value: strconv.Itoa(n)} }
	list := []runs.Coordinate{{Axis: runs.WorkloadAxis, Value: j.trace.name}, whole(runs.PacksAxis, t.GPUs), whole(runs.SlotsAxis, t.Slots)}
	if t.Nodes > 1 {
		list = append(list, whole(runs.NodesAxis, t.Nodes))
	}
	if t.Groups > 1 {
		list = append(list, whole(runs.GroupsAxis, t.Groups))
	}
	list = append(list, whole(runs.WindowAxis, c.Window), whole(runs.DelayAxis, c.Delay))
	if c.Every > 1 {
		list = append(list, whole(runs.EveryAxis, c.Every))
	}
	list = append(list,
		runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"},
		runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.FormatUint(j.seed, 10)},
		runs.Coordinate{Axis: runs.PlannerAxis, Value: c.Subject.Name()})
	if name := c.Subject.EstimatorName(); name != "" && name != "last" {
		list = append(list, runs.Coordinate{Axis: runs.EstimatorAxis, Value: name})
	}
	return runs.NewCell(list...)
}

// topologyOf returns the sizes of a trace's own topology, then of the replay's.
func topologyOf(all, own runs.Topology, experts int) (placement.Topology, error) {
	t := placement.Topology{
		Experts: experts, Slots: cmp.Or(own.Slots, all.Slots), GPUs: cmp.Or(own.GPUs, all.GPUs),
		Nodes: cmp.Or(own.Nodes, all.Nodes, 1), Groups: cmp.Or(own.Groups, all.Groups, 1),
	}
	if t.GPUs == 0 {
		return t, errors.New("the number of GPUs is missing: give gpus")
	}
	if t.Slots == 0 {
		return t, fmt.Errorf("the number of slots is missing: give %d or more", experts)
	}
	return t, t.Validate()
}

// pricesOf returns the prices with defaults where there is none.
func pricesOf(r runs.Prices) replay.Prices {
	p := replay.DefaultPrices()
	for _, x := range []struct {
		given int
		to    *float64
		unit  float64
	}{{r.StepMicroseconds, &p.Step, 1e3}, {r.Iterations, &p.Iterations, 1}, {r.ExpertBytes, &p.ExpertBytes, 1}, {r.InsideGB, &p.Inside, 1e9}, {r.BetweenGB, &p.Between, 1e9}} {
		if x.given != 0 {
			*x.to = float64(x.given) * x.unit
		}
	}
	p.Parallel, p.OnPath = r.Parallel, r.OnPath
	return p
}

// CheckPlanners returns an error where a planner of a replay refuses a topology,
// whatever the loads. Programs outside of this process are not asked.
func (p *Plan) CheckPlanners(ctx context.Context) error {
	type asked struct{ planner, topology string }
	seen := map[asked]bool{}
	for i := range p.replays {
		planner, topology := p.replays[i].config.Subject.Planner, p.replays[i].config.Topology
		if _, external := planner.(placement.External); external {
			continue
		}
		a := asked{planner.Spec().String(), fmt.Sprint(topology)}
		if seen[a] {
			continue
		}
		seen[a] = true
		task := &placement.Task{Topology: topology, Steps: 1, Layers: 1, Loads: slices.Repeat([]float32{1}, topology.Experts), Threads: 1}
		if _, _, err := planner.Plan(ctx, task); err != nil {
			return err
		}
	}
	return nil
}

// Replays reports whether the plan is one of placements.
func (p *Plan) Replays() bool { return p.replays != nil }

// Executor returns what runs the cells of the plan, and a function to call at
// the end.
func (p *Plan) Executor() (x Executor, done func()) {
	if p.Replays() {
		return NewReplayExecutor(p), func() {}
	}
	b := NewExecutor(p)
	return b, func() { _ = b.Close() } // the runs are over and recorded
}
