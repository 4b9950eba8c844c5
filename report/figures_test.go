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
