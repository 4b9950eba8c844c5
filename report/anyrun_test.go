package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/runs"
)

// Whatever a run holds, there is a report of it: names of any kind and length,
// one strategy or many, cells that failed or are missing, quality from 0 to the
// largest loads.
func TestAnyRunHasAReport(t *testing.T) {
	if testing.Short() {
		t.Skip("draws hundreds of figures")
	}
	rapid.Check(t, func(t *rapid.T) {
		run := anyRun(t)
		figures, missing := pictures(t, run, Options{LoadsOf: func(runs.PlannedCell) ([]float64, error) { return nil, fmt.Errorf("gone") }})
		var inline []pageFigure
		for _, f := range figures {
			svg, err := f.SVG()
			if err != nil {
				t.Fatal(err)
			}
			if i := strings.Index(string(svg), "NaN"); i >= 0 {
				t.Fatalf("%s has a place that is not a number: …%s…", f.id, svg[max(0, i-80):i+20])
			}
			inline = append(inline, newPageFigure(f, svg))
		}
		p := newPage(newView(run, Names{}), inline, missing)
		for _, write := range []func() ([]byte, error){p.html, p.markdown} {
			if _, err := write(); err != nil {
				t.Fatal(err)
			}
		}
		for _, format := range Formats() {
			if err := Table(io.Discard, run, format, Names{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func anyRun(t *rapid.T) *runs.Run {
	name := rapid.OneOf(rapid.SampledFrom([]string{"lpt", "two-opt", "topk-max-any", "topk-max-any:rounds=1", "topk-max-any:rounds=0"}),
		rapid.StringMatching(`[a-zA-Z<>&"'|%= ]{1,60}`))
	names := rapid.SliceOfNDistinct(name, 1, 5, rapid.ID).Draw(t, "strategies")
	backends := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"cpu", "cuda", "other"}), 1, 3, rapid.ID).Draw(t, "backends")
	problems := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) problem {
		packs := rapid.IntRange(1, 8).Draw(t, "packs")
		return problem{rapid.SampledFrom([]string{"uniform", "zipf:s=1", "a/file with a long name, somewhere.npy"}).Draw(t, "workload"),
			rapid.IntRange(1, 4).Draw(t, "layers"), packs * rapid.IntRange(1, 4).Draw(t, "capacity"), packs}
	}), 1, 5, rapid.ID).Draw(t, "problems")
	number := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-60, 1e-20), rapid.Float64Range(1e-20, 1), rapid.Float64Range(1, 1e38))
	run := &runs.Run{}
	for _, p := range problems {
		for _, s := range names {
			for _, b := range backends {
				cell := cellOf(s, p, b, rapid.Uint64Range(0, 1).Draw(t, "seed"))
				planned := runs.PlannedCell{Cell: cell, Key: fmt.Sprint(p, s, b), Layers: p.layers, Items: p.items}
				run.Manifest.Cells = append(run.Manifest.Cells, planned)
				for repeat := range rapid.IntRange(0, 7).Draw(t, "repeats") {
					r := runs.Record{PlannedCell: &planned, Repeat: repeat,
						Status: rapid.SampledFrom([]runs.Status{runs.Done, runs.Done, runs.Failed, runs.Timeout, runs.Unavailable, runs.Unsupported}).Draw(t, "status")}
					if r.Status == runs.Done {
						r.Run = timed(rapid.Float64Range(1, 1e13).Draw(t, "time"))
						if repeat == 0 {
							r.Layer = anyQuality(t, p.layers, number)
						}
					} else {
						r.Reason = rapid.SampledFrom([]string{"", "out of memory", strings.Repeat("a long reason ", 20)}).Draw(t, "reason")
					}
					run.Records = append(run.Records, r)
				}
			}
		}
	}
	return run
}

func anyQuality(t *rapid.T, layers int, number *rapid.Generator[float64]) map[string][]float64 {
	var d [][4]float64
	for range layers {
		lo := number.Draw(t, "min")
		hi := max(lo, number.Draw(t, "max"))
		d = append(d, [4]float64{hi, lo, hi/2 + lo/2, hi/2 + lo/2})
	}
	return layersOf(d)
}
