package planners

import "math"

// refit takes the layer from a previous plan with other numbers of slots, with as
// few moves as there can be for a start: an expert that has lost its last copy
// must be received by some GPU, and an empty slot must receive something.
func (k *keeper) refit(old []int32, offsets []int) {
	for g := range k.gpu {
		lo, hi := k.s.offsets[g], k.s.offsets[g+1]
		was := old[offsets[g]:offsets[g+1]]
		for i := range hi - lo {
			k.physical[lo+i] = nobody
		}
		copy(k.physical[lo:hi], was)
		if hi > lo && len(was) > hi-lo {
			k.makeRoom(k.physical[lo:hi], was[hi-lo:])
		}
	}
	k.begin()
	for e := k.missing(); e >= 0; e = k.missing() {
		k.set(k.placeFor(e), e)
	}
	for s, e := range k.physical {
		if e == nobody {
			k.set(int32(s), k.filler(k.s.gpuOfSlot[s]))
		}
	}
}

// makeRoom chooses what a GPU that has fewer slots than before gives up: what is
// beyond its slots takes the place of second copies there.
func (k *keeper) makeRoom(kept, beyond []int32) {
	for _, e := range beyond {
		for i, other := range kept {
			if other == e {
				break
			}
			if repeated(kept[:i], other) {
				kept[i] = e
				break
			}
		}
	}
}

func repeated(list []int32, e int32) bool {
	for _, x := range list {
		if x == e {
			return true
		}
	}
	return false
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
// of an expert that has others; the one that leaves the heaviest GPU lightest,
// then its own.
func (k *keeper) placeFor(e int32) int32 {
	share := float64(k.load[e])
	best, bestEmpty := int32(-1), false
	bestMost, bestOwn := math.Inf(1), math.Inf(1)
	for s, f := range k.physical {
		empty := f == nobody
		if !empty && (k.counts[f] < 2 || bestEmpty) {
			continue
		}
		q := k.s.gpuOfSlot[s]
		own := k.gpu[q] + share
		most := own
		if !empty {
			own -= k.share[f]
			most = k.trial(f, e, q, share)
		}
		if best < 0 || empty && !bestEmpty || most < bestMost || most == bestMost && own < bestOwn {
			best, bestEmpty, bestMost, bestOwn = int32(s), empty, most, own
		}
	}
	return best
}

// filler returns the expert for an empty slot of GPU g: the one of the largest
// load per copy that the GPU does not hold, within the limit on copies.
func (k *keeper) filler(g int32) int32 {
	best, bestLoad, bestHeld := int32(0), -1.0, true
	for e, n := range k.counts {
		held := k.held(int32(e), g) > 0 || int(n) >= k.limit
		if bestHeld && !held || held == bestHeld && k.share[e] > bestLoad {
			best, bestLoad, bestHeld = int32(e), k.share[e], held
		}
	}
	return best
}
