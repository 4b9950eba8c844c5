package report

import (
	"math"
	"slices"
	"testing"
)

func TestDistributionCountsMissingValues(t *testing.T) {
	cv := distribution([]float64{3, 1, 1, 2}, 5) // a fifth value is missing
	if !slices.Equal(cv.Xs, []float64{1, 2, 3}) || !slices.Equal(cv.Ys, []float64{0.4, 0.6, 0.8}) {
		t.Errorf("steps at %v to %v", cv.Xs, cv.Ys)
	}
}

func TestExponentOfAPowerLaw(t *testing.T) {
	xs := []float64{10, 100, 1000}
	ys := []float64{3, 3 * math.Pow(10, 1.5), 3 * math.Pow(100, 1.5)}
	if a, ok := exponent(xs, ys); !ok || math.Abs(a-1.5) > 1e-9 {
		t.Errorf("exponent %v, want 1.5", a)
	}
	if _, ok := exponent(xs[:2], ys[:2]); ok {
		t.Error("two points are not enough for a fit")
	}
	if _, ok := exponent([]float64{2, 2, 2}, ys); ok {
		t.Error("one size is not enough for a fit")
	}
}

func TestParseRounds(t *testing.T) {
	for spec, want := range map[string]refinement{
		"topk-max-any":                  {"topk-max-any", 10, "topk-max-any"},
		"topk-max-any:rounds=3":         {"topk-max-any", 3, "topk-max-any:rounds=3"},
		"two-opt:rounds=0":              {"two-opt", 0, "two-opt:rounds=0"},
		"topk-max-any:k=16,rounds=50":   {"topk-max-any:k=16", 50, "topk-max-any:k=16,rounds=50"},
		"topk-max-any:candidates=2,k=2": {"topk-max-any:candidates=2,k=2", 10, "topk-max-any:candidates=2,k=2"},
	} {
		if got, ok := parseRounds(spec); !ok || got != want {
			t.Errorf("parseRounds(%q) = %v, want %v", spec, got, want)
		}
	}
	for _, spec := range []string{"lpt", "no-such-strategy"} {
		if r, ok := parseRounds(spec); ok {
			t.Errorf("%s has no rounds, got %v", spec, r)
		}
	}
}

func TestLineOfProblems(t *testing.T) {
	var problems []problem
	for _, items := range []int{288, 72, 144} {
		problems = append(problems, problem{"uniform", 8, items, items / 9})
	}
	problems = append(problems, problem{"uniform", 16, 288, 32}, problem{"zipf", 8, 36, 4})
	v := newView(madeRun([]string{"lpt"}, []string{"cpu"}, problems), Names{})
	line, rest := v.line(dimensions[0])
	var items []int
	for _, p := range line {
		items = append(items, p.Items)
	}
	if !slices.Equal(items, []int{72, 144, 288}) || rest != "uniform, 8 layers, 9 items per pack" {
		t.Errorf("items %v, %s", items, rest)
	}
	if line, _ := v.line(dimensions[2]); line != nil {
		t.Errorf("two numbers of layers are not enough for a line: %v", line)
	}
}
