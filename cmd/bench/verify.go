package main

import (
	"fmt"
	"io"
	"iter"

	"packbench/harness"
	"packbench/internal/number"
	"packbench/strategies"
	"packbench/verify"
)

// verifyCmd is "bench verify": do the backends agree?
type verifyCmd struct {
	Backend    string `default:"cuda" help:"Backend to compare with the CPU: cuda; cpu compares the CPU only with the recorded packings."`
	Experiment string `placeholder:"E" help:"Also verify the problems of this experiment: a built-in one or a YAML file."`
	backendFlags
}

// Run implements the verb.
func (c *verifyCmd) Run(s *streams) error {
	reference, err := c.backend("cpu")
	if err != nil {
		return badInput(err)
	}
	other, err := c.backend(c.Backend)
	if err != nil {
		return badInput(err)
	}
	if c.Backend == "cpu" {
		if err := s.idle("--backend cpu uses no GPU", "device"); err != nil {
			return err
		}
	}
	defer closeAll([]strategies.Backend{reference, other})
	if c.Experiment != "" && c.Backend == "cpu" {
		return badInput(fmt.Errorf("--experiment %s with --backend cpu compares the CPU with itself: name another backend", c.Experiment))
	}
	checks := []iter.Seq2[verify.Check, error]{verify.GoldenChecks(strategies.Builtin())}
	if c.Experiment != "" {
		more, err := c.experiment(reference, other)
		if err != nil {
			return err
		}
		checks = append(checks, more)
	}
	if other.Name() == reference.Name() {
		other = nil
	} else if _, err := other.Describe(); err != nil {
		return fmt.Errorf("nothing could be verified (--backend cpu needs no GPU): %w", err)
	}

	ctx, stop := interruptible()
	defer stop()
	differs := false
	for _, list := range checks {
		agreements, err := verify.Run(ctx, list, reference, other)
		for _, a := range agreements {
			differs = differs || a.First != nil
			if err := printAgreement(s.out, a); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	if differs {
		return fmt.Errorf("packings differ")
	}
	return nil
}

// experiment returns the problems of the experiment.
func (c *verifyCmd) experiment(backends ...strategies.Backend) (iter.Seq2[verify.Check, error], error) {
	e, err := harness.FindExperiment(c.Experiment)
	if err != nil {
		return nil, badInput(err)
	}
	if len(e.Planners) > 0 || e.Replay != nil {
		return nil, badInput(fmt.Errorf("experiment %s has planners, which do not run on backends: name one that has strategies", e.Name))
	}
	e.Backends = []string{"cpu"}
	plan, err := harness.NewPlan(e, harness.Catalog{Strategies: strategies.Builtin(), Backends: backends})
	if err != nil {
		return nil, badInput(err)
	}
	return verify.PlanChecks(plan), nil
}

func printAgreement(w io.Writer, a verify.Agreement) error {
	how := a.Backend
	if a.Together {
		how += fmt.Sprintf(", up to %d problems in a call", verify.MaxTogether)
	}
	line := fmt.Sprintf("%s: %d of %s equal to %s", how, a.Equal, number.Count(a.Layers, "layer"), a.Against)
	if a.Skipped > 0 {
		line += fmt.Sprintf(", %s skipped: strategy not supported", number.Count(a.Skipped, "check"))
	}
	if a.First != nil {
		line += fmt.Sprintf("\nfirst difference: %v", a.First)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
