package placement

import (
	"math"
)

// BestSplit returns, for each layer, the lowest possible load of the heaviest
// GPU when the tokens of an expert may be split over its copies at will,
// [layers]. Even shares are never better, and no split is below the mean.
//
// It is the linear program min T, x_eg ≥ 0 on the GPUs that hold e,
// Σ_g x_eg = load_e, Σ_e x_eg ≤ T, solved as a flow: T starts at the mean or
// the heaviest load that cannot be moved, and while the flow into GPUs of
// capacity T leaves a load over, the cut that stops it names experts A whose
// GPUs N(A) must carry more, T = load(N(A))/|N(A)|. Each cut is smaller than the
// one before (Newton's method on a ratio, Dinkelbach 1967), so there are few.
// Experts with one copy are not part of the flow.
func BestSplit(p *Plan, loads []float32) []float64 {
	best := make([]float64, p.Layers)
	s := newSplitter(p.Topology)
	for l := range best {
		best[l] = s.layer(p, loads[l*p.Topology.Experts:(l+1)*p.Topology.Experts], l)
	}
	return best
}

// splitter solves one layer after the other.
type splitter struct {
	gpuOf  []int32
	living int

	fixed []float64 // [GPUs] load that cannot be split
	used  []float64 // [GPUs] load that flows in
	// The experts that can be split: expert i has the GPUs
	// gpus[start[i]:start[i+1]], with flow[k] on the k-th, and rest[i] left over.
	start []int32
	gpus  []int32
	flow  []float64
	rest  []float64
	load  []float64

	holders [][]int32 // [GPUs] edges into the GPU
	owner   []int32   // of an edge: its expert
	queue   []int32
	cameBy  []int32 // [GPUs] the edge that a search reached the GPU by, −1 where it did not
	reached []bool  // experts
	cameTo  []int32 // of an expert: the edge that the search came back over, −1 for a source
}

func newSplitter(t Topology) *splitter {
	return &splitter{
		gpuOf: t.GPUOfSlots(), living: t.Living(),
		fixed: make([]float64, t.GPUs), used: make([]float64, t.GPUs),
		holders: make([][]int32, t.GPUs), cameBy: make([]int32, t.GPUs),
	}
}

// nothing is the part of the total load below which flow counts as none.
const nothing = 1e-13

func (s *splitter) layer(p *Plan, loads []float32, l int) float64 {
	total := s.begin(p, loads, l)
	bound := total / float64(s.living)
	for _, load := range s.fixed {
		bound = math.Max(bound, load)
	}
	tiny := total * nothing
	for {
		for i := range s.rest {
			for s.rest[i] > tiny && s.augment(i, bound, tiny) {
			}
			if s.rest[i] <= tiny {
				continue
			}
			// The search from expert i failed: it reached the experts and GPUs of a cut.
			if next := s.cut(); next > bound {
				bound = next
			} else {
				s.rest[i] = 0 // within rounding
			}
			break
		}
		done := true
		for _, r := range s.rest {
			done = done && r <= tiny
		}
		if done {
			return bound
		}
	}
}

// begin sets the flow network of a layer up and returns the total load.
func (s *splitter) begin(p *Plan, loads []float32, l int) float64 {
	clear(s.fixed)
	clear(s.used)
	for g := range s.holders {
		s.holders[g] = s.holders[g][:0]
	}
	s.start, s.gpus, s.owner = append(s.start[:0], 0), s.gpus[:0], s.owner[:0]
	s.rest, s.load = s.rest[:0], s.load[:0]
	total := 0.0
	for e, w := range loads {
		load := float64(w)
		total += load
		first := len(s.gpus)
		for _, slot := range p.SlotsOf(l, e) {
			s.addGPU(first, s.gpuOf[slot])
		}
		if len(s.gpus) == first+1 {
			s.fixed[s.gpus[first]] += load
			s.gpus = s.gpus[:first]
			continue
		}
		for k := first; k < len(s.gpus); k++ {
			s.holders[s.gpus[k]] = append(s.holders[s.gpus[k]], int32(k))
			s.owner = append(s.owner, int32(len(s.rest)))
		}
		s.start = append(s.start, int32(len(s.gpus)))
		s.rest, s.load = append(s.rest, load), append(s.load, load)
	}
	s.flow = resize(s.flow, len(s.gpus))
	clear(s.flow)
	s.reached, s.cameTo = resize(s.reached, len(s.rest)), resize(s.cameTo, len(s.rest))
	return total
}

// addGPU notes that the current expert, whose GPUs begin at first, is on GPU g.
func (s *splitter) addGPU(first int, g int32) {
	for _, other := range s.gpus[first:] {
		if other == g {
			return
		}
	}
	s.gpus = append(s.gpus, g)
}

// augment sends what it can of expert from's rest along a shortest path to a
// GPU with room below bound. It reports whether there was one.
func (s *splitter) augment(from int, bound, tiny float64) bool {
	clear(s.reached)
	for g := range s.cameBy {
		s.cameBy[g] = -1
	}
	s.reached[from], s.cameTo[from] = true, -1
	s.queue = append(s.queue[:0], int32(from))
	for at := 0; at < len(s.queue); at++ {
		i := s.queue[at]
		for k := s.start[i]; k < s.start[i+1]; k++ {
			g := s.gpus[k]
			if s.cameBy[g] >= 0 {
				continue
			}
			s.cameBy[g] = k
			if room := bound - s.fixed[g] - s.used[g]; room > tiny {
				s.push(from, g, room)
				return true
			}
			for _, back := range s.holders[g] {
				if j := s.owner[back]; !s.reached[j] && s.flow[back] > tiny {
					s.reached[j], s.cameTo[j] = true, back
					s.queue = append(s.queue, j)
				}
			}
		}
	}
	return false
}

// push sends along the path that ends at GPU g.
func (s *splitter) push(from int, g int32, room float64) {
	amount := math.Min(room, s.rest[from])
	for at := g; ; {
		i := s.owner[s.cameBy[at]]
		if s.cameTo[i] < 0 {
			break
		}
		amount = math.Min(amount, s.flow[s.cameTo[i]])
		at = s.gpus[s.cameTo[i]]
	}
	s.used[g] += amount
	for at := g; ; {
		k := s.cameBy[at]
		s.flow[k] += amount
		i := s.owner[k]
		if s.cameTo[i] < 0 {
			break
		}
		s.flow[s.cameTo[i]] -= amount
		at = s.gpus[s.cameTo[i]]
	}
	s.rest[from] -= amount
}

// cut returns the lowest bound that the GPUs reached by the last search allow:
// all load that must be there by their number.
func (s *splitter) cut() float64 {
	load, gpus := 0.0, 0
	for g, k := range s.cameBy {
		if k >= 0 {
			load += s.fixed[g]
			gpus++
		}
	}
	for i, in := range s.reached {
		if in {
			load += s.load[i]
		}
	}
	return load / float64(gpus)
}

// resize returns a slice of n elements, in the memory of s where that is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
