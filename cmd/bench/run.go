package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"packbench/cmd/bench/internal/progress"
	"packbench/export"
	"packbench/harness"
	"packbench/internal/number"
	reports "packbench/report"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/python"
)

// runCmd is "bench run".
type runCmd struct {
	backendFlags
	pythonFlags

	Experiment       string   `arg:"" optional:"" predictor:"experiment" help:"Built-in experiment (see bench list experiments) or YAML file; default seed, the published comparison."`
	Out              string   `short:"o" predictor:"dir" placeholder:"DIR" help:"Run directory to create; default results/EXPERIMENT-TIME."`
	Resume           *string  `predictor:"dir" placeholder:"DIR" help:"Finish the run in this directory; runs that have a record are not repeated."`
	Repeats          *int     `range:"1..4000000" placeholder:"N" help:"Runs of each cell, instead of the experiment's."`
	Invocations      *int     `range:"1..1000" placeholder:"N" help:"Processes that make these runs, one after another; default 1. Times differ from process to process: use 6 or more to compare them."`
	Backend          []string `placeholder:"NAME" help:"Run only these of the experiment's backends."`
	ShuffleSeed      *uint64  `placeholder:"SEED" help:"Seed of the order of runs; default random, and recorded."`
	PythonStrategies fileList `placeholder:"FILE …" help:"Python programs to run beside the experiment's strategies, as python:file=FILE; takes all arguments up to the next flag."`
	shardFlags
	Quiet      bool `short:"q" help:"Show no progress and no table."`
	NoFigures  bool `help:"Draw no figures and write no report."`
	Invocation *int `hidden:"" help:"With --resume: make the runs of this invocation and nothing else; end when standard input does."`
	Print      bool `help:"Print the YAML of a built-in experiment, to copy and change, and run nothing."`
}

// Run implements the verb.
func (c *runCmd) Run(s *streams) error {
	if c.Print {
		if err := s.only("--print prints the YAML of an experiment and runs nothing", "print"); err != nil {
			return err
		}
		return c.print(s.out)
	}
	if c.Invocation != nil && c.Resume == nil {
		return badInput(errors.New("--invocation is of a run that was begun: add --resume DIR"))
	}
	backends, err := c.backends()
	if err != nil {
		return badInput(err)
	}
	defer closeAll(backends)
	host := c.host(c.backendFlags)
	defer host.Close()
	catalog := harness.Catalog{Strategies: registry(host), Backends: backends, Planners: plannersOf(host), Threads: c.threads()}
	session, err := c.open(catalog, host)
	if err != nil {
		return err
	}
	defer session.Close()
	host.LogTo(filepath.Join(session.Dir, "python"))
	if c.Invocation != nil {
		return c.one(session, s)
	}
	for _, note := range session.Plan.Notes {
		fmt.Fprintf(s.err, "bench: note: %s\n", clean(note))
	}
	if !c.Quiet {
		fmt.Fprintf(s.err, "%s: %s into %s\n", session.Plan.Experiment.Name, number.Count(session.Cells(), "cell"), session.Dir)
	}
	execute := c.execute
	if session.Plan.Experiment.Invocations > 1 {
		execute = c.invoke
	}
	if err := execute(session, s.err); errors.Is(err, harness.ErrInterrupted) {
		return fmt.Errorf("interrupted: bench run --resume %s finishes the run", session.Dir)
	} else if err != nil {
		return err
	}
	if session.Shard() != nil {
		return c.finishShard(session, s)
	}
	return c.finish(session.Dir, catalog, s)
}

// print prints the YAML of a built-in experiment.
func (c *runCmd) print(out io.Writer) error {
	text, err := harness.BuiltinYAML(c.name())
	if err != nil {
		return badInput(err)
	}
	_, err = io.WriteString(out, text)
	return err
}

func (c *runCmd) name() string {
	if c.Experiment == "" {
		return harness.DefaultExperimentName
	}
	return c.Experiment
}

