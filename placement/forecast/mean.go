package forecast

import "math"

// mean forecasts the mean of the last windows, plus z standard deviations.
type mean struct {
	size  int
	limit int // windows that count; 0 for all
	z     float64
	ring  [][]float32 // the last windows, where there is a limit
	sum   []float64   // of all windows, where there is none
	sq    []float64   // of their squares, for the deviation
	seen  int
}

func newMean(limit int, z float64) func(layers, experts int) Forecaster {
	return func(layers, experts int) Forecaster {
		n := layers * experts
		m := &mean{size: n, limit: limit, z: z}
		if limit == 0 {
			m.sum, m.sq = make([]float64, n), make([]float64, n)
		}
		return m
	}
}

// Observe implements [Forecaster].
func (m *mean) Observe(window []float32) {
	if m.limit == 0 {
		for i, w := range window {
			m.sum[i] += float64(w)
			m.sq[i] += float64(float64(w) * float64(w))
		}
	} else if len(m.ring) < m.limit {
		m.ring = append(m.ring, append([]float32(nil), window...))
	} else {
		copy(m.ring[m.seen%m.limit], window)
	}
	m.seen++
}

// Forecast implements [Forecaster]; the mean is the same however far ahead.
func (m *mean) Forecast(_ int, f *Forecast) {
	f.resize(m.size, false)
	clear(f.Mean)
	if m.seen == 0 {
		return
	}
	n := float64(m.seen)
	if m.limit > 0 {
		n = float64(len(m.ring))
		for i := range f.Mean {
			sum := 0.0
			for k := range m.ring { // oldest first, so that the order of sums is that of time
				sum += float64(m.ring[m.at(k)][i])
			}
			f.Mean[i] = sum / n
		}
	} else {
		for i, s := range m.sum {
			f.Mean[i] = s / n
		}
	}
	if m.z == 0 || n < 2 {
		return
	}
	for i, mu := range f.Mean {
		f.Mean[i] += float64(m.z * math.Sqrt(m.variance(i, mu, n)))
	}
}

// at is the place in the ring of the k-th oldest window.
func (m *mean) at(k int) int {
	if m.seen <= m.limit {
		return k
	}
	return (m.seen + k) % m.limit
}

// variance is that of load i over the windows, whose mean is mu.
func (m *mean) variance(i int, mu, n float64) float64 {
	if m.limit == 0 {
		return max(0, m.sq[i]/n-float64(mu*mu))
	}
	sum := 0.0
	for k := range m.ring {
		d := float64(m.ring[m.at(k)][i]) - mu
		sum += float64(d * d)
	}
	return sum / n
}

// ewma forecasts a mean in which older windows count less.
type ewma struct {
	factor float64
	sum    []float64
	weight float64
}

func newEWMA(half float64) func(layers, experts int) Forecaster {
	return func(layers, experts int) Forecaster {
		return &ewma{factor: math.Exp2(-1 / half), sum: make([]float64, layers*experts)}
	}
}

// Observe implements [Forecaster].
func (m *ewma) Observe(window []float32) {
	for i, w := range window {
		m.sum[i] = float64(m.sum[i]*m.factor) + float64(w)
	}
	m.weight = float64(m.weight*m.factor) + 1
}

// Forecast implements [Forecaster]; the mean is the same however far ahead.
func (m *ewma) Forecast(_ int, f *Forecast) {
	f.resize(len(m.sum), false)
	for i, s := range m.sum {
		f.Mean[i] = s / max(m.weight, 1)
	}
}
