package score

import (
	"context"
	"math"
	"testing"
	"time"

	"packbench/internal/spec"
	"packbench/packing"
	"packbench/strategies/fakebackend"
)

// The sets are fixed: a new hash means that scores cannot be compared with old ones.
func TestHashesOfTheSets(t *testing.T) {
	for _, tt := range []struct {
		quick bool
		name  string
		cases int
		hash  string
	}{
		{true, "quick", 4, "1ed4f61a02490aabb1af1c204c4638720655b7ad7ef4f28fc03f1561d97601a9"},
		{false, "full", 12, "b69eb6b4380298af45d896e6175bc2431973e94f597e45c7ac427d0803adbc37"},
	} {
		cases, name, hash, err := Cases(tt.quick)
		if err != nil {
			t.Fatal(err)
		}
		if name != tt.name || len(cases) != tt.cases || hash != tt.hash {
			t.Errorf("%s: %d cases with hash %s, want %s: %d with %s", name, len(cases), hash, tt.name, tt.cases, tt.hash)
		}
	}
}

func TestFormulasGiveThePublishedScores(t *testing.T) {
	tests := map[string]struct{ balancedness, gap, seconds, want float64 }{
		"balance":     {.9, .1, 1, .9},
		"gap":         {.9, .25, 1, .8},
		"adrs":        {.9, .1, .001, 81 + 10},       // twice as fast as 2 ms is as good as it gets
		"skydiscover": {.9, .1, .004, (.9 + .5) / 2}, //
		"openevolve":  {.9, .1, .04, (.9 + .5) / 2},  //
	}
	for _, f := range Formulas() {
		tt := tests[f.Name]
		if got := f.eval(tt.balancedness, tt.gap, tt.seconds); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", f.Name, got, tt.want)
		}
		if f.Name == "adrs" { // slow: 5·(0.002/2) less 20 at most
			if got, want := f.eval(.9, .1, 2), 81+.005-20; math.Abs(got-want) > 1e-12 {
				t.Errorf("adrs of a slow planner: %v, want %v", got, want)
			}
		}
	}
}

// named is a strategy for backends that do not look at it.
type named struct{}

func (named) Spec() spec.Spec { return spec.Spec{Name: "named"} }

func cases(t *testing.T) []Case {
	t.Helper()
	p, err := packing.New([]float32{3, 1, 2, 2}, 1, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	return []Case{{"a case", p}}
}

func TestMeasureAveragesOverTheCases(t *testing.T) {
	b := &fakebackend.Backend{PackFunc: fakebackend.RoundRobin} // 3 + 2 and 1 + 2
	r, remarks, err := Measure(context.Background(), b, named{}, cases(t), Formulas()[0])
	if err != nil || len(remarks) > 0 {
		t.Fatal(err, remarks)
	}
	if math.Abs(r.Balancedness-.8) > 1e-12 || math.Abs(r.Gap-.25) > 1e-12 || r.CombinedScore != r.Balancedness || r.TimeMS <= 0 {
		t.Errorf("%+v, want balancedness .8, gap .25", r)
	}
}

func TestMeasureRefusesAnswersThatBreakTheRules(t *testing.T) {
	b := &fakebackend.Backend{PackFunc: func(_ context.Context, _ *packing.Problem, g *packing.Packing) error {
		clear(g.PackIndex)
		return nil
	}}
	if _, _, err := Measure(context.Background(), b, named{}, cases(t), Formulas()[0]); err == nil {
		t.Error("no error for a full pack")
	}
}

// What takes long is called once per case.
func TestSlowStrategiesAreCalledOnce(t *testing.T) {
	calls := 0
	b := &fakebackend.Backend{PackFunc: func(ctx context.Context, p *packing.Problem, g *packing.Packing) error {
		calls++
		time.Sleep(long)
		return fakebackend.RoundRobin(ctx, p, g)
	}}
	r, _, err := Measure(context.Background(), b, named{}, cases(t), Formulas()[0])
	if err != nil || calls != 1 || r.TimeMS < 1000 {
		t.Errorf("%d calls in %v ms, %v; want one of a second or more", calls, r.TimeMS, err)
	}
}
