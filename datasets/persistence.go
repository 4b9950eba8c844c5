package datasets

import (
	"cmp"
	"math"
	"slices"
)

// Persistence is how loads persist from step to step: medians
// over the layers and pairs of steps. It is what generated traces are calibrated
// by.
type Persistence struct {
	Tokens float64 `json:"tokens"` // per layer and step, median
	Spread float64 `json:"cv"`     // coefficient of variation of the experts' mean shares, median layer
	Peak   float64 `json:"peak"`   // largest mean share over the average, median layer
	// Drift is the standard deviation over the steps of an expert's share relative to
	// its mean, without what counting alone makes (multinomial), median over the
	// experts with a fifth of an equal share or more.
	Drift float64 `json:"drift"`
	Kept  float64 `json:"kept"` // part of the hottest eighth of the experts that is among them in the next step, mean
	Lags  []Lag   `json:"lags"`
}

// Lag is how shares correlate with those some steps later.
type Lag struct {
	Steps   int     `json:"steps"`
	Pearson float64 `json:"pearson"`
	Rank    float64 `json:"rank"` // Spearman's, ties by index
}

// Persistence measures the steps of the loads; there must be at least two.
func (l *Loads) Persistence() Persistence {
	p := Persistence{}
	shares := l.shares()
	var tokens []float64
	for t := range l.Steps {
		for i := range l.Layers {
			sum := 0.0
			for _, w := range l.Layer(t, i) {
				sum += float64(w)
			}
			tokens = append(tokens, sum)
		}
	}
	p.Tokens = middle(tokens)
	var spread, peak, drift []float64
	for i := range l.Layers {
		s, k := l.drift(shares, tokens, i, &drift)
		spread, peak = append(spread, s), append(peak, k)
	}
	p.Spread, p.Peak, p.Drift = middle(spread), middle(peak), middle(drift)
	p.Kept = l.kept(shares)
	for _, h := range []int{1, 2, 4, 8} {
		var pearson, rank []float64
		for t := 0; t+h < l.Steps; t++ {
			for i := range l.Layers {
				a, b := shares[t*l.Layers+i], shares[(t+h)*l.Layers+i]
				pearson, rank = append(pearson, correlation(a, b)), append(rank, correlation(ranks(a), ranks(b)))
			}
		}
		if len(pearson) > 0 {
			p.Lags = append(p.Lags, Lag{h, middle(pearson), middle(rank)})
		}
	}
	return p
}

// shares returns the shares of every step and layer, [steps·layers][items].
func (l *Loads) shares() [][]float64 {
	out := make([][]float64, l.Steps*l.Layers)
	for r := range out {
		row := l.Weights[r*l.Items : (r+1)*l.Items]
		sum := 0.0
		for _, w := range row {
			sum += float64(w)
		}
		out[r] = make([]float64, l.Items)
		for i, w := range row {
			out[r][i] = float64(w) / max(sum, math.SmallestNonzeroFloat64)
		}
	}
	return out
}

// drift appends the drift of the experts of a layer and returns the spread and
// the peak of their mean shares.
func (l *Loads) drift(shares [][]float64, tokens []float64, layer int, drift *[]float64) (spread, peak float64) {
	even := 1 / float64(l.Items)
	steps := float64(l.Steps)
	for i := range l.Items {
		mean, square, noise := 0.0, 0.0, 0.0
		for t := range l.Steps {
			mean += shares[t*l.Layers+layer][i] / steps
		}
		for t := range l.Steps {
			d := shares[t*l.Layers+layer][i] - mean
			square += float64(d*d) / (steps - 1)
			noise += mean * (1 - mean) / max(1, tokens[t*l.Layers+layer]) / steps
		}
		spread += float64((mean - even) * (mean - even))
		peak = max(peak, mean/even)
		if mean >= even/5 {
			*drift = append(*drift, math.Sqrt(max(0, square-noise))/mean)
		}
	}
	return math.Sqrt(spread/float64(l.Items)) / even, peak
}

// kept is how much of the hottest eighth stays there for a step.
func (l *Loads) kept(shares [][]float64) float64 {
	k := max(1, l.Items/8)
	sum, count := 0.0, 0
	hot := func(row []float64) []int { return order(row)[l.Items-k:] }
	for r := range (l.Steps - 1) * l.Layers {
		next := hot(shares[r+l.Layers])
		for _, i := range hot(shares[r]) {
			if slices.Contains(next, i) {
				sum++
			}
		}
		count += k
	}
	return sum / float64(max(1, count))
}

// order returns the indices of row from the smallest value to the largest.
func order(row []float64) []int {
	at := make([]int, len(row))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(row[a], row[b]) })
	return at
}

func ranks(row []float64) []float64 {
	out := make([]float64, len(row))
	for rank, i := range order(row) {
		out[i] = float64(rank)
	}
	return out
}

// correlation is Pearson's; 0 where one side does not vary.
func correlation(a, b []float64) float64 {
	n := float64(len(a))
	var ma, mb, ab, aa, bb float64
	for i := range a {
		ma += a[i] / n
		mb += b[i] / n
	}
	for i := range a {
		x, y := a[i]-ma, b[i]-mb
		ab += float64(x * y)
		aa += float64(x * x)
		bb += float64(y * y)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
