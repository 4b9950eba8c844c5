package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/cmpimg"

	"packbench/report/figure"
	"packbench/runs"
)

// drawn returns a figure of the run.
func drawn(t *testing.T, run *runs.Run, id string, o Options) *picture {
	t.Helper()
	figures, missing := pictures(t, run, o)
	i := slices.IndexFunc(figures, func(p *picture) bool { return p.id == id })
	if i < 0 {
		t.Fatalf("no figure %s; not drawn: %v", id, missing)
	}
	return figures[i]
}

// pictures draws all figures of the run; none may fail.
func pictures(t interface {
	Helper()
	Fatalf(string, ...any)
}, run *runs.Run, o Options) ([]*picture, []fact) {
	t.Helper()
	all, missing, errs := newSketch(newView(run, o.Names), o, figure.Page).pictures()
	if len(errs) > 0 {
		t.Fatalf("figures failed: %v", errs)
	}
	return all, missing
}

var updateImages = flag.Bool("update-images", false, "write the golden images")

// The figures look as they did. Fonts are drawn by the program itself, so that
// they look alike on every machine.
func TestFigureGoldens(t *testing.T) {
	for id, run := range map[string]*runs.Run{
		"imbalance":            syntheticRun(),
		"runtime":              syntheticRun(),
		"imbalance-vs-runtime": syntheticRun(),
		"frontier":             syntheticRun(),
		"ranks":                syntheticRun(),
		"gap-distribution":     syntheticRun(),
		"convergence":          roundsRun(),
		"scaling":              shapesRun(),
		"speedup":              shapesRun(),
		"pack-loads":           syntheticRun(),
		"gpu-balance":          placementRun(),
		"balance-vs-slots":     placementRun(),
		"gpu-loads":            placementRun(),
	} {
		loadsOf := LoadsOf(syntheticLoads)
		if id == "gpu-loads" {
			loadsOf = gpuLoads(run)
		}
		got, err := drawn(t, run, id, Options{LoadsOf: loadsOf}).PNG(60)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "figures", id+".png")
		if *updateImages {
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		same, err := cmpimg.EqualApprox("png", want, got, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		if !same {
			bad := filepath.Join(t.ArtifactDir(), id+".png")
			if err := os.WriteFile(bad, got, 0o644); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s differs from %s; see %s (go test -artifacts keeps it), and go test -update-images if that is right", id, path, bad)
		}
	}
}

// Whatever did not run is in the figures with its reason.
func TestFiguresShowWhatFailed(t *testing.T) {
	run := syntheticRun()
	for _, id := range []string{"imbalance", "runtime", "imbalance-vs-runtime", "frontier", "gap-distribution", "performance-profile", "ranks"} {
		svg, err := drawn(t, run, id, Options{}).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), "no CUDA driver on this machine") {
			t.Errorf("%s does not say why there is nothing from cuda", id)
		}
		failed := "layer 3: pack 4 holds 10 items"
		switch id {
		case "frontier":
			failed = "not every strategy has a result there: deepseek-v3"
		case "gap-distribution", "performance-profile", "ranks":
			failed = "two-opt has no result on 58 of 232 layers"
		}
		if !strings.Contains(string(svg), failed) {
			t.Errorf("%s does not say %q", id, failed)
		}
	}
}

// A figure that cannot be drawn has a reason.
func TestFiguresNotDrawn(t *testing.T) {
	figures, missing := pictures(t, syntheticRun(), Options{})
	if len(figures)+len(missing) != 11 {
		t.Errorf("%d figures and %d reasons", len(figures), len(missing))
	}
	for _, m := range missing {
		if m.Name == "" || m.Value == "" {
			t.Errorf("no reason in %v", m)
		}
	}
}

// Loads that are not those of the recorded packing are not shown.
func TestLoadsMustBeTheRecordedOnes(t *testing.T) {
	other := func(c runs.PlannedCell) ([]float64, error) {
		loads, err := syntheticLoads(c)
		for i := range loads {
			loads[i] *= 2
		}
		return loads, err
	}
	broken := func(runs.PlannedCell) ([]float64, error) { return nil, fmt.Errorf("the file is gone") }
	for want, loadsOf := range map[string]LoadsOf{"packed again, it has imbalance": other, "the file is gone": broken} {
		svg, err := drawn(t, syntheticRun(), "pack-loads", Options{LoadsOf: loadsOf}).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(svg), want); n < 6 {
			t.Errorf("%q is said of %d rows, want at least 6", want, n)
		}
	}
}

func TestPDFEmbedsItsFont(t *testing.T) {
	pdf, err := drawn(t, syntheticRun(), "ranks", Options{}).PDF()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(pdf), "%PDF-") || !strings.Contains(string(pdf), "/FontFile2") {
		t.Error("the PDF has no embedded font")
	}
}

