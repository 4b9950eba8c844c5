package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var reference = filepath.Join("..", "..", "results", "reference")

// TestDocumentationSaysWhatTheRecordsSay is make claims.
func TestDocumentationSaysWhatTheRecordsSay(t *testing.T) {
	r := newRecords(reference)
	for _, name := range []string{"README.md", "POWER.md"} {
		path := filepath.Join("..", "..", "results", name)
		n, problems, err := file(path, r, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s:%d: %s", path, p.line, p.text)
		}
		if n < 3 {
			t.Errorf("%s: only %d claims", path, n)
		}
	}
}

// check returns the problems of a text and the text as it should be.
func check(text string, write bool) (problems []problem, fixed string) {
	c := &checker{records: newRecords(reference), write: write}
	fixed = c.document(text)
	return c.problems, fixed
}

func TestWrongFiguresAreFoundAndPutRight(t *testing.T) {
	for _, c := range []struct{ name, text, problem, fixed string }{
		{"right", `of 2,320<!--= layers("seed", "two-opt") --> layers`, "", ""},
		{"right in words", `a tenth<!--= 0.105 --> of it`, "", ""},
		{"given", "at 95 %<!--= given --> confidence", "", ""},
		{"in code", "`--fail-above 5 %` is a flag", "", ""},
		{"a measured time within a tenth", `**5.0 ms**<!--= slower("seed", "lpt", "lpt") * 5400000 -->`, "", ""},
		{"a backend's time", `**0.288 ms**<!--= timeOn("../h100/four-shapes", "cuda", "topk-max-any", "lognormal:sigma=0.66", 32) -->`, "", ""},
		{"a nested number", `52.5 ms<!--= measured("../h100/four-shapes/published-58x288x32.json", "topk-max-any.cuda_with_copies.median_ns") -->`, "", ""},
		{"no such backend", `5<!--= timeOn("seed", "cuda", "lpt") -->`, "no result", `5<!--= timeOn("seed", "cuda", "lpt") -->`},
		{"a digit too far", `of 2,321<!--= layers("seed", "two-opt") --> layers`, `the text says "2,321" and the records 2,320`, `of 2,320<!--= layers("seed", "two-opt") --> layers`},
		{"a share", "**−12.5 %**<!--= 0 - 0.25 -->", `"−12.5 %" and the records −25.0 %`, "**−25.0 %**<!--= 0 - 0.25 -->"},
		{"a time too far", `5.0 ms<!--= slower("seed", "lpt", "lpt") * 7000000 -->`, `the records 7.0 ms`, `7.0 ms<!--= slower("seed", "lpt", "lpt") * 7000000 -->`},
		{"words", "a tenth<!--= 0.2 --> of it", `the text says "a tenth"`, "a tenth<!--= 0.2 --> of it"},
		{"no figure", "nothing here<!--= 1 -->", "no figure before", "nothing here<!--= 1 -->"},
		{"no expression", "it takes 5 ms here", `"5 ms" has no expression`, "it takes 5 ms here"},
		{"no such run", `5<!--= layers("nothing", "lpt") -->`, "nothing", `5<!--= layers("nothing", "lpt") -->`},
		{"no such strategy", `5<!--= layers("seed", "lptt") -->`, `no strategy "lptt"`, `5<!--= layers("seed", "lptt") -->`},
		{"no such function", "5<!--= five() -->", "no function five", "5<!--= five() -->"},
		{"no expression at all", "5<!--= 1 + -->", "not an expression", "5<!--= 1 + -->"},
		{"a table that does not end", "<!-- claims: gaps(\"seed\", \"lpt\") -->\n| a |", "does not end", "<!-- claims: gaps(\"seed\", \"lpt\") -->\n| a |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, same := check(c.text, false)
			if same != c.text {
				t.Errorf("a check changed the text to %q", same)
			}
			if c.problem == "" {
				if len(problems) > 0 {
					t.Errorf("%v", problems)
				}
				return
			}
			if len(problems) != 1 || !strings.Contains(problems[0].text, c.problem) {
				t.Fatalf("%v, want %q", problems, c.problem)
			}
			if _, fixed := check(c.text, true); fixed != c.fixed {
				t.Errorf("put right: %q, want %q", fixed, c.fixed)
			}
		})
	}
}

func TestTablesAreWrittenAndChecked(t *testing.T) {
	empty := "<!-- claims: gaps(\"seed\", \"lpt\", \"two-opt\") -->\n<!-- end -->\n"
	_, full := check(empty, true)
	if !strings.Contains(full, "| uniform (288, 32) | 0.") {
		t.Fatalf("no table:\n%s", full)
	}
	if problems, _ := check(full, false); len(problems) > 0 {
		t.Errorf("a fresh table has problems: %v", problems)
	}
	forged := strings.Replace(full, "(288, 32) | 0.", "(288, 32) | 1.", 1)
	if problems, _ := check(forged, false); len(problems) != 1 {
		t.Errorf("a forged cell: %v", problems)
	}
	if !sameRow("| a | 0.5 % · 100 |", "| a | 0.5 % · 109 |") || sameRow("| a | 0.5 % · 100 |", "| a | 0.5 % · 120 |") || sameRow("| a | 0.5 % · 100 |", "| a | 0.6 % · 100 |") {
		t.Error("times have a tolerance of a tenth, gaps none")
	}
}

func TestFiguresAreReadWithUnitAndPrecision(t *testing.T) {
	for text, want := range map[string]figure{
		"of 1,086":             {value: 1086, step: 1},
		"is **0.023 %**":       {value: 0.00023, step: 0.00001},
		"fell by −33 %":        {value: -0.33, step: 0.01},
		"takes .2 s":           {value: 2e8, step: 1e8},
		"4.72 ms":              {value: 4.72e6, step: 1e4},
		"is a fourteenth":      {value: 1. / 14},
		"all thirteen":         {value: 13},
		"that is ×1.5":         {value: 1.5, step: 0.1},
		"and about two thirds": {value: 2. / 3},
	} {
		f, at, ok := lastFigure(text)
		if !ok || math.Abs(f.value-want.value) > 1e-12*math.Abs(want.value) || math.Abs(f.step-want.step) > 1e-12*want.step || f.text != text[at:at+len(f.text)] {
			t.Errorf("%q: %+v at %d, want %+v", text, f, at, want)
		}
	}
	if _, _, ok := lastFigure("nothing at all"); ok {
		t.Error("a figure in words that are none")
	}
}

func TestProgramFailsOnMissingFiles(t *testing.T) {
	if _, _, err := file(filepath.Join(t.TempDir(), "nothing.md"), newRecords(reference), false); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
}
