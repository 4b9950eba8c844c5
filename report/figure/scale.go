package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"packbench/internal/number"
)

// Scale maps values to [0, 1] along an axis: linear, from 0 unless the values lie
// close together far from it, or logarithmic where they span more than logFrom,
// with a band at the low end for exact zeros where there are any, because a zero
// has no place on a logarithmic axis and must not vanish either.
//
// The axes of a panel run over [0, 1] and every plotter maps through a scale;
// gonum's own logarithmic axis panics at zero and pads for labels that it
// misplaces.
type Scale struct {
	lo, hi float64 // of the values, the band apart
	log    bool
	zero   float64 // width of the band for zeros, 0 without
	wide   bool    // there is room for twice as many labels
	flat   bool    // all values are 0; zero is set too
	format func(float64) string
}

// logFrom is the ratio of the largest to the smallest value above which an axis
// is logarithmic.
const logFrom = 30

// zeroBand is the part of an axis that its zeros get.
const zeroBand = 0.1

// tiny is what counts as 0: steps between smaller values have no digits left.
const tiny = 1e-300

// NewScale returns a scale for values, with ticks written by format. Values below
// 0 count as 0; those that are infinite or no number have no place and do not
// count.
func NewScale(values []float64, format func(float64) string) Scale {
	smallest, largest, zero := math.Inf(1), 0.0, false
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if v < tiny {
			zero = true
			continue
		}
		smallest, largest = min(smallest, v), max(largest, v)
	}
	switch {
	case largest == 0:
		return Scale{hi: 1, flat: true, zero: zeroBand, format: format}
	case !zero && smallest > 0.6*largest:
		// At least 4 % of the values, so that nothing is made of small noise.
		margin := max(0.15*(largest-smallest), 0.02*largest)
		return Scale{lo: smallest - margin, hi: min(largest+margin, math.MaxFloat64), format: format}
	case largest/logFrom <= smallest:
		return Scale{hi: min(largest*1.04, math.MaxFloat64), format: format}
	}
	margin := math.Exp(0.04 * (math.Log(largest) - math.Log(smallest)))
	s := Scale{log: true, format: format,
		lo: max(smallest/margin, math.SmallestNonzeroFloat64), hi: min(largest*margin, math.MaxFloat64)}
	if zero {
		s.zero = zeroBand
	}
	return s
}

// LinearScale returns a linear scale from 0 to hi.
func LinearScale(hi float64, format func(float64) string) Scale {
	return Scale{hi: hi, format: format}
}

// RangeScale returns a linear scale over values with a small margin, wherever 0 is,
// for what has none to compare with, such as a number of slots.
func RangeScale(values []float64, format func(float64) string) Scale {
	if len(values) == 0 {
		return NewScale(nil, format)
	}
	lo, hi := slices.Min(values), slices.Max(values)
	margin := max(0.04*(hi-lo), 0.01*hi)
	return Scale{lo: lo - margin, hi: hi + margin, format: format}
}

// LogScale returns a logarithmic scale from lo to hi, both above 0.
func LogScale(lo, hi float64, format func(float64) string) Scale {
	return Scale{lo: lo, hi: hi, log: true, format: format}
}

// RatioScale returns a scale for ratios, among them 1, logarithmic unless they
// are close together: twice and half as much lie equally far from 1.
func RatioScale(ratios []float64, format func(float64) string) Scale {
	lo, hi := 1.0, 1.0
	for _, r := range ratios {
		if r >= tiny && !math.IsInf(r, 0) {
			lo, hi = min(lo, r), max(hi, r)
		}
	}
	switch {
	case lo > 0.6*hi:
		return NewScale([]float64{lo, hi}, format)
	case hi*lo > 1: // a second label: the first is that of 1
		hi = max(hi, 2)
	default:
		lo = min(lo, 0.5)
	}
	return LogScale(lo, hi, format).Widened(0.04)
}

