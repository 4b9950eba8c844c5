package replays

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"packbench/internal/atomicfile"
	"packbench/report/figure"
	"packbench/runs"
)

// Write draws the figures of the run in its directory, DIR/figures, as SVG and
// PNG, and returns the paths of the files.
func Write(run *runs.Run, dir string) ([]string, error) {
	all, failures := Draw(run, figure.Page)
	if len(all) == 0 {
		return nil, errors.Join(failures...)
	}
	to := filepath.Join(dir, "figures")
	if err := os.MkdirAll(to, 0o777); err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range all {
		for _, format := range []struct {
			ext  string
			make func() ([]byte, error)
		}{{".svg", p.SVG}, {".png", func() ([]byte, error) { return p.PNG(figure.ScreenDPI) }}} {
			content, err := format.make()
			if err != nil {
				failures = append(failures, fmt.Errorf("figure %s: %w", p.ID, err))
				continue
			}
			path := filepath.Join(to, p.ID+format.ext)
			err = atomicfile.WriteFile(path, content)
			if err != nil {
				return paths, err
			}
			paths = append(paths, path)
		}
	}
	return paths, errors.Join(failures...)
}
