package stats

import (
	"math"
	"slices"
)

// CliffsDelta measures how much the values of a tend to be larger than those of
// b: the share of pairs in which a is larger minus the share in which it is
// smaller, from −1 to 1 (Cliff 1993). It is the rank-biserial correlation of
// the Mann–Whitney test, 2U/nm − 1.
func CliffsDelta(a, b []float64) (float64, error) {
	for _, values := range [][]float64{a, b} {
		if err := check(values); err != nil {
			return 0, err
		}
	}
	u, _ := uStatistic(a, b)
	return 2*u/(float64(len(a))*float64(len(b))) - 1, nil
}

// HodgesLehmann estimates the shift of a relative to b, two independent
// samples: the median of all differences a[i] − b[j]. It needs no more memory
// than the samples.
func HodgesLehmann(a, b []float64) (float64, error) {
	for _, values := range [][]float64{a, b} {
		if err := check(values); err != nil {
			return 0, err
		}
	}
	return newDifferences(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))).median(), nil
}

// newDifferences are all differences a[i] − b[j] of two ascending samples.
func newDifferences(a, b []float64) many {
	return many{len(a) * len(b), a[0] - b[len(b)-1], a[len(a)-1] - b[0], func(v float64) int {
		n, j := 0, 0 // a[i] − b[j:] are at most v
		for _, x := range a {
			for j < len(b) && x-b[j] > v {
				j++
			}
			n += len(b) - j
		}
		return n
	}}
}

// PairedHodgesLehmann estimates the paired shift of a relative to b, the
// estimate that belongs to the signed-rank test: the median of the means of
// every two differences a[i] − b[i], each with itself among them. It needs no
// more memory than the samples.
func PairedHodgesLehmann(a, b []float64) (float64, error) {
	if err := checkPairs(a, b); err != nil {
		return 0, err
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	slices.Sort(d)
	atMost := func(v float64) int {
		n, j := 0, len(d) // the means of d[i] and d[:j] are at most v
		for i, x := range d {
			for j > 0 && (x+d[j-1])/2 > v {
				j--
			}
			if j <= i {
				break
			}
			n += j - i
		}
		return n
	}
	return many{len(d) * (len(d) + 1) / 2, d[0], d[len(d)-1], atMost}.median(), nil
}

// many are n numbers between lo and hi that are too many to list.
type many struct {
	n      int
	lo, hi float64
	atMost func(v float64) int // counts those that are at most v
}

// kth returns the k-th smallest, from 1. Bisection over the numbers that a
// float64 can be ends at the very one.
func (m many) kth(k int) float64 {
	low, high := place(m.lo), place(m.hi)
	for low < high {
		middle := low + (high-low)/2
		if m.atMost(number(middle)) >= k {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return number(low) + 0 // −0 is 0
}

func (m many) median() float64 {
	upper := m.kth(m.n/2 + 1)
	if m.n%2 == 1 {
		return upper
	}
	return (m.kth(m.n/2) + upper) / 2
}

// place maps floats to whole numbers in the same order; number is its inverse.
func place(v float64) uint64 {
	bits := math.Float64bits(v)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func number(place uint64) float64 {
	if place>>63 == 1 {
		return math.Float64frombits(place &^ (1 << 63))
	}
	return math.Float64frombits(^place)
}
