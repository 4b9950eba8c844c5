// Package listing shows what experiments can name (strategies, backends,
// workloads, experiments) and the machine they run on, as text for people and
// as JSON for programs.
package listing

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"packbench/internal/spec"
)

// Param is a parameter of a strategy or workload.
type Param struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Range   string `json:"range"`
	Doc     string `json:"doc"`
}

// Preset is a named set of arguments.
type Preset struct {
	Name string            `json:"name"`
	Args map[string]string `json:"args"`
	Doc  string            `json:"doc"`

	text string // the arguments as one writes them
}

func params(list []spec.Param) []Param {
	out := make([]Param, len(list))
	for i, p := range list {
		out[i] = Param{p.Name, p.Default, p.Range(), p.Doc}
	}
	return out
}

func presets(list []spec.Preset) []Preset {
	out := make([]Preset, len(list))
	for i, p := range list {
		out[i] = Preset{Name: p.Name, Args: map[string]string{}, Doc: p.Doc}
		var written []string
		for _, a := range p.Args {
			out[i].Args[a.Key] = a.Value
			written = append(written, a.Key+"="+a.Value)
		}
		out[i].text = strings.Join(written, ",")
	}
	return out
}

// entry writes the block of text that describes one strategy or workload.
func entry(w io.Writer, name, summary string, facts [][2]string, params []Param, presets []Preset) {
	fmt.Fprintf(w, "%s\n    %s\n", name, summary)
	for _, f := range facts {
		if f[1] != "" {
			fmt.Fprintf(w, "    %s: %s\n", f[0], f[1])
		}
	}
	t := PlainTable(w)
	for _, p := range params {
		t.AppendRow(table.Row{"      " + p.Name + "=" + p.Default, p.Range, p.Doc})
	}
	for _, p := range presets {
		t.AppendRow(table.Row{"      " + name + ":" + p.Name, p.text, p.Doc})
	}
	if t.Length() > 0 {
		t.Render()
	}
}

// PlainTable returns a table without lines that writes to w, and no blanks at the
// ends of lines.
func PlainTable(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(trimmer{w})
	style := table.StyleDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	return t
}

// AlignRight aligns the columns from first to last, counted from 1, to the right.
func AlignRight(t table.Writer, first, last int) {
	var columns []table.ColumnConfig
	for i := first; i <= last; i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
}

// trimmer drops the blanks that a table pads the ends of its lines with.
type trimmer struct{ w io.Writer }

// Write implements [io.Writer].
func (t trimmer) Write(p []byte) (int, error) {
	lines := strings.Split(string(p), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	_, err := io.WriteString(t.w, strings.Join(lines, "\n"))
	return len(p), err
}

// WriteJSON writes v as indented JSON.
func WriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
