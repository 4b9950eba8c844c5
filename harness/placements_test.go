package harness

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/runs"
	"packbench/strategies/fakebackend"
)

// placing is an experiment of 2 planners × 1 workload × 2 topologies.
func placing() runs.Experiment {
	e := DefaultExperiment()
	e.Name = "placing"
	e.Planners = specs("vllm", "balanced")
	e.Workloads = []runs.Workload{{Spec: "lognormal:layers=3,items=16"}}
	e.Topologies = []runs.Topology{{Slots: 24, GPUs: 4}, {Slots: 24, GPUs: 4, Nodes: 2, Groups: 4}}
	e.Repeats = 2
	return e
}

func TestPlacementsPlan(t *testing.T) {
	e := placing()
	e.Planners[1] = runs.Named{Spec: "balanced", Name: "ours"}
	p := mustPlan(t, e, catalog())
	var got []string
	for _, c := range p.Cells {
		got = append(got, c.Subject()+" to "+c.Target()+" on "+c.Backend())
	}
	want := []string{
		"vllm to 24 slots, 4 GPUs on cpu", "balanced to 24 slots, 4 GPUs on cpu",
		"vllm to 24 slots, 4 GPUs, 2 nodes, 4 groups on cpu", "balanced to 24 slots, 4 GPUs, 2 nodes, 4 groups on cpu",
	}
	if !slices.Equal(got, want) {
		t.Errorf("cells %q", got)
	}
	if c := p.Cells[0]; c.Layers != 3 || c.Items != 16 || c.Has(runs.StrategyAxis) || c.Has(runs.PacksAxis) || c.Has(runs.RNGAxis) {
		t.Errorf("cell %+v", c)
	}
	if p.Labels[runs.PlannerAxis]["balanced"] != "ours" {
		t.Errorf("labels %v", p.Labels)
	}
}

func TestPlacementErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*runs.Experiment)
		want   string
	}{
		{"strategies too", func(e *runs.Experiment) { e.Strategies = specs("lpt") }, "has strategies and planners: write an experiment for each"},
		{"packs", func(e *runs.Experiment) { e.Packs = []int{4} }, "packs are for strategies: give planners topologies"},
		{"packs of a workload", func(e *runs.Experiment) { e.Workloads[0].Packs = []int{4} }, "packs are for strategies: give planners topologies"},
		{"another backend", func(e *runs.Experiment) { e.Backends = []string{"cpu", "cuda"} }, "backends [cpu cuda]: planners run on cpu alone"},
		{"unknown planner", func(e *runs.Experiment) { e.Planners[0].Spec = "vlm" }, `unknown planner "vlm": did you mean "vllm"?`},
		{"same planner twice", func(e *runs.Experiment) { e.Planners = specs("balanced", "vllm", "balanced:align=relabel") }, `planners "balanced" and "balanced:align=relabel" are the same`},
		{"no topologies", func(e *runs.Experiment) { e.Topologies = nil }, "has no topologies: give them for it or for the whole experiment"},
		{"too few slots", func(e *runs.Experiment) { e.Topologies[0].Slots = 8 }, "workload lognormal:layers=3,items=16: 8 slots are fewer than the 16 experts"},
		{"no GPUs", func(e *runs.Experiment) { e.Topologies[0].GPUs = 0 }, "0 GPUs: need at least one"},
		{"topology twice", func(e *runs.Experiment) { e.Topologies[1] = e.Topologies[0] }, "topologies: 24 slots, 4 GPUs is in the experiment twice: drop one"},
		{"unknown previous", func(e *runs.Experiment) { e.Previous = "inital" }, `previous "inital": did you mean "initial"?: use initial`},
		{"no workloads", func(e *runs.Experiment) { e.Workloads = nil }, "no workloads"},
		{"no repeats", func(e *runs.Experiment) { e.Repeats = 0 }, "repeats 0"},
		{"topologies of strategies", func(e *runs.Experiment) { e.Planners, e.Strategies = nil, specs("lpt") }, "topologies and previous are for planners"},
		{"a million runs", func(e *runs.Experiment) { e.Repeats = maxRuns - 1 }, "list fewer planners, workloads, topologies or seeds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := placing()
			test.change(&e)
			_, err := NewPlan(e, catalog(&fakebackend.Backend{Named: "cpu"}))
			wantError(t, err, test.want)
		})
	}
}

