package datasets

import (
	"math"
	"testing"
)

func generated(t *testing.T, spec string) *Loads {
	t.Helper()
	w, err := Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Generate(3)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestSecondVersionDrawsAreIndependent: in version 1 lognormal with sigma 1 is
// the square of that with sigma 0.5 and few uniform items are the first of many;
// in version 2 they have nothing in common.
func TestSecondVersionDrawsAreIndependent(t *testing.T) {
	squares := func(a, b *Loads) int {
		n := 0
		for i, w := range a.Weights {
			if math.Abs(float64(w*w-b.Weights[i])) <= 1e-4*float64(b.Weights[i]) {
				n++
			}
		}
		return n
	}
	const items = 288
	if n := squares(generated(t, "lognormal:layers=1"), generated(t, "lognormal:layers=1,sigma=1")); n != items {
		t.Errorf("version 1: %d of %d squares", n, items)
	}
	if n := squares(generated(t, "lognormal:layers=1,draws=2"), generated(t, "lognormal:layers=1,sigma=1,draws=2")); n > 5 {
		t.Errorf("version 2: %d of %d squares", n, items)
	}
	few, many := generated(t, "uniform:layers=1,items=72"), generated(t, "uniform:layers=1")
	if few.Weights[71] != many.Weights[71] {
		t.Error("version 1: uniform:items=72 is no prefix of uniform")
	}
	few, many = generated(t, "uniform:layers=1,items=72,draws=2"), generated(t, "uniform:layers=1,draws=2")
	if few.Weights[71] == many.Weights[71] {
		t.Error("version 2: uniform:items=72 is a prefix of uniform")
	}
	if a, b := generated(t, "uniform:layers=1,draws=2"), generated(t, "uniform:layers=3,draws=2"); a.Weights[9] != b.Weights[9] {
		t.Error("version 2: a layer depends on the number of layers")
	}
}

// TestFirstVersionIsTheDefault: what was recorded before there were two is made
// again under the same name.
func TestFirstVersionIsTheDefault(t *testing.T) {
	plain, first := generated(t, "lognormal"), generated(t, "lognormal:draws=1")
	if plain.Hash() != first.Hash() {
		t.Error("draws=1 is not the default")
	}
	for spec, want := range map[string][2]string{
		"lognormal:draws=1,sigma=1":            {"lognormal:sigma=1", "lognormal"},
		"lognormal:layers=4,sigma=1,draws=2":   {"lognormal:layers=4,sigma=1,draws=2", "lognormal:sigma=1,draws=2"},
		"deepseek-v3:decode,layers=58,draws=2": {"deepseek-v3:sigma=0.64,skew=0.025,variation=0.15,draws=2", "deepseek-v3:sigma=0.64,skew=0.025,variation=0.15,draws=2"},
	} {
		w, err := Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		if w.Spec().String() != want[0] || w.Draws() != want[1] {
			t.Errorf("%s is %s with draws %s, want %q", spec, w.Spec(), w.Draws(), want)
		}
	}
}
