package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Ink is a colour of the figures with its counterpart on a dark page.
type Ink struct {
	Name  string // of the CSS variable in a page: --fig-Name
	Light color.NRGBA
	Dark  color.NRGBA
}

// Inks of everything that is not data.
var (
	paper  = Ink{"paper", rgb(0xFFFFFF), rgb(0x15181C)}
	body   = Ink{"text", rgb(0x1B1F24), rgb(0xE8EAED)}
	muted  = Ink{"muted", rgb(0x5B6570), rgb(0xA5AEB8)}
	gridln = Ink{"grid", rgb(0xE3E6EA), rgb(0x2F353C)}
	band   = Ink{"band", rgb(0xF3F4F6), rgb(0x1E2329)}
	alert  = Ink{"alert", rgb(0xA3241B), rgb(0xFF9E92)}
)

// palette is after Okabe and Ito (Color Universal Design, 2008), darkened where
// a colour has too little contrast for thin marks on white, with the first
// four far apart in lightness for greyscale print.
var palette = []Ink{
	{"amber", rgb(0xD98C00), rgb(0xF2B04A)},
	{"blue", rgb(0x0072B2), rgb(0x5AB0EC)},
	{"wine", rgb(0x7A1F4C), rgb(0xE58BB5)},
	{"green", rgb(0x009E73), rgb(0x35C99B)},
	{"slate", rgb(0x6B6B6B), rgb(0xC6CACF)},
	{"vermillion", rgb(0xCC4C02), rgb(0xFF8D5C)},
	{"sky", rgb(0x3A96D0), rgb(0x9AD4FA)},
	{"pink", rgb(0xC46A9B), rgb(0xF0B8D6)},
}

// ramp runs from far below to far above a middle, pale in between.
var ramp = func() []Ink {
	low := Ink{"", rgb(0x1B5E9B), rgb(0x64B0F4)}
	mid := Ink{"", rgb(0xECEEF0), rgb(0x2A3037)}
	high := Ink{"", rgb(0xB3362B), rgb(0xF58A72)}
	const steps = 6 // on each side
	var all []Ink
	for i := -steps; i <= steps; i++ {
		end, share := high, math.Abs(float64(i))/steps
		if i < 0 {
			end = low
		}
		all = append(all, Ink{fmt.Sprintf("heat%d", i+steps), mix(mid.Light, end.Light, share), mix(mid.Dark, end.Dark, share)})
	}
	return all
}()

// rampInk is the colour of a deviation x that is full from limit on.
func rampInk(x, limit float64) Ink {
	half := len(ramp) / 2
	share := min(1, max(-1, x/limit))
	if math.IsNaN(share) {
		share = 0
	}
	return ramp[half+int(math.Round(share*float64(half)))]
}

// Inks lists every ink that a figure can have.
func Inks() []Ink {
	return slices.Concat([]Ink{paper, body, muted, gridln, band, alert}, palette, ramp)
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// mix is the colour a share of the way from a to b.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 255}
}

// Hex writes a colour as CSS does, without its opacity.
func Hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

func stroke(in Ink, width float64, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: in.Light, Width: vg.Points(width), Dashes: dashes}
}

func fillRect(c *draw.Canvas, in Ink, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(in.Light, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}
