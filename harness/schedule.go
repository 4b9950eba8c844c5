package harness

import "math/rand/v2"

// Step is one run of one cell.
type Step struct {
	Cell   int // index in the plan
	Repeat int // 0, 1, …, or [Warmup]
}

// Warmup is the Repeat of a [Step] that is run but not recorded.
const Warmup = -1

// Schedule returns the order in which an invocation makes the runs of a plan:
// first the warm-up runs, then its repeats, in rounds. Each round runs every
// cell once, in an order shuffled afresh, so that a machine that gets slower or
// busier while the experiment runs does so for all cells alike. Invocation i has
// the repeats from i·repeats on. The order is a function of the arguments.
func Schedule(cells, repeats, warmup int, seed uint64, invocation int) []Step {
	shuffle := rand.New(rand.NewPCG(seed, uint64(invocation)))
	steps := make([]Step, 0, cells*(warmup+repeats))
	for round := range warmup + repeats {
		repeat := Warmup
		if round >= warmup {
			repeat = invocation*repeats + round - warmup
		}
		for _, cell := range shuffle.Perm(cells) {
			steps = append(steps, Step{Cell: cell, Repeat: repeat})
		}
	}
	return steps
}
