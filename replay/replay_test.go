package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/datasets"
	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/forecast"
	"packbench/placement/planners"
)

func planner(t testing.TB, text string) placement.Planner {
	p, err := planners.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func estimator(t testing.TB, text string) forecast.Estimator {
	e, err := forecast.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func trace(t testing.TB, text string, seed uint64) *Trace {
	w, err := datasets.ParseTrace(text)
	if err != nil {
		t.Fatal(err)
	}
	loads, expected, err := w.Generate(seed)
	if err != nil {
		t.Fatal(err)
	}
	return NewTrace(loads, expected)
}

const small = "drift:windows=12,layers=3,experts=32,tokens=20000"

func smallConfig(t testing.TB, s Subject) Config {
	return Config{
		Trace: trace(t, small, 1), Topology: placement.Topology{Experts: 32, Slots: 40, GPUs: 8, Nodes: 2, Groups: 1},
		Subject: s, Window: 1, Delay: 1, Every: 1, Threads: 1,
	}
}

// teller is a planner that would tell of every load that it can lay hands on.
type teller struct {
	task func(*placement.Task)
}

func (p *teller) Spec() spec.Spec { return spec.Spec{Name: "teller"} }

func (p *teller) Plan(_ context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	p.task(task)
	plan, err := placement.Initial(task.Topology, task.Layers)
	return plan, &placement.Report{}, err
}

// remembering is a teller that forecasts by itself.
type remembering struct{ teller }

func (p *remembering) Begin(int, float64) placement.Planner { return &p.teller }

// numbered returns a trace in which every load says which step it is of.
func numbered(steps int) *Trace {
	t := &Trace{Steps: steps, Layers: 2, Experts: 4, Loads: make([]float32, steps*8)}
	for i := range t.Loads {
		t.Loads[i] = float32(uint64(1) << (i / 8)) // sums of steps tell their parts
	}
	return t
}

// TestNoPlanSeesALaterLoad: whatever the window, the delay, the pace and the
// estimator, each task holds loads of windows that have ended, though the planner
// looks beyond the end of the slices that it gets.
func TestNoPlanSeesALaterLoad(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		window, delay, every := rapid.IntRange(1, 3).Draw(rt, "window"), rapid.IntRange(1, 3).Draw(rt, "delay"), rapid.IntRange(1, 3).Draw(rt, "every")
		kind := rapid.SampledFrom([]Kind{Planned, Planned, Static}).Draw(rt, "kind")
		plans := 0
		p := &teller{}
		p.task = func(task *placement.Task) {
			last := plans * every // the window that has just ended
			if kind == Static {
				last = 0
			}
			plans++
			end := float64(uint64(1)<<((last+1)*window)) - 1 // sum of all steps until then
			for _, w := range task.Loads[:cap(task.Loads)] {
				if float64(w) > end {
					rt.Fatalf("plan %d, at the end of window %d, sees load %v: no sum of loads until then is above %v", plans-1, last, w, end)
				}
			}
			if task.Loads[0] == 0 {
				rt.Fatal("a plan that sees nothing")
			}
		}
		var who placement.Planner = p
		if rapid.Bool().Draw(rt, "remembers") {
			who = &remembering{teller{task: p.task}}
		}
		c := Config{
			Trace: numbered(20), Topology: placement.Topology{Experts: 4, Slots: 4, GPUs: 2, Nodes: 1, Groups: 1},
			Subject: Subject{Kind: kind, Planner: who, Estimator: estimator(t, rapid.SampledFrom(forecast.Names()[:3]).Draw(rt, "estimator"))},
			Window:  window, Delay: delay, Every: every,
		}
		if _, err := Run(t.Context(), c); err != nil {
			rt.Fatal(err)
		}
		if plans == 0 {
			rt.Fatal("nothing was planned")
		}
	})
}

