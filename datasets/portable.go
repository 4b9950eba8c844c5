package datasets

import "math"

// The mathematical functions of the generators. Those of package math are in
// assembly on some architectures, and the compiler may fuse x*y + z there; both
// change last bits. These functions use operations that IEEE 754 defines to the
// bit, one at a time: the conversion float64(x*y) forbids fusing. They are within a
// few units in the last place of the exact value.

// ln2 is split so that k·ln2Hi is exact for every exponent k.
const (
	ln2Hi = 0x1.62e42feep-1
	ln2Lo = 0x1.a39ef35793c76p-33
)

// logarithm returns the natural logarithm of x, which must be finite and > 0:
// with x = m·2ᵉ and s = (m − 1)/(m + 1), ln x = e·ln 2 + 2(s + s³/3 + s⁵/5 + …).
func logarithm(x float64) float64 {
	m, e := math.Frexp(x) // ½ ≤ m < 1; exact
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1) // |s| ≤ 0.172, so s²³/23 is below the last bit
	z := float64(s * s)
	sum := 0.0
	for k := 21; k >= 3; k -= 2 {
		sum = float64((sum + 1/float64(k)) * z)
	}
	k := float64(e)
	return float64(k*ln2Hi) + (float64(2*s) + (float64(2*float64(s*sum)) + float64(k*ln2Lo)))
}

// exponential returns eˣ for |x| ≤ 700: with x = k·ln 2 + r, |r| ≤ ½ ln 2, it is
// 2ᵏ(1 + r + r²/2! + … + r¹³/13!).
func exponential(x float64) float64 {
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := (x - float64(k*ln2Hi)) - float64(k*ln2Lo)
	sum := 1.0
	for i := 13; i >= 1; i-- {
		sum = 1 + float64(sum*r)/float64(i)
	}
	return math.Ldexp(sum, int(k))
}

// power returns xʸ for x ≥ 0, y finite; 0 to any power but 0 is 0.
func power(x, y float64) float64 {
	switch {
	case y == 0:
		return 1
	case x == 0:
		return 0
	}
	return exponential(max(-700, min(700, float64(y*logarithm(x)))))
}