// open makes the run directory, or opens the one to resume.
func (c *runCmd) open(catalog harness.Catalog, host *python.Host) (*harness.Session, error) {
	origin := harness.Origin{Command: append([]string{"bench"}, os.Args[1:]...), ShuffleSeed: rand.Uint64()}
	if c.ShuffleSeed != nil {
		origin.ShuffleSeed = *c.ShuffleSeed
	}
	if c.Resume != nil {
		dir := *c.Resume
		if dir == "" {
			return nil, badInput(errors.New("--resume is empty: name the run directory to finish"))
		}
		if c.Shard != "" || c.Costs != "" || c.Wait != 0 {
			return nil, badInput(fmt.Errorf("--resume finishes the shard in %s as it was begun, at once: leave out --shard, --costs and --wait", dir))
		}
		if c.Experiment != "" || c.Out != "" || c.Repeats != nil || c.Invocations != nil || c.Backend != nil || c.ShuffleSeed != nil || c.PythonStrategies != nil {
			return nil, badInput(fmt.Errorf("--resume finishes the run in %s as it was begun: leave out the experiment, --out, --repeats, --invocations, --backend, --shuffle-seed and --python-strategies", dir))
		}
		if run, err := runs.Load(dir); err == nil {
			load(run.Manifest.Experiment, catalog)
		}
		origin.Environment = environment(catalog.Backends, c.threads(), host)
		session, err := harness.Resume(dir, catalog, origin)
		if errors.Is(err, runs.ErrNoManifest) {
			err = fmt.Errorf("%w; bench run EXPERIMENT -o %s begins a run there", err, dir)
		}
		return session, badInput(err)
	}
	if err := checkDir(cmp.Or(c.Out, filepath.Join("results", "new"))); err != nil {
		return nil, err
	}
	experiment, err := harness.FindExperiment(c.name())
	if err != nil {
		return nil, badInput(err)
	}
	if strings.ContainsAny(c.name(), `/.`) { // a file
		experiment = besideFile(experiment, c.name())
	}
	experiment = addPrograms(experiment, c.PythonStrategies)
	if experiment, err = harness.Narrow(experiment, c.Repeats, c.Backend); err != nil {
		return nil, badInput(err)
	}
	if c.Invocations != nil {
		experiment.Invocations = *c.Invocations
	}
	plan, err := harness.NewPlan(experiment, catalog)
	if err != nil {
		return nil, badInput(err)
	}
	origin.Environment = environment(catalog.Backends, c.threads(), host)
	if c.Wait < 0 {
		return nil, badInput(fmt.Errorf("--wait=%v: use a time such as 10m", c.Wait))
	}
	if c.Shard != "" {
		return c.openShard(plan, catalog, origin)
	}
	if c.Costs != "" || c.Wait != 0 {
		return nil, badInput(errors.New("--costs and --wait only apply to shards: add --shard i/N"))
	}
	if c.Out != "" {
		session, err := harness.Create(c.Out, plan, origin)
		return session, wrongTarget(err)
	}
	session, err := createNew(filepath.Join("results", experiment.Name+"-"+time.Now().UTC().Format("20060102T150405Z")), plan, origin)
	return session, wrongTarget(err)
}

// createNew begins a run in the directory dir or, where another run has begun
// there in the same second, in dir-2, dir-3 and so on.
func createNew(dir string, plan *harness.Plan, origin harness.Origin) (*harness.Session, error) {
	for i := 1; ; i++ {
		name := dir
		if i > 1 {
			name = fmt.Sprintf("%s-%d", dir, i)
		}
		session, err := harness.Create(name, plan, origin)
		if !errors.Is(err, runs.ErrExists) || i == 100 {
			return session, err
		}
	}
}

// execute makes the runs. The first interrupt ends the experiment after the
// current run, the second ends the program.
func (c *runCmd) execute(session *harness.Session, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, func() {
		stop()
		fmt.Fprintln(stderr, "finishing the current run; interrupt again to stop at once")
	})()

	return c.observed(ctx, session, stderr)
}

// observed makes the runs and shows the progress.
func (c *runCmd) observed(ctx context.Context, session *harness.Session, stderr io.Writer) error {
	executor, done := session.Plan.Executor()
	defer done()
	if c.Quiet {
		return session.Execute(ctx, executor, nil)
	}
	display := progress.New(stderr, isTerminal(stderr))
	defer display.Close()
	return session.Execute(ctx, executor, display.Observe)
}

// finish writes what is made of the records: summary, table, figures, report.
func (c *runCmd) finish(dir string, catalog harness.Catalog, s *streams) error {
	run, err := runs.Load(dir)
	if err != nil {
		return err
	}
	if err := export.WriteSummary(run); err != nil {
		return err
	}
	made := runs.SummaryFile
	if !c.NoFigures {
		if _, err := writeReport(run, catalog, reports.Options{}); err != nil {
			return fmt.Errorf("the runs are recorded in %s, but their report failed: %w", dir, err)
		}
		made = reports.HTMLFile + ", " + made
	}
	if !c.Quiet {
		if err := reports.Table(s.out, run, reports.Text, names(run)); err != nil {
			return err
		}
		fmt.Fprintf(s.err, "results in %s: %s, …\n", dir, made)
	}
	return run.Failure()
}

func closeAll(backends []strategies.Backend) {
	for _, b := range backends {
		_ = b.Close() // the runs are over and recorded
	}
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
