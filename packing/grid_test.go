package packing_test

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
)

func TestUnitsOfWeights(t *testing.T) {
	tests := []struct {
		weights []float32
		units   []int64
	}{
		{[]float32{3, 5, 0}, []int64{3, 5, 0}},
		{[]float32{300, 500, 0}, []int64{3, 5, 0}},
		{[]float32{0.5, 1.25}, []int64{2, 5}},
		{[]float32{0, 0}, []int64{0, 0}},
		{[]float32{0x1p-149, 0x3p-149}, []int64{1, 3}},
		{[]float32{0x1p100, 0x1p101}, []int64{1, 2}},
		{[]float32{0x1p40, 1}, []int64{1 << 40, 1}},
	}
	for _, tt := range tests {
		units := make([]int64, len(tt.weights))
		g := packing.UnitsOf(units, tt.weights, nil)
		if !g.Exact() || !slices.Equal(units, tt.units) {
			t.Errorf("%v: units %v (exact %v), want %v", tt.weights, units, g.Exact(), tt.units)
		}
		for i, w := range tt.weights {
			if got := g.Value(units[i]); got != float64(w) {
				t.Errorf("%v: %d units are %v, want %v", tt.weights, units[i], got, w)
			}
		}
	}
}

func TestUnitsOfLoadsBeyondFloat32(t *testing.T) {
	tests := []struct {
		name  string
		given []float64
		sum   string // in JSON
	}{
		{"whole numbers above 2^24", []float64{1073741830, 1073741826}, "2147483656"},
		{"2^53 and 1", []float64{1 << 53, 1}, "9007199254740993"},
		{"2^53 − 1, many times", slices.Repeat([]float64{1<<53 - 1}, 256), "2305843009213693696"},
		{"tenths", []float64{0.1, 0.3, 100}, "100.4"},
		{"hundredths", []float64{0.01, 0.25, 7}, "7.26"},
		{"tenths that add up to a whole", []float64{0.7, 0.3}, "1"},
		{"multiples of 0.2", []float64{0.2, 0.6, 1}, "1.8"},
		{"small shares", []float64{2e-30, 5e-30}, "7e-30"},
		{"2^53 and a tenth", []float64{1 << 53, 0.1}, "9007199254740992.1"},
		{"0.1 + 0.2 in float64", []float64{0.30000000000000004, 0.1}, "0.4"},
		{"halves", []float64{0.5, 16777217}, "16777217.5"},
		{"round numbers", []float64{3e20, 1e20}, "400000000000000000000"},
		{"negative zero", []float64{math.Copysign(0, -1), 0.1}, "0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			units := make([]int64, len(tt.given))
			g := packing.UnitsOf(units, nil, tt.given)
			if !g.Exact() {
				t.Fatalf("no exact grid; units %v", units)
			}
			sum := int64(0)
			for i, u := range units {
				sum += u
				if got := g.Value(u); got != tt.given[i] {
					t.Errorf("%d units are %v, want %v", u, got, tt.given[i])
				}
			}
			if got := string(g.Append(nil, sum)); got != tt.sum {
				t.Errorf("the sum is written %s, want %s", got, tt.sum)
			}
		})
	}
}

// Where no grid is exact, loads are rounded down: bounds must stay bounds.
func TestUnitsOfLoadsTooFarApart(t *testing.T) {
	large := slices.Repeat([]float64{1<<53 - 1}, 1024)
	large[7] -= 2
	for n, given := range [][]float64{{1e30, 1e-30}, {6e37, 1e-45}, {1 << 53, 1e-9}, {1 << 60, 0.9}, large} {
		units := make([]int64, len(given))
		g := packing.UnitsOf(units, nil, given)
		if g.Exact() {
			t.Errorf("layer %d: exact", n)
		}
		total := int64(0)
		for i, u := range units {
			if got := g.Value(u); got > given[i] || got < given[i]-g.Value(1) {
				t.Errorf("layer %d: %d units are %v, want one unit below %v at most", n, u, got, given[i])
			}
			if total += u; total >= 1<<62 {
				t.Fatalf("layer %d: the sum of the units is 2^62 or more", n)
			}
		}
	}
}

// Numbers are written as what they are, and decimals multiplied by a power of ten
// have the same units.
func TestUnitsOfDecimals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		whole := rapid.SliceOfN(rapid.Int64Range(0, 1e9), n, n).Draw(t, "whole")
		places := rapid.IntRange(0, 30).Draw(t, "places")
		asWhole, asDecimals := make([]float64, n), make([]float64, n)
		for i, w := range whole {
			asWhole[i] = float64(w)
			asDecimals[i], _ = strconv.ParseFloat(strconv.FormatInt(w, 10)+"e-"+strconv.Itoa(places), 64)
		}
		a, b := make([]int64, n), make([]int64, n)
		ga, gb := packing.UnitsOf(a, nil, asWhole), packing.UnitsOf(b, nil, asDecimals)
		if !slices.Equal(a, b) || !ga.Exact() || !gb.Exact() {
			t.Fatalf("units %v of whole numbers, %v of decimals", a, b)
		}
		for i := range n {
			text := string(gb.Append(nil, b[i]))
			r, ok := new(big.Rat).SetString(text)
			want, _ := new(big.Rat).SetString(strconv.FormatInt(whole[i], 10) + "e-" + strconv.Itoa(places))
			if !ok || places <= 18 && r.Cmp(want) != 0 {
				t.Fatalf("%d·10^−%d is written %s", whole[i], places, text)
			}
			if v, _ := strconv.ParseFloat(text, 64); v != asDecimals[i] {
				t.Fatalf("%s is not %v", text, asDecimals[i])
			}
		}
	})
}