// TestLaterLoadsDoNotChangePlans: the plans before a window are the same whatever
// comes in it, for planners and estimators of every kind.
func TestLaterLoadsDoNotChangePlans(t *testing.T) {
	for _, s := range []Subject{
		{Planner: planner(t, "vllm"), Estimator: estimator(t, "krige")},
		{Planner: planner(t, "keep:moves=2"), Estimator: estimator(t, "risk")},
		{Planner: planner(t, "steady")},
		{Kind: Static, Planner: planner(t, "balanced")},
	} {
		c := smallConfig(t, s)
		a, err := Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		other := *c.Trace
		other.Loads = slices.Clone(other.Loads)
		n := other.Layers * other.Experts
		for i := 8 * n; i < len(other.Loads); i++ {
			other.Loads[i] = float32(i % 97)
		}
		c.Trace = &other
		b, err := Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Windows {
			x, y := &a.Windows[i], &b.Windows[i]
			if x.Index < 8 && x.Score != y.Score || x.Index <= 8 && x.Moves.Total != y.Moves.Total {
				t.Errorf("%s: window %d changes with the loads from window 8 on", s.Name(), x.Index)
			}
		}
	}
}

// TestWindowsAreServedAfterTheDelay: which windows are scored, and when a plan
// comes into force.
func TestWindowsAreServedAfterTheDelay(t *testing.T) {
	for _, test := range []struct {
		window, delay, every int
		first, count         int
		planned              string // a digit per window scored
	}{
		{1, 1, 1, 1, 11, "11111111111"},
		{1, 3, 1, 3, 9, "111111111"},
		{1, 1, 4, 1, 11, "10001000100"},
		{1, 2, 3, 2, 10, "1001001001"},
		{5, 1, 1, 1, 1, "1"},
		{4, 1, 2, 1, 2, "10"},
	} {
		c := smallConfig(t, Subject{Planner: planner(t, "vllm"), Estimator: estimator(t, "last")})
		c.Window, c.Delay, c.Every = test.window, test.delay, test.every
		r, err := Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		planned := ""
		for _, w := range r.Windows {
			planned += fmt.Sprint(map[bool]int{true: 1}[w.Planned])
		}
		if len(r.Windows) != test.count || r.Windows[0].Index != test.first || planned != test.planned {
			t.Errorf("%+v: %d windows from %d, planned %s", test, len(r.Windows), r.Windows[0].Index, planned)
		}
		if r.Windows[0].Moves.Total != 0 {
			t.Error("the first plan has moves")
		}
	}
}

