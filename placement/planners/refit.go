package planners

import "math"

// nobody is the expert of an empty slot.
const nobody = -1

// refit takes the layer from a previous plan with other numbers of slots, with as
// few moves as there can be for a start: an expert that has lost its last copy
// must be received by some GPU, and an empty slot must receive something.
func (k *keeper) refit(old []int32, offsets []int) {
	clear(k.counts)
	clear(k.holds)
	clear(k.gpu)
	gpus := k.s.topology.GPUs
	for s := range k.physical {
		k.physical[s] = nobody
	}
	for g := range gpus {
		lo, hi := k.s.offsets[g], k.s.offsets[g+1]
		for i, e := range old[offsets[g]:offsets[g+1]] {
			if i < hi-lo {
				k.set(int32(lo+i), e)
			}
		}
		k.makeRoom(g, old[offsets[g]:offsets[g+1]])
	}
	for {
		e := k.missing()
		if e < 0 {
			break
		}
		k.set(k.placeFor(e), e)
	}
	for s, e := range k.physical {
		if e == nobody {
			k.set(int32(s), k.filler(k.s.gpuOfSlot[s]))
		}
	}
	k.begin()
}

// set puts expert e in a slot, in the place of what it held.
func (k *keeper) set(slot, e int32) {
	gpus, g := k.s.topology.GPUs, int(k.s.gpuOfSlot[slot])
	if was := k.physical[slot]; was != nobody {
		k.counts[was]--
		k.holds[int(was)*gpus+g]--
		k.gpu[g] -= k.loadOf(was)
	}
	k.physical[slot] = e
	k.counts[e]++
	k.holds[int(e)*gpus+g]++
	k.gpu[g] += k.loadOf(e)
}

// loadOf is what a copy of e carries, roughly: the copies are not settled yet.
func (k *keeper) loadOf(e int32) float64 { return float64(k.load[e]) }

// makeRoom chooses what GPU g, which has fewer slots than before, gives up: the
// experts beyond its slots take the place of second copies there.
func (k *keeper) makeRoom(g int, had []int32) {
	lo, hi := k.s.offsets[g], k.s.offsets[g+1]
	for i := hi - lo; i < len(had); i++ {
		if hi == lo || k.held(had[i], int32(g)) > 0 {
			continue
		}
		for s := lo; s < hi; s++ {
			if e := k.physical[s]; k.held(e, int32(g)) > 1 {
				k.set(int32(s), had[i])
				break
			}
		}
	}
}

// missing returns the heaviest expert without a copy, −1 where there is none.
func (k *keeper) missing() int32 {
	best := int32(-1)
	for e, n := range k.counts {
		if n == 0 && (best < 0 || k.load[e] > k.load[best]) {
			best = int32(e)
		}
	}
	return best
}

// placeFor returns the slot for an expert without a copy: an empty one, else one
// of an expert that has others; the one that leaves its GPU lightest.
func (k *keeper) placeFor(e int32) int32 {
	best, bestLoad, bestEmpty := int32(-1), math.Inf(1), false
	for s, f := range k.physical {
		if f != nobody && k.counts[f] < 2 {
			continue
		}
		empty := f == nobody
		load := k.gpu[k.s.gpuOfSlot[s]]
		if !empty {
			load -= float64(k.load[f]) / float64(k.counts[f])
		}
		if best < 0 || empty && !bestEmpty || empty == bestEmpty && load < bestLoad {
			best, bestLoad, bestEmpty = int32(s), load, empty
		}
	}
	return best
}

// filler returns the expert for an empty slot of GPU g: the one of the largest
// load per copy that the GPU does not hold, within the limit on copies.
func (k *keeper) filler(g int32) int32 {
	best, bestLoad, bestHeld := int32(0), -1.0, true
	for e, n := range k.counts {
		held := k.held(int32(e), g) > 0 || k.limited && int(n) >= k.s.c.copyLimit(k.s.topology.Living())
		load := float64(k.load[e]) / float64(n)
		if bestHeld && !held || held == bestHeld && load > bestLoad {
			best, bestLoad, bestHeld = int32(e), load, held
		}
	}
	return best
}
