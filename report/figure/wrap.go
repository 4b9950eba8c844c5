package figure

import (
	"fmt"
	"strings"
	"unicode"

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

// shorten cuts text to a width by leaving out its middle: names differ at their
// ends more often than there.
func shorten(text string, width vg.Length, measure func(string) vg.Length) string {
	if measure(text) <= width {
		return text
	}
	runes := []rune(text)
	for kept := len(runes) - 1; kept > 1; kept-- {
		if short := ellipsis(runes, (kept+1)/2, kept/2); measure(short) <= width {
			return short
		}
	}
	return "…"
}

func ellipsis(runes []rune, head, tail int) string {
	left := strings.TrimRightFunc(string(runes[:head]), unicode.IsSpace)
	return left + "…" + strings.TrimLeftFunc(string(runes[len(runes)-tail:]), unicode.IsSpace)
}

// shortenEnd cuts text to a width at its end, as suits a sentence.
func shortenEnd(text string, width vg.Length, measure func(string) vg.Length) string {
	if measure(text) <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && measure(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,;:") + "…"
}

// shortenAll shortens texts to a width each so that those which differ still
// do: where leaving out the middle makes two alike, what they differ in is kept
// instead, and where that does not fit either they are numbered.
func shortenAll(texts []string, width vg.Length, measure func(string) vg.Length) []string {
	short := make([]string, len(texts))
	for i, t := range texts {
		short[i] = shorten(t, width, measure)
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
			short[i] = shorten(texts[i], width-measure(mark), measure) + mark
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
func keepFrom(runes []rune, prefix int, width vg.Length, measure func(string) vg.Length) string {
	best := "…"
	for rest := 1; rest <= len(runes)-prefix; rest++ {
		tail := string(runes[prefix:min(len(runes), prefix+rest)])
		if prefix+rest < len(runes) {
			tail += "…"
		}
		if measure("…"+tail) > width {
			break
		}
		best = "…" + tail
	}
	for head := prefix - 1; head > 0; head-- {
		if try := string(runes[:head]) + best; measure(try) <= width {
			return try
		}
	}
	return best
}
