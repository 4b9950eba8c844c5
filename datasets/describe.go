package datasets

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// LayerStats describes the distribution of the loads of one layer. A statistic
// that the loads do not define is NaN: of a layer without load, or the fits
// where fewer than two items have load.
type LayerStats struct {
	Total       float64 // sum of the loads
	CV          float64 // coefficient of variation: standard deviation (over n) / mean
	MaxOverMean float64 // heaviest item over the mean item
	Zeros       float64 // share of items without load
	// Zipf is s of the fit load ∝ rank^−s by least squares on logarithms, over the items
	// with load; ZipfR2 is its coefficient of determination.
	Zipf, ZipfR2 float64
	// Sigma is the standard deviation (over n − 1) of the logarithms of the loads
	// above zero: sigma of a lognormal distribution.
	Sigma float64
	// GammaK is the maximum likelihood shape of a gamma distribution of the loads
	// above zero; +Inf where they are all equal.
	GammaK float64
}

// DescribeLayer describes the loads of one layer.
func DescribeLayer(loads []float32) LayerStats {
	values := make([]float64, len(loads))
	for i, w := range loads {
		values[i] = float64(w)
	}
	slices.Sort(values)
	slices.Reverse(values)
	positive := values[:len(values)-zeros(values)]
	nan := math.NaN()
	s := LayerStats{
		CV: nan, MaxOverMean: nan, Zipf: nan, ZipfR2: nan, Sigma: nan, GammaK: nan,
		Zeros: float64(zeros(values)) / float64(len(values)),
	}
	if len(positive) == 0 {
		return s
	}
	mean, variance := stat.PopMeanVariance(values, nil)
	s.Total = mean * float64(len(values))
	s.CV = math.Sqrt(variance) / mean
	s.MaxOverMean = values[0] / mean
	if len(positive) < 2 {
		return s
	}
	logs, ranks := make([]float64, len(positive)), make([]float64, len(positive))
	for i, v := range positive {
		logs[i], ranks[i] = math.Log(v), math.Log(float64(i+1))
	}
	s.Sigma = stat.StdDev(logs, nil)
	intercept, slope := stat.LinearRegression(ranks, logs, nil, false)
	s.Zipf, s.ZipfR2 = 0-slope, stat.RSquared(ranks, logs, nil, intercept, slope)
	s.GammaK = gammaShape(stat.Mean(positive, nil), stat.Mean(logs, nil))
	return s
}

// zeros counts the zeros of values sorted descending.
func zeros(values []float64) int {
	at, _ := slices.BinarySearchFunc(values, 0, func(v, _ float64) int {
		if v > 0 {
			return -1
		}
		return 0
	})
	return len(values) - at
}

// gammaShape returns the maximum likelihood shape k of a gamma distribution,
// the solution of ln k − ψ(k) = ln(mean) − mean of logarithms, by Newton's method on
// 1/k from the approximation of Minka, "Estimating a Gamma distribution", 2002.
func gammaShape(mean, meanLog float64) float64 {
	d := math.Log(mean) - meanLog
	if d < 1e-12 {
		return math.Inf(1)
	}
	k := (3 - d + math.Sqrt((d-3)*(d-3)+24*d)) / (12 * d)
	for range 20 {
		next := 1 / (1/k + (math.Log(k)-mathext.Digamma(k)-d)/(k-k*k*trigamma(k)))
		if !(next > 0) || math.Abs(next-k) < 1e-12*k {
			break
		}
		k = next
	}
	return k
}

// trigamma is the derivative of the digamma function ψ, x > 0: by ψ′(x) = ψ′(x+1) + 1/x²
// up to where the asymptotic series holds (Abramowitz and Stegun 6.4.6, 6.4.12).
func trigamma(x float64) float64 {
	sum := 0.0
	for ; x < 10; x++ {
		sum += 1 / (x * x)
	}
	y := 1 / (x * x)
	return sum + 1/x + y/2 + y/x*(1./6-y*(1./30-y*(1./42-y/30)))
}
