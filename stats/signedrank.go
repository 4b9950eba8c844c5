package stats

import "math"

// exactPairs is the largest number of pairs for which [SignedRank] computes the
// exact distribution.
const exactPairs = 100

// Pairs is the outcome of comparing a with b over the same instances; lower is
// better.
type Pairs struct {
	Test
	Wins   int `json:"wins"`   // pairs in which a is less
	Ties   int `json:"ties"`   // pairs in which they are equal
	Losses int `json:"losses"` // pairs in which a is more
	// RankBiserial is the matched-pairs rank-biserial correlation, from −1 (a
	// is less in every pair) to 1: the rank sum of the positive differences
	// a − b minus that of the negative ones, over the sum of all ranks, those
	// of ties among them (King, Rosopa and Minium 2011; ties pull it to 0).
	RankBiserial float64 `json:"rank_biserial"`
}

// SignedRank is the Wilcoxon signed-rank test of the pairs (a[i], b[i]). Its
// statistic is the rank sum of the positive differences a − b.
//
// Differences of 0 are handled as Pratt (1959) does: they are ranked and their
// ranks then left out, so that many ties weaken the evidence as they should.
// Equal differences share the mean rank. Up to 100 pairs P is exact given those
// ranks: all sign patterns of the differences that are not 0 are counted.
// Beyond, P comes from the normal distribution with the variance corrected for
// ties, without continuity correction. Without any difference P is 1.
func SignedRank(a, b []float64) (Pairs, error) {
	if err := checkPairs(a, b); err != nil {
		return Pairs{}, err
	}
	var p Pairs
	size := make([]float64, len(a))
	for i := range a {
		size[i] = math.Abs(a[i] - b[i])
		switch {
		case a[i] < b[i]:
			p.Wins++
		case a[i] > b[i]:
			p.Losses++
		default:
			p.Ties++
		}
	}
	ranks, _ := midranks(size)
	positive, negative := 0.0, 0.0
	var signed []float64 // ranks of the differences that are not 0
	for i, r := range ranks {
		switch {
		case a[i] > b[i]:
			positive += r
		case a[i] < b[i]:
			negative += r
		default:
			continue
		}
		signed = append(signed, r)
	}
	n := float64(len(a))
	p.Statistic = positive
	p.RankBiserial = (positive - negative) / (n * (n + 1) / 2)
	p.Exact = len(a) <= exactPairs
	switch {
	case len(signed) == 0:
		p.P, p.Exact = 1, true
	case p.Exact:
		p.P = signPatternP(signed, positive)
	default:
		p.P = signNormalP(signed, positive)
	}
	return p, nil
}

// signPatternP returns the share of the 2ⁿ sign patterns of the ranks whose
// positive sum is at least as far from its mean as w. Ranks are halves, so
// their doubles are whole numbers that index the distribution.
func signPatternP(ranks []float64, w float64) float64 {
	total := 0
	for _, r := range ranks {
		total += int(2 * r)
	}
	share := make([]float64, total+1) // of the patterns with the doubled sum
	share[0] = 1
	top := 0
	for _, r := range ranks {
		step := int(2 * r)
		top += step
		for s := top; s >= 0; s-- {
			share[s] /= 2
			if s >= step {
				share[s] += share[s-step] / 2
			}
		}
	}
	near := min(int(2*w), total-int(2*w)) // the distribution is symmetric
	tail := 0.0
	for _, s := range share[:near+1] {
		tail += s
	}
	return min(1, 2*tail)
}

// signNormalP is the normal approximation of [signPatternP]. The variance of
// the positive rank sum is a quarter of the sum of the squared ranks, which
// accounts for ties and left-out ranks alike.
func signNormalP(ranks []float64, w float64) float64 {
	mean, variance := 0.0, 0.0
	for _, r := range ranks {
		mean += r / 2
		variance += r * r / 4
	}
	return math.Erfc(math.Abs(w-mean) / math.Sqrt(2*variance))
}
