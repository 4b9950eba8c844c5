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
//
// For a fixed i, partners by falling weight have rising δ. The gain rises while it
// is δ and falls once it is gap − δ. The first partner for which it falls, the turn,
// only moves forward as i gets lighter; the best partner is the turn or the one
// before it.
func (r *refiner) maxAnyWith(other int, best *swap) {
	heavy, partners := r.list(best.heavy), r.list(other)
	gap := r.load[best.heavy] - r.load[other]
	turn := 0
	for i, a := range heavy {
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
		if gain < best.score || gain <= r.ensemble.Epsilon {
			continue
		}
		if gain == best.score && best.other >= 0 && a.index() > r.list(best.heavy)[best.i].index() {
			continue
		}
		j := firstPartner(partners, turn, func(delta float32) bool { return min(delta, gap-delta) == gain }, w)
		if gain == best.score && best.other >= 0 && a.index() == r.list(best.heavy)[best.i].index() &&
			partners[j].index() > r.list(best.other)[best.j].index() {
			continue
		}
		best.i, best.other, best.j, best.score = i, other, j, gain
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
