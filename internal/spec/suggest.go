package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Suggest returns the tail of an error about an unknown name: the nearest of
// known where one is near, else all of them.
//
//	`: did you mean "topk-max-any"?`
//	`: use one of lpt, two-opt, topk-max-any`
func Suggest(name string, known []string) string {
	if text := Closest(name, known); text != "" {
		return text
	}
	return ": use one of " + strings.Join(known, ", ")
}

// Closest is [Suggest] beside a list of what is known: "" where no name is close.
func Closest(name string, known []string) string {
	best, at := len(name)/2+2, -1
	for i, k := range known {
		if d := distance(strings.ToLower(name), k); d < best {
			best, at = d, i
		}
	}
	if at < 0 {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", known[at])
}

// distance is the Levenshtein distance of a and b, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// Select parses text and finds what it names in a list of names of things of a
// kind, a noun for errors, which name the nearest known one.
func Select(kind, text string, names []string) (s Spec, i int, err error) {
	if s, err = Parse(text); err != nil {
		return Spec{}, 0, fmt.Errorf("%s %w", kind, err)
	}
	if i = slices.Index(names, s.Name); i < 0 {
		return Spec{}, 0, fmt.Errorf("unknown %s %q%s", kind, s.Name, Suggest(s.Name, names))
	}
	return s, i, nil
}
