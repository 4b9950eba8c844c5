// Package clean makes text from files and names safe to show: on a terminal,
// where control characters move the cursor, and in a spreadsheet, where a field
// that begins like a formula is one.
package clean

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s as one line of visible text: control characters, line
// separators and marks that turn the direction of writing are written as
// escapes ("\x1b", "\u202e"), as are bytes that are not UTF-8.
func Line(s string) string {
	if !strings.ContainsFunc(s, hidden) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, width := 0, 0; i < len(s); i += width {
		var r rune
		r, width = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && width == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case hidden(r):
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether a rune does something instead of showing something.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// JSON returns JSON with the same value and no raw character that [Line] would
// escape: they stand in strings only, where an escape means the same.
func JSON(text []byte) []byte {
	s := string(text)
	if !strings.ContainsFunc(s, hiddenInJSON) {
		return text
	}
	var b strings.Builder
	for _, r := range s {
		if hiddenInJSON(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return []byte(b.String())
}

// hiddenInJSON leaves out line breaks, which lay the text out; within strings
// they are escaped already.
func hiddenInJSON(r rune) bool { return hidden(r) && r != '\n' }

// Field returns s as a field of a CSV file. Text that a spreadsheet would take
// for a formula gets an apostrophe in front, which spreadsheets do not show;
// numbers and single characters stay as they are.
func Field(s string) string {
	s = Line(s)
	first, width := utf8.DecodeRuneInString(s)
	if width == len(s) || !strings.ContainsRune("=+-@＝＋－＠", first) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
