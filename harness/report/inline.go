package report

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"strings"
)

// renderedFigure is a figure in every format.
type renderedFigure struct {
	*figure
	files  []figureFile
	inline template.HTML // SVG for the report
}

type figureFile struct {
	name    string
	content []byte
}

// render draws the figure in every format.
func (f *figure) render() (renderedFigure, error) {
	r := renderedFigure{figure: f}
	png, err := f.png()
	if err != nil {
		return r, err
	}
	pdf, err := f.pdf()
	if err != nil {
		return r, err
	}
	svg, err := f.svg() // last, so that tips are in the places of the SVG
	if err != nil {
		return r, err
	}
	r.files = []figureFile{{f.id + ".png", png}, {f.id + ".svg", svg}, {f.id + ".pdf", pdf}}
	r.inline = f.inlineSVG(svg)
	return r, nil
}

// inlineSVG makes a document that stands in a page: it takes its colours from
// the page, so that it fits a dark one too, scales with it, and has its tips.
func (f *figure) inlineSVG(document []byte) template.HTML {
	_, body, _ := bytes.Cut(document, []byte("<svg"))
	_, body, _ = bytes.Cut(body, []byte(">"))
	body = bytes.TrimSuffix(bytes.TrimSpace(body), []byte("</svg>"))
	text := string(body)
	for _, in := range inks() {
		text = strings.ReplaceAll(text, ":"+hexColor(in.light), ":var(--fig-"+in.name+")")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %g %g" role="group" aria-label="%s">`,
		float64(figureWidth), float64(f.height), html.EscapeString(f.title))
	b.WriteString(text)
	b.WriteString(`<g class="tips">`)
	for _, t := range f.tips.all {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="8" tabindex="-1" role="img" aria-label="%s"/>`,
			float64(t.at.X), float64(f.height-t.at.Y), html.EscapeString(t.text))
	}
	b.WriteString("</g></svg>")
	return template.HTML(b.String())
}
