package harness_test

import (
	"context"
	"strings"
	"testing"

	"packbench/harness"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/fakebackend"
)

func throughputProblems(t *testing.T) []*packing.Problem {
	t.Helper()
	var problems []*packing.Problem
	for _, shape := range []packing.Shape{{Layers: 2, Items: 12, Packs: 3}, {Layers: 1, Items: 8, Packs: 2}, {Layers: 2, Items: 12, Packs: 3}} {
		w := make([]float32, shape.Layers*shape.Items)
		for i := range w {
			w[i] = float32(1 + i%7)
		}
		p, err := packing.New(w, shape.Layers, shape.Items, shape.Packs)
		if err != nil {
			t.Fatal(err)
		}
		problems = append(problems, p)
	}
	return problems
}

func TestThroughputIsMeasured(t *testing.T) {
	s, err := strategies.Builtin().Parse("topk-max-any:candidates=5,k=2")
	if err != nil {
		t.Fatal(err)
	}
	problems := throughputProblems(t)
	got, err := harness.MeasureThroughput(t.Context(), cpu.New(cpu.Options{}), s, problems, 2)
	if err != nil || got.Problems != 3 || got.Layers != 5 || got.Each <= 0 || got.Together <= 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := harness.MeasureThroughput(t.Context(), cpu.New(cpu.Options{}), s, problems, 0); err == nil || !strings.Contains(err.Error(), "use 1 or more") {
		t.Errorf("no rounds: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := harness.MeasureThroughput(ended, cpu.New(cpu.Options{}), s, problems, 2); err != context.Canceled {
		t.Errorf("an ended context: %v", err)
	}
}

// A backend whose answers change is not measured.
func TestThroughputOfChangingAnswersIsAnError(t *testing.T) {
	s, err := strategies.Builtin().Parse("lpt")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	b := &fakebackend.Backend{Named: "fake", PackFunc: func(ctx context.Context, p *packing.Problem, g *packing.Packing) error {
		if err := fakebackend.RoundRobin(ctx, p, g); err != nil {
			return err
		}
		if calls++; calls%6 == 0 { // the last problem of every second round
			packs, _ := g.Layer(0)
			packs[0], packs[1] = packs[1], packs[0]
		}
		return nil
	}}
	_, err = harness.MeasureThroughput(t.Context(), b, s, throughputProblems(t), 1)
	if err == nil || !strings.Contains(err.Error(), "problem 2, 2×12×3, is packed differently") {
		t.Errorf("%v", err)
	}
}
