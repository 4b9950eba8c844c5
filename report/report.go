// Package report turns the records of a run into what people read: figures, a
// table, a self-contained HTML report and the same in Markdown.
//
// Every number in them comes from the records. What failed or could not run is
// shown with its reason, never left out.
package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"packbench/internal/atomicfile"
	"packbench/report/figure"
	"packbench/runs"
)

// The files of a report in its directory.
const (
	FiguresDir   = "figures"
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
)

// Options are what a report can be told. The zero value is a report in the
// run's directory.
type Options struct {
	// Dir is the directory that the report is written to; "" is the run's.
	Dir string
	// LoadsOf provides the loads of packs, which records do not hold; it is called
	// for a few cells. Without it the figure of loads is missing.
	LoadsOf LoadsOf
	// Layer chooses the layer whose loads are drawn, instead of one where the
	// strategies differ much. Problems without such a layer are not affected.
	Layer *int
	// Baseline is the planner of a replay that the others are compared with; "" is the
	// published one of the highest balance.
	Baseline string
	// Names are what strategies and workloads are called.
	Names Names
	// Extra are further sets of the figures, in other sizes.
	Extra []FigureSet
}

// FigureSet is the figures in one size, in files of their own.
type FigureSet struct {
	Dir    string // below the figures of the report: "paper"
	Suffix string // of the names of the files, before their extension: "-wide"
	Size   figure.Size
}

// Write draws the figures of the run and writes its report in HTML and Markdown,
// where they replace those of an earlier report. It returns the paths of the
// files written. A figure that cannot be drawn or written costs no other: the
// rest of the report is made, and the error names it.
func Write(run *runs.Run, o Options) ([]string, error) {
	w := &writer{dir: cmp.Or(o.Dir, run.Dir)}
	v := newView(run, o.Names)
	sk := newSketch(v, o, figure.Page)
	pictures, missing := w.figures(sk, FigureSet{})
	for _, set := range o.Extra {
		w.figures(newSketch(v, o, set.Size), set)
	}
	var inline []pageFigure
	for _, p := range pictures {
		element, err := p.Inline()
		if err != nil {
			w.failed(fmt.Errorf("figure %s in the report: %w", p.id, err))
			continue
		}
		inline = append(inline, newPageFigure(p, element))
	}
	page := newPage(v, inline, missing)
	page.Records = recordsPath(run.Dir, w.dir)
	var err error
	if page.Paired, err = v.againstBaseline(o.Baseline); err != nil {
		w.failed(err)
	}
	w.write(HTMLFile, page.html)
	w.write(MarkdownFile, page.markdown)
	return w.paths, w.err()
}

// recordsPath leads from the report to the run's directory, "" where it stands
// in it.
func recordsPath(run, report string) string {
	if run == report {
		return ""
	}
	a, err := filepath.Abs(run)
	if err != nil {
		return ""
	}
	b, err := filepath.Abs(report)
	if err != nil {
		return ""
	}
	path, err := filepath.Rel(b, a)
	if err != nil || path == "." {
		return ""
	}
	return filepath.ToSlash(path) + "/"
}

// writer writes the files of a report and keeps what went wrong.
type writer struct {
	dir   string
	paths []string
	errs  []error
}

// err returns what went wrong first and how much else.
func (w *writer) err() error {
	switch n := len(w.errs) - 1; {
	case n < 0:
		return nil
	case n == 0:
		return w.errs[0]
	default:
		return fmt.Errorf("%w (and %d more of the report)", w.errs[0], n)
	}
}

func (w *writer) failed(err error) { w.errs = append(w.errs, err) }

// write makes and writes a file below the report's directory.
func (w *writer) write(name string, make func() ([]byte, error)) {
	content, err := make()
	if err != nil {
		w.failed(fmt.Errorf("%s: %w", name, err))
		return
	}
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		w.failed(err)
		return
	}
	err = atomicfile.WriteFile(path, content)
	if err != nil {
		w.failed(err)
		return
	}
	w.paths = append(w.paths, path)
}

// paperDPI is the resolution of figures for papers, which are printed.
const paperDPI = 300

// figures writes a set of figures in every format and removes those of an
// earlier report that this one does not have.
func (w *writer) figures(sk *sketch, set FigureSet) (all []*picture, missing []fact) {
	all, missing, errs := sk.pictures()
	w.errs = append(w.errs, errs...)
	dir := filepath.Join(FiguresDir, set.Dir)
	dpi := figure.ScreenDPI
	if sk.size.Bare {
		dpi = paperDPI
	}
	for _, p := range all {
		stem := filepath.Join(dir, p.id+set.Suffix)
		w.write(stem+".png", func() ([]byte, error) { return p.PNG(dpi) })
		w.write(stem+".svg", p.SVG)
		w.write(stem+".pdf", p.PDF)
	}
	if err := removeStale(filepath.Join(w.dir, dir), set.Suffix, all); err != nil {
		w.failed(err)
	}
	return all, missing
}

// removeStale removes the figures of an earlier report that this one does not
// have. It touches no other file.
func removeStale(dir, suffix string, drawn []*picture) error {
	for _, kind := range figureKinds {
		if slices.ContainsFunc(drawn, func(p *picture) bool { return p.id == kind.id }) {
			continue
		}
		for _, ext := range []string{".png", ".svg", ".pdf"} {
			if err := os.Remove(filepath.Join(dir, kind.id+suffix+ext)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
