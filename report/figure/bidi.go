package figure

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// visual returns a line with its letters in the order in which they stand from
// left to right, and Arabic ones in the forms that join: canvases set letter by
// letter. Lines run from left to right as a whole, as the axis they stand at.
func visual(line string) string {
	if !strings.ContainsFunc(line, rightToLeft) {
		return line
	}
	const leftToRight = "\u200e" // sets the direction of the line; not drawn
	var p bidi.Paragraph
	if _, err := p.SetString(leftToRight + joined(line)); err != nil {
		return line
	}
	order, err := p.Order()
	if err != nil {
		return line
	}
	var b strings.Builder
	for i := range order.NumRuns() {
		r := order.Run(i)
		if r.Direction() == bidi.RightToLeft {
			b.WriteString(bidi.ReverseString(r.String()))
		} else {
			b.WriteString(r.String())
		}
	}
	return strings.ReplaceAll(b.String(), leftToRight, "")
}

func rightToLeft(r rune) bool {
	return r >= 0x590 && r <= 0x8FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFC
}

// arabicForms are the first of the forms of a letter in Unicode's block Arabic
// Presentation Forms-B: alone, at the end of a word and, where it joins what
// follows, at the beginning and inside. Letters from U+0621 on.
var arabicForms = [...]struct {
	first rune
	forms int
}{
	{0xFE80, 1}, {0xFE81, 2}, {0xFE83, 2}, {0xFE85, 2}, {0xFE87, 2}, {0xFE89, 4}, {0xFE8D, 2}, {0xFE8F, 4}, {0xFE93, 2},
	{0xFE95, 4}, {0xFE99, 4}, {0xFE9D, 4}, {0xFEA1, 4}, {0xFEA5, 4}, {0xFEA9, 2}, {0xFEAB, 2}, {0xFEAD, 2}, {0xFEAF, 2},
	{0xFEB1, 4}, {0xFEB5, 4}, {0xFEB9, 4}, {0xFEBD, 4}, {0xFEC1, 4}, {0xFEC5, 4}, {0xFEC9, 4}, {0xFECD, 4},
	{}, {}, {}, {}, {}, {0x0640, 0}, // 063B to 0640; the last only lengthens what is joined
	{0xFED1, 4}, {0xFED5, 4}, {0xFED9, 4}, {0xFEDD, 4}, {0xFEE1, 4}, {0xFEE5, 4}, {0xFEE9, 4}, {0xFEED, 2}, {0xFEEF, 2}, {0xFEF1, 4},
}

// joined gives Arabic letters the forms that they have among their neighbours.
func joined(line string) string {
	letters := []rune(line)
	forms := func(i int) (first rune, n int) {
		if i < 0 || i >= len(letters) || letters[i] < 0x621 || int(letters[i]-0x621) >= len(arabicForms) {
			return 0, 0
		}
		f := arabicForms[letters[i]-0x621]
		if f.first == 0x640 {
			return 0x640, 4
		}
		return f.first, f.forms
	}
	neighbour := func(i, step int) int { // past marks above and below
		for i += step; i >= 0 && i < len(letters) && unicode.Is(unicode.Mn, letters[i]); i += step {
		}
		return i
	}
	var out []rune
	for i := 0; i < len(letters); i++ {
		first, n := forms(i)
		if n == 0 || first == 0x640 {
			out = append(out, letters[i])
			continue
		}
		_, before := forms(neighbour(i, -1))
		_, after := forms(neighbour(i, 1))
		form := first
		joinsBefore, joinsAfter := before == 4 && n > 1, after > 1 && n == 4
		if joinsBefore {
			form++
		}
		if joinsAfter {
			form += 2
		}
		if letters[i] == 0x644 && i+1 < len(letters) { // lam and alef are one sign
			if at := strings.IndexRune("\u0622\u0623\u0625\u0627", letters[i+1]); at >= 0 {
				form = 0xFEF5 + rune(at) // two bytes each: two forms each
				if joinsBefore {
					form++
				}
				i++
			}
		}
		out = append(out, form)
	}
	return string(out)
}