// Wide returns the scale with room for twice as many labels.
func (s Scale) Wide() Scale {
	s.wide = true
	return s
}

// Widened returns the scale with a margin at both ends, as a share of its
// length; a linear one that begins at 0 keeps beginning there.
func (s Scale) Widened(margin float64) Scale {
	switch {
	case s.log:
		factor := math.Exp(margin * (math.Log(s.hi) - math.Log(s.lo)))
		s.lo, s.hi = max(s.lo/factor, math.SmallestNonzeroFloat64), min(s.hi*factor, math.MaxFloat64)
	case !s.flat:
		d := (s.hi - s.lo) * margin
		s.hi = min(s.hi+d, math.MaxFloat64)
		if s.lo > 0 {
			s.lo = max(0, s.lo-d)
		}
	}
	return s
}

// lowMargin keeps marks at zero off the other axis where the scale is linear.
const lowMargin = 0.03

// at returns the place of v on the axis, at its ends for what is outside.
func (s Scale) at(v float64) float64 {
	if v < tiny && s.zero > 0 {
		return s.zero / 2
	}
	at := lowMargin + (1-lowMargin)*(v-s.lo)/(s.hi-s.lo)
	if s.log {
		at = s.zero + (1-s.zero)*(math.Log(v)-math.Log(s.lo))/(math.Log(s.hi)-math.Log(s.lo))
	}
	if !(at > 0) { // NaN too
		return 0
	}
	return min(1, at)
}

// ticks returns tick marks with labels.
func (s Scale) ticks() []plot.Tick {
	if !s.log {
		return s.linearTicks()
	}
	var ticks []plot.Tick
	if s.zero > 0 {
		ticks = append(ticks, plot.Tick{Value: s.at(0), Label: "0"})
	}
	decades := math.Log10(s.hi) - math.Log10(s.lo)
	room := 4.5
	if s.wide {
		room = 9
	}
	fine, finest := s.wide && decades < 2.2, s.wide && decades < 1
	every := max(1, int(math.Ceil(decades/room)))
	first, last := int(math.Floor(math.Log10(s.lo))), int(math.Ceil(math.Log10(s.hi)))
	for e := first; e <= last; e++ {
		for _, m := range []float64{1, 2, 3, 4, 5, 6, 7, 8, 9} {
			v := m * math.Pow10(e)
			if e < 0 {
				v = m / math.Pow10(-e) // 0.003, not 0.0030000000000000001
			}
			if v < max(s.lo, tiny) || v > s.hi {
				continue
			}
			t := plot.Tick{Value: s.at(v)}
			switch {
			case s.zero > 0 && t.Value < s.zero+0.05: // its label would touch that of 0
			case m == 1 && mod(e, every) == 0:
				t.Label = number.Trimmed(s.format(v))
			case fine && (m == 2 || m == 5), finest && (m == 3 || m == 4 || m == 7), !fine && m == 3 && decades < room/2:
				t.Label = number.Trimmed(s.format(v))
			case m != 1 && every > 1:
				continue
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

func mod(a, b int) int { return ((a % b) + b) % b }

func (s Scale) linearTicks() []plot.Tick {
	if s.flat {
		return []plot.Tick{{Value: s.at(0), Label: s.format(0)}}
	}
	room := 3.5
	if s.wide {
		room = 6
	}
	step := niceStep((s.hi - s.lo) / room)
	var ticks []plot.Tick
	first := math.Ceil(s.lo/step - 1e-9)
	for i := range 20 { // more than there are
		v := (first + float64(i)) * step
		if v/(1+1e-9) > s.hi || math.IsInf(v, 0) {
			break
		}
		ticks = append(ticks, plot.Tick{Value: min(1, s.at(v)), Label: number.Trimmed(s.format(v))})
	}
	return ticks
}

// niceStep returns the smallest of 1, 2, 2.5, 5 times a power of ten that is not
// below v.
func niceStep(v float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*p >= v*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}
