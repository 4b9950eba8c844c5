package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"packbench/datasets"
	"packbench/export"
	"packbench/harness"
	"packbench/replay"
	reports "packbench/report"
	"packbench/runs"
)

// replayCmd is "bench replay": plan on the past, score on what follows.
type replayCmd struct {
	pythonFlags

	Trace     string   `arg:"" help:"Loads of experts over time, [steps, layers, experts] in a .npy, .npz or JSON file, or a generated trace, as drift:sigma=0.1,windows=32."`
	Planner   []string `short:"p" sep:"none" default:"vllm" help:"Planner, as name or name:key=value,…; give several to compare them."`
	Estimator []string `short:"e" sep:"none" default:"last" help:"Estimator of the loads to plan for: last, mean:h=4, ewma:half=2, risk:z=0.67, krige; planners with a forecast of their own ignore it."`
	Slots     int      `range:"1..1048576" help:"Slots (physical experts) per layer, on all GPUs together."`
	GPUs      int      `range:"1..16384" name:"gpus" help:"Number of GPUs."`
	Nodes     int      `range:"1..16384" default:"1" help:"Number of nodes that hold the GPUs."`
	Groups    int      `range:"1..1048576" default:"1" help:"Number of groups of experts; hierarchical planners keep each group on one node."`
	Window    []int    `range:"1..1048576" default:"1" help:"Steps of the trace per window."`
	Delay     []int    `range:"1..1048576" default:"1" help:"Windows from the last one a plan sees to the first one it serves."`
	Every     []int    `range:"1..1048576" default:"1" help:"Windows between plans."`
	Seed      []uint64 `default:"1" help:"Seeds of a generated trace."`
	Key       string   `help:"Name of the array in an .npz file."`
	Rail      []string `default:"static,oracle,truth" help:"Rails: static (planned once), oracle (planned on the window it is scored on), truth (on the loads the generator expects); none to leave them out."`
	Repeats   int      `range:"1..4000000" default:"1" help:"Number of times each replay is run, for the planning times."`

	StepTime    float64 `range:"0.001..1000000000" unit:"ms" name:"step-time" default:"60" help:"Time model: ms per step that the model spends in its experts at even loads."`
	Iterations  int     `range:"1..1000000000" default:"1000" help:"Time model: steps of the model per window."`
	ExpertBytes int     `range:"1..1000000000000" name:"expert-bytes" default:"88080384" help:"Time model: bytes of an expert's weights in one layer."`
	Inside      int     `range:"1..1000000" unit:"GB/s" default:"900" help:"Time model: GB/s between GPUs of a node."`
	Between     int     `range:"1..1000000" unit:"GB/s" default:"50" help:"Time model: GB/s between nodes."`
	Parallel    bool    `name:"parallel-moves" help:"Time model: GPUs receive in parallel; otherwise experts move one after another."`
	OnPath      bool    `name:"on-path" help:"Time model: steps wait for the planner."`
	Baseline    string  `placeholder:"PLANNER" help:"Planner that the others are compared with over windows; default the published one of the highest balance."`

	Score string `help:"Also show a published evaluator's score: adrs, skydiscover or huawei."`

	Describe bool `help:"Do not replay: show how the loads of the trace persist."`

	Out string `short:"o" predictor:"dir" placeholder:"DIR" help:"Run directory to create, with records, summary and figures."`
}

// Run implements the verb.
func (c *replayCmd) Run(s *streams) error {
	if c.Describe {
		if err := s.only("--describe shows how the loads of a trace persist and replays nothing", "describe", "key", "seed"); err != nil {
			return err
		}
		return c.describe(s)
	}
	if c.Slots == 0 || c.GPUs == 0 {
		return badInput(errors.New("--slots and --gpus are missing: give the slots and GPUs to place experts on"))
	}
	var score *replay.Evaluator
	if c.Score != "" {
		e, err := replay.FindEvaluator(c.Score)
		if err != nil {
			return badInput(fmt.Errorf("--score: %w", err))
		}
		score = &e
	}
	experiment, err := c.experiment()
	if err != nil {
		return badInput(err)
	}
	if experiment.Replay.Traces[0].File != "" {
		if err := s.idle(c.Trace+" is a recording, which has no seed", "seed"); err != nil {
			return err
		}
	}
	if c.Out != "" {
		if err := checkDir(c.Out); err != nil {
			return err
		}
	}
	host := c.host(backendFlags{})
	defer host.Close()
	plan, err := harness.NewPlan(experiment, harness.Catalog{Planners: plannersOf(host)})
	if err != nil {
		return badInput(err)
	}
	if err := checkBaseline(plan, c.Baseline); err != nil {
		return badInput(err)
	}
	ctx, stop := interruptible()
	defer stop()
	replayed := make([]*replayedCell, len(plan.Cells))
	executor := harness.NewReplayExecutor(plan)
	executor.Observe = func(i int, r *replay.Result, p replay.Prices) {
		replayed[i] = &replayedCell{plan.Cells[i], r, p}
	}
	if err := plan.CheckPlanners(ctx); err != nil && ctx.Err() == nil {
		return badInput(err)
	}
	if c.Out != "" {
		err = c.record(ctx, plan, executor)
	} else {
		err = runAll(ctx, plan, executor)
	}
	if err != nil {
		return err
	}
	return showReplays(s.out, plan, replayed, score, c.Baseline)
}

