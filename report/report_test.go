package report

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"packbench/report/figure"
	"packbench/runs"
)

// written writes a report of the synthetic run and returns its directory.
// Where REPORT_DIR is set it writes there, to be looked at.
func written(t *testing.T) (run *runs.Run, paths []string) {
	t.Helper()
	run = syntheticRun()
	run.Dir = t.TempDir()
	if dir := os.Getenv("REPORT_DIR"); dir != "" {
		run.Dir = dir
	}
	paths, err := Write(run, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return run, paths
}

func TestWriteReplacesTheReportWithTheSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("renders every figure in every format, twice")
	}
	run, paths := written(t)
	again, err := Write(run, Options{}) // replaces what is there
	if err != nil || len(again) != len(paths) {
		t.Fatalf("a second report: %d files, %v", len(again), err)
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", p, err)
		}
		if filepath.Ext(p) == ".svg" {
			checkXML(t, p)
		}
	}
	markdown, err := os.ReadFile(filepath.Join(run.Dir, MarkdownFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]*\.png)\)`).FindAllStringSubmatch(string(markdown), -1) {
		if !slices.Contains(paths, filepath.Join(run.Dir, m[1])) {
			t.Errorf("the picture %s is not there", m[1])
		}
	}
	left, err := filepath.Glob(filepath.Join(run.Dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
}

// A figure of an earlier report that cannot be drawn any more does not stay, a
// file of someone else does.
func TestRemoveStale(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"speedup.png", "speedup.pdf", "ranks.svg", "mine.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeStale(dir, "", []*picture{{id: "ranks"}}); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{filepath.Join(dir, "mine.png"), filepath.Join(dir, "ranks.svg")}; !slices.Equal(left, want) {
		t.Errorf("%v are left, want %v", left, want)
	}
}

// Every figure of the kind of run is drawn or has a reason.
func TestEveryFigureIsDrawnOrMissing(t *testing.T) {
	for _, run := range []*runs.Run{syntheticRun(), shapesRun(), roundsRun(), placementRun()} {
		figures, missing := pictures(t, run, Options{LoadsOf: syntheticLoads})
		known := 0
		sk := newSketch(newView(run, Names{}), Options{}, figure.Page)
		for _, kind := range figureKinds {
			if kind.of(sk) {
				known++
			}
		}
		if len(figures)+len(missing) != known {
			t.Errorf("%d figures, drawn or not, of %d known", len(figures)+len(missing), known)
		}
	}
}

func checkXML(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d := xml.NewDecoder(f)
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
	}
}

// pageOf returns the report of a run without writing any file.
func pageOf(t *testing.T, run *runs.Run) *page {
	t.Helper()
	figures, missing := pictures(t, run, Options{})
	var inline []pageFigure
	for _, f := range figures {
		element, err := f.Inline()
		if err != nil {
			t.Fatal(err)
		}
		inline = append(inline, newPageFigure(f, element))
	}
	return newPage(newView(run, Names{}), inline, missing)
}

func TestHTML(t *testing.T) {
	run := syntheticRun()
	text, err := pageOf(t, run).html()
	if err != nil {
		t.Fatal(err)
	}
	html := string(text)
	for _, want := range []string{
		"topk-max-any comes closest to balance",
		"failed: layer 3: pack 4 holds 10 items",
		"unavailable: no CUDA driver on this machine",
		"bench run seed", "records.jsonl", "summary.csv", "with uncommitted changes",
		"prefers-color-scheme: dark", "@media print",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	figures, missing := pictures(t, run, Options{})
	if n := strings.Count(html, "<figure"); n != len(figures) {
		t.Errorf("%d figures, want %d", n, len(figures))
	}
	for _, m := range missing {
		if !strings.Contains(html, m.Name) {
			t.Errorf("the report does not say why %s is not drawn", m.Name)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if strings.Contains(m[1], "//") {
			t.Errorf("the report needs the network for %s", m[1])
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if ids[m[1]] {
			t.Errorf("id %s twice", m[1])
		}
		ids[m[1]] = true
	}
	if strings.Contains(html, "ZgotmplZ") {
		t.Error("html/template refused a value")
	}
}

// Names come from files and reasons from programs: neither may end up as markup.
func TestHTMLEscapes(t *testing.T) {
	run := syntheticRun()
	const evil = `<script>alert("x")</script>`
	for i := range run.Records {
		if run.Records[i].Reason != "" {
			run.Records[i].Reason = evil
		}
	}
	text, err := pageOf(t, run).html()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), evil) {
		t.Error("a reason became markup")
	}
}

func TestMarkdownMatchesTheGoldenFile(t *testing.T) {
	text, err := pageOf(t, syntheticRun()).markdown()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", text)
}

func TestShellCommand(t *testing.T) {
	got := shellCommand([]string{"bench", "run", "my file.yaml", "it's", ""})
	if want := `bench run 'my file.yaml' 'it'\''s' ''`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
