package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"testing"
)

// loadsOf returns loads of one step.
func loadsOf(layers, items int, weights ...float32) *Loads {
	return &Loads{Steps: 1, Layers: layers, Items: items, Weights: weights}
}

func TestHashIsThatOfTheDocumentedBytes(t *testing.T) {
	bytes := "\x01\x00\x00\x00\x00\x00\x00\x00" + // steps
		"\x01\x00\x00\x00\x00\x00\x00\x00" + // layers
		"\x02\x00\x00\x00\x00\x00\x00\x00" + // items
		"\x00\x00\x80\x3f" + "\x00\x00\x00\x00" // 1, 0
	sum := sha256.Sum256([]byte(bytes))
	if got, want := loadsOf(1, 2, 1, 0).Hash(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHashTellsContentApart(t *testing.T) {
	minusZero := float32(math.Copysign(0, -1))
	if loadsOf(1, 2, 1, 0).Hash() != loadsOf(1, 2, 1, minusZero).Hash() {
		t.Error("−0 and 0 give different hashes")
	}
	named := loadsOf(1, 2, 1, 0)
	named.Name = "x"
	if loadsOf(1, 2, 1, 0).Hash() != named.Hash() {
		t.Error("the name changes the hash")
	}
	seen := map[string]int{}
	for i, l := range []*Loads{
		loadsOf(1, 2, 1, 0), loadsOf(2, 1, 1, 0), {Steps: 2, Layers: 1, Items: 1, Weights: []float32{1, 0}},
		loadsOf(1, 2, 0, 1), loadsOf(1, 2, 1, math.SmallestNonzeroFloat32), loadsOf(100, 100, make([]float32, 10000)...),
	} {
		if j, ok := seen[l.Hash()]; ok {
			t.Errorf("loads %d and %d have the same hash", i, j)
		}
		seen[l.Hash()] = i
	}
}

func TestStepsAreSelectedByIndex(t *testing.T) {
	l := &Loads{Name: "x", Steps: 3, Layers: 1, Items: 2, Weights: []float32{0, 1, 2, 3, 4, 5}}
	second, err := l.At(1)
	if err != nil || second.Steps != 1 || second.Name != "x" || second.Weights[0] != 2 || second.Weights[1] != 3 || len(second.Weights) != 2 {
		t.Errorf("At(1) = %+v, %v", second, err)
	}
	for _, i := range []int{-1, 3} {
		if _, err := l.Step(i); err == nil || !strings.Contains(err.Error(), "the loads have 3 steps, 0 to 2") {
			t.Errorf("Step(%d): got error %v", i, err)
		}
	}
	if _, err := loadsOf(1, 1, 0).Step(1); err == nil || err.Error() != "there is no step 1: the loads have one step, 0" {
		t.Errorf("got error %v", err)
	}
}

func TestValidateNamesTheFirstBadLoad(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		loads *Loads
		want  string // "" where the loads are good
	}{
		{loadsOf(1, 1, 0), ""},
		{loadsOf(2, 2, 0, 1, 2, math.MaxFloat32), ""},
		{loadsOf(2, 2, 0, 1, 2, nan), "layer 1, item 1: weight NaN: a load must be a finite number ≥ 0"},
		{loadsOf(2, 2, 0, 1, inf, nan), "layer 1, item 0: weight +Inf: a load must be a finite number ≥ 0"},
		{loadsOf(2, 2, 0, -1, 2, 3), "layer 0, item 1: weight -1: a load must be a finite number ≥ 0"},
		{&Loads{Steps: 2, Layers: 2, Items: 1, Weights: []float32{0, 1, 2, -3}}, "step 1, layer 1, item 0: weight -3: a load must be a finite number ≥ 0"},
		{loadsOf(2, 2, 0, 1, 2), "3 weights for 2 layers of 2 items: need 4"},
		{loadsOf(0, 2), "1 step of 0 layers of 2 items: there are no loads"},
		{loadsOf(2, 0), "1 step of 2 layers of 0 items: there are no loads"},
		{loadsOf(1<<30, 1<<30), "1 step of 1073741824 layers of 1073741824 items: the max is 268435456 loads"},
	} {
		got := ""
		if err := c.loads.Validate(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
