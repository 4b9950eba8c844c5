package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"packbench/harness"
	"packbench/internal/atomicfile"
	"packbench/internal/number"
	"packbench/placement/planners"
	"packbench/strategies"
	"packbench/sweep"
)

// submitCmd is "bench submit".
type submitCmd struct {
	backendFlags

	Experiment  string   `arg:"" predictor:"experiment" help:"Built-in experiment or YAML file, on a file system that all nodes see."`
	Shards      int      `range:"1..1000000" required:"" placeholder:"N" help:"Tasks to divide the plan into."`
	Out         string   `short:"o" required:"" predictor:"dir" placeholder:"DIR" help:"Directory of the sweep, on a file system that all nodes see. Submitting to it again submits what is missing."`
	Options     []string `arg:"" optional:"" name:"option" help:"After --, options of sbatch for the array: -- --partition=gpu --time=2:00:00."`
	Repeats     *int     `range:"1..4000000" placeholder:"N" help:"Runs of each cell, instead of the experiment's."`
	Backend     []string `placeholder:"NAME" help:"Run only these of the experiment's backends."`
	Costs       string   `predictor:"dir" placeholder:"DIR" help:"Balance the shards by the times of the run in DIR."`
	ShuffleSeed *uint64  `placeholder:"SEED" help:"Seed of the order of runs; default derived from the plan."`
	DryRun      bool     `help:"Print the job scripts and commands, and submit and write nothing."`
}

// Run implements the verb.
func (c *submitCmd) Run(s *streams) error {
	if err := checkDir(c.Out); err != nil {
		return err
	}
	job, open, err := c.prepare()
	if err != nil {
		return badInput(err)
	}
	array, merge, err := job.Scripts()
	if err != nil {
		return badInput(err)
	}
	arrayPath, mergePath := filepath.Join(job.Dir, sweep.JobFile), filepath.Join(job.Dir, sweep.MergeFile)
	tasks := []string{"--parsable", arrayPath}
	if len(open) < c.Shards {
		tasks = []string{"--parsable", "--array=" + sweep.Ranges(open), arrayPath}
	}
	if c.DryRun {
		fmt.Fprintf(s.out, "# %s\n%s\n# %s\n%s\n", arrayPath, array, mergePath, merge)
		if len(open) > 0 {
			fmt.Fprintf(s.out, "sbatch %s\nsbatch --parsable --dependency=afterany:ID %s\n", strings.Join(tasks, " "), mergePath)
		} else {
			fmt.Fprintf(s.out, "sbatch --parsable %s\n", mergePath)
		}
		return nil
	}
	if _, err := exec.LookPath("sbatch"); err != nil {
		return errNoSlurm
	}
	if err := queued(job.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(job.Dir, sweep.LogDir), 0o777); err != nil {
		return wrongTarget(err)
	}
	for path, text := range map[string]string{arrayPath: array, mergePath: merge} {
		if err := writeText(path, text); err != nil {
			return err
		}
	}
	submission := sweep.Submission{Shards: c.Shards, Submitted: time.Now().UTC().Truncate(time.Second)}
	mergeArgs := []string{"--parsable", mergePath}
	if len(open) > 0 {
		if submission.Array, err = sbatch(tasks...); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "array job %s: %d of %s of %s\n", submission.Array, len(open), number.Count(c.Shards, "shard"), job.Name)
		mergeArgs = []string{"--parsable", "--dependency=afterany:" + submission.Array, mergePath}
	} else {
		text := "the shard of %[2]s is complete\n"
		if c.Shards > 1 {
			text = "all %d shards of %s are complete\n"
		}
		fmt.Fprintf(s.out, text, c.Shards, job.Name)
	}
	mergeID, mergeErr := sbatch(mergeArgs...)
	submission.Merge = mergeID
	// Even without the merge: the array is in the queue.
	if err := submission.Write(job.Dir); err != nil {
		return err
	}
	if mergeErr != nil {
		return mergeErr
	}
	fmt.Fprintf(s.out, "merge job %s: report in %s\n", mergeID, filepath.Join(job.Dir, sweep.MergedDir))
	return nil
}

