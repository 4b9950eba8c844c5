package decimal

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]float64{
		"0": 0, "-0": 0, "7": 7, "+7": 7, "-7": -7, "0.1": 0.1, ".5": 0.5, "5.": 5, "1e3": 1000, "1E-3": 0.001, "-2.5e+2": -250,
		"123456789012345": 123456789012345, "9007199254740992": 1 << 53, "9007199254740994": 1<<53 + 2,
		"1152921504606846976": 1 << 60, "1152921504606847000": 1 << 60, // the second is what JavaScript writes for it
		"9007199254740993.0": 1 << 53, // not said to be whole: the nearest
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "+", ".", "e5", "1e", "1e+", "0x10", "1_000", "1,5", " 1", "1 ", "nan", "inf", "1.2.3", "--1", "1f", "٣"} {
		if _, err := Parse(text); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: got error %v, want ErrSyntax", text, err)
		}
	}
	for text, want := range map[string]string{
		"9007199254740993":       "9007199254740993 is a whole number above 2^53 that float64 does not hold",
		"-9007199254740993":      "whole number above 2^53",
		"1e400":                  "1e400 is above the largest float64",
		"1e-400":                 "1e-400 is below the smallest float64 and would count as 0",
		strings.Repeat("9", 400): "999999999999999999…999999999999999999 is above the largest float64",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %s", text, err, want)
		}
	}
	if v, err := Parse("0e-400"); err != nil || v != 0 {
		t.Errorf("0e-400: got %v, %v", v, err)
	}
}

// TestParseReadsWhatStrconvWrites in every form.
func TestParseReadsWhatStrconvWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		for _, format := range []byte("gef") {
			text := strconv.FormatFloat(v, format, -1, 64)
			if got, err := Parse(text); err != nil || got != v {
				t.Fatalf("%s: got %v, %v", text, got, err)
			}
			if got, err := Parse([]byte(text)); err != nil || got != v {
				t.Fatalf("bytes %s: got %v, %v", text, got, err)
			}
		}
	})
}
