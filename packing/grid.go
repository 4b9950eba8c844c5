package packing

import (
	"math"
	"math/big"
	"strconv"
)

// Grid is a unit that divides all loads of a layer, so that their sums can be
// formed in integers, without rounding. Token counts lie on a grid of 1 or more,
// tenths on one of 0.1; the float32 loads of a layer nearly always lie on a
// power of two fine enough for int64.
type Grid struct {
	step  int64 // a unit is step·base^power
	base  base
	power int
	exact bool
}

type base uint8

const (
	binary  base = 2
	decimal base = 10
)

// maxTotal is what the loads of a layer add up to on its grid at most, in
// units: bounds add up to twice as much.
const maxTotal = 1 << 62

// UnitsOf writes the loads of a layer to units, [items], as multiples of the
// coarsest unit that divides them all, and returns that unit. weights are the
// loads in float32; given are the loads that weights had to round, or nil.
//
// given holds a decimal number as its nearest float64, so the unit is a power of
// ten where the shortest decimals that stand for the loads have up to 15 digits
// and a common power: 0.1 and 0.3 are 1 and 3 tenths. Otherwise it is a power of
// two, as every float is a multiple of one. A unit may be a multiple of such a
// power: 10 divides 20 and 30.
//
// Where no unit both divides the loads and keeps their sum below 2⁶², the grid
// is not exact and loads are rounded down, so that bounds stay bounds.
func UnitsOf(units []int64, weights []float32, given []float64) Grid {
	if given == nil {
		return binaryUnits(units, weights)
	}
	const certain = 15 // every decimal of so many digits has a float64 of its own
	if g, ok := decimalUnits(units, given, certain); ok {
		return g
	}
	g := binaryUnits(units, given)
	if !g.exact {
		if d, ok := decimalUnits(units, given, math.MaxInt); ok {
			return d
		}
		g = binaryUnits(units, given)
	}
	return g
}

// binaryUnits is UnitsOf for multiples of powers of two.
func binaryUnits[F float32 | float64](units []int64, loads []F) Grid {
	const none = math.MaxInt
	lowest, total := none, 0.0 // all loads are multiples of 2^lowest
	for _, w := range loads {
		total += float64(w)
		lowest = min(lowest, lowestBit(float64(w)))
	}
	if lowest == none {
		clear(units)
		return Grid{step: 1, base: binary, exact: true}
	}
	_, exponent := math.Frexp(total) // total < 2^exponent
	finest := exponent - 61          // leaves a bit for the rounding of total
	g := Grid{step: 1, base: binary, power: max(lowest, finest), exact: lowest >= finest}
	for i, w := range loads {
		units[i] = int64(math.Floor(ldexp(float64(w), -g.power)))
	}
	if g.exact {
		g.step = reduce(units)
	}
	return g
}

// lowestBit returns the exponent of the lowest bit of v; MaxInt for 0.
func lowestBit(v float64) int {
	const mantissaBits, smallest = 52, -1074
	if v == 0 {
		return math.MaxInt
	}
	b := math.Float64bits(v)
	exponent, mantissa := int(b>>mantissaBits&0x7ff), b&(1<<mantissaBits-1)
	if exponent > 0 {
		mantissa |= 1 << mantissaBits
		exponent--
	}
	return smallest + exponent + trailingZeros(mantissa)
}

// reduce divides units by their greatest common divisor and returns it; 1 where
// all are 0.
func reduce(units []int64) int64 {
	divisor := int64(0)
	for _, u := range units {
		if divisor = gcd(u, divisor); divisor == 1 {
			return 1
		}
	}
	if divisor == 0 {
		return 1
	}
	for i := range units {
		units[i] /= divisor
	}
	return divisor
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Exact reports whether all loads are multiples of the grid.
func (g Grid) Exact() bool { return g.exact }

// Value returns the float64 nearest to v units, ties to even.
func (g Grid) Value(v int64) float64 {
	const exactPower = 22 // 10^22 is a float64
	n := v * g.step
	switch {
	case g.base != decimal:
		return ldexp(float64(n), g.power)
	case n < 1<<53 && -exactPower <= g.power && g.power <= 0:
		return float64(n) / math.Pow10(-g.power)
	}
	nearest, _ := strconv.ParseFloat(strconv.FormatInt(n, 10)+"e"+strconv.Itoa(g.power), 64)
	return nearest
}

// share returns the float64 nearest to v units divided by n.
func (g Grid) share(v int64, n int) float64 {
	if whole := v * g.step; g.base != decimal && whole < 1<<53 {
		return ldexp(float64(whole)/float64(n), g.power)
	}
	share, _ := new(big.Rat).Quo(g.rat(v), new(big.Rat).SetInt64(int64(n))).Float64()
	return share
}

// rat returns v units as a fraction.
func (g Grid) rat(v int64) *big.Rat {
	factor := new(big.Int).Exp(big.NewInt(int64(max(g.base, binary))), big.NewInt(int64(max(g.power, -g.power))), nil)
	whole := new(big.Int).Mul(big.NewInt(v), big.NewInt(g.step))
	if g.power < 0 {
		return new(big.Rat).SetFrac(whole, factor)
	}
	return new(big.Rat).SetInt(whole.Mul(whole, factor))
}

// Append appends v units to dst as a number in JSON's form: exactly, where that
// is an integer or a decimal of ordinary length, else the nearest float64.
func (g Grid) Append(dst []byte, v int64) []byte {
	const longest = 18 // digits before or after the point
	switch n := v * g.step; {
	case g.power == 0 || n == 0:
		return strconv.AppendInt(dst, n, 10)
	case g.base == decimal && -longest <= g.power && g.power < 0:
		return appendDecimal(dst, n, -g.power)
	case g.base != decimal && 0 < g.power && n < maxTotal>>g.power:
		return strconv.AppendInt(dst, n<<g.power, 10)
	}
	return appendFloat(dst, g.Value(v))
}

// appendFloat appends v as encoding/json writes it, near enough.
func appendFloat(dst []byte, v float64) []byte {
	format := byte('f')
	if v != 0 && (v < 1e-6 || v >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, v, format, -1, 64)
}

// ldexp returns x·2^power. Where the result is a normal number nothing is
// rounded.
func ldexp(x float64, power int) float64 {
	if power < -1000 || power > 1000 {
		return math.Ldexp(x, power)
	}
	return x * math.Float64frombits(uint64(power+1023)<<52)
}
