package planners

import "math"

// vec is the replication of SGLang's deepseek_vec: it looks at the steps one by
// one, and a copy goes to the expert whose copy lowers the sum over steps of the
// largest load per copy furthest. All in float32, as the program has it: the
// score of expert i is (w + i/10000)/copies, and w/(copies + 1) after a copy.
type vec struct{}

// Name implements [Replicator].
func (vec) Name() string { return "vec" }

// NewReplicator implements [Replicator].
func (vec) NewReplicator(experts, slots int) PartReplicator {
	return &vecPart{raised: make([]float32, experts), values: make([]float32, experts)}
}

type vecPart struct {
	raised []float32
	values []float32 // [experts] Σ over steps of the largest score if the expert gets a copy
}

// Replicate implements [PartReplicator].
func (r *vecPart) Replicate(loads PartLoads, c *Copies) {
	experts := len(loads.Sum)
	for e := range experts {
		c.Expert[e], c.Counts[e] = int32(e), 1
	}
	steps := len(loads.Steps) / experts
	for slot := experts; slot < len(c.Expert); slot++ {
		for t := range steps {
			r.addStep(loads.Steps[t*experts:(t+1)*experts], loads.First, c.Counts, t == 0)
		}
		best := 0
		for e, v := range r.values {
			if v < r.values[best] {
				best = e
			}
		}
		c.Expert[slot] = int32(best)
		c.Counts[best]++
	}
	for slot, e := range c.Expert {
		c.Load[slot] = float64(loads.Sum[e] / float32(c.Counts[e]))
	}
	c.sorted = false
}

// addStep adds to values the largest score of a step if the expert with the
// largest score, or another, gets a copy.
func (r *vecPart) addStep(loads []float32, first int, counts []int32, begin bool) {
	const tilt = float32(1e-4)
	top, second := 0, float32(math.Inf(-1))
	for e, w := range loads {
		shift := float32(float32(first+e) * tilt)
		r.raised[e] = float32(w+shift) / float32(counts[e])
		if r.raised[e] > r.raised[top] {
			top = e
		}
	}
	for e, score := range r.raised {
		if e != top && score > second {
			second = score
		}
	}
	after := max(second, loads[top]/float32(counts[top]+1))
	for e := range r.values {
		v := r.raised[top]
		if e == top {
			v = after
		}
		if begin {
			r.values[e] = v
		} else {
			r.values[e] += v
		}
	}
}
