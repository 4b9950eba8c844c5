// Package portable has exp and log that give the same bits on every machine:
// those of package math are in assembly on some architectures, and a compiler
// may fuse x*y + z there. They are meant for hot loops that need about fourteen
// digits.
package portable

import "math"

// ln2 is split so that k·ln2Hi is exact for every exponent k of a float64.
const (
	ln2Hi = 0x1.62e42feep-1
	ln2Lo = 0x1.a39ef35793c76p-33
)

// limit is where [Exp] stops: e^700 and its inverse are normal numbers.
const limit = 700

// Exp returns eˣ within 1e-14 relative, and e^±700 for an x beyond ±700: with x
// = k·ln 2 + r, |r| ≤ ½ ln 2, it is 2ᵏ times the Taylor polynomial of degree 11.
func Exp(x float64) float64 {
	if !(x > -limit) {
		x = -limit
	} else if x > limit {
		x = limit
	}
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	// The polynomial in pairs, so that products do not wait for each other.
	r2 := float64(r * r)
	r4 := float64(r2 * r2)
	a := (1 + r) + float64(r2*(1.0/2+float64(r*(1.0/6))))
	b := (1.0/24 + float64(r*(1.0/120))) + float64(r2*(1.0/720+float64(r*(1.0/5040))))
	c := (1.0/40320 + float64(r*(1.0/362880))) + float64(r2*(1.0/3628800+float64(r*(1.0/39916800))))
	p := a + float64(r4*(b+float64(r4*c)))
	return float64(p * math.Float64frombits(uint64(int64(k)+1023)<<52))
}

// Log returns the natural logarithm of a normal number x > 0: with x = m·2ᵉ and
// s = (m − 1)/(m + 1), ln x = e·ln 2 + 2(s + s³/3 + s⁵/5 + …).
func Log(x float64) float64 {
	m, e := math.Frexp(x) // ½ ≤ m < 1; exact
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1) // |s| ≤ 0.172
	z := float64(s * s)
	sum := 0.0
	for k := 19; k >= 3; k -= 2 {
		sum = float64((sum + 1/float64(k)) * z)
	}
	k := float64(e)
	return float64(k*ln2Hi) + (float64(2*s) + (float64(2*float64(s*sum)) + float64(k*ln2Lo)))
}
