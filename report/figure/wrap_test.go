package figure

import (
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
)

func letters(s string) vg.Length { return vg.Length(len([]rune(s))) }

func TestWrapBreaksLinesAtSpaces(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"one two three", []string{"one two", "three"}},
		{"recordings/run1.csv", []string{"recordi", "ngs/run", "1.csv"}},
		{"abcdefghijk", []string{"abcdefg", "hijk"}},
		{"", []string{""}},
	} {
		if got := wrap(c.text, 7, letters); !slices.Equal(got, c.want) {
			t.Errorf("%q is wrapped to %q, want %q", c.text, got, c.want)
		}
	}
}

func TestShortenEnd(t *testing.T) {
	if got := shortenEnd("a long reason, indeed", 14, letters); got != "a long reason…" {
		t.Errorf("shortened to %q", got)
	}
}
