package planners

import (
	"packbench/internal/core/lpt"
)

// Replicator decides how many copies the experts of a part get.
type Replicator interface {
	// Name is the short name of the rule: "greedy".
	Name() string
	// NewReplicator returns a replicator for parts of experts that have slots
	// copies, experts ≤ slots, with the memory it needs.
	NewReplicator(experts, slots int) PartReplicator
}

// PartReplicator replicates the experts of one part after the other.
type PartReplicator interface {
	// Replicate fills all of c for the part's loads.
	Replicate(loads PartLoads, c *Copies)
}

// PartLoads are the loads of the experts of a part.
type PartLoads struct {
	Sum   []float32 // [experts] over the steps, as the estimator has it
	Steps []float32 // [steps, experts]; only for planners that look at steps
	First int       // experts in the parts before this one
}

// tie says which of two experts with the same load per copy gets the next copy.
type tie int

const (
	tieLow  tie = iota // the lower index
	tieHigh            // the higher index
	tieEven            // the one with fewer copies, then the lower index
)

// greedy gives one copy at a time to the expert of the largest load per copy.
type greedy struct {
	single bool // load/copies is rounded to float32
	ties   tie
	limit  int // max copies of an expert; 0 for no limit
}

// Name implements [Replicator].
func (g greedy) Name() string { return "greedy" }

// NewReplicator implements [Replicator].
func (g greedy) NewReplicator(experts, slots int) PartReplicator {
	r := &greedyPart{greedy: g, order: make([]int32, experts)}
	if g.limit == 0 {
		r.limit = slots
	}
	return r
}

// greedyPart sorts the experts once: only the first of those that are still
// whole can be next, or one of those that are split already, which stand in a
// heap.
type greedyPart struct {
	greedy
	sorter   lpt.Sorter
	order    []int32 // experts by falling load
	reversed []float32
	heap     []share
	split    []int32 // copies of the experts that are split, in order of creation
	loads    []float64
	by       []int32 // split, sorted
	inOrder  loadSorter
}

// share is an expert with its copies and what each of them carries.
type share struct {
	load   float64
	expert int32
	copies int32
}

// before reports whether a is to get a copy before b.
func (g greedy) before(a, b share) bool {
	switch {
	case a.load != b.load:
		return a.load > b.load
	case g.ties == tieHigh:
		return a.expert > b.expert
	case g.ties == tieEven && a.copies != b.copies:
		return a.copies < b.copies
	}
	return a.expert < b.expert
}

// divide returns the load of one of n copies.
func (g greedy) divide(load float32, n int32) float64 {
	if g.single {
		return float64(load / float32(n))
	}
	return float64(load) / float64(n)
}

// Replicate implements [PartReplicator].
func (r *greedyPart) Replicate(loads PartLoads, c *Copies) {
	sum := loads.Sum
	experts := len(sum)
	for e, w := range sum {
		c.Expert[e], c.Load[e], c.Counts[e] = int32(e), float64(w), 1
	}
	r.sort(sum)
	whole := r.order // experts that are not split, by falling load
	r.heap = r.heap[:0]
	for slot := experts; slot < len(c.Expert); slot++ {
		var next share
		if len(whole) > 0 {
			next = share{float64(sum[whole[0]]), whole[0], 1}
		}
		if len(r.heap) > 0 && (len(whole) == 0 || r.before(r.heap[0], next)) {
			next = r.heap[0]
			next.copies++
			next.load = r.divide(sum[next.expert], next.copies)
			r.replaceTop(next)
		} else {
			whole = whole[1:]
			next.copies = 2
			next.load = r.divide(sum[next.expert], 2)
			r.push(next)
		}
		c.Expert[slot] = next.expert
		c.Counts[next.expert] = next.copies
	}
	for _, s := range r.heap {
		c.Load[s.expert] = s.load
	}
	for slot := experts; slot < len(c.Expert); slot++ {
		e := c.Expert[slot]
		c.Load[slot] = r.divide(sum[e], c.Counts[e])
	}
	for e, n := range c.Counts { // those at the limit have left the heap
		if n > 1 {
			c.Load[e] = r.divide(sum[e], n)
		}
	}
	c.sorted = false
	if r.ties != tieHigh {
		r.merge(whole, c)
	}
}

// sort orders the experts by falling load, ties by the rule.
func (r *greedyPart) sort(sum []float32) {
	if r.ties != tieHigh {
		r.sorter.Descending(r.order, sum)
		return
	}
	r.reversed = r.reversed[:0]
	for i := len(sum) - 1; i >= 0; i-- {
		r.reversed = append(r.reversed, sum[i])
	}
	r.sorter.Descending(r.order, r.reversed)
	for i, e := range r.order {
		r.order[i] = int32(len(sum)) - 1 - e
	}
}

// push adds an expert that has just been split, unless it is at the limit.
func (r *greedyPart) push(s share) {
	if int(s.copies) >= r.limit {
		return
	}
	r.heap = append(r.heap, s)
	at := len(r.heap) - 1
	for at > 0 {
		parent := (at - 1) / 2
		if !r.before(s, r.heap[parent]) {
			break
		}
		r.heap[at] = r.heap[parent]
		at = parent
	}
	r.heap[at] = s
}

// replaceTop puts the first expert, which has got another copy, in its place.
func (r *greedyPart) replaceTop(s share) {
	h := r.heap
	if int(s.copies) >= r.limit {
		s = h[len(h)-1]
		h = h[:len(h)-1]
		r.heap = h
		if len(h) == 0 {
			return
		}
	}
	at := 0
	for {
		child := 2*at + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && r.before(h[child+1], h[child]) {
			child++
		}
		if !r.before(h[child], s) {
			break
		}
		h[at] = h[child]
		at = child
	}
	h[at] = s
}

// merge writes the order of the copies: the whole experts are sorted, so only
// the copies of the others need to be.
func (r *greedyPart) merge(whole []int32, c *Copies) {
	r.split, r.loads = r.split[:0], r.loads[:0]
	for e, n := range c.Counts {
		if n > 1 {
			r.split = append(r.split, int32(e))
		}
	}
	for slot := len(c.Counts); slot < len(c.Expert); slot++ {
		r.split = append(r.split, int32(slot))
	}
	for _, i := range r.split {
		r.loads = append(r.loads, c.Load[i])
	}
	if cap(r.by) < len(r.split) {
		r.by = make([]int32, len(c.Expert))
	}
	by := r.by[:len(r.split)]
	r.inOrder.descending(by, r.loads)
	at := 0
	for _, b := range by {
		i, load := r.split[b], r.loads[b]
		for len(whole) > 0 {
			w := whole[0]
			if l := c.Load[w]; l < load || l == load && w > i {
				break
			}
			c.order[at] = w
			at++
			whole = whole[1:]
		}
		c.order[at] = i
		at++
	}
	copy(c.order[at:], whole)
	c.sorted = true
}
