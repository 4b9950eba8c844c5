package report

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"math"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"
	"unicode"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/report/figure"
	"packbench/runs"
)

//go:embed templates
var templates embed.FS

// page is what the report says, in HTML and in Markdown alike.
type page struct {
	Title       string
	Description string
	Asked       []fact
	Answer      string
	More        string // that belongs to the answer
	Note        string // on the answer
	Ranking     simpleTable
	Paired      *paired // of replays
	Figures     []pageFigure
	Missing     []fact // figures that could not be drawn, and why
	Fields      []pageField
	Rows        [][]pageCell
	Example     string // of what rows can be searched for
	Warnings    []string
	Environment []environment
	Command     string
	Created     string
	Records     string           // path from the report to the records
	Colors      htmltemplate.CSS // variables of the inks on a light page
	DarkColors  htmltemplate.CSS
}

type fact struct{ Name, Value string }

type environment struct {
	Name  string // "Machine 2" where there are several
	Facts []fact
}

// simpleTable is a small table of texts.
type simpleTable struct {
	Header []tableHead
	Rows   [][]string
}

type tableHead struct {
	Text, Help string
	Numeric    bool
}

type pageFigure struct {
	Number  int
	ID      string
	Title   string
	Caption string
	SVG     htmltemplate.HTML
	Files   []string // names in the figures' directory
}

func newPageFigure(p *picture, element []byte) pageFigure {
	return pageFigure{ID: p.id, Title: p.Title, Caption: p.caption, SVG: htmltemplate.HTML(element),
		Files: []string{p.id + ".png", p.id + ".svg", p.id + ".pdf"}}
}

// pageField is a column of the table of all numbers.
type pageField struct {
	tableHead
	Index int
}

type pageCell struct {
	Text  string
	Sort  string // number to sort by, "" for texts
	Wide  string // in full precision with its unit, for the reader who points at it
	Class string
}

func newPage(v *view, figures []pageFigure, missing []fact) *page {
	m := v.Run.Manifest
	ranking := v.Rank()
	reply, more := answer(ranking, v)
	p := &page{
		Title:       v.title() + ": " + printable(m.Experiment.Name),
		Description: sentence(printable(m.Experiment.Description)),
		Asked:       v.asked(),
		Answer:      unbroken(reply),
		More:        unbroken(more),
		Note:        note(ranking, v),
		Ranking:     rankingTable(ranking, v),
		Missing:     missing,
		Warnings:    v.warnings(),
		Command:     shellCommand(m.Command),
		Created:     m.Created.UTC().Format("2 January 2006, 15:04 UTC"),
		Colors:      colorVariables(false),
		DarkColors:  colorVariables(true),
	}
	for i, f := range figures {
		f.Number = i + 1
		p.Figures = append(p.Figures, f)
	}
	rows := v.rows()
	shown := v.shownFields(rows)
	shown = slices.DeleteFunc(shown, func(f field) bool { return f.id == remarkField })
	for i, f := range shown {
		p.Fields = append(p.Fields, pageField{tableHead{f.title, f.help, f.value != nil}, i})
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, pageRow(r, shown))
	}
	p.Example = example(p.Fields, p.Rows)
	for key, e := range sorted(m.Environments) {
		p.Environment = append(p.Environment, environment{v.machineName(key), environmentFacts(e)})
	}
	return p
}

// pageRow returns the cells of a row. What went wrong stands where the interval
// of the time would.
func pageRow(r row, shown []field) []pageCell {
	var cells []pageCell
	for _, f := range shown {
		c := pageCell{Text: f.text(r)}
		switch {
		case f.value != nil:
			c.Class = "number"
			c.Sort = "-1" // without a value: before all others
			if v := f.value(r); !math.IsNaN(v) {
				c.Sort = fmt.Sprint(v)
				c.Wide = strings.TrimSpace(fmt.Sprintf("%s: %v %s", f.title, v, f.unit))
				if f.where != nil {
					c.Wide += ", " + f.where(r)
				}
			}
		case f.id == intervalField && r.trouble != "":
			c.Class = "alert"
			if r.time.N > 0 {
				c.Text += "; " + r.trouble
			} else {
				c.Text = r.trouble
			}
		}
		cells = append(cells, c)
	}
	return cells
}

