// Command claims holds the figures of the documentation to the records that they
// come from.
//
// Beside a figure in a Markdown file stands an HTML comment, invisible to readers,
// with the expression that gives it:
//
//	leaves 0.023 %<!--= gap("frontier", "descent") --> of the bound
//
// and a table that is made of records stands between two comments:
//
//	<!-- claims: gaps("convergence", "two-opt:rounds=20", "topk-max-any") -->
//	…
//	<!-- end -->
//
// "go run ./cmd/claims FILE…" evaluates the expressions on the run
// directories under results/reference and fails where the text says something
// else; with -write it puts the text right. A figure passes if it is the value
// rounded to the digits that are shown; one of a time, which another recording
// changes, if it is within a tenth; one in words ("a third", "twice") if it is
// within an eighth. A figure with a unit and without an expression fails too:
// <!--= given --> marks a number that is nobody's measurement, such as a
// parameter or a level of confidence.
//
// See functions.go for what expressions can ask.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"packbench/internal/atomicfile"
)

func main() {
	write := flag.Bool("write", false, "rewrite figures and tables that are not what the records say")
	root := flag.String("results", filepath.Join("results", "reference"), "directory of the run directories")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "claims: no files: name the Markdown files to check")
		os.Exit(2)
	}
	failed := false
	records := newRecords(*root)
	for _, path := range flag.Args() {
		n, problems, err := file(path, records, *write)
		if err != nil {
			fmt.Fprintf(os.Stderr, "claims: %v\n", err)
			os.Exit(1)
		}
		for _, p := range problems {
			fmt.Printf("%s:%d: %s\n", path, p.line, p.text)
			failed = failed || !p.fixed
		}
		fmt.Printf("%s: %d claims\n", path, n)
	}
	if failed {
		os.Exit(1)
	}
}

// file checks one file, and rewrites it where asked to. It returns the number of
// claims in it.
func file(path string, r *records, write bool) (claims int, problems []problem, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, nil, err
	}
	c := &checker{records: r, write: write}
	fixed := c.document(string(text))
	if write && fixed != string(text) {
		err = atomicfile.Write(path, func(w io.Writer) error {
			_, err := io.WriteString(w, fixed)
			return err
		})
	}
	return c.claims, c.problems, err
}
