package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// stream is a source of random variates. Its bits come from ChaCha8 as
// specified at https://c2sp.org/chacha8rand, its variates from the functions
// below, so nothing depends on the version of a library.
type stream struct {
	bits *rand.ChaCha8
	// normal variates come in pairs; spare is the second where hasSpare
	spare    float64
	hasSpare bool
}

// newStream returns the stream of one layer of a workload. Its key is the
// SHA-256 of the seed and the layer (64-bit little-endian) and the name of the
// draws, so streams are independent of each other and a layer does not depend on
// how many there are.
func newStream(seed uint64, draws string, layer int) *stream {
	var key []byte
	key = binary.LittleEndian.AppendUint64(key, seed)
	key = binary.LittleEndian.AppendUint64(key, uint64(layer))
	key = append(key, draws...)
	return &stream{bits: rand.NewChaCha8(sha256.Sum256(key))}
}

// uniform returns a variate of the uniform distribution on [0, 1), a multiple
// of 2⁻⁵³.
func (r *stream) uniform() float64 { return float64(float64(r.bits.Uint64()>>11) * 0x1p-53) }

// below returns an integer of 0..n−1, each as likely.
func (r *stream) below(n int) int {
	// The high word of a 64 by 32 bit product is biased by less than n·2⁻⁶⁴.
	u := r.bits.Uint64()
	hi, lo := u>>32, u&math.MaxUint32
	return int((hi*uint64(n) + lo*uint64(n)>>32) >> 32)
}

// shuffle puts values in a random order, each as likely (Fisher and Yates).
func (r *stream) shuffle(values []float32) {
	for i := len(values) - 1; i > 0; i-- {
		j := r.below(i + 1)
		values[i], values[j] = values[j], values[i]
	}
}

// exponential returns a variate of the exponential distribution of mean 1.
func (r *stream) exponential() float64 { return -logarithm(1 - r.uniform()) }

// normal returns a variate of the standard normal distribution, by the polar
// method (Marsaglia and Bray 1964).
func (r *stream) normal() float64 {
	if r.hasSpare {
		r.hasSpare = false
		return r.spare
	}
	for {
		x, y := 2*r.uniform()-1, 2*r.uniform()-1
		q := float64(x*x) + float64(y*y)
		if q >= 1 || q == 0 {
			continue
		}
		f := math.Sqrt(-2 * logarithm(q) / q) // IEEE 754 defines the square root to the bit
		r.spare, r.hasSpare = float64(y*f), true
		return float64(x * f)
	}
}

// gamma returns a variate of the gamma distribution of shape k > 0 and scale 1
// (mean k), by the method of Marsaglia and Tsang, "A simple method for
// generating gamma variables", 2000.
func (r *stream) gamma(k float64) float64 {
	boost := 1.0
	if k < 1 { // gamma(k) is gamma(k + 1)·u^(1/k)
		boost = power(1-r.uniform(), 1/k)
		k++
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.normal()
		t := 1 + float64(c*x)
		if t <= 0 {
			continue
		}
		v := float64(float64(t*t) * t)
		x2 := float64(x * x)
		// ln u < x²/2 + d − d·v + d·ln v
		if logarithm(1-r.uniform()) < float64(x2/2)+float64(d*(1-v+logarithm(v))) {
			return float64(float64(d*v) * boost)
		}
	}
}

// binomial returns how many of n independent trials succeed, each with
// probability p. Large n are halved by drawing the median of n uniforms, which
// is a beta variate (Devroye, "Non-uniform random variate generation", 1986,
// section X.4).
func (r *stream) binomial(n int, p float64) int {
	successes := 0
	for n > 24 && p > 0 && p < 1 {
		i := (n + 1) / 2 // the median is the i-th smallest
		a, b := r.gamma(float64(i)), r.gamma(float64(n+1-i))
		median := a / (a + b)
		if median <= p {
			successes += i
			n -= i
			p = (p - median) / (1 - median)
		} else {
			n = i - 1
			p /= median
		}
	}
	switch {
	case p <= 0:
		return successes
	case p >= 1:
		return successes + n
	}
	for range n {
		if r.uniform() < p {
			successes++
		}
	}
	return successes
}

// multinomial deals total balls into len(out) urns with probabilities
// proportional to shares. The counts sum to total exactly; total must be at most
// 2²⁴, so that float32 holds every count.
func (r *stream) multinomial(total int, shares []float64, out []float32) {
	remaining := 0.0
	for _, s := range shares {
		remaining += s
	}
	last := 0 // the last urn with a share takes what is left
	for i, s := range shares {
		if s > 0 {
			last = i
		}
	}
	for i, s := range shares {
		n := total
		if i < last {
			n = r.binomial(total, min(1, s/remaining))
		} else if i > last {
			n = 0
		}
		out[i] = float32(n)
		total -= n
		remaining = max(remaining-s, s*0x1p-60)
	}
}