func TestYAMLOfPlacements(t *testing.T) {
	e, err := ParseExperiment([]byte(`
name: mine
planners: [vllm, "keep:moves=4", {spec: balanced, name: ours}]
topologies: [{slots: 288, gpus: 32, nodes: 4, groups: 8}]
workloads: [{file: trace.npz, topologies: [{slots: 24, gpus: 4}]}]
previous: initial
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Planners) != 3 || e.Planners[2].Name != "ours" || e.Topologies[0] != (runs.Topology{Slots: 288, GPUs: 32, Nodes: 4, Groups: 8}) ||
		e.Workloads[0].Topologies[0] != (runs.Topology{Slots: 24, GPUs: 4}) || e.Previous != "initial" {
		t.Errorf("%+v", e)
	}
	_, err = ParseExperiment([]byte("name: mine\ntopologies: [{slot: 288}]\n"))
	wantError(t, err, `line 2`, `unknown key "slot"`, `did you mean "slots"?`)
}

// fakePlanner plans as it is told to.
type fakePlanner struct {
	plan func(ctx context.Context, call int, task *placement.Task) (*placement.Plan, error)
	call int
}

func (p *fakePlanner) Spec() spec.Spec { return spec.Spec{Name: "fake"} }

func (p *fakePlanner) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	p.call++
	plan, err := p.plan(ctx, p.call, task)
	return plan, &placement.Report{Stages: []placement.Stage{{Name: "copies", Time: 3}, {Name: "copies", Time: 4}}}, err
}

// runPlanner runs an experiment of the planner and returns its records.
func runPlanner(t *testing.T, e runs.Experiment, p *fakePlanner) *runs.Run {
	t.Helper()
	c := catalog()
	c.Planners = planners.Registry{{Name: "fake", New: func(spec.Values) (placement.Planner, error) { return p, nil }}}
	e.Planners, e.Topologies, e.Warmup = specs("fake"), e.Topologies[:1], 0
	return carryOut(t, e, c)
}

func carryOut(t *testing.T, e runs.Experiment, c Catalog) *runs.Run {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	plan := mustPlan(t, e, c)
	s, err := Create(dir, plan, Origin{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x := NewExecutor(plan)
	defer x.Close()
	if err := s.Execute(t.Context(), x, nil); err != nil {
		t.Fatal(err)
	}
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func initial(task *placement.Task) (*placement.Plan, error) {
	return placement.Initial(task.Topology, task.Layers)
}

func TestFaultsOfPlannersAreStatuses(t *testing.T) {
	for name, test := range map[string]struct {
		plan   func(context.Context, int, *placement.Task) (*placement.Plan, error)
		status runs.Status
		reason string
	}{
		"refuses": {func(context.Context, int, *placement.Task) (*placement.Plan, error) {
			return nil, errors.New("24 slots:\nuse 32")
		},
			runs.Unsupported, "24 slots: use 32"},
		"panics": {func(context.Context, int, *placement.Task) (*placement.Plan, error) { panic("oh no") },
			runs.Failed, "oh no"},
		"gives none": {func(context.Context, int, *placement.Task) (*placement.Plan, error) { return nil, nil },
			runs.Failed, "not a valid plan: the planner returned none"},
		"forgets an expert": {func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			p, err := initial(task)
			p.PhysicalToLogical[0] = 1
			return p, err
		}, runs.Failed, "not a valid plan: layer 0: "},
		"plans for other GPUs": {func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			other := task.Topology
			other.GPUs = 2
			return placement.Initial(other, task.Layers)
		}, runs.Failed, "not a valid plan: 16 experts in 24 slots on 2 GPUs, not the 16 experts in 24 slots on 4 GPUs of the task"},
		"forgets a layer": {func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			return placement.Initial(task.Topology, task.Layers-1)
		}, runs.Failed, "not a valid plan: 2 layers, not the 3 of the task"},
		"is slow": {func(ctx context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, runs.Timeout, "took longer than 20ms"},
		"is slow and deaf": {func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			time.Sleep(30 * time.Millisecond)
			return initial(task)
		}, runs.Timeout, "took longer than 20ms"},
	} {
		t.Run(name, func(t *testing.T) {
			e := placing()
			e.Timeout = "20ms"
			run := runPlanner(t, e, &fakePlanner{plan: test.plan})
			if len(run.Records) != 1 {
				t.Fatalf("%d records, want one: a cell that fails is not run again", len(run.Records))
			}
			if r := run.Records[0]; r.Status != test.status || !strings.Contains(r.Reason, test.reason) || r.Start.IsZero() {
				t.Errorf("%s: %s (at %v), want %s: %s", r.Status, r.Reason, r.Start, test.status, test.reason)
			}
		})
	}
}

func TestPlannersMustBeDeterministic(t *testing.T) {
	run := runPlanner(t, placing(), &fakePlanner{plan: func(_ context.Context, call int, task *placement.Task) (*placement.Plan, error) {
		p, err := initial(task)
		if err != nil || call == 1 {
			return p, err
		}
		slices.Reverse(p.PhysicalToLogical)
		return placement.FromPhysical(task.Topology, task.Layers, p.PhysicalToLogical)
	}})
	if len(run.Records) != 2 || run.Records[1].Status != runs.Failed || !strings.Contains(run.Records[1].Reason, "the planner is not deterministic") {
		t.Errorf("records %+v", run.Records)
	}
}

// The measures of a plan that is known: experts 0 to 15 and 0 to 7 again in the
// 24 slots of 4 GPUs, with the loads of one hot expert and fifteen others.
func TestMeasuresOfPlacements(t *testing.T) {
	dir := t.TempDir()
	loads := "30" + strings.Repeat(",2", 15) + "\n" + strings.Repeat("0,", 15) + "0\n"
	if err := os.WriteFile(filepath.Join(dir, "loads.csv"), []byte(loads), 0o666); err != nil {
		t.Fatal(err)
	}
	e := placing()
	e.Base, e.Previous = dir, "initial"
	e.Workloads = []runs.Workload{{File: "loads.csv"}}
	run := runPlanner(t, e, &fakePlanner{plan: func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
		if task.Previous == nil {
			return nil, errors.New("no previous plan")
		}
		return initial(task)
	}})
	if len(run.Records) != 2 {
		t.Fatalf("records %+v", run.Records)
	}
	r := run.Records[0]
	copies, _ := r.Run.Get(runs.StagePrefix + "copies")
	if r.Status != runs.Done || !(r.Time() > 0) || copies != 7 || r.AnswerHash == "" || r.AnswerHash != run.Records[1].AnswerHash {
		t.Errorf("record %+v", r)
	}
	// GPUs hold the experts 0–5, 6–11, 12–15 with 0 and 1, 2–7: loads 20, 10, 24, 6.
	for name, want := range map[string][]float64{
		runs.GPUBalanceLayerMeasure:   {15. / 24, 1},
		runs.NodeBalanceLayerMeasure:  {1, 1},
		runs.SlotBalanceLayerMeasure:  {60. / 24 / 15, 1},
		runs.SplitBalanceLayerMeasure: {15. / 20, 1}, // 2–5 on the fourth GPU, 0 and 1 so that the first and third are even
		runs.GPUMaxMeasure:            {24, 0},
		runs.CopiesMaxMeasure:         {2, 2},
		runs.DuplicateCopiesMeasure:   {0, 0},
		runs.LayerMovesMeasure:        {0, 0},
	} {
		got := r.Layer[name]
		for l := range want {
			if len(got) != 2 || math.Abs(got[l]-want[l]) > 1e-12 {
				t.Errorf("%s %v, want %v", name, got, want)
				break
			}
		}
	}
	if run.Records[1].Layer != nil {
		t.Error("the second run is judged again")
	}
}

// Planners get the steps of a file, and are judged on their sum.
func TestStepsAreKeptForPlanners(t *testing.T) {
	dir := t.TempDir()
	text := `{"weights": [[[9,1,1,1]],[[1,5,1,1]],[[1,1,7,3]]]}`
	if err := os.WriteFile(filepath.Join(dir, "trace.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		workload runs.Workload
		steps    int
		heaviest float64
	}{
		{runs.Workload{File: "trace.json"}, 3, 18},
		{runs.Workload{File: "trace.json", Steps: "1:3"}, 2, 12},
		{runs.Workload{File: "trace.json", Step: new(int)}, 1, 10},
	} {
		e := placing()
		e.Base, e.Workloads, e.Topologies = dir, []runs.Workload{test.workload}, []runs.Topology{{Slots: 4, GPUs: 2}}
		steps := 0
		run := runPlanner(t, e, &fakePlanner{plan: func(_ context.Context, _ int, task *placement.Task) (*placement.Plan, error) {
			steps = task.Steps
			return initial(task)
		}})
		if steps != test.steps {
			t.Errorf("%+v: %d steps, want %d", test.workload, steps, test.steps)
		}
		if got := run.Records[0].Layer[runs.GPUMaxMeasure]; len(got) != 1 || got[0] != test.heaviest {
			t.Errorf("%+v: heaviest GPU %v, want %v", test.workload, got, test.heaviest)
		}
	}
}

// What the report draws is what was recorded, for every planner there is.
func TestReplanningGivesTheRecordedLoads(t *testing.T) {
	for _, previous := range []string{"", "initial"} {
		e := placing()
		e.Previous = previous
		e.Planners = nil
		for _, d := range planners.Builtin() {
			e.Planners = append(e.Planners, runs.Named{Spec: d.Name})
		}
		run := carryOut(t, e, catalog())
		if err := run.Failure(); err != nil {
			t.Fatal(err)
		}
		again := NewRepacker(e, catalog())
		for _, c := range run.Cells() {
			heaviest := c.Layer(runs.GPUMaxMeasure)
			if heaviest == nil {
				t.Errorf("%s is %s: %s", c.Subject(), c.Status(), c.Reason())
				continue
			}
			loads, err := again.GPULoads(t.Context(), c.PlannedCell)
			if err != nil {
				t.Fatal(err)
			}
			for l, want := range heaviest {
				if got := slices.Max(loads[4*l : 4*l+4]); got != want {
					t.Errorf("%s, layer %d: heaviest GPU %v, recorded %v", c.Subject(), l, got, want)
				}
			}
		}
	}
}

func TestAPlacementRunIsResumed(t *testing.T) {
	e := placing()
	dir := filepath.Join(t.TempDir(), "run")
	s, err := Create(dir, mustPlan(t, e, catalog()), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = Resume(dir, catalog(), Origin{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Execute(t.Context(), NewExecutor(s.Plan), nil); err != nil {
		t.Fatal(err)
	}
	run, err := runs.Load(dir)
	if err != nil || len(run.Records) != 8 || run.Failure() != nil {
		t.Errorf("%d records, %v, %v", len(run.Records), run.Failure(), err)
	}
}

// fakeProgram is a planner outside of this process.
type fakeProgram struct {
	fakePlanner
	content string
}

func (p *fakeProgram) Label() string   { return "mine.py" }
func (p *fakeProgram) Content() string { return p.content }

func (p *fakeProgram) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	plan, report, err := p.fakePlanner.Plan(ctx, task)
	report.Time, report.Warnings = 7, []string{"a remark"}
	return plan, report, err
}

// Programs take their own time, may change their plans, fail by themselves, and
// are recorded by name and content.
func TestProgramsAsPlanners(t *testing.T) {
	failing := false
	p := &fakeProgram{content: "c"}
	p.plan = func(_ context.Context, call int, task *placement.Task) (*placement.Plan, error) {
		answer, err := initial(task)
		if err != nil || failing {
			return nil, errors.Join(err, errors.New("ValueError: no luck"))
		}
		if call%2 == 0 {
			slices.Reverse(answer.PhysicalToLogical)
		}
		return placement.FromPhysical(task.Topology, task.Layers, answer.PhysicalToLogical)
	}
	c := catalog()
	c.Planners = planners.Registry{{Name: "fake", New: func(spec.Values) (placement.Planner, error) { return p, nil }}}
	e := placing()
	e.Planners, e.Topologies, e.Warmup = specs("fake"), e.Topologies[:1], 0
	run := carryOut(t, e, c)
	if len(run.Records) != 2 || run.Failure() != nil {
		t.Fatalf("%d records, %v", len(run.Records), run.Failure())
	}
	a, b := run.Records[0], run.Records[1]
	if a.Time() != 7 || !slices.Equal(b.Warnings, []string{"a remark"}) || a.AnswerHash == b.AnswerHash {
		t.Errorf("records %+v and %+v", a, b)
	}
	if m := run.Manifest; m.Label(runs.PlannerAxis, "fake") != "mine.py" || m.Programs["fake"] != "c" {
		t.Errorf("labels %v, programs %v", m.Labels, m.Programs)
	}
	p.content = "d"
	_, err := Resume(run.Dir, c, Origin{})
	wantError(t, err, "the program of fake has changed since the run began")
	failing = true
	if r := carryOut(t, e, c).Records[0]; r.Status != runs.Failed || r.Reason != "ValueError: no luck" {
		t.Errorf("%s: %s", r.Status, r.Reason)
	}
}
