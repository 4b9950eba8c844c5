package forecast

import "math"

// lagged is a value of an empirical variogram: half the mean squared difference
// of windows h apart.
type lagged struct {
	h      int
	value  float64
	weight float64
}

// variogram is γ(h) = c₀ + q(1 − ρʰ), in units of Σ x̄².
type variogram struct{ noise, q, rho float64 }

// rhos are the persistences that are tried.
var rhos = [...]float64{0, .3, .5, .7, .8, .9, .95, .98}

// fit fits the model to an empirical variogram of at least one lag by weighted
// least squares, with noise ≥ least and q ≥ 0. Of persistences that explain as much
// it takes the lowest: with one lag, that is none.
func (v *variogram) fit(g []lagged, least float64) {
	best := math.Inf(1)
	for _, rho := range rhos {
		noise, q, loss := fitRho(g, rho, least)
		if loss < best {
			best, *v = loss, variogram{noise, q, rho}
		}
	}
}

// fitRho fits noise and q for a given persistence.
func fitRho(g []lagged, rho, least float64) (noise, q, loss float64) {
	var w, wa, waa, wy, way float64
	for _, p := range g {
		a := 1 - pow(rho, p.h)
		w += p.weight
		wa += float64(p.weight * a)
		waa += float64(float64(p.weight*a) * a)
		wy += float64(p.weight * p.value)
		way += float64(float64(p.weight*a) * p.value)
	}
	if det := float64(w*waa) - float64(wa*wa); det > 1e-12*float64(w*waa) {
		q = (float64(w*way) - float64(wa*wy)) / det
		noise = (wy - float64(q*wa)) / w
	} else { // both would explain the same
		noise = least
		q = (wy - float64(noise*w)) / wa
	}
	if noise < least {
		noise = least
		q = (way - float64(least*wa)) / waa
	}
	if q < 0 {
		q = 0
		noise = max(least, wy/w)
	}
	for _, p := range g {
		d := p.value - noise - float64(q*(1-pow(rho, p.h)))
		loss += float64(float64(p.weight*d) * d)
	}
	return noise, q, loss
}

// pow returns rho to the power h ≥ 0.
func pow(rho float64, h int) float64 {
	p := 1.0
	for range h {
		p = float64(p * rho)
	}
	return p
}

// solver solves kriging systems.
type solver struct {
	c    []float64 // [n, n] Cholesky factor
	ones []float64
	k    []float64
	rho  []float64
}

// weights returns the weights of count windows, oldest first, for the window
// that is ahead after the last: w = C⁻¹(k − m·1) with m such that they sum to 1.
func (s *solver) weights(out []float64, v variogram, count, ahead int) []float64 {
	out = out[:0]
	if v.q <= 0 || v.rho == 0 { // windows tell nothing of their order
		for range count {
			out = append(out, 1/float64(count))
		}
		return out
	}
	s.rho = s.rho[:0]
	for h := range count + ahead {
		s.rho = append(s.rho, pow(v.rho, h))
	}
	s.factor(v, count)
	s.ones, s.k = s.ones[:0], s.k[:0]
	for i := range count {
		s.ones = append(s.ones, 1)
		s.k = append(s.k, float64(v.q*s.rho[count-1-i+ahead]))
	}
	s.substitute(s.ones)
	s.substitute(s.k)
	a, b := 0.0, 0.0
	for i := range count {
		a += s.ones[i]
		b += s.k[i]
	}
	m := (b - 1) / a
	for i := range count {
		out = append(out, s.k[i]-float64(m*s.ones[i]))
	}
	return out
}

// factor makes the Cholesky factor of C, which is positive definite for q > 0
// and 0 < ρ < 1.
func (s *solver) factor(v variogram, n int) {
	if cap(s.c) < n*n {
		s.c = make([]float64, n*n)
	}
	s.c = s.c[:n*n]
	for i := range n {
		for j := range i + 1 {
			sum := float64(v.q * s.rho[i-j])
			if i == j {
				sum += v.noise
			}
			for k := range j {
				sum -= float64(s.c[i*n+k] * s.c[j*n+k])
			}
			if i == j {
				s.c[i*n+i] = math.Sqrt(sum)
			} else {
				s.c[i*n+j] = sum / s.c[j*n+j]
			}
		}
	}
}

// substitute replaces b by C⁻¹b.
func (s *solver) substitute(b []float64) {
	n := len(b)
	for i := range n {
		sum := b[i]
		for k := range i {
			sum -= float64(s.c[i*n+k] * b[k])
		}
		b[i] = sum / s.c[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		sum := b[i]
		for k := i + 1; k < n; k++ {
			sum -= float64(s.c[k*n+i] * b[k])
		}
		b[i] = sum / s.c[i*n+i]
	}
}
