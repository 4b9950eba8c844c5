// Package shorten makes names fit a width so that those which differ still do.
package shorten

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// Middle cuts text to a width by leaving out its middle: names differ at their
// ends more often than there.
func Middle[L ~float64](text string, width L, measure func(string) L) string {
	if measure(text) <= width {
		return text
	}
	runes := []rune(text)
	kept := longest(len(runes)-1, func(n int) bool { return measure(ellipsis(runes, (n+1)/2, n/2)) <= width })
	return ellipsis(runes, (kept+1)/2, kept/2)
}

// longest returns the largest number up to n that fits, 0 where none does; what
// fits must be what is not too large.
func longest(n int, fits func(int) bool) int {
	return max(0, sort.Search(n+1, func(i int) bool { return !fits(i) })-1)
}

func ellipsis(runes []rune, head, tail int) string {
	left := strings.TrimRightFunc(string(runes[:head]), unicode.IsSpace)
	return left + "…" + strings.TrimLeftFunc(string(runes[len(runes)-tail:]), unicode.IsSpace)
}

// All shortens texts to a width each so that those which differ still
// do: where leaving out the middle makes two alike, what they differ in is kept
// instead, and where that does not fit either they are numbered.
func All[L ~float64](texts []string, width L, measure func(string) L) []string {
	short := make([]string, len(texts))
	for i, t := range texts {
		short[i] = Middle(t, width, measure)
	}
	for _, group := range alike(texts, short) {
		prefix := commonPrefix(texts, group)
		for _, i := range group {
			short[i] = keepFrom([]rune(texts[i]), prefix, width, measure)
		}
	}
	for _, group := range alike(texts, short) {
		number := map[string]int{}
		for _, i := range group {
			if number[texts[i]] == 0 {
				number[texts[i]] = len(number) + 1
			}
			mark := fmt.Sprintf(" (%d)", number[texts[i]])
			short[i] = Middle(texts[i], width-measure(mark), measure) + mark
		}
	}
	return short
}

// alike returns the groups of different texts that are shortened to the same.
func alike(texts, short []string) [][]int {
	var groups [][]int
	at := map[string]int{}
	for i, s := range short {
		if g, ok := at[s]; ok {
			groups[g] = append(groups[g], i)
		} else {
			at[s] = len(groups)
			groups = append(groups, []int{i})
		}
	}
	kept := groups[:0]
	for _, g := range groups {
		for _, i := range g {
			if texts[i] != texts[g[0]] {
				kept = append(kept, g)
				break
			}
		}
	}
	return kept
}

// commonPrefix is the number of letters that all texts of a group begin with.
func commonPrefix(texts []string, group []int) int {
	first := []rune(texts[group[0]])
	n := len(first)
	for _, i := range group[1:] {
		runes := []rune(texts[i])
		n = min(n, len(runes))
		for j := range n {
			if runes[j] != first[j] {
				n = j
				break
			}
		}
	}
	return n
}

// keepFrom shortens text to its beginning and what follows its first prefix
// letters: "topk-max…rounds=5…".
func keepFrom[L ~float64](runes []rune, prefix int, width L, measure func(string) L) string {
	tail := func(rest int) string {
		if prefix+rest < len(runes) {
			return string(runes[prefix:prefix+rest]) + "…"
		}
		return string(runes[prefix:])
	}
	rest := longest(len(runes)-prefix, func(n int) bool { return measure("…"+tail(n)) <= width })
	head := longest(prefix-1, func(n int) bool { return measure(string(runes[:n])+"…"+tail(rest)) <= width })
	return string(runes[:head]) + "…" + tail(rest)
}
