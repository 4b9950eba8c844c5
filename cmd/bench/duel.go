package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"packbench/compare"
	"packbench/runs"
)

// duelCmd is "bench duel": two programs, in turn, on one experiment.
type duelCmd struct {
	Old        string `arg:"" predictor:"file" help:"The program before a change: a bench binary."`
	New        string `arg:"" predictor:"file" help:"The program after it."`
	Experiment string `arg:"" optional:"" predictor:"experiment" help:"Built-in experiment or YAML file; default seed."`

	Invocations  int      `range:"1..1000" default:"6" placeholder:"N" help:"Number of times each program is started; the medians are compared. Default ${default}."`
	Repeats      *int     `range:"1..4000000" placeholder:"N" help:"Runs of each cell in every invocation, instead of the experiment's."`
	Backend      []string `placeholder:"NAME" help:"Run only these of the experiment's backends."`
	Threads      int      `help:"Layers packed in parallel on the CPU; 0 means one per core." default:"0"`
	Out          string   `short:"o" predictor:"dir" placeholder:"DIR" help:"Directory for the runs old and new; default results/duel-TIME."`
	FailAbove    *string  `placeholder:"SHARE" help:"Exit with code 1 if the new program is significantly worse by more than SHARE (such as 5%), if a cell broke, or if that could not be checked."`
	AllowMissing bool     `help:"Let --fail-above pass even if a side lacks cells or measures."`
	Quiet        bool     `short:"q" help:"Show no progress."`
}

// Run implements the verb.
func (c *duelCmd) Run(s *streams) error {
	options, err := (&compareCmd{Alpha: 0.05, Confidence: 0.95, FailAbove: c.FailAbove, AllowMissing: c.AllowMissing}).options()
	if err != nil {
		return badInput(err)
	}
	if err := (backendFlags{Threads: c.Threads}).check(); err != nil {
		return badInput(err)
	}
	programs, err := c.programs()
	if err != nil {
		return badInput(err)
	}
	if err := c.makeDir(); err != nil {
		return wrongTarget(err)
	}
	defer os.Remove(c.Out) // which fails where a program left anything
	sides, err := c.fight(programs, s)
	if err != nil {
		return err
	}
	comparison, err := compare.Runs(sides[0], sides[1:], options)
	if errors.Is(err, compare.ErrNothing) {
		return fmt.Errorf("the programs have nothing to compare: %w", err)
	}
	if err != nil {
		return err
	}
	if err := comparison.Write(s.out, compare.Formats()[0]); err != nil {
		return err
	}
	if g := comparison.Gate; g != nil && !g.Passed {
		return errors.New(g.Verdict())
	}
	return nil
}

// makeDir makes the directory of the duel. Where it has no name given, and
// another duel began in the same second, it is duel-TIME-2 and so on.
func (c *duelCmd) makeDir() error {
	named := c.Out != ""
	if !named {
		c.Out = filepath.Join("results", "duel-"+time.Now().UTC().Format("20060102T150405Z"))
	}
	if err := checkDir(filepath.Dir(c.Out)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o777); err != nil {
		return err
	}
	base := c.Out
	for i := 2; ; i++ {
		err := os.Mkdir(c.Out, 0o777)
		if !errors.Is(err, os.ErrExist) {
			return err
		}
		if named || i > 100 {
			return badInput(fmt.Errorf("%s exists: choose another directory", c.Out))
		}
		c.Out = fmt.Sprintf("%s-%d", base, i)
	}
}

// duelist is one of the two programs.
type duelist struct{ side, path string }

// programs finds the programs, a name without a slash on the path.
func (c *duelCmd) programs() ([]duelist, error) {
	list := []duelist{{"old", c.Old}, {"new", c.New}}
	for i := range list {
		path, err := exec.LookPath(list[i].path)
		if errors.Is(err, exec.ErrDot) {
			err = nil // named on purpose
		}
		if err != nil {
			return nil, fmt.Errorf("%s is not a program to run: name a bench binary by its path (./%s)", list[i].path, list[i].path)
		}
		list[i].path = path
		if err := isBench(path); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// isBench returns an error where the program at path is none like this one, which
// its invocations would show only when its turn comes.
func isBench(path string) error {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	output, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	text := strings.TrimSpace(string(output))
	switch {
	case strings.HasPrefix(text, "bench"): // also one too old to know the flag
		return nil
	case text == "" && err != nil:
		text = err.Error()
	case text == "":
		text = "it says nothing"
	}
	return fmt.Errorf("%s --version does not answer as a bench binary does: %s", path, text)
}

// fight starts each program once per invocation and joins the runs of each. The
// programs take turns in going first, so that neither always finds the machine
// as the other left it.
func (c *duelCmd) fight(programs []duelist, s *streams) ([]*runs.Run, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parts := map[string][]*runs.Run{}
	seed := rand.Uint64()
	for i := range c.Invocations {
		turn := []duelist{programs[i%2], programs[1-i%2]}
		for _, p := range turn {
			if !c.Quiet {
				fmt.Fprintf(s.err, "invocation %d of %d, %s\n", i+1, c.Invocations, p.side)
			}
			dir := filepath.Join(c.Out, fmt.Sprintf("%s-%d", p.side, i+1))
			run, err := c.start(ctx, p, dir, seed+uint64(i))
			if err != nil {
				return nil, err
			}
			parts[p.side] = append(parts[p.side], run)
		}
	}
	var sides []*runs.Run
	for _, p := range programs {
		side, err := joined(filepath.Join(c.Out, p.side), parts[p.side])
		if err != nil {
			return nil, err
		}
		sides = append(sides, side)
	}
	return sides, nil
}

// joined makes one run of several in dir and removes them.
func joined(dir string, parts []*runs.Run) (*runs.Run, error) {
	if err := runs.Join(dir, parts); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if err := os.RemoveAll(p.Dir); err != nil {
			return nil, err
		}
	}
	return runs.Load(dir)
}

// start runs the experiment once with a program and reads what it recorded. That
// a run failed, which the program says by its exit code, is for the comparison
// to tell.
func (c *duelCmd) start(ctx context.Context, p duelist, dir string, seed uint64) (*runs.Run, error) {
	args := []string{"run", "--quiet", "--no-figures", "--out", dir, "--shuffle-seed", strconv.FormatUint(seed, 10), "--threads", strconv.Itoa(c.Threads)}
	if c.Repeats != nil {
		args = append(args, "--repeats", strconv.Itoa(*c.Repeats))
	}
	for _, b := range c.Backend {
		args = append(args, "--backend", b)
	}
	if c.Experiment != "" {
		args = append(args, c.Experiment)
	}
	output, err := exec.CommandContext(ctx, p.path, args...).CombinedOutput()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: the records so far are in %s", c.Out)
	}
	run, loadErr := runs.Load(dir)
	switch {
	case loadErr == nil:
		return run, nil
	case err == nil:
		return nil, fmt.Errorf("%s recorded nothing that this program can read: %w", p.path, loadErr)
	}
	text := strings.TrimPrefix(strings.TrimSpace(string(output)), "bench: ")
	if text == "" {
		text = err.Error()
	}
	failed := fmt.Errorf("%s: %s", p.path, text)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == exitUsage {
		return nil, badInput(failed)
	}
	return nil, failed
}
