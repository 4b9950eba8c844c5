package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Ranking is the outcome of ranking several treatments (strategies) on the same
// blocks (instances).
type Ranking struct {
	Treatments int       `json:"treatments"`
	Blocks     int       `json:"blocks"`
	MeanRanks  []float64 `json:"mean_ranks"` // [treatments]; 1 is best
	// ChiSquare is Friedman's statistic, corrected for ties, and ChiSquareP its
	// p from the χ² distribution.
	ChiSquare  float64 `json:"chi_square"`
	ChiSquareP float64 `json:"chi_square_p"`
	// F is the less conservative statistic of Iman and Davenport (1980), and P
	// its p from the F distribution. F is +Inf, and P 0, where every block
	// ranks the treatments alike.
	F float64 `json:"-"`
	P float64 `json:"p"`
}

// Friedman ranks the treatments within each block and tests whether their mean
// ranks differ (Friedman 1937). values is [blocks][treatments]; lower is
// better, equal values share the mean rank. It needs two treatments and two
// blocks. If every block ties all treatments, P is 1.
func Friedman(values [][]float64) (Ranking, error) {
	if len(values) < 2 || len(values[0]) < 2 {
		return Ranking{}, fmt.Errorf("a ranking of %d instances: need at least 2 strategies on at least 2 instances", len(values))
	}
	n, k := len(values), len(values[0])
	r := Ranking{Treatments: k, Blocks: n, MeanRanks: make([]float64, k)}
	ties := 0.0
	for b, block := range values {
		if len(block) != k {
			return Ranking{}, fmt.Errorf("instance %d has %d values, the first has %d: every strategy needs a value on every instance", b, len(block), k)
		}
		if err := check(block); err != nil {
			return Ranking{}, fmt.Errorf("instance %d: %w", b, err)
		}
		ranks, t := midranks(block)
		ties += t
		for j, rank := range ranks {
			r.MeanRanks[j] += rank / float64(n)
		}
	}
	N, K := float64(n), float64(k)
	untied := 1 - ties/(N*K*(K*K-1))
	if untied <= 0 {
		r.ChiSquareP, r.P = 1, 1
		return r, nil
	}
	spread := 0.0 // of the mean ranks around their mean
	for _, rank := range r.MeanRanks {
		spread += (rank - (K+1)/2) * (rank - (K+1)/2)
	}
	r.ChiSquare = 12 * N / (K * (K + 1)) * spread / untied
	r.ChiSquareP = distuv.ChiSquared{K: K - 1}.Survival(r.ChiSquare)
	if rest := N*(K-1) - r.ChiSquare; rest > 1e-9*N*K {
		r.F = (N - 1) * r.ChiSquare / rest
		r.P = distuv.F{D1: K - 1, D2: (K - 1) * (N - 1)}.Survival(r.F)
	} else {
		r.F, r.P = math.Inf(1), 0
	}
	return r, nil
}
