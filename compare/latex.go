package compare

import (
	"fmt"
	"io"
	"strings"
)

// writeLaTeX writes one table environment per table, for the package booktabs.
func writeLaTeX(c *Comparison, w io.Writer) error {
	d := c.document()
	var b strings.Builder
	fmt.Fprintln(&b, `% Needs \usepackage{booktabs}; wide tables may need \small or a landscape page.`)
	for _, line := range d.heading {
		fmt.Fprintf(&b, "%% %s\n", line)
	}
	for _, t := range d.tables {
		writeLaTeXTable(&b, t)
	}
	fmt.Fprintln(&b)
	for _, note := range d.notes {
		fmt.Fprintf(&b, "%% %s\n", note)
	}
	for _, line := range d.gate {
		fmt.Fprintf(&b, "%% %s\n", line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLaTeXTable(b *strings.Builder, t table) {
	align := ""
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = latexText(c.name)
		if c.right {
			align += "r"
		} else {
			align += "l"
		}
	}
	fmt.Fprintf(b, "\n\\begin{table}\n\\centering\n\\caption{%s}\n\\begin{tabular}{%s}\n\\toprule\n", latexText(t.title), align)
	fmt.Fprintf(b, "%s \\\\\n\\midrule\n", strings.Join(names, " & "))
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = latexText(v)
		}
		fmt.Fprintf(b, "%s \\\\\n", strings.Join(cells, " & "))
	}
	fmt.Fprint(b, "\\bottomrule\n\\end{tabular}\n\\end{table}\n")
}

// latexEscapes are the characters of the tables that mean something else to
// LaTeX, or nothing without a font for them.
var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`, `{`, `\{`, `}`, `\}`,
	`~`, `\(\sim\)`, `^`, `\textasciicircum{}`, `<`, `\(<\)`, `>`, `\(>\)`,
	`∞`, `\(\infty\)`, `Σ`, `\(\Sigma\)`, `Δ`, `\(\Delta\)`, `×`, `\(\times\)`, `µ`, `\(\mu\)`, `−`, `--`,
)

// latexText escapes s. A hyphen before a digit or a decimal point at the start
// of a number becomes a minus sign.
func latexText(s string) string {
	var b strings.Builder
	before := ' '
	for i, r := range s {
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		number := next >= '0' && next <= '9' || strings.HasPrefix(s[i+1:], "∞")
		if r == '-' && number && strings.ContainsRune(" [/", before) {
			b.WriteString(`\(-\)`)
		} else {
			b.WriteString(latexEscapes.Replace(string(r)))
		}
		before = r
	}
	return b.String()
}
