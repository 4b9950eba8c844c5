package forecast

import "slices"

// krige forecasts shares by ordinary kriging in time (Matheron 1963; Cressie,
// "Statistics for Spatial Data", chapter 3): of all linear combinations of the
// windows whose weights sum to 1, the one with the lowest expected squared
// error, given a variogram that is fitted to the windows themselves.
//
// An expert's share x_t of its layer is taken as a mean that is not known, a
// part that persists with ρ per window, and noise that does not:
//
//	Cov(x_s, x_t) = q ρ^|s−t| + c₀ [s = t], in units of Σ x̄²
//
// The same c₀, q and ρ hold for all layers and experts. Noise is at least that
// of counting (Poisson): an expert of share x in n tokens has variance x/n.
type krige struct {
	layers, experts int
	limit           int     // windows that count
	change          float64 // times the usual error that begins a new workload

	ring  [][]float64 // windows of shares, [layers·experts]; window t at t mod limit
	lag   [][maxLag]float64
	total []float64 // [layers] tokens of the last window
	seen  int
	start int // the first window of the workload there is now

	guess   []float64 // what was forecast for the next window
	other   []float64
	weights []float64
	errors  varianceOf
	detect  detector
	model   variogram
	solve   solver
	sum     []float64 // [layers·experts] of the shares of the windows from summed.first on
	summed  struct{ first, count int }
}

// maxLag is the longest lag of the variogram.
const maxLag = 8

func newKrige(limit int, change float64) func(layers, experts int) Forecaster {
	return func(layers, experts int) Forecaster {
		n := layers * experts
		k := &krige{
			layers: layers, experts: experts, limit: limit, change: change,
			ring: make([][]float64, 0, limit), lag: make([][maxLag]float64, limit), total: make([]float64, layers),
			guess: make([]float64, n), other: make([]float64, n), sum: make([]float64, n),
		}
		k.errors.init(layers)
		return k
	}
}

// Observe implements [Forecaster].
func (k *krige) Observe(window []float32) {
	t := k.seen
	x := k.enter(window)
	k.lags(t, x)
	k.seen++
	if t > 0 {
		k.learn(x, t)
	}
	k.next(k.guess, k.start, 1)
	if k.detect.onTrial() {
		k.next(k.other, k.detect.old, 1)
	}
}

// enter writes the shares of the window in the ring. A layer without load has
// equal shares.
func (k *krige) enter(window []float32) []float64 {
	if len(k.ring) < k.limit {
		k.ring = append(k.ring, make([]float64, len(window)))
	}
	x := k.ring[k.seen%k.limit]
	for l := range k.layers {
		row := window[l*k.experts : (l+1)*k.experts]
		total := 0.0
		for _, w := range row {
			total += float64(w)
		}
		k.total[l] = total
		for e, w := range row {
			if total > 0 {
				x[l*k.experts+e] = float64(w) / total
			} else {
				x[l*k.experts+e] = 1 / float64(k.experts)
			}
		}
	}
	return x
}

// lags sums the squared differences to the windows before.
func (k *krige) lags(t int, x []float64) {
	for h := 1; h <= maxLag; h++ {
		d := 0.0
		if h <= t && h < k.limit {
			d = squaredDistance(x, k.ring[(t-h)%k.limit])
		}
		k.lag[t%k.limit][h-1] = d
	}
}

