package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"packbench/harness"
)

// invoke makes the runs of each invocation in a process of its own: this program
// again, since times differ from process to process more than within one. The
// session is closed, for the processes to write to its directory.
func (c *runCmd) invoke(session *harness.Session, stderr io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot start this program again: %w", err)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	left := session.Unfinished()
	if err := session.Close(); err != nil {
		return err
	}
	for _, i := range left {
		if !c.Quiet {
			fmt.Fprintf(stderr, "invocation %d of %d\n", i+1, session.Plan.Experiment.Invocations)
		}
		if err := c.process(program, session.Dir, i, stderr, signals); err != nil {
			return err
		}
	}
	return nil
}

// process makes the runs of invocation i. The first signal ends it after the
// current run, the second at once.
func (c *runCmd) process(program, dir string, i int, stderr io.Writer, signals <-chan os.Signal) error {
	args := []string{"run", "--resume", dir, "--invocation", strconv.Itoa(i),
		"--threads", strconv.Itoa(c.Threads), "--device", strconv.Itoa(c.Device)}
	if c.Quiet {
		args = append(args, "--quiet")
	}
	if c.Python != "" {
		args = append(args, "--python", c.Python)
	}
	child := exec.Command(program, args...)
	child.Stderr = stderr
	alive, err := child.StdinPipe() // ends when this process does, however that happens
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return fmt.Errorf("cannot start invocation %d: %w", i+1, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	interrupted := false
	for {
		select {
		case err := <-ended:
			alive.Close()
			if interrupted {
				return harness.ErrInterrupted
			}
			if err != nil {
				return fmt.Errorf("invocation %d failed (%w): bench run --resume %s finishes the run", i+1, err, dir)
			}
			return nil
		case <-signals:
			if interrupted {
				_ = child.Process.Kill() // it may have ended already
				continue
			}
			interrupted = true
			fmt.Fprintln(stderr, "finishing the current run; interrupt again to stop at once")
			alive.Close()
		}
	}
}

// one makes the runs of one invocation for the process that started this one,
// and ends early when that process does or closes the standard input.
func (c *runCmd) one(session *harness.Session, s *streams) error {
	if e := session.Plan.Experiment; *c.Invocation < 0 || *c.Invocation >= max(1, e.Invocations) {
		return badInput(fmt.Errorf("--invocation=%d: the run has invocations 0 to %d", *c.Invocation, max(1, e.Invocations)-1))
	}
	session.Invocation = *c.Invocation
	signal.Ignore(os.Interrupt) // the terminal sends it to both
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, s.in)
		stop()
	}()
	if err := c.observed(ctx, session, s.err); !errors.Is(err, harness.ErrInterrupted) {
		return err
	}
	return nil // the other process says so
}
