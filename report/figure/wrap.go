package figure

import (
	"sort"
	"strings"

	"gonum.org/v1/plot/vg"
)

// wrap breaks text into lines no wider than width: between words, and within a
// word that is wider than a line, after punctuation where it can.
func wrap(text string, width vg.Length, measure func(string) vg.Length) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		next := strings.TrimSpace(line + " " + word)
		if measure(next) > width {
			if line != "" {
				lines = append(lines, line)
			}
			for measure(word) > width {
				head := breakWord(word, width, measure)
				if head == word {
					break
				}
				lines = append(lines, head)
				word = word[len(head):]
			}
			next = word
		}
		line = next
	}
	return append(lines, line)
}

// breakWord returns the part of a word that fits a line, at least a letter; the
// last third of it is given up for a break after punctuation.
func breakWord(word string, width vg.Length, measure func(string) vg.Length) string {
	fits, good := 0, 0
	for i, r := range word {
		end := i + len(string(r))
		if i > 0 && measure(word[:end]) > width {
			break
		}
		fits = end
		if strings.ContainsRune("-_/.,:;=+ ", r) {
			good = end
		}
	}
	if good*3 >= fits*2 {
		return word[:good]
	}
	return word[:fits]
}

// shortenEnd cuts text to a width at its end, as suits a sentence.
func shortenEnd(text string, width vg.Length, measure func(string) vg.Length) string {
	if measure(text) <= width {
		return text
	}
	runes := []rune(text)
	kept := max(1, sort.Search(len(runes), func(n int) bool { return measure(string(runes[:n])+"…") > width })-1)
	return strings.TrimRight(string(runes[:kept]), " ,;:") + "…"
}