// TestRailsBound: a plan on the window itself is the best there is, and the best
// split never worse than even shares.
func TestRailsBound(t *testing.T) {
	run := func(s Subject) *Result {
		r, err := Run(t.Context(), smallConfig(t, s))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	base := planner(t, "balanced")
	oracle := run(Subject{Kind: Oracle, Planner: base}).Total()
	truth := run(Subject{Kind: Truth, Planner: base}).Total()
	static := run(Subject{Kind: Static, Planner: base}).Total()
	last := run(Subject{Planner: base, Estimator: estimator(t, "last")}).Total()
	if !(oracle.Balance > truth.Balance && truth.Balance > last.Balance && last.Balance > static.Balance) {
		t.Errorf("oracle %v, truth %v, last %v, static %v", oracle.Balance, truth.Balance, last.Balance, static.Balance)
	}
	if static.Moves != 0 || static.Plans != 0 || last.Plans != 10 {
		t.Errorf("static %+v, last %+v", static, last)
	}
	for _, total := range []Total{oracle, truth, static, last} {
		if !(total.BestSplit >= total.Balance && total.BestSplit <= 1 && total.Worst <= total.Balance) {
			t.Errorf("%+v", total)
		}
	}
}

// TestScoresAreThoseOfPlacement: a replay's scores are those of its plan, and the
// layers' loads are means over the windows.
func TestScoresAreThoseOfPlacement(t *testing.T) {
	c := smallConfig(t, Subject{Kind: Static, Planner: planner(t, "vllm")})
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	n := c.Trace.Layers * c.Trace.Experts
	plan, _, err := c.Subject.Planner.Plan(t.Context(), &placement.Task{Topology: c.Topology, Steps: 1, Layers: 3, Loads: c.Trace.Loads[:n]})
	if err != nil {
		t.Fatal(err)
	}
	sumMean, sumMax := 0.0, 0.0
	for i, w := range r.Windows {
		loads := c.Trace.Loads[(i+1)*n : (i+2)*n]
		if w.Score.Evaluation != placement.Evaluate(plan, loads) {
			t.Errorf("window %d: %+v", w.Index, w.Score)
		}
		for l := range 3 {
			row := plan.GPULoads(loads)[l*8 : (l+1)*8]
			sumMax += slices.Max(row)
			for _, x := range row {
				sumMean += x / 8
			}
		}
	}
	total := 0.0
	for _, x := range r.Layers.Max {
		total += x * 11
	}
	if math.Abs(total-sumMax) > 1e-9*sumMax || math.Abs(r.Total().Balance-sumMean/sumMax) > 1e-12 {
		t.Errorf("layers' maxima %v, %v; balance %v, %v", total, sumMax, r.Total().Balance, sumMean/sumMax)
	}
}

func TestReplayIsTheSameForAnyThreads(t *testing.T) {
	for _, text := range []string{"vllm", "steady", "keep"} {
		hash := ""
		for _, threads := range []int{1, 2, 5} {
			c := smallConfig(t, Subject{Planner: planner(t, text), Estimator: estimator(t, "krige")})
			c.Threads = threads
			r, err := Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if hash != "" && r.Hash != hash {
				t.Errorf("%s: other plans with %d threads", text, threads)
			}
			hash = r.Hash
		}
	}
}

func TestRunRefuses(t *testing.T) {
	good := Subject{Planner: planner(t, "vllm"), Estimator: estimator(t, "last")}
	for want, change := range map[string]func(*Config){
		"use 1 to 6":             func(c *Config) { c.Window = 7 },
		"windows of 0 steps":     func(c *Config) { c.Window = 0 },
		"delay 0":                func(c *Config) { c.Delay = 0 },
		"use 1 to 11":            func(c *Config) { c.Delay = 12 },
		"every 0":                func(c *Config) { c.Every = 0 },
		"experts and a topology": func(c *Config) { c.Topology.Experts = 31 },
		"at the end of window 0": func(c *Config) {
			c.Topology.SlotsPerGPU = []int{40, 0, 0, 0, 0, 0, 0, 0}
			c.Subject.Planner = failing{}
		},
		"without a planner":        func(c *Config) { c.Subject.Planner = nil },
		"have a true mean":         func(c *Config) { c.Subject.Kind = Truth; x := *c.Trace; x.Truth = nil; c.Trace = &x },
		"a trace without loads":    func(c *Config) { c.Trace = &Trace{} },
		"returned an invalid plan": func(c *Config) { c.Subject.Planner = broken{} },
		"add up to more than flo": func(c *Config) {
			x := *c.Trace
			x.Loads = slices.Repeat([]float32{math.MaxFloat32}, len(x.Loads))
			c.Trace = &x
		},
	} {
		c := smallConfig(t, good)
		change(&c)
		if _, err := Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

type failing struct{}

func (failing) Spec() spec.Spec { return spec.Spec{Name: "failing"} }
func (failing) Plan(context.Context, *placement.Task) (*placement.Plan, *placement.Report, error) {
	return nil, nil, errors.New("no")
}

type broken struct{}

func (broken) Spec() spec.Spec { return spec.Spec{Name: "broken"} }
func (broken) Plan(_ context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	p, err := placement.Initial(task.Topology, task.Layers)
	p.PhysicalToLogical[0] = 5
	return p, &placement.Report{}, err
}