// prepare checks everything that can be checked before the jobs run, and returns
// the job and the shards that lack runs.
func (c *submitCmd) prepare() (job sweep.Job, open []int, err error) {
	backends, err := c.backends()
	if err != nil {
		return job, nil, err
	}
	defer closeAll(backends)
	experiment, err := harness.FindExperiment(c.Experiment)
	if err != nil {
		return job, nil, err
	}
	if experiment, err = harness.Narrow(experiment, c.Repeats, c.Backend); err != nil {
		return job, nil, err
	}
	plan, err := harness.NewPlan(experiment, harness.Catalog{Strategies: strategies.Builtin(), Backends: backends, Planners: planners.Builtin()})
	if err != nil {
		return job, nil, err
	}
	shards, err := split(plan, c.Costs, c.Shards)
	if err != nil {
		return job, nil, err
	}
	job = sweep.Job{Name: experiment.Name, Shards: c.Shards, Options: c.Options}
	if job.Dir, err = filepath.Abs(c.Out); err != nil {
		return job, nil, err
	}
	if job.Program, err = os.Executable(); err != nil {
		return job, nil, err
	}
	if job.Run, err = c.arguments(); err != nil {
		return job, nil, err
	}
	if open, err = sweep.OpenShards(job.Dir, plan.Experiment, plan.Cells, shards); err != nil {
		return job, nil, err
	}
	return job, open, nil
}

// arguments are those of bench run in the tasks.
func (c *submitCmd) arguments() ([]string, error) {
	name := c.Experiment
	if _, err := harness.Builtin(name); err != nil {
		if name, err = filepath.Abs(name); err != nil {
			return nil, err
		}
	}
	args := []string{name}
	add := func(flag, value string) { args = append(args, "--"+flag+"="+value) }
	if c.Repeats != nil {
		add("repeats", strconv.Itoa(*c.Repeats))
	}
	for _, b := range c.Backend {
		add("backend", b)
	}
	if c.Costs != "" {
		costs, err := filepath.Abs(c.Costs)
		if err != nil {
			return nil, err
		}
		add("costs", costs)
	}
	if c.ShuffleSeed != nil {
		add("shuffle-seed", strconv.FormatUint(*c.ShuffleSeed, 10))
	}
	if c.Threads != 0 {
		add("threads", strconv.Itoa(c.Threads))
	}
	if c.Device != 0 {
		add("device", strconv.Itoa(c.Device))
	}
	return args, nil
}

// queued returns an error where tasks that were submitted for the sweep before
// are still in the queue.
func queued(dir string) error {
	before, err := sweep.ReadSubmission(dir)
	if err != nil || before.Array == "" {
		return nil // nothing was submitted that could be there
	}
	// Slurm forgets jobs that ended, and then fails.
	out, err := exec.Command("squeue", "--noheader", "--jobs="+before.Array).Output()
	if err != nil || len(bytes.TrimSpace(out)) == 0 {
		return nil
	}
	return fmt.Errorf("tasks of job %s of this sweep are still in the queue: wait, or scancel %s first", before.Array, before.Array)
}

var errNoSlurm = errors.New("sbatch not found: submit on a machine with Slurm, or print the jobs with --dry-run")

// sbatch submits a script and returns the id of the job.
func sbatch(args ...string) (id string, err error) {
	cmd := exec.Command("sbatch", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); errors.Is(err, exec.ErrNotFound) {
		return "", errNoSlurm
	} else if err != nil {
		return "", fmt.Errorf("sbatch %s: %s", strings.Join(args, " "), strings.TrimSpace(stderr.String()+" "+err.Error()))
	}
	id, _, _ = strings.Cut(strings.TrimSpace(stdout.String()), ";") // of a cluster
	if id == "" {
		return "", fmt.Errorf("sbatch %s printed no job id", strings.Join(args, " "))
	}
	return id, nil
}

func writeText(path, text string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}