// squaredDistance is the sum of the squared differences, in four parts that do
// not wait for each other.
func squaredDistance(x, y []float64) float64 {
	y = y[:len(x)]
	var s [4]float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		for j := range s {
			d := x[i+j] - y[i+j]
			s[j] += float64(d * d)
		}
	}
	for ; i < len(x); i++ {
		d := x[i] - y[i]
		s[0] += float64(d * d)
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// tokens is the median over the layers of the tokens of the last window.
func (k *krige) tokens() float64 {
	sorted := slices.Sorted(slices.Values(k.total))
	return max(1, sorted[len(sorted)/2])
}

// learn compares the window with its forecast.
func (k *krige) learn(x []float64, t int) {
	n := k.tokens()
	k.errors.add(x, k.guess, k.experts)
	surprise := k.detect.surprise(x, k.guess, k.layers, k.experts, n)
	if k.detect.onTrial() {
		if old, back := k.detect.tried(squaredDistance(x, k.guess), squaredDistance(x, k.other)); back {
			k.start = old
		}
		return
	}
	if k.detect.changed(surprise, k.change) {
		k.detect.begin(k.start)
		k.start = t
	}
}

// next writes the forecast of the shares ahead windows on, from the windows
// since start.
func (k *krige) next(out []float64, start, ahead int) {
	first := max(start, k.seen-k.limit)
	count := k.seen - first
	row := func(i int) []float64 { return k.ring[(first+i)%k.limit] }
	if count == 1 {
		copy(out, row(0))
		return
	}
	k.addUp(first, count)
	norm := 0.0
	for _, s := range k.sum {
		norm += float64(s * s)
	}
	norm /= float64(count * count) // Σ x̄²
	k.model.fit(k.empirical(first, count, norm), float64(k.layers)/(k.tokens()*norm))
	k.weights = k.solve.weights(k.weights, k.model, count, ahead)
	clear(out)
	i := 0
	for ; i+4 <= count; i += 4 { // four at a time: sums in the same order, read and written less often
		w := k.weights[i : i+4]
		a, b, c, d := row(i), row(i+1), row(i+2), row(i+3)
		b, c, d, out := b[:len(a)], c[:len(a)], d[:len(a)], out[:len(a)]
		for j, v := range a {
			out[j] = (((out[j] + float64(w[0]*v)) + float64(w[1]*b[j])) + float64(w[2]*c[j])) + float64(w[3]*d[j])
		}
	}
	for ; i < count; i++ {
		w := k.weights[i]
		for j, v := range row(i) {
			out[j] += float64(w * v)
		}
	}
	floor := .02 / float64(count)
	for j, s := range k.sum {
		out[j] = max(out[j], float64(floor*s)+1e-9)
	}
}

// addUp writes the sum of so many windows from first on, oldest first. Where the
// last sum began with the same window, only later ones are added to it.
func (k *krige) addUp(first, count int) {
	if k.summed.first != first || k.summed.count > count {
		clear(k.sum)
		k.summed.count = 0
	}
	for t := first + k.summed.count; t < first+count; t++ {
		for j, v := range k.ring[t%k.limit] {
			k.sum[j] += v
		}
	}
	k.summed.first, k.summed.count = first, count
}

// empirical returns the variogram of the windows that count.
func (k *krige) empirical(first, count int, norm float64) []lagged {
	var g []lagged
	for h := 1; h <= min(count-1, maxLag); h++ {
		sum := 0.0
		for t := first + h; t < first+count; t++ {
			sum += k.lag[t%k.limit][h-1]
		}
		pairs := float64(count - h)
		g = append(g, lagged{h, sum / pairs / 2 / norm, pairs})
	}
	return g
}

// Forecast implements [Forecaster].
func (k *krige) Forecast(ahead int, f *Forecast) {
	f.resize(k.layers*k.experts, true)
	if k.seen == 0 {
		clear(f.Mean)
		clear(f.Variance)
		return
	}
	shares := k.guess
	if ahead > 1 {
		k.next(k.other, k.start, ahead)
		shares = k.other
	}
	for l := range k.layers {
		total := k.total[l]
		n := max(1, total)
		b := k.errors.relative(l, n)
		for i := l * k.experts; i < (l+1)*k.experts; i++ {
			mu := shares[i]
			f.Mean[i] = float64(mu * total)
			f.Variance[i] = float64((mu/n + float64(b*float64(mu*mu))) * float64(total*total))
		}
	}
	if ahead > 1 && k.detect.onTrial() {
		k.next(k.other, k.detect.old, 1)
	}
}

// varianceOf estimates how far forecasts are from what comes, beyond the noise
// of counting: the variance of an expert of share μ is μ/n + b μ², with one b
// per layer.
type varianceOf struct {
	square []float64 // [layers] squared errors, older ones counting less
	shares []float64 // [layers] Σ μ², likewise
	last   []float64 // [layers] Σ μ² of the last forecast
}

// discount is what an error counts after one more window.
const discount = .8

func (v *varianceOf) init(layers int) {
	v.square, v.shares, v.last = make([]float64, layers), make([]float64, layers), make([]float64, layers)
}

func (v *varianceOf) add(x, guess []float64, experts int) {
	for l := range v.square {
		at := l * experts
		square, shares := 0.0, 0.0
		for i, mu := range guess[at : at+experts] {
			d := x[at+i] - mu
			square += float64(d * d)
			shares += float64(mu * mu)
		}
		v.square[l] = float64(v.square[l]*discount) + square
		v.shares[l] = float64(v.shares[l]*discount) + shares
		v.last[l] = shares
	}
}

// relative returns b of layer l for n tokens.
func (v *varianceOf) relative(l int, n float64) float64 {
	if v.shares[l] == 0 {
		return .02
	}
	return max(1e-4, v.square[l]/v.shares[l]-1/(n*v.last[l]))
}
