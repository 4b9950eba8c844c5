package report

import "strings"

// noHTML leaves quotes alone: Markdown gives them no meaning.
var noHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// markdown writes text so that Markdown shows it as it is, in a table's cell as
// well: no markup, no HTML, no link.
func markdown(text string) string {
	text = noHTML.Replace(printable(text))
	var b strings.Builder
	for i, r := range text {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '|', '~':
			b.WriteByte('\\')
		case '#', '+', '-':
			if i == 0 { // a heading, a list
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// spreadsheet writes text for a cell of a CSV so that no program takes it for a
// formula.
func spreadsheet(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// fenced writes text as a block of code of Markdown, whatever backticks it has.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "\n" + text + "\n" + fence
}
