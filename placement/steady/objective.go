package steady

import (
	"math"

	"packbench/internal/portable"
)

// SoftMax is a bound on the expected load of the heaviest of several GPUs whose
// loads are uncertain: with means m_g and variances s_g², for any b > 0,
//
//	E max ≤ F = (1/b) log Σ_g exp(b m_g + b² s_g²/2)
//
// for normal loads, by Jensen's inequality. A change of the placement that lowers
// F is worth something even where the heaviest GPU stays as it is.
type SoftMax struct{ B float64 }

// Exponent is what an expert of load m and variance v, split over c copies, adds
// to the exponent of each GPU that holds one.
func (s SoftMax) Exponent(m, v float64, c int32) float64 {
	share := 1 / float64(c)
	return float64(s.B*float64(m*share)) + float64(float64(float64(s.B*s.B)/2)*float64(v*float64(share*share)))
}

// Value returns F of GPUs with the given means and variances.
func (s SoftMax) Value(mean, variance []float64) float64 {
	most := math.Inf(-1)
	exponent := func(g int) float64 {
		return float64(s.B*mean[g]) + float64(float64(s.B*s.B/2)*variance[g])
	}
	for g := range mean {
		most = max(most, exponent(g))
	}
	sum := 0.0
	for g := range mean {
		sum += portable.Exp(exponent(g) - most)
	}
	return (most + portable.Log(sum)) / s.B
}

// Sharpest returns the b of the lowest bound for the GPUs, of loads of mean about
// 1: by golden section in log b, between 0.2 and 5 times sqrt(2 log D / mean s²),
// where the optimum of equal GPUs is.
func Sharpest(mean, variance []float64) SoftMax {
	average, heaviest := 0.0, 0.0
	for g, v := range variance {
		average += v / float64(len(variance))
		heaviest = max(heaviest, mean[g])
	}
	limit := maxExponent / max(heaviest, 1)
	if !(average > 0) || len(mean) < 2 {
		return SoftMax{limit}
	}
	center := float64(portable.Log(2*portable.Log(float64(len(mean)))/average) / 2)
	lo, hi := center+portable.Log(.2), center+portable.Log(5)
	at := func(x float64) float64 { return SoftMax{portable.Exp(x)}.Value(mean, variance) }
	a, b := hi-float64(golden*(hi-lo)), lo+float64(golden*(hi-lo))
	fa, fb := at(a), at(b)
	for range 8 { // to within 4 % of b, near which F is flat
		if fa <= fb {
			hi, b, fb = b, a, fa
			a = hi - float64(golden*(hi-lo))
			fa = at(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + float64(golden*(hi-lo))
			fb = at(b)
		}
	}
	return SoftMax{min(portable.Exp((lo+hi)/2), limit)}
}

// golden is the inverse of the golden ratio.
const golden = 0.6180339887498949

// maxExponent keeps exponentials and their products finite.
const maxExponent = 400
