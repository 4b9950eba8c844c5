package forecast

import "slices"

// detector finds the windows at which the workload changes: those whose error is
// several times what errors were. A change is on trial for three windows, in
// which both histories forecast; the old one is taken up again where it was the
// better.
type detector struct {
	usual, weight float64 // discounted sum of the surprises, and of the ones
	count         int
	perLayer      []float64

	old         int // start of the workload before
	left        int // windows for which the change is on trial
	now, before float64
}

// trial is for how many windows a change is on trial.
const trial = 3

// surprise is the error of a forecast in units of the noise of counting: the
// median over the layers of the mean over the experts of err²/(μ/n).
func (d *detector) surprise(x, guess []float64, layers, experts int, n float64) float64 {
	d.perLayer = d.perLayer[:0]
	for l := range layers {
		sum := 0.0
		for i := l * experts; i < (l+1)*experts; i++ {
			err := x[i] - guess[i]
			sum += float64(err*err) / max(guess[i], .5/n)
		}
		d.perLayer = append(d.perLayer, sum*n/float64(experts))
	}
	slices.Sort(d.perLayer)
	m := len(d.perLayer)
	return (d.perLayer[(m-1)/2] + d.perLayer[m/2]) / 2
}

// changed reports whether a surprise is so many times the usual one. If not, it
// becomes part of what is usual.
func (d *detector) changed(surprise, times float64) bool {
	if d.count >= 2 && surprise > times*(d.usual/d.weight) {
		return true
	}
	d.usual = float64(d.usual*discount) + surprise
	d.weight = float64(d.weight*discount) + 1
	d.count++
	return false
}

// begin puts a change on trial; the workload before began at old.
func (d *detector) begin(old int) {
	d.old, d.left, d.now, d.before = old, trial, 0, 0
}

func (d *detector) onTrial() bool { return d.left > 0 }

// tried takes note of the errors of a window on trial. At the end of the trial
// it returns the start of the old workload where that forecast better.
func (d *detector) tried(now, before float64) (old int, back bool) {
	d.now += now
	d.before += before
	d.left--
	if d.left > 0 {
		return 0, false
	}
	if d.before < d.now {
		return d.old, true
	}
	d.usual, d.weight, d.count = 0, 0, 0
	return 0, false
}
