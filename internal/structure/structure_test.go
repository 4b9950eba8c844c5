// Package structure holds the module to its map: imports run one way.
package structure

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// floors lists the packages from the lowest up. A package may import those of
// lower floors and those of its own folder; a folder stands for all below it
// that are not listed themselves. Packages under internal/ that are not listed
// are utilities, which import nothing but each other and packing.
var floors = [][]string{
	{"packing", "stats"},
	{"internal"},
	{"runs"},
	{"strategies", "datasets"},
	{"placement"},
	{"replay"},
	{"harness"},
	{"verify", "analysis"},
	{"sweep"},
	{"compare", "export", "report"},
	{"cmd"},
}

// floorOf returns the floor of a package, −1 for one that is on none.
func floorOf(pkg string) int {
	top, _, _ := strings.Cut(pkg, "/")
	for i, floor := range floors {
		for _, name := range floor {
			if name == top {
				return i
			}
		}
	}
	return -1
}

func TestImportsRunDown(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		from := floorOf(pkg)
		if from < 0 {
			t.Errorf("%s: package %s is on no floor: add it to floors", path, pkg)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files++
		for _, spec := range file.Imports {
			target, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			target, ours := strings.CutPrefix(target, "packbench/")
			if !ours || sameFolder(pkg, target) {
				continue
			}
			if to := floorOf(target); to >= from {
				t.Errorf("%s: package %s imports %s, which is not below it", path, pkg, target)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 200 {
		t.Errorf("only %d files were looked at", files)
	}
}

func sameFolder(a, b string) bool {
	x, _, _ := strings.Cut(a, "/")
	y, _, _ := strings.Cut(b, "/")
	return x == y
}
