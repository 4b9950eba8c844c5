package report

import (
	"strings"
	"testing"

	"packbench/runs"
)

func TestViewOfPartsThatFailed(t *testing.T) {
	run := syntheticRun()
	v := newView(run, Names{})
	if got := v.Missing("cuda"); got != "unavailable: no CUDA driver on this machine" {
		t.Errorf("missing(cuda) = %q", got)
	}
	if got := v.Missing("cpu"); got != "" {
		t.Errorf("missing(cpu) = %q", got)
	}
	r := v.Answer(v.Problems[2], "two-opt")
	if r == nil || !strings.HasPrefix(r.Trouble(), "failed: layer 3") {
		t.Errorf("two-opt on deepseek-v3: %+v", r)
	}
	if got := len(v.Answer(v.Problems[0], "lpt").Instances()); got != 58 {
		t.Errorf("%d layers of lpt on uniform, want 58", got)
	}
}

// A run that was just begun, and one with nothing planned, can be looked at.
func TestViewOfNothing(t *testing.T) {
	for _, run := range []*runs.Run{{}, {Manifest: syntheticRun().Manifest}} {
		v := newView(run, Names{})
		if reply, _ := answer(v.Rank(), v); reply != "No strategy has a result yet." {
			t.Errorf("answer %q", reply)
		}
		figures, _ := pictures(t, run, Options{})
		for _, f := range figures {
			if _, err := f.SVG(); err != nil {
				t.Errorf("%s: %v", f.id, err)
			}
		}
	}
}

func TestSeveralSeeds(t *testing.T) {
	run := syntheticRun()
	second := syntheticRun()
	for i := range second.Records {
		r := &second.Records[i]
		c := *r.PlannedCell
		c.Cell, c.Key = c.With(runs.SeedAxis, "1"), c.Key+"-1"
		r.PlannedCell = &c
		if r.Cell.Strategy() == "lpt" && r.Cell.Backend() == "cpu" {
			r.Status, r.Reason, r.Layer = runs.Timeout, "1s", nil
		}
	}
	for _, c := range second.Manifest.Cells {
		c.Cell, c.Key = c.With(runs.SeedAxis, "1"), c.Key+"-1"
		run.Manifest.Cells = append(run.Manifest.Cells, c)
	}
	run.Records = append(run.Records, second.Records...)
	v := newView(run, Names{})
	if got := len(v.Answer(v.Problems[0], "topk-max-any").Instances()); got != 116 {
		t.Errorf("%d layers of two seeds, want 116", got)
	}
	r := v.Answer(v.Problems[0], "lpt")
	if got := r.Trouble(); got != "1 of 2 seeds timeout: 1s" {
		t.Errorf("trouble %q", got)
	}
	if len(r.Instances()) != 58 {
		t.Errorf("%d layers of the seed that is done, want 58", len(r.Instances()))
	}
}

func TestRankingSkipsProblemsThatAStrategyFailed(t *testing.T) {
	r := newView(syntheticRun(), Names{}).Rank()
	if len(r.Skipped) != 1 || r.Skipped[0].Name != "deepseek-v3" {
		t.Errorf("skipped %v, want deepseek-v3 where two-opt failed", r.Skipped)
	}
	var order []string
	best := 0
	for _, s := range r.Standings {
		order = append(order, s.Strategy)
		best += s.Best
		if s.Layers != 174 {
			t.Errorf("%s over %d layers, want 174", s.Strategy, s.Layers)
		}
	}
	if strings.Join(order, " ") != "topk-max-any two-opt lpt" {
		t.Errorf("order %v", order)
	}
	if best < 174 {
		t.Errorf("%d times best over 174 layers: every layer has a best strategy", best)
	}
}

// The words that the field above the table suggests find rows of it, whatever was run.
func TestExampleFindsRows(t *testing.T) {
	for want, run := range map[string]*runs.Run{"uniform lpt": syntheticRun(), "deepseek-v3 vllm": placementRun()} {
		p := newPage(newView(run, Names{}), nil, nil)
		if p.Example != want {
			t.Errorf("example %q, want %q", p.Example, want)
		}
	}
}
