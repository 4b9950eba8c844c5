package cpu

import "math"

// bestTwoOpt finds the swap between the heaviest and the lightest pack that
// makes |Δ − 2δ| least, Δ being the difference of the two loads and
// δ = w_i − w_j; ties by the item of i, then of j. It reports false where that
// is not below Δ − Epsilon.
func (r *refiner) bestTwoOpt() (swap, bool) {
	h, l := r.extremes()
	difference := r.load[h] - r.load[l]
	best := swap{heavy: h, other: l, score: float32(math.Inf(1))}
	if h == l {
		return best, false
	}
	heavy, light := r.list(h), r.list(l)
	// For a fixed i, partners by falling weight have rising δ. The first with
	// Δ − 2δ ≤ 0, the turn, moves only forward as i gets lighter; the best
	// partner is the turn or the one before.
	turn := 0
	for i, a := range heavy {
		w := a.weight()
		metric := func(j int) float32 { return abs(difference - float32(2*(w-light[j].weight()))) }
		for turn < len(light) && difference-float32(2*(w-light[turn].weight())) > 0 {
			turn++
		}
		least := float32(math.Inf(1))
		if turn < len(light) {
			least = metric(turn)
		}
		if turn > 0 {
			least = min(least, metric(turn-1))
		}
		if least > best.score || least == best.score && a.index() > heavy[best.i].index() {
			continue
		}
		best.i, best.score = i, least
		best.j = firstPartner(light, turn, func(delta float32) bool { return abs(difference-float32(2*delta)) == least }, w)
	}
	return best, best.score < difference-r.ensemble.Epsilon
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ signBit) }
