package python

import (
	"strings"
	"testing"
)

func TestBlocksAreCutOut(t *testing.T) {
	const change = "about\n<<<<<<< SEARCH\nold 1\n=======\nnew 1\nnew 2\n>>>>>>> REPLACE\nbetween\n<<<<<<< SEARCH\nold 2\n=======\n>>>>>>> REPLACE\n"
	tests := []struct{ side, want string }{
		{"search", "\n\nold 1\n\n\n\n\n\n\nold 2\n\n\n"},
		{"replace", "\n\n\n\nnew 1\nnew 2\n\n\n\n\n\n\n"},
	}
	for _, tt := range tests {
		if got, err := cutBlocks(change, tt.side); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.side, got, err, tt.want)
		}
	}
	if got, err := cutBlocks(strings.ReplaceAll(change, "\n", "\r\n"), "search"); err != nil || strings.TrimSpace(got) != "old 1\r\n\n\n\n\n\n\nold 2" {
		t.Errorf("with CRLF: %q, %v", got, err)
	}
}

func TestBrokenBlocksAreErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "no SEARCH/REPLACE block"},
		{"def f(): pass", "no SEARCH/REPLACE block"},
		{"<<<<<<< SEARCH\na\n", "the block of line 1 has no end"},
		{"<<<<<<< SEARCH\na\n=======\nb", "the block of line 1 has no end"},
		{"<<<<<<< SEARCH\na\n>>>>>>> REPLACE", "line 3: a block ends without both parts"},
		{">>>>>>> REPLACE", "line 1: a block ends without both parts"},
		{"<<<<<<< SEARCH\n<<<<<<< SEARCH\n", "line 2: a block begins within the block of line 1"},
	}
	for _, tt := range tests {
		if _, err := cutBlocks(tt.text, "search"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

// Whatever the text, both sides have its number of lines, and their lines are lines of
// the text.
func FuzzBlocks(f *testing.F) {
	f.Add("<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n")
	f.Add("<<<<<<< SEARCH\n<<<<<<< SEARCH\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, side := range []string{"search", "replace"} {
			got, err := cutBlocks(text, side)
			if err != nil {
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("error of several lines: %q", err)
				}
				continue
			}
			if a, b := strings.Count(got, "\n"), strings.Count(text+"\n", "\n"); a != b && a != b-1 {
				t.Errorf("%d lines, the text has %d", a, b)
			}
		}
	})
}
