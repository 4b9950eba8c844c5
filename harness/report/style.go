package report

import (
	"fmt"
	"hash/fnv"
	"image/color"
	"math"
	"slices"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Everything that makes the figures one family is in this file: sizes, inks and
// the colour and marker of each strategy.

// Figures are as wide as the text of a printed page.
const figureWidth = 7.5 * vg.Inch

const (
	titleSize = 11
	textSize  = 9
	smallSize = 8
)

// ink is a colour of the figures with its counterpart on a dark page.
type ink struct {
	name  string // of the CSS variable in the report
	light color.NRGBA
	dark  color.NRGBA
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// mix is the colour a share of the way from a to b.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 255}
}

// Inks of everything that is not data.
var (
	paper  = ink{"paper", rgb(0xFFFFFF), rgb(0x15181C)}
	text0  = ink{"text", rgb(0x1B1F24), rgb(0xE8EAED)}
	muted  = ink{"muted", rgb(0x5B6570), rgb(0xA5AEB8)}
	gridln = ink{"grid", rgb(0xE3E6EA), rgb(0x2F353C)}
	band   = ink{"band", rgb(0xF3F4F6), rgb(0x1E2329)}
	alert  = ink{"alert", rgb(0xA3241B), rgb(0xFF9E92)}
)

// palette is after Okabe and Ito (Color Universal Design, 2008), darkened where
// a colour has too little contrast for thin marks on white, with the first
// four far apart in lightness for greyscale print.
var palette = []ink{
	{"amber", rgb(0xD98C00), rgb(0xF2B04A)},
	{"blue", rgb(0x0072B2), rgb(0x5AB0EC)},
	{"wine", rgb(0x7A1F4C), rgb(0xE58BB5)},
	{"green", rgb(0x009E73), rgb(0x35C99B)},
	{"slate", rgb(0x6B6B6B), rgb(0xC6CACF)},
	{"vermillion", rgb(0xCC4C02), rgb(0xFF8D5C)},
	{"sky", rgb(0x3A96D0), rgb(0x9AD4FA)},
	{"pink", rgb(0xC46A9B), rgb(0xF0B8D6)},
}

// inks lists every ink of the figures.
func inks() []ink {
	return slices.Concat([]ink{paper, text0, muted, gridln, band, alert}, palette, heatInks)
}

// look is how a strategy is drawn, everywhere.
type look struct {
	ink    ink
	marker marker
	dashes dashes
}

// dashes is the pattern of a strategy's lines: lengths of dash and gap in turn,
// in points, to the first 0.
type dashes [4]vg.Length

// faint is the strategy's colour for marks that are many.
func (l look) faint() color.NRGBA {
	c := l.ink.light
	c.A = 0x80
	return c
}

// patterns go with the markers.
var patterns = []dashes{{}, {6, 2}, {2, 1.5}, {7, 2, 1.5, 2}, {10, 2}, {4, 3}, {3, 1.5, 1, 1.5}, {1, 1.5}}

// line is the style of a strategy's lines.
func (l look) line() draw.LineStyle {
	s := stroke(l.ink, 1.5)
	for _, d := range l.dashes {
		if d > 0 {
			s.Dashes = append(s.Dashes, d)
		}
	}
	return s
}

// house gives the strategies that this program brings their colours and
// markers, as indices of palette and markers.
var house = map[string][2]int{
	"lpt":          {0, 0},
	"two-opt":      {1, 1},
	"topk-max-any": {2, 2},
	"descent":      {3, 3},
	"descent:fast": {3, 7},
	"descent:best": {3, 5},
	"exact":        {4, 6},
	"snake":        {5, 4},
	"bldm":         {6, 2},
	"layered-lpt":  {6, 1},
	"multifit":     {7, 3},
	"round-robin":  {7, 0},
	"random":       {4, 4},
	"identity":     {4, 0},
	"vllm":         {5, 2},
	"deepseek":     {5, 3},
}

// looks assigns a look to every strategy spec. A strategy of the house has its
// own wherever it appears; another gets one by a hash of its name, so that it
// keeps it from figure to figure and from run to run unless two collide.
// Variants of a strategy share its colour and differ in marker.
func looks(specs []string) map[string]look {
	assigned := make(map[string]look, len(specs))
	taken := map[[2]int]bool{}
	for _, at := range house {
		taken[at] = true
	}
	claim := func(spec string, at [2]int) {
		taken[at] = true
		assigned[spec] = look{ink: palette[at[0]], marker: markers[at[1]], dashes: patterns[at[1]]}
	}
	var rest []string
	for _, spec := range specs {
		if at, ok := house[spec]; ok {
			claim(spec, at)
		} else if !slices.Contains(rest, spec) {
			rest = append(rest, spec)
		}
	}
	slices.Sort(rest)
	for _, spec := range rest {
		name, _, _ := strings.Cut(spec, ":")
		at, ok := house[name]
		if !ok {
			h := hash(name)
			at = [2]int{int(h) % len(palette), int(h>>8) % len(markers)}
		}
		// Keep the colour while a marker is free.
		for try := 0; taken[at] && try < len(palette)*len(markers); try++ {
			at[1] = (at[1] + 1) % len(markers)
			if try%len(markers) == len(markers)-1 {
				at[0] = (at[0] + 1) % len(palette)
			}
		}
		claim(spec, at)
	}
	return assigned
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32() >> 1
}

// style returns the text style of the given size.
func style(size float64, in ink) text.Style {
	return text.Style{
		Color:   in.light,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size)),
		Handler: plot.DefaultTextHandler,
	}
}

func boldStyle(size float64, in ink) text.Style {
	s := style(size, in)
	s.Font.Weight = stdfont.WeightBold
	return s
}

func stroke(in ink, width float64, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: in.light, Width: vg.Points(width), Dashes: dashes}
}

// hexColor writes a colour as the SVG canvas does.
func hexColor(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }
