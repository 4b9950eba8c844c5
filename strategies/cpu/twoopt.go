package cpu

import "math"

// bestTwoOpt finds the swap between the heaviest and the lightest pack that minimises
// |Δ − 2δ|, where Δ is the difference of the two loads and δ = w_i − w_j; ties by
// item i, then j. It reports whether the min is below Δ − Epsilon.
func (r *refiner) bestTwoOpt() (swap, bool) {
	h, l := r.extremes()
	difference := r.load[h] - r.load[l]
	best := swap{heavy: h, other: l, score: float32(math.Inf(1))}
	if h == l {
		return best, false
	}
	heavy, light := r.list(h), r.list(l)
	// For a fixed i, partners by falling weight have rising δ. The first with
	// Δ − 2δ ≤ 0, the turn, only moves forward as i gets lighter; the best partner is
	// the turn or the one before it.
	turn := 0
	for _, a := range heavy {
		w := a.weight()
		metric := func(j int) float32 { return abs(difference - float32(2*(w-light[j].weight()))) }
		for turn < len(light) && difference-float32(2*(w-light[turn].weight())) > 0 {
			turn++
		}
		lowest := float32(math.Inf(1))
		if turn < len(light) {
			lowest = metric(turn)
		}
		if turn > 0 {
			lowest = min(lowest, metric(turn-1))
		}
		if lowest > best.score || lowest == best.score && a.index() > best.a.index() {
			continue
		}
		best.a, best.score = a, lowest
		best.b = light[firstPartner(light, turn, func(delta float32) bool { return abs(difference-float32(2*delta)) == lowest }, w)]
	}
	return best, best.score < difference-r.ensemble.Epsilon
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ signBit) }
