package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"time"

	"packbench/harness"
	"packbench/internal/number"
	"packbench/runs"
	"packbench/sweep"
)

// shardFlags are the flags of "bench run" for a part of a plan.
type shardFlags struct {
	Shard string        `placeholder:"i/N" help:"Run only part i of N, into a directory of its own below --out; runs already there are not repeated. auto and auto/N take the number from Slurm, Kubernetes or GNU parallel."`
	Costs string        `predictor:"dir" placeholder:"DIR" help:"Balance the parts by the times of the run in DIR, which must be the same for all parts."`
	Wait  time.Duration `placeholder:"TIME" help:"Wait up to this long (such as 10m) for another task that is still writing the part."`
}

// openShard begins a shard of the plan, or opens the one that has begun.
func (c *runCmd) openShard(plan *harness.Plan, catalog harness.Catalog, origin harness.Origin) (*harness.Session, error) {
	if c.Out == "" {
		return nil, badInput(errors.New("--shard needs --out DIR, the same for all shards"))
	}
	index, of, err := sweep.ParseNumber(c.Shard, os.Getenv)
	if err != nil {
		return nil, badInput(err)
	}
	shards, err := split(plan, c.Costs, of)
	if err != nil {
		return nil, badInput(err)
	}
	if c.ShuffleSeed == nil {
		origin.ShuffleSeed = sweep.ShuffleSeed(plan.Cells)
	}
	origin.Shard = &shards[index-1]
	dir := sweep.ShardDir(c.Out, index, of)
	for waiting := time.Now(); ; time.Sleep(time.Second) {
		session, err := beginOrResume(dir, plan, catalog, origin)
		if !errors.Is(err, runs.ErrBusy) || time.Since(waiting) >= c.Wait {
			return session, err
		}
	}
}

// split divides the cells of a plan, by the times of the run in costs where that
// is not "".
func split(plan *harness.Plan, costs string, of int) ([]runs.Shard, error) {
	timings := sweep.NewTimings()
	if costs != "" {
		var err error
		if timings, err = sweep.ReadTimings(costs); err != nil {
			return nil, fmt.Errorf("--costs: %w", err)
		}
	}
	return sweep.Split(plan.Cells, timings.Costs(&plan.Experiment, plan.Cells), of)
}

// beginOrResume begins the shard in dir, or goes on with it where a task of the
// same sweep has begun it.
func beginOrResume(dir string, plan *harness.Plan, catalog harness.Catalog, origin harness.Origin) (*harness.Session, error) {
	session, err := harness.Create(dir, plan, origin)
	if !errors.Is(err, runs.ErrExists) {
		return session, wrongTarget(err)
	}
	m, readErr := runs.ReadManifest(dir)
	if readErr != nil {
		return nil, badInput(cmp.Or(err, readErr))
	}
	if err := sweep.SameShard(dir, &m, plan.Experiment, plan.Cells, origin.Shard); err != nil {
		return nil, badInput(fmt.Errorf("%w: finish that sweep, or choose another --out", err))
	}
	session, err = harness.Resume(dir, catalog, origin)
	if errors.Is(err, runs.ErrBusy) {
		return nil, err
	}
	return session, err
}

// finishShard says what came of a shard, whose report is that of the merged run.
func (c *runCmd) finishShard(session *harness.Session, s *streams) error {
	run, err := runs.Load(session.Dir)
	if err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(s.err, "shard %v is complete: %s in %s; bench merge puts the shards together\n", session.Shard(), number.Count(len(run.Records), "record"), session.Dir)
	}
	return run.Failure()
}
