package report

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"
)

func TestDistribution(t *testing.T) {
	cv := distribution([]float64{3, 1, 1, 2}, 5) // a fifth value is missing
	if !slices.Equal(cv.xs, []float64{1, 2, 3}) || !slices.Equal(cv.ys, []float64{0.4, 0.6, 0.8}) {
		t.Errorf("steps at %v to %v", cv.xs, cv.ys)
	}
}

// No point off the front is as good as one on it in both, and every point off
// the front is beaten by one on it.
func TestFront(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var fr frontier
		for range rapid.IntRange(1, 12).Draw(t, "n") {
			fr.points = append(fr.points, frontierPoint{
				time: float64(rapid.IntRange(1, 5).Draw(t, "time")),
				gap:  float64(rapid.IntRange(0, 5).Draw(t, "gap")),
			})
		}
		fr.findFront()
		for _, p := range fr.points {
			beaten := slices.ContainsFunc(fr.points, func(q frontierPoint) bool {
				return q.time <= p.time && q.gap <= p.gap && (q.time < p.time || q.gap < p.gap)
			})
			twin := slices.ContainsFunc(fr.points, func(q frontierPoint) bool {
				return q.onFront && q.time == p.time && q.gap == p.gap
			})
			if p.onFront && beaten {
				t.Fatalf("%v is on the front and beaten", p)
			}
			if !p.onFront && !beaten && !twin {
				t.Fatalf("%v is not on the front and not beaten", p)
			}
		}
	})
}

func TestOverlap(t *testing.T) {
	a := box(0, 0, 4, 4)
	for _, c := range []struct {
		b    vg.Rectangle
		want float64
	}{
		{box(2, 2, 4, 4), 4}, {box(4, 0, 1, 1), 0}, {box(1, 1, 1, 1), 1}, {box(-9, -9, 1, 1), 0},
	} {
		if got := overlap(a, c.b); got != c.want {
			t.Errorf("overlap with %v is %v, want %v", c.b, got, c.want)
		}
	}
}

func TestExponent(t *testing.T) {
	xs := []float64{10, 100, 1000}
	ys := []float64{3, 3 * math.Pow(10, 1.5), 3 * math.Pow(100, 1.5)}
	if a, ok := exponent(xs, ys); !ok || math.Abs(a-1.5) > 1e-9 {
		t.Errorf("exponent %v, want 1.5", a)
	}
	if _, ok := exponent(xs[:2], ys[:2]); ok {
		t.Error("two points are no fit")
	}
	if _, ok := exponent([]float64{2, 2, 2}, ys); ok {
		t.Error("one size is no fit")
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
	v := &view{}
	for _, items := range []int{288, 72, 144} {
		v.problems = append(v.problems, problem{"uniform", 8, items, items / 9})
	}
	v.problems = append(v.problems, problem{"uniform", 16, 288, 32}, problem{"zipf", 8, 36, 4})
	line, rest := v.line(dimensions[0])
	var items []int
	for _, p := range line {
		items = append(items, p.items)
	}
	if !slices.Equal(items, []int{72, 144, 288}) || rest != "uniform, 8 layers, 9 items per pack" {
		t.Errorf("items %v, %s", items, rest)
	}
	if line, _ := v.line(dimensions[2]); line != nil {
		t.Errorf("two numbers of layers are no line: %v", line)
	}
}

func TestHeatInks(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want int
	}{{0, 6}, {0.001, 6}, {1, 12}, {9, 12}, {-1, 0}, {-9, 0}, {0.5, 9}} {
		if got := heatInk(c.x, 1); got != heatInks[c.want] {
			t.Errorf("%v has colour %s, want %s", c.x, got.name, heatInks[c.want].name)
		}
	}
}

func TestHeatLimit(t *testing.T) {
	rows := [][]float64{make([]float64, 100)}
	for i := range rows[0] {
		rows[0][i] = 0.018
	}
	rows[0][0] = 5 // one heavy pack does not make the others pale
	if got := heatLimit(rows); got != 0.02 {
		t.Errorf("limit %v, want 0.02", got)
	}
	for _, rows := range [][][]float64{nil, {{0, 0}}} {
		if got := heatLimit(rows); !(got > 0) {
			t.Errorf("limit %v of %v", got, rows)
		}
	}
}

func TestWrapAndShorten(t *testing.T) {
	measure := func(s string) vg.Length { return vg.Length(len([]rune(s))) }
	if got := wrap("one two three", 7, measure); !slices.Equal(got, []string{"one two", "three"}) {
		t.Errorf("wrapped to %q", got)
	}
	if got := shorten("a long reason, indeed", 14, measure); got != "a long reason…" {
		t.Errorf("shortened to %q", got)
	}
	if got := shorten("short", 9, measure); got != "short" {
		t.Errorf("shortened to %q", got)
	}
}

func TestCodePage1252(t *testing.T) {
	if got := codePage1252("5 × 3 µs − “x” ≤ 中"); got != "5 \xd7 3 \xb5s \x96 \x93x\x94 <= ?" {
		t.Errorf("%q", got)
	}
}
