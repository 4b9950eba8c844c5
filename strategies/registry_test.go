package strategies_test

import (
	"strings"
	"testing"

	"packbench/strategies"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want strategies.Ensemble // of the exported fields
	}{
		{"lpt", strategies.Ensemble{Name: "lpt", Candidates: 1, Keep: 1}},
		{"two-opt", strategies.Ensemble{Name: "two-opt", Candidates: 128, Random: 32, Keep: 1, Refinement: strategies.TwoOpt, Rounds: 20, Epsilon: 1e-5, Spread: 0.4, Floor: 0.8}},
		{"topk-max-any", strategies.Ensemble{Name: "topk-max-any", Candidates: 128, Random: 32, Keep: 8, Refinement: strategies.MaxAny, Rounds: 10, Epsilon: 1e-6, Spread: 0.4, Floor: 0.8}},
		{"topk-max-any:candidates=256,k=16,rounds=50", strategies.Ensemble{Name: "topk-max-any", Candidates: 256, Random: 32, Keep: 16, Refinement: strategies.MaxAny, Rounds: 50, Epsilon: 1e-6, Spread: 0.4, Floor: 0.8}},
		{"topk-max-any:candidates=10", strategies.Ensemble{Name: "topk-max-any", Candidates: 10, Random: 8, Keep: 8, Refinement: strategies.MaxAny, Rounds: 10, Epsilon: 1e-6, Spread: 0.4, Floor: 0.8}},
		{"two-opt:candidates=1", strategies.Ensemble{Name: "two-opt", Candidates: 1, Keep: 1, Refinement: strategies.TwoOpt, Rounds: 20, Epsilon: 1e-5, Spread: 0.4, Floor: 0.8}},
	}
	for _, tt := range tests {
		s, err := strategies.Builtin().Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := s.(strategies.Ensemble)
		if got.Spec().String() != tt.text {
			t.Errorf("%s has the spec %s", tt.text, got.Spec())
		}
		if got.Name != tt.want.Name || got.Candidates != tt.want.Candidates || got.Random != tt.want.Random ||
			got.Keep != tt.want.Keep || got.Refinement != tt.want.Refinement || got.Rounds != tt.want.Rounds ||
			got.Epsilon != tt.want.Epsilon || got.Spread != tt.want.Spread || got.Floor != tt.want.Floor {
			t.Errorf("%s is %+v, want %+v", tt.text, got, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "has no name"},
		{"lptt", `unknown strategy "lptt": did you mean "lpt"?`},
		{"lpt:k=2", `lpt has no parameter "k": it takes none`},
		{"topk-max-any:round=3", `has no parameter "round": did you mean "rounds"?`},
		{"topk-max-any:rounds=-1", "rounds=-1 is out of range: use ≥ 0"},
		{"topk-max-any:candidates=0", "candidates=0 is out of range"},
		{"topk-max-any:k=129", "k=129 is more than the 128 candidates: use 1 to 128"},
		{"topk-max-any:candidates=4", "k=8 is more than the 4 candidates: use 1 to 4"},
		{"two-opt:candidates=10,random=9", "random=9 with 10 candidates: use 0 to 8"},
		{"two-opt:epsilon=-1", "epsilon=-1 is out of range"},
		{"two-opt:spread=1e39", "spread=1e39 is out of range"},
	}
	for _, tt := range tests {
		_, err := strategies.Builtin().Parse(tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

// Every strategy can be made with its defaults, has a summary and a source, and
// its spec is its name.
func TestBuiltinDefinitions(t *testing.T) {
	for _, d := range strategies.Builtin() {
		if d.Summary == "" || d.Source == "" {
			t.Errorf("%s has no summary or no source", d.Name)
		}
		s, err := strategies.Builtin().Parse(d.Name)
		if err != nil {
			t.Errorf("%s with its defaults: %v", d.Name, err)
		} else if s.Spec().String() != d.Name {
			t.Errorf("%s with its defaults has the spec %q", d.Name, s.Spec())
		}
		for _, p := range d.Presets {
			if _, err := strategies.Builtin().Parse(d.Name + ":" + p.Name); err != nil {
				t.Errorf("preset %s:%s: %v", d.Name, p.Name, err)
			}
		}
	}
}

// A spec never panics, and one that parses is made again by its canonical form.
func FuzzParse(f *testing.F) {
	for _, d := range strategies.Builtin() {
		f.Add(d.Name)
	}
	f.Add("topk-max-any:candidates=256,k=16,rounds=50")
	f.Add("two-opt:epsilon=1e-9,spread=0,floor=1")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := strategies.Builtin().Parse(text)
		if err != nil {
			return
		}
		again, err := strategies.Builtin().Parse(s.Spec().String())
		if err != nil || again.Spec().String() != s.Spec().String() {
			t.Errorf("%q has the spec %q, which gives %v, %v", text, s.Spec(), again, err)
		}
	})
}
