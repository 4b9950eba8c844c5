package report

import (
	"strings"
	"testing"

	"packbench/internal/spec"
	"packbench/runs"
	"packbench/strategies"
)

func TestViewOfPartsThatFailed(t *testing.T) {
	run := syntheticRun()
	v := newView(run, Names{})
	if got := v.missing("cuda"); got != "unavailable: no CUDA driver on this machine" {
		t.Errorf("missing(cuda) = %q", got)
	}
	if got := v.missing("cpu"); got != "" {
		t.Errorf("missing(cpu) = %q", got)
	}
	r := v.quality(v.problems[2], "two-opt")
	if r == nil || !strings.HasPrefix(r.trouble(), "failed: layer 3") {
		t.Errorf("two-opt on deepseek-v3: %+v", r)
	}
	if got := len(v.quality(v.problems[0], "lpt").layers()); got != 58 {
		t.Errorf("%d layers of lpt on uniform, want 58", got)
	}
}

// A run that was just begun, and one with nothing planned, can be looked at.
func TestViewOfNothing(t *testing.T) {
	for _, run := range []*runs.Run{{}, {Manifest: syntheticRun().Manifest}} {
		v := newView(run, Names{})
		if answer, _ := v.rank().answer(v); answer != "No strategy has a result yet." {
			t.Errorf("answer %q", answer)
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
		second.Records[i].Seed = 1
		second.Records[i].Key += "-1"
		if second.Records[i].Strategy == "lpt" && second.Records[i].Backend == "cpu" {
			second.Records[i].Status, second.Records[i].Reason, second.Records[i].Quality = runs.Timeout, "1s", nil
		}
	}
	run.Records = append(run.Records, second.Records...)
	v := newView(run, Names{})
	if got := len(v.quality(v.problems[0], "topk-max-any").layers()); got != 116 {
		t.Errorf("%d layers of two seeds, want 116", got)
	}
	r := v.quality(v.problems[0], "lpt")
	if got := r.trouble(); got != "1 of 2 seeds timeout: 1s" {
		t.Errorf("trouble %q", got)
	}
	if len(r.layers()) != 58 {
		t.Errorf("%d layers of the seed that is done, want 58", len(r.layers()))
	}
}

func TestProblemNames(t *testing.T) {
	for _, c := range []struct{ workload, want string }{
		{"uniform:layers=58,items=288", "uniform"},
		{"lognormal:sigma=0.5,layers=58,items=288", "lognormal sigma=0.5"},
		{"loads.npy", "loads.npy"},
	} {
		if got := (problem{workload: c.workload}).name(); got != c.want {
			t.Errorf("name of %q is %q, want %q", c.workload, got, c.want)
		}
	}
	if got := (problem{layers: 1, items: 8, pack: 2}).shape(); got != "1 layer × 8 items in 2 packs" {
		t.Errorf("shape %q", got)
	}
}

func TestRanking(t *testing.T) {
	r := newView(syntheticRun(), Names{}).rank()
	if len(r.skipped) != 1 || r.skipped[0].name() != "deepseek-v3" {
		t.Errorf("skipped %v, want deepseek-v3 where two-opt failed", r.skipped)
	}
	var order []string
	best := 0
	for _, s := range r.standings {
		order = append(order, s.strategy)
		best += s.best
		if s.layers != 174 {
			t.Errorf("%s over %d layers, want 174", s.strategy, s.layers)
		}
	}
	if strings.Join(order, " ") != "topk-max-any two-opt lpt" {
		t.Errorf("order %v", order)
	}
	if best < 174 {
		t.Errorf("%d times best over 174 layers: every layer has a best strategy", best)
	}
}

func TestPresetNames(t *testing.T) {
	params := []strategies.Param{{Name: "tol", Kind: spec.Float, Default: "0", Max: 1}}
	registry := strategies.Registry{{
		Name: "mine", Params: params, Presets: []spec.Preset{{Name: "fast", Args: []spec.Arg{{Key: "tol", Value: "0.5"}}}},
		New: func(v strategies.Values) (strategies.Strategy, error) { return mine{v.Canonical()}, nil },
	}}
	if got := presetNames(registry); len(got) != 1 || got["mine:tol=0.5"] != "mine:fast" {
		t.Errorf("names %v", got)
	}
}

type mine struct{ spec spec.Spec }

func (m mine) Spec() spec.Spec { return m.spec }
