package planners

import (
	"packbench/placement"
)

// Alignment is how a new plan is brought close to the previous one. It never
// changes which experts share a GPU.
type Alignment int

// The alignments.
const (
	// AlignNone ignores the previous plan.
	AlignNone Alignment = iota
	// AlignPreserve keeps the experts that a GPU held before in the slots that
	// they had there: for each slot of the GPU in order, the first copy of the
	// expert that it held; then the other copies fill the free slots in order.
	AlignPreserve
	// AlignRelabel exchanges whole GPUs (and nodes, where groups stay on nodes)
	// so that as many experts as possible are where they were, then preserves.
	AlignRelabel
)

var alignmentNames = []string{"none", "preserve", "relabel"}

// aligner brings the layers of one worker near to the previous plan.
type aligner struct {
	s        *session
	offsets  []int // of the previous plan
	previous *placement.Plan

	physical []int32 // [slots] of one GPU or of all
	rank     []int32
	used     []bool
	counts   []int32
	here     []uint64 // [experts] equal to stamp where the GPU at hand holds them
	stamp    uint64
	relabel  *relabeler
}

func newAligner(s *session) *aligner {
	t := s.topology
	a := &aligner{
		s: s, physical: make([]int32, t.Slots), rank: make([]int32, t.Slots),
		used: make([]bool, t.Slots), counts: make([]int32, t.Experts),
		here: make([]uint64, t.Experts),
	}
	return a
}

// layer aligns the layer that w has planned with the previous plan.
func (a *aligner) layer(w *worker, l int) error {
	previous := w.task.Previous
	if previous != nil && (a.s.c.Align != AlignNone || a.s.c.Gate > 0) {
		if a.previous != previous {
			a.previous, a.offsets = previous, previous.Topology.Offsets()
		}
		old := previous.Physical(l)
		if a.s.c.Gate > 0 && a.s.topology.Equal(previous.Topology) && !a.gains(w, old) {
			copy(w.physical, old)
			copy(w.counts, previous.LayerCounts(l))
			w.kept++
			a.list(w)
			return nil
		}
		if a.s.c.Align == AlignRelabel {
			if a.relabel == nil { // its tables grow as the square of the GPUs
				a.relabel = newRelabeler(a.s)
			}
			a.relabel.layer(w, old, a.offsets)
		}
		if a.s.c.Align != AlignNone {
			a.preserve(w, old)
		}
	}
	if a.s.c.Listed || w.search != nil {
		a.list(w)
	}
	return nil
}

// gains reports whether the new placement's balancedness is above that of the
// previous one by more than the gate.
func (a *aligner) gains(w *worker, old []int32) bool {
	now := w.heaviest(w.physical, w.counts)
	clear(a.counts)
	for _, e := range old {
		a.counts[e]++
	}
	before := w.heaviest(old, a.counts)
	total := 0.0
	for _, load := range w.load {
		total += float64(load)
	}
	if now == 0 || before == 0 {
		return false
	}
	mean := total / float64(a.s.topology.Living())
	return mean/now-mean/before > a.s.c.Gate
}

// heaviest returns the largest load of a GPU.
func (w *worker) heaviest(physical, counts []int32) float64 {
	most := 0.0
	for g := range w.s.topology.GPUs {
		sum := 0.0
		for _, e := range physical[w.s.offsets[g]:w.s.offsets[g+1]] {
			sum += float64(w.load[e]) / float64(counts[e])
		}
		most = max(most, sum)
	}
	return most
}

// preserve keeps experts in the slots that they had on their GPU.
func (a *aligner) preserve(w *worker, old []int32) {
	for g := range a.s.topology.GPUs {
		lo, hi := a.s.offsets[g], a.s.offsets[g+1]
		physical, rank := w.physical[lo:hi], w.rank[lo:hi]
		was := old[a.offsets[g]:a.offsets[g+1]]
		used := a.used[:len(physical)]
		clear(used)
		placed := a.physical[:len(physical)]
		ranks := a.rank[:len(physical)]
		a.stamp++
		for _, e := range physical {
			a.here[e] = a.stamp
		}
		for s := range placed {
			placed[s] = nobody
			if s >= len(was) || a.here[was[s]] != a.stamp {
				continue
			}
			for i, e := range physical {
				if !used[i] && e == was[s] {
					used[i] = true
					placed[s], ranks[s] = e, rank[i]
					break
				}
			}
		}
		next := 0
		for s, e := range placed {
			if e != nobody {
				continue
			}
			for used[next] {
				next++
			}
			placed[s], ranks[s] = physical[next], rank[next]
			next++
		}
		copy(physical, placed)
		copy(rank, ranks)
	}
}

// list numbers the copies of each expert by slot.
func (a *aligner) list(w *worker) {
	clear(a.counts)
	for s, e := range w.physical {
		w.rank[s] = a.counts[e]
		a.counts[e]++
	}
}
