package python

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
)

// scripts is the program that workers run, a package in Python.
//
//go:embed worker/*.py
var scripts embed.FS

// packageName is the name of that package among the modules of a worker.
const packageName = "packbench_worker"

// bootstrap is what the interpreter executes; its argument is the directory of the
// package.
const bootstrap = "import sys; sys.path.insert(0, sys.argv[1]); from " + packageName + ".serve import main; main()"

// unpack writes the package into dir.
func unpack(dir string) error {
	files, err := fs.Sub(scripts, "worker")
	if err != nil {
		return err
	}
	return os.CopyFS(filepath.Join(dir, packageName), files)
}