// A strategy that one backend cannot run is named with that backend: on the other
// it has a mark.
func TestTradeoffNamesTheBackend(t *testing.T) {
	run := madeRun([]string{"lpt", "fill", "descent", "descent:fast"}, []string{"cpu", "cuda"}, []problem{{"uniform:layers=8,items=64", 8, 64, 8}})
	for i := range run.Records {
		r := &run.Records[i]
		if r.Cell.Backend() == "cuda" && r.Cell.Strategy() != "lpt" {
			r.Status, r.Reason, r.Layer, r.Run = runs.Unsupported, "strategy not supported by this backend: cuda executes ensembles, not these", nil, runs.Values{}
		}
	}
	element, err := drawn(t, run, "imbalance-vs-runtime", Options{}).Inline()
	if err != nil {
		t.Fatal(err)
	}
	boxes, _, _ := textBoxes(t, element)
	text := ""
	for _, b := range boxes {
		text += " " + b.text
	}
	if want := "without fill and 2 more on cuda, unsupported: cuda executes ensembles, not these"; !strings.Contains(text, want) {
		t.Errorf("no %q in %s", want, text)
	}
}

// Many problems or many strategies: the speed-ups stay on a page or two, and the
// axis has its labels at both ends.
func TestSpeedupsOfManyProblems(t *testing.T) {
	var problems []problem
	for i := range 100 {
		problems = append(problems, problem{fmt.Sprintf("lognormal:layers=4,items=%d", 64+8*i), 4, 64 + 8*i, 8})
	}
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprintf("topk-max-any:rounds=%d", i+1))
	}
	for n, rows := range map[int]int{2: 60, 12: 15} {
		element, err := drawn(t, madeRun(names[:n], []string{"cpu", "cuda"}, problems), "speedup", Options{}).Inline()
		if err != nil {
			t.Fatal(err)
		}
		boxes, width, height := textBoxes(t, element)
		shapes, ones := 0, 0
		for _, b := range boxes {
			if strings.HasPrefix(b.text, "4×") {
				shapes++
			}
			if b.text == "1 ×" {
				ones++
			}
		}
		if shapes != rows || ones != 2 || height > 3.5*width {
			t.Errorf("%d strategies: %d rows, want %d; 1 is labelled %d times, want 2; %g × %g", n, shapes, rows, ones, width, height)
		}
	}
}

// A million runs do not make a figure of a million dots; the caption says so.
func TestDotsAreThinned(t *testing.T) {
	var problems []problem
	for i := range 50 {
		problems = append(problems, problem{fmt.Sprintf("lognormal:layers=8,items=%d", 64+8*i), 8, 64 + 8*i, 8})
	}
	few := madeRun([]string{"lpt", "two-opt", "topk-max-any", "descent", "fill"}, []string{"cpu"}, problems)
	many := *few
	many.Records = nil
	for _, r := range few.Records {
		for repeat := range 100 {
			r.Repeat = 100*r.Repeat + repeat
			r.Run = timed(r.Time() * (1 + 0.0001*float64(repeat)))
			if repeat > 0 {
				r.Layer = nil
			}
			many.Records = append(many.Records, r)
		}
	}
	for run, want := range map[*runs.Run]struct {
		thinned bool
		max     int
	}{few: {false, 1 << 20}, &many: {true, 4 << 20}} {
		p := drawn(t, run, "runtime", Options{})
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if thinned := strings.Contains(p.caption, "Rows of more than 100 dots have 100"); thinned != want.thinned || len(svg) > want.max {
			t.Errorf("%d bytes, want at most %d; thinned %v: %s", len(svg), want.max, thinned, p.caption)
		}
	}
}

func TestThinned(t *testing.T) {
	for _, c := range []struct {
		values []float64
		n      int
		want   string
	}{
		{[]float64{3, 1, 2}, 3, "[3 1 2]"},
		{[]float64{9, 0, 1, 2, 3, 4, 5, 6, 7, 8}, 4, "[0 3 6 9]"},
		{[]float64{0, 0, 0, 0, 0, 0, 0, 0, 9}, 3, "[0 0 9]"},
	} {
		if got := fmt.Sprint(thinned(c.values, c.n)); got != c.want {
			t.Errorf("%v thinned to %d: %s, want %s", c.values, c.n, got, c.want)
		}
	}
	for _, c := range [][2]int{{0, 1000}, {1, 1000}, {240, 100}, {1000, 60}} {
		if got := dotsPerRow(c[0]); got != c[1] {
			t.Errorf("%d rows: %d dots each, want %d", c[0], got, c[1])
		}
	}
}
