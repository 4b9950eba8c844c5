package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	pretty "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/internal/clean"
	"packbench/internal/spec"
)

// formats are the formats that [Comparison.Write] knows.
var formats = []struct {
	name  string
	write func(*Comparison, io.Writer) error
}{
	{"text", writeText},
	{"markdown", writeMarkdown},
	{"csv", writeCSV},
	{"json", writeJSON},
	{"latex", writeLaTeX},
}

// Formats returns the names of the formats, the default first.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Write writes the comparison in a format: "text" for a terminal, "markdown"
// for a pull request, "latex" (booktabs) for a paper; "csv" with a line per
// cell and "json" hold every number in full.
func (c *Comparison) Write(w io.Writer, format string) error {
	for _, f := range formats {
		if f.name == format {
			return f.write(c, w)
		}
	}
	return CheckFormat(format)
}

// CheckFormat returns an error unless [Comparison.Write] supports the format.
func CheckFormat(format string) error {
	if slices.Contains(Formats(), format) {
		return nil
	}
	return fmt.Errorf("unknown format %q%s", format, spec.Suggest(format, Formats()))
}

func writeJSON(c *Comparison, w io.Writer) error {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(c); err != nil {
		return err
	}
	_, err := w.Write(clean.JSON(b.Bytes()))
	return err
}

// terminal is how many columns a table of text may have if it can be folded.
const terminal = 120

func writeText(c *Comparison, w io.Writer) error {
	d := c.document()
	var b strings.Builder
	for _, line := range d.heading {
		fmt.Fprintln(&b, line)
	}
	for _, t := range d.tables {
		for _, part := range t.fold(terminal) {
			fmt.Fprintf(&b, "\n%s\n", trimLines(strings.TrimPrefix(part.title+"\n", "\n")+part.pretty().Render()))
		}
	}
	for _, note := range d.notes {
		fmt.Fprintf(&b, "\n%s\n", trimLines(text.WrapSoft(note, 100)))
	}
	if d.gate != nil {
		fmt.Fprintln(&b)
	}
	for _, line := range d.gate {
		fmt.Fprintln(&b, line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeMarkdown(c *Comparison, w io.Writer) error {
	d := c.document()
	var b strings.Builder
	for _, line := range d.heading {
		fmt.Fprintf(&b, "- %s\n", markdownText(line))
	}
	for _, t := range d.tables {
		fmt.Fprintf(&b, "\n**%s**\n\n%s\n", markdownCell(t.title), t.markdown())
	}
	fmt.Fprintln(&b)
	for _, note := range d.notes {
		fmt.Fprintf(&b, "- %s\n", markdownText(note))
	}
	for _, line := range d.gate {
		fmt.Fprintf(&b, "- %s\n", markdownText(line))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownText keeps the characters from being read as markup.
func markdownText(s string) string {
	return strings.NewReplacer("~", `\~`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`", "](", `]\(`, "]:", `]\:`).Replace(s)
}

// markdownCell does so in a table, where a single ~ or _ is none.
func markdownCell(s string) string {
	return strings.NewReplacer("~~", `\~\~`, "<", "&lt;", "*", `\*`, "`", "\\`", "](", `]\(`).Replace(s)
}

// markdown returns the table with its cells escaped.
func (t table) markdown() string {
	escaped := table{columns: slices.Clone(t.columns)}
	for i := range escaped.columns {
		escaped.columns[i].name = markdownCell(escaped.columns[i].name)
	}
	for _, row := range t.rows {
		row = slices.Clone(row)
		for i := range row {
			row[i] = markdownCell(row[i])
		}
		escaped.rows = append(escaped.rows, row)
	}
	return escaped.pretty().RenderMarkdown()
}

// pretty returns the table ready to render.
func (t table) pretty() pretty.Writer {
	w := pretty.NewWriter()
	header := make(pretty.Row, len(t.columns))
	var configs []pretty.ColumnConfig
	for i, c := range t.columns {
		header[i] = c.name
		align := text.AlignLeft
		if c.right {
			align = text.AlignRight
		}
		configs = append(configs, pretty.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	for _, values := range t.rows {
		row := make(pretty.Row, len(values))
		for i, v := range values {
			row[i] = v
		}
		w.AppendRow(row)
	}
	style := pretty.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = pretty.Options{SeparateHeader: true, SeparateColumns: false}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	w.SetStyle(style)
	return w
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
