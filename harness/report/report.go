// Package report turns the records of a run into what people read: figures, a
// table, a self-contained HTML report and the same in Markdown.
//
// Every number in them comes from the records. What failed or could not run is
// shown with its reason, never left out.
package report

import (
	"fmt"
	"os"
	"path/filepath"

	"packbench/harness"
)

// The files of a report in a run directory.
const (
	FiguresDir   = "figures"
	HTMLFile     = "report.html"
	MarkdownFile = "report.md"
)

// Write draws the figures of the run and writes its report in HTML and
// Markdown, all into the run's directory, where they replace those of an
// earlier report. It returns the paths of the files written.
func Write(run *harness.Run) ([]string, error) {
	v := newView(run)
	figures := v.figures()
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
	page := newPage(v, rendered)
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

// figures returns the figures that the run has data for.
func (v *view) figures() []*figure {
	if len(v.problems) == 0 {
		return nil
	}
	return []*figure{
		imbalanceFigure(v),
		runtimeFigure(v),
		tradeoffFigure(v),
	}
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
