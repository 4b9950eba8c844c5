package cpu

// bestMaxAny finds the swap of max gain between the heaviest pack and any other:
// gain = min(δ, gap − δ), δ = w_i − w_j, gap = the difference of the two loads; ties
// by the index of i, then of j. It reports whether any swap gains more than Epsilon.
//
// No swap with a pack gains more than gap/2, which holds exactly in float32. The
// lightest pack comes first, so most others can be skipped.
func (r *refiner) bestMaxAny() (swap, bool) {
	heavy, light := r.extremes()
	best := swap{heavy: heavy, score: r.ensemble.Epsilon, other: -1}
	if heavy == light {
		return best, false
	}
	r.maxAnyWith(light, &best)
	load := r.load[heavy]
	for p, other := range r.load {
		if p != heavy && p != light && (load-other)/2 >= best.score {
			r.maxAnyWith(p, &best)
		}
	}
	return best, best.other >= 0
}

// maxAnyWith replaces best by the best swap of the heaviest pack with other, if that
// is better.
func (r *refiner) maxAnyWith(other int, best *swap) {
	gap := r.load[best.heavy] - r.load[other]
	if r.pairs == nil {
		best.improve(r.list(best.heavy), r.list(other), other, gap)
		return
	}
	items, pairs := r.sets(best.heavy)
	partners, partnerPairs := r.sets(other)
	best.improve(items, partners, other, gap)
	best.improve(pairs, partnerPairs, other, gap)
}

// improve replaces the swap by the best one of an entry of heavy, the list of the
// heaviest pack, with one of partners, that of other, if it is better. gap is the
// difference of the two packs' loads. Of equal gains it takes the first by the index of
// the one, then of the other. Until there is a swap, the score is what it must exceed.
//
// For a fixed entry, partners by falling weight have rising δ. The gain rises while it
// is δ and falls once it is gap − δ. The first partner for which it falls, the turn,
// only moves forward as the entry gets lighter; the best partner is the turn or the one
// before it.
func (best *swap) improve(heavy, partners []entry, other int, gap float32) {
	turn := 0
	for _, a := range heavy {
		w := a.weight()
		for turn < len(partners) {
			if delta := w - partners[turn].weight(); delta > gap-delta {
				break
			}
			turn++
		}
		gain := float32(-1)
		if turn < len(partners) {
			gain = gap - (w - partners[turn].weight())
		}
		if turn > 0 {
			gain = max(gain, w-partners[turn-1].weight())
		}
		if gain < best.score || gain == best.score && (best.other < 0 || a.index() > best.a.index()) {
			continue
		}
		b := partners[firstPartner(partners, turn, func(delta float32) bool { return min(delta, gap-delta) == gain }, w)]
		if gain == best.score && a.index() == best.a.index() && b.index() > best.b.index() {
			continue
		}
		best.a, best.other, best.b, best.score = a, other, b, gain
	}
}

// firstPartner returns the place of the partner of lowest index for which same(δ)
// holds; these partners are neighbours around turn.
func firstPartner(partners []entry, turn int, same func(delta float32) bool, w float32) int {
	first := -1
	consider := func(j int) bool {
		if !same(w - partners[j].weight()) {
			return false
		}
		if first < 0 || partners[j].index() < partners[first].index() {
			first = j
		}
		return true
	}
	for j := turn - 1; j >= 0 && consider(j); j-- {
	}
	for j := turn; j < len(partners) && consider(j); j++ {
	}
	return first
}
