package asmtest

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// packages are the packages with assembly, from the root of the module.
var packages = []string{"strategies/cpu", "internal/core/draws"}

const root = "../.."

func TestEveryPackageWithAssemblyIsListed(t *testing.T) {
	var got []string
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_amd64.s") {
			dir, _ := filepath.Rel(root, filepath.Dir(path))
			if dir = filepath.ToSlash(dir); !slices.Contains(got, dir) {
				got = append(got, dir)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(packages)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("assembly is in %v, tested in %v", got, want)
	}
}

var (
	textLine    = regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\)`)
	commentLine = regexp.MustCompile(`(?m)^// (func \w+\(.*)$`)
)

// The compiler does not read the comment above a function of assembly, but a
// person does: it says what the declaration in Go says.
func TestSignatureCommentsAgreeWithDeclarations(t *testing.T) {
	for _, dir := range packages {
		declared := declarations(t, dir)
		files, err := filepath.Glob(filepath.Join(root, dir, "*.s"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d assembly files, %v", dir, len(files), err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			commented := map[string]string{}
			for _, m := range commentLine.FindAllStringSubmatch(string(source), -1) {
				f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+m[1], 0)
				if err != nil {
					t.Errorf("%s: %q: %v", file, m[1], err)
					continue
				}
				decl := f.Decls[0].(*ast.FuncDecl)
				commented[decl.Name.Name] = format(t, decl)
			}
			for _, m := range textLine.FindAllStringSubmatch(string(source), -1) {
				if got, want := commented[m[1]], declared[m[1]]; got != want || want == "" {
					t.Errorf("%s: %s is described as\n     %s\nwant %s", file, m[1], got, want)
				}
			}
		}
	}
}

// declarations returns the functions without a body that a package declares, by
// name.
func declarations(t *testing.T, dir string) map[string]string {
	files, err := filepath.Glob(filepath.Join(root, dir, "*_amd64.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Body == nil {
				found[decl.Name.Name] = format(t, decl)
			}
		}
	}
	return found
}

// format prints a declaration without its comment.
func format(t *testing.T, decl *ast.FuncDecl) string {
	decl.Doc = nil
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), decl); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
