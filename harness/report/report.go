// Package report turns the records of a run into what people read: figures, a
// table, a self-contained HTML report and the same in Markdown.
//
// Every number in them comes from the records. What failed or could not run is
// shown with its reason, never left out.
package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"packbench/harness"
)

// The files of a report in a run directory.
const (
	FiguresDir   = "figures"
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
)

// figureIDs lists the figures that there can be, by the stems of their files.
var figureIDs = []string{
	"frontier", "imbalance", "runtime", "imbalance-vs-runtime", "gap-distribution", "performance-profile",
	"ranks", "speedup", "convergence", "pack-loads", "scaling",
}

// removeStale removes the figures of an earlier report that this one does not
// have. It touches no other file.
func removeStale(dir string, rendered []renderedFigure) error {
	for _, id := range figureIDs {
		if slices.ContainsFunc(rendered, func(r renderedFigure) bool { return r.id == id }) {
			continue
		}
		for _, ext := range []string{".png", ".svg", ".pdf"} {
			if err := os.Remove(filepath.Join(dir, id+ext)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Option is a setting of [Write].
type Option func(*options)

type options struct {
	loadsOf LoadsOf
	layer   *int
}

// WithLoads draws the loads of packs, which f provides; it is called for a few
// cells.
func WithLoads(f LoadsOf) Option { return func(o *options) { o.loadsOf = f } }

// WithLayer chooses the layer whose loads are drawn, instead of one where the
// strategies differ much. Problems without such a layer are not affected.
func WithLayer(layer int) Option { return func(o *options) { o.layer = &layer } }

// Write draws the figures of the run and writes its report in HTML and
// Markdown, all into the run's directory, where they replace those of an
// earlier report. It returns the paths of the files written.
func Write(run *harness.Run, settings ...Option) ([]string, error) {
	var o options
	for _, set := range settings {
		set(&o)
	}
	v := newView(run)
	figures, missing := v.figures(o)
	dir := filepath.Join(run.Dir, FiguresDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	var paths []string
	write := func(path string, content []byte) error {
		paths = append(paths, path)
		return writeFile(path, content)
	}
	rendered := make([]renderedFigure, len(figures))
	for i, f := range figures {
		r, err := f.render()
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", f.id, err)
		}
		rendered[i] = r
		for _, file := range r.files {
			if err := write(filepath.Join(dir, file.name), file.content); err != nil {
				return nil, err
			}
		}
	}
	if err := removeStale(dir, rendered); err != nil {
		return nil, err
	}
	page := newPage(v, rendered, missing)
	html, err := page.html()
	if err != nil {
		return nil, err
	}
	if err := write(filepath.Join(run.Dir, HTMLFile), html); err != nil {
		return nil, err
	}
	markdown, err := page.markdown()
	if err != nil {
		return nil, err
	}
	return paths, write(filepath.Join(run.Dir, MarkdownFile), markdown)
}

// figures returns the figures that the run has data for, and for the others
// what they would show and why they cannot.
func (v *view) figures(o options) (all []*figure, missing []fact) {
	if len(v.problems) == 0 {
		return nil, nil
	}
	in := v.instances()
	add := func(what string) func(*figure, string) {
		return func(f *figure, why string) {
			if f == nil {
				missing = append(missing, fact{what, why})
			} else {
				all = append(all, f)
			}
		}
	}
	add("Gap against time, and the Pareto front")(frontierFigure(v, v.rank()))
	all = append(all, imbalanceFigure(v), runtimeFigure(v), tradeoffFigure(v))
	if len(in.gap) > 0 {
		all = append(all, ecdfFigure(v, in), profileFigure(v, in))
	}
	add("Mean ranks of the strategies")(rankFigure(v, in))
	add("Speed-up of one backend over another")(speedupFigure(v))
	add("Imbalance after each round of the refinement")(roundsFigure(v))
	add("Loads of the packs under each strategy")(loadsFigure(v, o))
	add("Growth of the time with the size of the problem")(scalingFigure(v))
	return all, missing
}

// writeFile writes to a temporary name beside the target and renames it, so
// that a reader never sees half a file.
func writeFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
