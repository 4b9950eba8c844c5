package datasets

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stepsOf returns loads of one layer and one item per step.
func stepsOf(t testing.TB, values ...float64) *Loads {
	t.Helper()
	l, err := fromValues(len(values), 1, 1, values)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSumKeepsWholeNumbersAndDecimals(t *testing.T) {
	tenths := make([]float64, 10)
	for i := range tenths {
		tenths[i] = 0.1
	}
	for _, c := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"whole numbers above 2²⁴", []float64{1 << 24, 1, 1}, 1<<24 + 2},
		{"whole numbers up to 2⁵³", []float64{1<<53 - 2, 1}, 1<<53 - 1},
		{"tenths", tenths, 1},
		{"tenths and hundredths", []float64{0.1, 0.2, 0.05}, 0.35},
		{"0.1 + 0.2 is 0.3", []float64{0.1, 0.2}, 0.3},
		{"what cancels in float32", []float64{1e8, 1e-3, 1e-3}, 1e8 + 2e-3},
		{"beyond float64, rounded once", []float64{1e20, 1, 1}, 1e20},
		{"a half, and a little more", []float64{1 << 60, 1 << 7, 1e-9}, 1<<60 + 1<<8},
		{"a half, rounded to even", []float64{1 << 60, 1 << 7}, 1 << 60},
	} {
		got, err := stepsOf(t, c.values...).Sum(0, len(c.values))
		if err != nil || got.Value(0) != c.want {
			t.Errorf("%s: got %v (%v), want %v", c.name, got.Value(0), err, c.want)
		}
	}
}

func TestRangeKeepsSteps(t *testing.T) {
	got, err := ReadFrom(strings.NewReader("[[[1, 2]], [[3, 4]], [[5, 0.1]]]"), "", ReadOptions{Range: &StepRange{From: 0, To: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Loads{Steps: 2, Layers: 1, Items: 2, Weights: []float32{1, 2, 3, 4}}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := got.Range(1, 3); err == nil || err.Error() != "there are no steps 1:3 (1 to 2): the loads have 2 steps, 0 to 1" {
		t.Errorf("got error %v", err)
	}
}

func TestSumTakesTheStepsAskedFor(t *testing.T) {
	l := &Loads{Name: "x", Steps: 3, Layers: 1, Items: 2, Weights: []float32{0, 1, 2, 3, 4, 5}}
	got, err := l.Sum(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Loads{Name: "x", Steps: 1, Layers: 1, Items: 2, Weights: []float32{6, 8}}, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range [][2]int{{-1, 2}, {0, 4}, {2, 2}, {2, 1}} {
		if _, err := l.Sum(r[0], r[1]); err == nil || !strings.Contains(err.Error(), "the loads have 3 steps, 0 to 2") {
			t.Errorf("%v: got error %v", r, err)
		}
	}
	if _, err := stepsOf(t, math.MaxFloat32, math.MaxFloat32).Sum(0, 2); err == nil || !strings.Contains(err.Error(), "summed over 2 steps: layer 0, item 0: weight 6.80565e+38 is above the largest float32") {
		t.Errorf("got error %v", err)
	}
}

// TestSumIsTheExactSumRounded compares any sums with those of math/big.
func TestSumIsTheExactSumRounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		exponent := rapid.IntRange(-80, 80)
		value := rapid.Custom(func(t *rapid.T) float64 {
			return math.Ldexp(float64(rapid.Uint64Range(1<<52, 1<<53-1).Draw(t, "mantissa")), exponent.Draw(t, "exponent")-52)
		})
		values := rapid.SliceOfN(value, 1, 12).Draw(t, "values")
		want := new(big.Float).SetPrec(2000)
		for _, v := range values {
			want.Add(want, big.NewFloat(v).SetPrec(2000))
		}
		nearest, _ := want.Float64()
		var sum exactSum
		for _, v := range values {
			sum.add(v)
		}
		if got := sum.round(); got != nearest {
			t.Fatalf("%v: got %v, want %v", values, got, nearest)
		}
	})
}

func TestValuesAreKeptWhereFloat32IsNotEnough(t *testing.T) {
	l, err := fromValues(2, 1, 2, []float64{1, 2, 0.1, 1<<24 + 1})
	if err != nil {
		t.Fatal(err)
	}
	if l.Values == nil || l.Value(3) != 1<<24+1 || l.Weights[3] != 1<<24 {
		t.Errorf("got %+v", l)
	}
	if err := l.Validate(); err != nil {
		t.Error(err)
	}
	first, err := l.At(0)
	if err != nil || first.Values != nil || first.Hash() != loadsOf(1, 2, 1, 2).Hash() {
		t.Errorf("step 0 needs no values: got %+v, %v", first, err)
	}
	second, err := l.At(1)
	if err != nil || second.Value(0) != 0.1 || second.Hash() == loadsOf(1, 2, second.Weights...).Hash() {
		t.Errorf("step 1 needs its values: got %+v, %v", second, err)
	}
	for want, l := range map[string]*Loads{
		"1 values for 1 layer of 2 items: need 2, or none":                            {Steps: 1, Layers: 1, Items: 2, Weights: []float32{1, 2}, Values: []float64{1}},
		"layer 0, item 1: weight 2 is not the value 3 rounded to float32":             {Steps: 1, Layers: 1, Items: 2, Weights: []float32{1, 2}, Values: []float64{1, 3}},
		"layer 0, item 0: weight 1e-50 is below the smallest float32 (1.4e-45) and w": {Steps: 1, Layers: 1, Items: 1, Weights: []float32{0}, Values: []float64{1e-50}},
	} {
		if err := l.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}
