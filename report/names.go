package report

import (
	"cmp"
	"fmt"
	"packbench/analysis"
	"packbench/runs"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names are the names that strategies and workloads have in a report, by their
// canonical specs. Those that have none are called by their specs.
type Names struct {
	Strategies map[string]string
	Workloads  map[string]string
}

func (v *view) strategyName(spec string) string {
	return printable(cmp.Or(v.names.Strategies[spec], spec))
}

// cellName returns the name of the workload of a cell.
func (v *view) cellName(c runs.Cell) string {
	return printable(cmp.Or(v.names.Workloads[c.Workload()], analysis.PlainWorkload(c.Workload())))
}

func (v *view) problemName(p *analysis.Problem) string {
	return printable(cmp.Or(v.names.Workloads[p.Workload()], p.Name))
}

// printable writes what would steer a terminal or turn the direction of text as
// escapes, "\x1b", and bytes that are no UTF-8 as well. Nothing else changes.
func printable(text string) string {
	if !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !steers(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func steers(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
