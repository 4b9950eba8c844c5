package steady

import "slices"

// improve makes steps until none is worth its price or the account is spent, or
// one gains less per move than enough, and adds them to y.chain.
func (y *layer) improve(hottest int, enough float64) {
	for y.advance(hottest) {
		if s := &y.chain[len(y.chain)-1]; s.cost > 0 && s.gain/float64(s.cost) < enough {
			return
		}
	}
}

// advance makes the next step and adds it to y.chain; false where there is none.
func (y *layer) advance(hottest int) bool {
	if y.ended || len(y.chain) == 8*y.t.Slots { // free steps could go on for long
		return false
	}
	y.ended = true
	s, ok := y.search(hottest)
	if !ok {
		return false
	}
	if y.spent += max(0, s.cost); float64(y.spent) > y.account {
		return false
	}
	before := y.sum
	expert := y.physical[s.x]
	y.apply(s)
	if !(y.sum < before) {
		// Rounding, or copies that share a GPU, made it look better than it is.
		if s.y == none {
			s.e = expert
		}
		y.apply(s)
		return false
	}
	y.chain = append(y.chain, s)
	y.ended = false
	return true
}

// apply makes a step.
func (y *layer) apply(s step) {
	a := y.leave(s.x)
	touched := append(y.scratchSlots[:0], y.gpuOf[s.x])
	y.changed[y.gpuOf[s.x]] = true
	if s.y != none {
		b := y.leave(s.y)
		y.enter(s.x, b)
		y.enter(s.y, a)
		touched = append(touched, y.gpuOf[s.y])
		y.changed[y.gpuOf[s.y]] = true
	} else {
		y.enter(s.x, s.e)
		for _, e := range [2]int32{a, s.e} {
			y.share[e] = y.soft.Exponent(y.mean[e], y.variance[e], max(1, y.counts[e]))
			for t := y.head[e]; t != none; t = y.link[t] {
				if g := y.gpuOf[t]; !slices.Contains(touched, g) {
					touched = append(touched, g)
				}
			}
		}
	}
	y.note(y.gpuOf[s.x])
	if s.y != none {
		y.note(y.gpuOf[s.y])
	}
	for _, g := range touched {
		y.exponent[g] = y.total(int(g))
		y.weigh(int(g))
		y.sort(int(g))
	}
	y.scratchSlots = touched
	y.add()
}

// leave takes the expert out of a slot and returns it.
func (y *layer) leave(slot int32) int32 {
	e, g := y.physical[slot], y.gpuOf[slot]
	at := &y.head[e]
	for *at != slot {
		at = &y.link[*at]
	}
	*at = y.link[slot]
	y.counts[e]--
	for s := y.head[e]; s != none; s = y.link[s] {
		if y.gpuOf[s] == g {
			return e // another copy is still there
		}
	}
	y.drop(y.on, e, g)
	return e
}

// enter puts an expert in an empty slot.
func (y *layer) enter(slot, e int32) {
	g := y.gpuOf[slot]
	y.physical[slot] = e
	y.link[slot], y.head[e] = y.head[e], slot
	y.counts[e]++
	if y.has(y.on, e, g) {
		return
	}
	y.put(y.on, e, g)
}
