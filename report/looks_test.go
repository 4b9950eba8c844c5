package report

import (
	"testing"

	"packbench/report/figure"
)

// A strategy of the house looks the same whatever else is there.
func TestLooksAreStable(t *testing.T) {
	alone := looks([]string{"topk-max-any"})["topk-max-any"]
	all := looks([]string{"lpt", "zeta", "topk-max-any:k=16", "topk-max-any", "alpha", "two-opt"})
	if all["topk-max-any"] != alone {
		t.Errorf("topk-max-any is %v alone and %v among others", alone, all["topk-max-any"])
	}
	if variant := all["topk-max-any:k=16"]; variant.Color() != alone.Color() || variant == alone {
		t.Errorf("a variant must have the colour %v and another marker, got %v", alone.Color().Name, variant)
	}
	if looks([]string{"zeta"})["zeta"] != all["zeta"] {
		t.Error("an unknown strategy changes its look with the company it keeps")
	}
}

func TestLooksDiffer(t *testing.T) {
	specs := []string{"lpt", "two-opt", "topk-max-any", "descent", "exact", "snake", "bldm", "multifit",
		"mine", "yours", "mine:a=1", "mine:a=2", "mine:a=3", "topk-max-any:k=16", "topk-max-any:rounds=20"}
	seen := map[figure.Look]string{}
	for spec, l := range looks(specs) {
		if other, ok := seen[l]; ok {
			t.Errorf("%s looks like %s", spec, other)
		}
		seen[l] = spec
	}
	if len(seen) != len(specs) {
		t.Errorf("%d looks for %d strategies", len(seen), len(specs))
	}
}
