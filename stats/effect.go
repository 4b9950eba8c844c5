package stats

import (
	"math"

	"github.com/montanaflynn/stats"
)

// CliffsDelta returns how much the values of a tend to be larger than those of
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

// Magnitude is the customary word for the size of a Cliff's delta, by the
// thresholds of Romano et al. (2006): 0.147, 0.33 and 0.474.
func Magnitude(delta float64) string {
	switch size := math.Abs(delta); {
	case size < 0.147:
		return "negligible"
	case size < 0.33:
		return "small"
	case size < 0.474:
		return "medium"
	}
	return "large"
}

// HodgesLehmann estimates by how much a is shifted against b, two independent
// samples: the median of all differences a[i] − b[j].
func HodgesLehmann(a, b []float64) (float64, error) {
	for _, values := range [][]float64{a, b} {
		if err := check(values); err != nil {
			return 0, err
		}
	}
	differences := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			differences = append(differences, x-y)
		}
	}
	return stats.Median(differences)
}

// PairedHodgesLehmann estimates the paired shift of a against b, the estimate
// that belongs to the signed-rank test: the median of the means of every two
// differences a[i] − b[i], each with itself among them.
func PairedHodgesLehmann(a, b []float64) (float64, error) {
	if err := checkPairs(a, b); err != nil {
		return 0, err
	}
	means := make([]float64, 0, len(a)*(len(a)+1)/2)
	for i := range a {
		for j := range i + 1 {
			means = append(means, (a[i]-b[i]+a[j]-b[j])/2)
		}
	}
	return stats.Median(means)
}
