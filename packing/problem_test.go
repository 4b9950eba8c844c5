package packing_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"packbench/packing"
)

func TestNewRejects(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name                 string
		weights              []float32
		layers, items, packs int
		want                 string // in the error
	}{
		{"not a number", []float32{1, 2, 3, nan}, 2, 2, 1, "layer 1, item 1: weight NaN"},
		{"infinite", []float32{1, inf}, 1, 2, 1, "layer 0, item 1: weight +Inf"},
		{"negative", []float32{-1, 2}, 1, 2, 2, "layer 0, item 0: weight -1"},
		{"no layers", nil, 0, 2, 1, "0 layers"},
		{"no items", nil, 1, 0, 1, "0 items"},
		{"no packs", []float32{1, 2}, 1, 2, 0, "0 packs: use a number from 1"},
		{"negative packs", []float32{1, 2}, 1, 2, -3, "-3 packs"},
		{"more packs than items", []float32{1, 2}, 1, 2, 3, "3 packs are more than the 2 items"},
		{"indivisible", make([]float32, 288), 1, 288, 31, "288 items do not divide into 31 packs: use a divisor of 288 (… 18, 24, 32, 36 …)"},
		{"indivisible, prime", make([]float32, 7), 1, 7, 2, "use a divisor of 7 (1, 7)"},
		{"wrong number of weights", []float32{1, 2, 3}, 2, 2, 1, "3 weights for 2 layers of 2 items: need 4"},
		{"overflow", []float32{1, 1, 3e38, 3e38}, 2, 2, 1, "layer 1: the 2 heaviest items weigh 6e+38 together"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := packing.New(tt.weights, tt.layers, tt.items, tt.packs)
			if err == nil {
				t.Fatalf("accepted as %v", p.Shape)
			}
			wantError(t, err, tt.want)
		})
	}
}

// wantError checks that err is one line that contains text.
func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q, want one line with %q", err, text)
	}
}

// A layer whose total overflows is fine as long as no pack's load can.
func TestNewAcceptsLargeLoads(t *testing.T) {
	if _, err := packing.New([]float32{3e38, 3e38, 0, 0}, 1, 4, 4); err != nil {
		t.Error(err)
	}
	if _, err := packing.New([]float32{math.MaxFloat32 / 2, math.MaxFloat32 / 4, 0, 0}, 1, 4, 2); err != nil {
		t.Error(err)
	}
}

func TestParseShape(t *testing.T) {
	want := packing.Shape{Layers: 58, Items: 288, Packs: 32}
	for _, text := range []string{"58x288x32", "58×288×32", want.String(), want.Typed()} {
		if got, err := packing.ParseShape(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, message := range map[string]string{
		"": "use layers x items x packs", "58x288": "use layers x items x packs", "1x2x3x4": "use layers", "ax2x1": "use layers",
		"1x99999999999999999999x1": "use layers", "0x4x2": "0 layers", "1x4x3": "do not divide",
	} {
		if _, err := packing.ParseShape(text); err == nil || !strings.Contains(err.Error(), message) || !strings.Contains(err.Error(), strconv.Quote(text)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Whatever is typed is a shape that exists, or an error.
func FuzzParseShape(f *testing.F) {
	f.Add("58x288x32")
	f.Add("1×-4x2")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := packing.ParseShape(text)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		if again, err := packing.ParseShape(s.String()); err != nil || again != s {
			t.Errorf("%q is %v, which reads as %v, %v", text, s, again, err)
		}
	})
}
