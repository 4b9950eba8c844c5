package spec

import (
	"math"
	"strings"
	"testing"
)

var params = []Param{
	{Name: "k", Kind: Int, Default: "8", Min: 1, Max: 64},
	{Name: "epsilon", Kind: Float, Default: "1e-06", Min: 0, Max: math.Inf(1)},
	{Name: "order", Kind: Choice, Default: "lpt", Choices: []string{"lpt", "noisy"}},
	{Name: "file", Kind: Text},
}

var presets = []Preset{{Name: "fast", Args: []Arg{{"k", "2"}, {"order", "noisy"}}}}

func TestResolveGivesTheCanonicalSpec(t *testing.T) {
	tests := []struct{ text, canonical string }{
		{"s", "s"},
		{"s:k=8", "s"},
		{" s : order = noisy , k=9 ", "s:k=9,order=noisy"},
		{"s:epsilon=0.000001", "s"},
		{"s:epsilon=1e0", "s:epsilon=1"},
		{"s:k=007", "s:k=7"},
		{"s:fast", "s:k=2,order=noisy"},
		{"s:fast,k=3", "s:k=3,order=noisy"},
		{"s:fast,k=8", "s:order=noisy"},
		{"s:file=/a:b/c d=e.py", "s:file=/a:b/c d=e.py"},
		{`s:file="a,b.py",k=2`, `s:k=2,file="a,b.py"`},
		{`s:file="a.py"`, "s:file=a.py"},
		{`s:file=a"b,k=2`, `s:k=2,file=a"b`},
		{`s:file="\"a\\,\" "`, `s:file="\"a\\,\" "`},
		{`s:file=C:\new\a.py`, `s:file=C:\new\a.py`},
	}
	for _, tt := range tests {
		s, err := Parse(tt.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		v, err := Resolve(s, params, presets...)
		if err != nil {
			t.Errorf("Resolve(%q): %v", tt.text, err)
			continue
		}
		if got := v.Canonical().String(); got != tt.canonical {
			t.Errorf("%q is %q in canonical form, want %q", tt.text, got, tt.canonical)
		}
	}
}

func TestParseErrorsSayWhatIsWrong(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "has no name"},
		{":k=1", "has no name"},
		{"s:", "is not key=value"},
		{"s:k", `"k" needs a value: write k=8`},
		{"s:k=", "is not key=value"},
		{"s:=1", "is not key=value"},
		{"s:k=1,k=2", `"k" is given twice`},
		{"s:k=1,fast", "is not key=value"},
		{"s:slow", `has no preset "slow": use one of fast`},
		{"s:fats", `has no preset "fats": did you mean "fast"?`},
		{"s:kk=1", `has no parameter "kk": did you mean "k"?`},
		{"s:k=0", "k=0 is out of range: use 1 to 64"},
		{"s:k=65", "k=65 is out of range: use 1 to 64"},
		{"s:k=2.5", "k=2.5: use a whole number, 1 to 64"},
		{"s:k=99999999999999999999", "use a whole number"},
		{"s:epsilon=nan", "use a finite number, ≥ 0"},
		{"s:epsilon=-1", "epsilon=-1 is out of range: use ≥ 0"},
		{"s:file=a,b.py", `"b.py" in "s:file=a,b.py" is not key=value; a value with a comma stands in double quotes: key="a,b"`},
		{`s:file="a,b.py`, "a value in quotes ends with one"},
		{`s:file="a"b`, "a value in quotes ends with one"},
		{"s:order=lptt", "order=lptt: use one of lpt|noisy"},
	}
	for _, tt := range tests {
		s, err := Parse(tt.text)
		if err == nil {
			_, err = Resolve(s, params, presets...)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestSuggestNamesTheNearest(t *testing.T) {
	known := []string{"lpt", "two-opt", "topk-max-any"}
	tests := []struct{ name, want string }{
		{"topk-max-ani", `: did you mean "topk-max-any"?`},
		{"TwoOpt", `: did you mean "two-opt"?`},
		{"simulated-annealing", ": use one of lpt, two-opt, topk-max-any"},
		{"", `: use one of lpt, two-opt, topk-max-any`},
	}
	for _, tt := range tests {
		if got := Suggest(tt.name, known); got != tt.want {
			t.Errorf("Suggest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever parses is written in a form that parses to the same, and what
// resolves has a canonical form that is its own canonical form.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"s", "s:k=1", "s:fast,epsilon=1e-3", "s:order=noisy,k=64", "a:b", ":", "s:k=1,k=1", "s:\x00=1", `s:file="a,\"\\",k=1`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		again, err := Parse(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q is written as %q, which reads as %q, %v", text, s, again, err)
		}
		v, err := Resolve(s, params, presets...)
		if err != nil {
			return
		}
		canonical := v.Canonical()
		w, err := Resolve(canonical, params, presets...)
		if err != nil || w.Canonical().String() != canonical.String() {
			t.Errorf("%q has canonical form %q, whose own is %q, %v", text, canonical, w.Canonical(), err)
		}
	})
}