// example returns words that the first row has: of where its loads come from and of
// what is compared.
func example(fields []pageField, rows [][]pageCell) string {
	if len(rows) == 0 {
		return ""
	}
	var words []string
	for i, f := range fields {
		switch f.Text {
		case runs.WorkloadAxis, runs.StrategyAxis, runs.PlannerAxis:
			if w := strings.FieldsFunc(rows[0][i].Text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' }); len(w) > 0 {
				words = append(words, w[0])
			}
		}
	}
	return strings.Join(words, " ")
}

func rankingTable(r analysis.Ranking, v *view) simpleTable {
	if !v.packed() {
		return leadTable(r, v)
	}
	t := simpleTable{Header: []tableHead{
		{"", "place by mean gap", true},
		{"strategy", "", false},
		{"mean gap", "how far the heaviest pack is above the lower bound, which no packing can beat; mean over the layers", true},
		{"worst gap", "the largest gap of any layer", true},
		{"median imbalance", "load of the heaviest pack minus that of the lightest, in percent of the mean of the packs; median over the layers", true},
		{"best on", "share of the layers where no strategy leaves less imbalance, ties included", true},
	}}
	t.Header = append(t.Header, timeHeads(r)...)
	for i, h := range t.Header {
		t.Header[i].Text, t.Header[i].Help = v.worded(h.Text), v.worded(h.Help)
	}
	for i, s := range r.Standings {
		line := []string{"–", v.strategyName(s.Strategy), "–", "–", "–", "–"}
		if s.Layers > 0 {
			line = []string{fmt.Sprint(i + 1), v.strategyName(s.Strategy), number.Percent(s.Mean), number.Percent(s.Worst), number.Percent(s.Relative),
				fmt.Sprintf("%.0f %%", 100*float64(s.Best)/float64(s.Layers))}
		}
		t.Rows = append(t.Rows, append(line, meanTimes(s)...))
	}
	return t
}

// timeHeads are the heads of the columns of [meanTimes].
func timeHeads(r analysis.Ranking) []tableHead {
	var heads []tableHead
	for _, b := range r.Backends {
		title := "mean time"
		if len(r.Backends) > 1 {
			title += " on " + b
		}
		heads = append(heads, tableHead{title, "of a run: geometric mean of the median times over the problems", true})
	}
	return heads
}

// meanTimes are the times of a standing, by backend.
func meanTimes(s analysis.Standing) []string {
	var times []string
	for _, t := range s.Times {
		if s.Layers == 0 || math.IsNaN(t) {
			times = append(times, "–")
		} else {
			times = append(times, number.Duration(t))
		}
	}
	return times
}

func colorVariables(dark bool) htmltemplate.CSS {
	var b strings.Builder
	for _, in := range figure.Inks() {
		c := in.Light
		if dark {
			c = in.Dark
		}
		fmt.Fprintf(&b, "--fig-%s:%s;", in.Name, figure.Hex(c))
	}
	return htmltemplate.CSS(b.String())
}

func (p *page) html() ([]byte, error) {
	t, err := htmltemplate.New("report.html.tmpl").Funcs(htmltemplate.FuncMap{
		"css": func() (htmltemplate.CSS, error) {
			text, err := templates.ReadFile("templates/report.css")
			return htmltemplate.CSS(text), err
		},
		"js": func() (htmltemplate.JS, error) {
			text, err := templates.ReadFile("templates/report.js")
			return htmltemplate.JS(text), err
		},
	}).ParseFS(templates, "templates/report.html.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, p)
	return b.Bytes(), err
}

func (p *page) markdown() ([]byte, error) {
	t, err := texttemplate.New("report.md.tmpl").Funcs(texttemplate.FuncMap{
		"md":    markdown,
		"link":  func(path string) string { return (&url.URL{Path: path}).EscapedPath() },
		"fence": fenced,
		"rule": func(numeric bool) string {
			if numeric {
				return "---:"
			}
			return "---"
		},
	}).ParseFS(templates, "templates/report.md.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, p)
	return b.Bytes(), err
}
