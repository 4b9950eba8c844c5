package figure

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// glyphUnits is the size of the letters that are defined, which are drawn
// smaller: so their coordinates can be whole numbers.
const glyphUnits = 2048

// glyphs are the letters that a document defines, each once.
type glyphs struct {
	known map[glyphKey]string // ids
	defs  bytes.Buffer
}

type glyphKey struct {
	font   *opentype.Font
	letter rune
}

// line returns a line as uses of letters.
func (g *glyphs) line(line string, f font.Font) string {
	f.Size = glyphUnits
	var b strings.Builder
	var start vg.Length
	for _, r := range runs(line, f) {
		for i, letter := range r.text {
			if letter != ' ' {
				fmt.Fprintf(&b, `<use xlink:href="#%s" x="%.0f"/>`, g.id(r.face, letter), float64(start+r.face.Width(r.text[:i])))
			}
		}
		start += r.face.Width(r.text)
	}
	return b.String()
}

func (g *glyphs) id(f font.Face, letter rune) string {
	key := glyphKey{f.Face, letter}
	if id, ok := g.known[key]; ok {
		return id
	}
	id := fmt.Sprintf("g%d", len(g.known))
	if f.Font.Weight == stdfont.WeightBold {
		id = fmt.Sprintf("b%d", len(g.known))
	}
	g.known[key] = id
	fmt.Fprintf(&g.defs, `<path id="%s" d="`, id)
	path := outline(f, vg.Point{}, string(letter))
	for _, s := range newCanvas(nil, 0, 0).segments(path) {
		if s.kind == 'Z' {
			g.defs.WriteByte('Z')
			continue
		}
		points := s.points[2:]
		if s.kind == 'C' {
			points = s.points[:]
		}
		for i, p := range points {
			sep := byte(' ')
			if i == 0 {
				sep = s.kind
			}
			fmt.Fprintf(&g.defs, "%c%.0f %.0f", sep, math.Round(float64(p.X)), math.Round(float64(p.Y)))
		}
	}
	g.defs.WriteString("\"/>\n")
	return id
}
