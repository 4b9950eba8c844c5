package figure

import (
	"image/color"
	"math"
	"testing"
)

// Marks need a contrast of 3 with the paper, light or dark (WCAG 2.1, 1.4.11),
// text one of 4.5; faint grids do not count.
func TestInksContrastWithLightAndDarkPaper(t *testing.T) {
	for _, in := range append([]Ink{body, muted, alert}, palette...) {
		need := 3.0
		switch in.Name {
		case "text", "muted", "alert":
			need = 4.5
		case "amber":
			need = 2.6 // darker, it is brown and near vermillion; its marks are large
		}
		if c := contrast(in.Light, paper.Light); c < need {
			t.Errorf("%s on light paper: contrast %.2f, need %.1f", in.Name, c, need)
		}
		if c := contrast(in.Dark, paper.Dark); c < need {
			t.Errorf("%s on dark paper: contrast %.2f, need %.1f", in.Name, c, need)
		}
	}
}

// The first four colours can be told apart in greyscale, and all of them by
// readers who lack one kind of cone.
func TestPaletteForEveryone(t *testing.T) {
	for i, a := range palette[:4] {
		for _, b := range palette[:i] {
			if d := math.Abs(lightness(a.Light) - lightness(b.Light)); d < 6 {
				t.Errorf("%s and %s are %.1f apart in greyscale", a.Name, b.Name, d)
			}
		}
	}
	for name, m := range deficiencies {
		for i, a := range palette {
			for _, b := range palette[:i] {
				if d := distance(see(m, a.Light), see(m, b.Light)); d < 9 {
					t.Errorf("%s: %s and %s are %.1f apart", name, a.Name, b.Name, d)
				}
			}
		}
	}
}

// deficiencies simulates dichromats in linear RGB: Machado, Oliveira and
// Fernandes 2009, severity 1.
var deficiencies = map[string][9]float64{
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

type linear [3]float64

func linearize(c color.NRGBA) linear {
	var l linear
	for i, v := range []uint8{c.R, c.G, c.B} {
		x := float64(v) / 255
		if x <= 0.04045 {
			l[i] = x / 12.92
		} else {
			l[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return l
}

func see(m [9]float64, c color.NRGBA) linear {
	in, out := linearize(c), linear{}
	for i := range out {
		for j := range in {
			out[i] += m[3*i+j] * in[j]
		}
		out[i] = min(1, max(0, out[i]))
	}
	return out
}

func (l linear) luminance() float64 { return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2] }

func contrast(a, b color.NRGBA) float64 {
	x, y := linearize(a).luminance(), linearize(b).luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func lightness(c color.NRGBA) float64 { return linearize(c).lab()[0] }

// lab is CIE L*a*b* under D65.
func (l linear) lab() [3]float64 {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124564*l[0] + 0.3575761*l[1] + 0.1804375*l[2]) / 0.95047)
	y := f(l.luminance())
	z := f((0.0193339*l[0] + 0.1191920*l[1] + 0.9503041*l[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// distance is the CIE 1976 colour difference.
func distance(a, b linear) float64 {
	x, y := a.lab(), b.lab()
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// Values far off have the last colour, values near the middle the palest.
func TestRampIsPalestInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want int
	}{{0, 6}, {0.001, 6}, {1, 12}, {9, 12}, {-1, 0}, {-9, 0}, {0.5, 9}, {math.NaN(), 6}} {
		if got := rampInk(c.x, 1); got != ramp[c.want] {
			t.Errorf("%v has colour %s, want %s", c.x, got.Name, ramp[c.want].Name)
		}
	}
}
