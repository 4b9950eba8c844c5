package harness

import "time"

// estimate foretells how long the rest of a session takes: the runs that each
// cell still has to make, at what its last run took. Cells can differ in cost
// by orders of magnitude, so that nothing is foretold before each has run.
type estimate struct {
	left  []int           // runs to make, per cell
	cost  []time.Duration // of the last run, per cell; 0 before the first
	total time.Duration   // Σ left·cost
	new   int             // cells with runs to make that have not run yet
}

func newEstimate(cells int, steps []Step) *estimate {
	e := &estimate{left: make([]int, cells), cost: make([]time.Duration, cells)}
	for _, s := range steps {
		if e.left[s.Cell] == 0 {
			e.new++
		}
		e.left[s.Cell]++
	}
	return e
}

// ran notes that a run of the cell took a time.
func (e *estimate) ran(cell int, took time.Duration) {
	if e.cost[cell] == 0 {
		e.new--
	}
	took = max(took, 1)
	e.total -= time.Duration(e.left[cell]) * e.cost[cell]
	e.left[cell]--
	e.cost[cell] = took
	e.total += time.Duration(e.left[cell]) * took
}

// drop notes that the cell makes no further run, and returns how many it would
// have made.
func (e *estimate) drop(cell int) int {
	n := e.left[cell]
	e.total -= time.Duration(n) * e.cost[cell]
	e.left[cell] = 0
	return n
}

// remaining returns the time that the rest takes; ok is false where some cell
// has not run yet.
func (e *estimate) remaining() (left time.Duration, ok bool) { return e.total, e.new == 0 }
