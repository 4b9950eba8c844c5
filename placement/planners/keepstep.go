package planners

import "slices"

// outcome is what a change would leave: the load of the heaviest GPU, and of the
// heavier of the two GPUs that are changed on purpose.
type outcome struct{ most, pair float64 }

func (a outcome) below(b outcome) bool { return a.most < b.most || a.most == b.most && a.pair < b.pair }

// bestRetarget returns the slot and the expert that it should hold for the
// lowest outcome; slot −1 if none is below limit. The experts that relieve h
// most come first, each on the GPU that it leaves lightest, so that what cannot
// be better is soon left out.
func (k *keeper) bestRetarget(h int32, limit outcome) (slot, expert int32, best outcome) {
	slot, best = -1, limit
	k.findTakers(h)
	lightest := k.findGivers(h)
	if lightest < 0 {
		return slot, expert, best
	}
	for _, t := range k.takers {
		relieved := k.gpu[h] - t.gain
		if relieved >= best.most {
			break
		}
		e := t.expert
		share := float64(k.load[e]) / float64(k.counts[e]+1)
		first, second := k.unrelieved(e, h)
		// No outcome is below what this GPU and the unrelieved ones must have.
		if least := max(relieved, k.givers[lightest].without+share); second.load >= best.most && least >= best.pair {
			continue
		}
		for i := -1; i < len(k.givers); i++ {
			g := &k.givers[max(i, 0)]
			if i < 0 {
				g = &k.givers[lightest]
			}
			floor := first.load
			if first.gpu == g.gpu {
				floor = second.load
			}
			pair := max(relieved, g.without+share)
			if most := max(floor, pair); most > best.most || most == best.most && pair >= best.pair {
				continue
			}
			f := k.physical[g.slot]
			if f == e || k.held(e, g.gpu) > 0 {
				continue
			}
			if got := (outcome{k.trial(f, e, g.gpu, share), pair}); got.below(best) {
				slot, expert, best = g.slot, e, got
			}
		}
	}
	return slot, expert, best
}

// findTakers lists the experts of GPU h that may have another copy, those that
// it would relieve most first.
func (k *keeper) findTakers(h int32) {
	k.takers = k.takers[:0]
	for _, e := range k.physical[k.s.offsets[h]:k.s.offsets[h+1]] {
		if int(k.counts[e]) >= k.limit {
			continue
		}
		gain := float64(k.held(e, h)) * (k.share[e] - float64(k.load[e])/float64(k.counts[e]+1))
		k.takers = append(k.takers, taker{e, gain})
	}
	slices.SortFunc(k.takers, func(a, b taker) int {
		switch {
		case a.gain > b.gain:
			return -1
		case a.gain < b.gain:
			return 1
		}
		return int(a.expert - b.expert)
	})
}

// findGivers lists the slots that can hold another expert and returns the first
// that leaves its GPU lightest, −1 where there is none.
func (k *keeper) findGivers(h int32) int {
	k.givers = k.givers[:0]
	lightest := -1
	for f, n := range k.counts {
		if n < 2 {
			continue
		}
		for s := k.head[f]; s != none; s = k.link[s] {
			q := k.s.gpuOfSlot[s]
			if q == h || !k.sameNode(q, h) {
				continue
			}
			g := giver{s, q, k.gpu[q] - k.share[f]}
			if lightest < 0 || g.without < k.givers[lightest].without {
				lightest = len(k.givers)
			}
			k.givers = append(k.givers, g)
		}
	}
	return lightest
}

// unrelieved is a GPU that another copy of an expert leaves as it is.
type unrelieved struct {
	gpu  int32
	load float64
}

// unrelieved returns the two heaviest GPUs beside h that do not hold e, of load 0
// where there are none.
func (k *keeper) unrelieved(e, h int32) (first, second unrelieved) {
	first, second = unrelieved{-1, 0}, unrelieved{-1, 0}
	for _, g := range k.byLoad {
		if g == h || k.held(e, g) > 0 {
			continue
		}
		if first.gpu >= 0 {
			return first, unrelieved{g, k.gpu[g]}
		}
		first = unrelieved{g, k.gpu[g]}
	}
	return first, second
}

// trial returns the load of the heaviest GPU if a slot of f on GPU q becomes one
// of e, whose copies then carry share each.
func (k *keeper) trial(f, e, q int32, share float64) float64 {
	rises := float64(k.load[f])/float64(max(1, k.counts[f]-1)) - k.share[f]
	k.change(q, share-k.share[f]-rises)
	for s := k.head[f]; s != none; s = k.link[s] {
		k.change(k.s.gpuOfSlot[s], rises)
	}
	for s := k.head[e]; s != none; s = k.link[s] {
		k.change(k.s.gpuOfSlot[s], share-k.share[e])
	}
	most := 0.0
	for _, g := range k.marked {
		most = max(most, k.gpu[g]+k.touched[g])
	}
	for _, g := range k.byLoad {
		if !k.isMarked[g] {
			most = max(most, k.gpu[g])
			break
		}
	}
	for _, g := range k.marked {
		k.touched[g], k.isMarked[g] = 0, false
	}
	k.marked = k.marked[:0]
	return most
}

func (k *keeper) change(g int32, by float64) {
	if !k.isMarked[g] {
		k.isMarked[g] = true
		k.marked = append(k.marked, g)
	}
	k.touched[g] += by
}

// bestExchange returns the slots x of GPU h and y of another whose exchange has
// the lowest outcome; ok is false if none leaves the heaviest GPU below limit.
func (k *keeper) bestExchange(h int32, limit float64) (x, y int32, ok bool) {
	best := outcome{limit, 0}
	for _, q := range k.byLoad {
		// The heaviest that is neither h nor q stays as it is.
		floor := k.heaviestBut(h, q)
		if q == h || k.gpu[q] >= best.most || floor > best.most || floor == best.most && !ok || !k.sameNode(q, h) {
			continue
		}
		for i := k.s.offsets[h]; i < k.s.offsets[h+1]; i++ {
			a := k.physical[i]
			for j := k.s.offsets[q]; j < k.s.offsets[q+1]; j++ {
				b := k.physical[j]
				delta := k.share[a] - k.share[b]
				pair := max(k.gpu[h]-delta, k.gpu[q]+delta)
				if got := (outcome{max(pair, floor), pair}); got.below(best) && k.held(a, q) == 0 && k.held(b, h) == 0 {
					best, x, y, ok = got, int32(i), int32(j), true
				}
			}
		}
	}
	return x, y, ok
}

func (k *keeper) heaviestBut(a, b int32) float64 {
	for _, g := range k.byLoad {
		if g != a && g != b {
			return k.gpu[g]
		}
	}
	return 0
}