// experiment returns what the flags ask for.
func (c *replayCmd) experiment() (runs.Experiment, error) {
	e := harness.DefaultExperiment()
	e.Name, e.Seeds, e.Repeats, e.Warmup = "replay", c.Seed, c.Repeats, 0
	trace := runs.Trace{Key: c.Key}
	if _, err := datasets.ParseTrace(c.Trace); err == nil {
		trace.Spec = c.Trace
	} else if _, missing := os.Stat(c.Trace); missing != nil && !looksLikeFile(c.Trace) {
		return e, fmt.Errorf("%q is not a file; as a generated trace: %w", c.Trace, err)
	} else {
		trace.File = c.Trace
		if e.Base, err = os.Getwd(); err != nil {
			return e, err
		}
	}
	asked := replay.Prices{Step: c.StepTime * 1e6, Iterations: float64(c.Iterations), ExpertBytes: float64(c.ExpertBytes), Inside: float64(c.Inside) * 1e9, Between: float64(c.Between) * 1e9}
	if err := asked.Check(); err != nil {
		return e, err
	}
	rails := c.Rail
	if len(rails) == 1 && rails[0] == "none" {
		rails = nil
	}
	r := &runs.Replay{
		Estimators: c.Estimator, Traces: []runs.Trace{trace},
		Topology: runs.Topology{Slots: c.Slots, GPUs: c.GPUs, Nodes: c.Nodes, Groups: c.Groups},
		Windows:  c.Window, Delays: c.Delay, Every: c.Every, Rails: rails,
		Prices: runs.Prices{
			StepMicroseconds: int(c.StepTime*1000 + .5), Iterations: c.Iterations, ExpertBytes: c.ExpertBytes,
			InsideGB: c.Inside, BetweenGB: c.Between, Parallel: c.Parallel, OnPath: c.OnPath,
		},
	}
	for _, p := range c.Planner {
		r.Planners = append(r.Planners, runs.Named{Spec: p})
	}
	e.Replay = r
	return e, nil
}

func looksLikeFile(name string) bool { return filepath.Ext(name) != "" || filepath.Base(name) != name }

// runAll makes every replay once and records nothing.
func runAll(ctx context.Context, plan *harness.Plan, x *harness.ReplayExecutor) error {
	for i, cell := range plan.Cells {
		if ctx.Err() != nil {
			return harness.ErrInterrupted
		}
		if o := x.Execute(ctx, i, false); ctx.Err() != nil {
			return harness.ErrInterrupted
		} else if o.Status != runs.Done {
			return fmt.Errorf("%s on %s: %s", cell.Get(runs.PlannerAxis), cell.Workload(), o.Reason)
		}
	}
	return nil
}

// record makes the replays and writes the run directory.
func (c *replayCmd) record(ctx context.Context, plan *harness.Plan, x *harness.ReplayExecutor) error {
	session, err := harness.Create(c.Out, plan, harness.Origin{
		Command: append([]string{"bench"}, os.Args[1:]...), ShuffleSeed: rand.Uint64(),
		Environment: harness.CaptureEnvironment(nil, 0),
	})
	if err != nil {
		return wrongTarget(err)
	}
	defer session.Close()
	if err := session.Execute(ctx, x, nil); errors.Is(err, harness.ErrInterrupted) {
		return fmt.Errorf("interrupted: bench run --resume %s finishes the replay", c.Out)
	} else if err != nil {
		return err
	}
	run, err := runs.Load(c.Out)
	if err != nil {
		return err
	}
	if err := export.WriteSummary(run); err != nil {
		return err
	}
	if _, err := writeReport(run, harness.Catalog{}, reports.Options{}); err != nil {
		return fmt.Errorf("the replays are recorded in %s, but their report failed: %w", c.Out, err)
	}
	return run.Failure()
}
