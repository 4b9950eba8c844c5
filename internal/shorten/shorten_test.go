package shorten

import (
	"testing"

	"pgregory.net/rapid"
)

func letters(s string) float64 { return float64(len([]rune(s))) }

func TestMiddle(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{"recordings/run-1.csv", "recordi…-1.csv"},
		{"预填充预填充预填充预填充预填充.csv", "预填充预填充预…填充.csv"},
	} {
		if got := Middle(c.text, 14, letters); got != c.want {
			t.Errorf("%q is shortened to %q, want %q", c.text, got, c.want)
		}
	}
}

// Names that differ still do when they are shortened, whatever they differ in,
// and none is wider than its place.
func TestShortenedNamesDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[ab填]{0,24}`)
		begin, end := part.Draw(t, "begin"), part.Draw(t, "end")
		names := rapid.SliceOfN(rapid.Map(part, func(middle string) string { return begin + middle + end }), 1, 12).Draw(t, "names")
		width := float64(rapid.IntRange(12, 40).Draw(t, "width"))
		short := All(names, width, letters)
		for i, s := range short {
			if letters(s) > width {
				t.Fatalf("%q is wider than %v", s, width)
			}
			for j := range i {
				if (names[i] == names[j]) != (short[i] == short[j]) {
					t.Fatalf("%q and %q are shortened to %q and %q", names[i], names[j], short[i], short[j])
				}
			}
		}
	})
}
