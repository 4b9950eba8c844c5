package planners

import (
	"math"
	"slices"
)

// Keep starts from the previous plan. While moves are left and the heaviest GPU
// is above (1 + Tolerance)·mean, it makes the best retarget (a slot of an expert
// that has others becomes one of an expert of the heaviest GPU; 1 move) or the
// best exchange of two experts between the heaviest GPU and another (2 moves),
// whichever lowers the maximum further, if by Gain·mean at least.
//
// Where GPUs were lost, or have other numbers of slots than before, the experts
// that have no copy left come first, and then the slots that are empty; that
// takes the moves it takes.
type Keep struct {
	Moves     int
	Tolerance float64
	Gain      float64
}

// keeper keeps the layers of one worker.
type keeper struct {
	Keep
	s        *session
	physical []int32
	load     []float32
	counts   []int32
	share    []float64 // [experts] load per copy
	gpu      []float64 // [GPUs] load
	byLoad   []int32   // GPUs, heaviest first
	holds    []uint16  // [experts, GPUs]
	slotsOf  [][]int32 // [experts] slots with a copy
	touched  []float64 // [GPUs] change of the load in a trial
	marked   []int32   // GPUs with such a change
	isMarked []bool
	shares   []retarget
	group    []int32 // [experts] node of the group, where groups stay on nodes
	limited  bool
}

// retarget is an expert of the heaviest GPU that could do with another copy.
type retarget struct {
	expert int32
	gain   float64 // what that would take from the heaviest GPU
}

func newKeeper(s *session) *keeper {
	t := s.topology
	k := &keeper{
		Keep: *s.c.Keep, s: s, share: make([]float64, t.Experts), gpu: make([]float64, t.GPUs),
		byLoad: make([]int32, t.GPUs), holds: make([]uint16, t.Experts*t.GPUs), slotsOf: make([][]int32, t.Experts),
		touched: make([]float64, t.GPUs), isMarked: make([]bool, t.GPUs), limited: s.c.limited(),
	}
	for g := range k.byLoad {
		k.byLoad[g] = int32(g)
	}
	return k
}

// layer plans layer l of w from the previous plan.
func (k *keeper) layer(w *worker, l int) error {
	previous := w.task.Previous
	k.physical, k.counts, k.load = w.physical, w.counts, w.load
	if previous.Topology.Equal(k.s.topology) {
		copy(k.physical, previous.Physical(l))
		k.begin()
	} else {
		k.refit(previous.Physical(l), previous.Topology.Offsets())
	}
	w.kept++
	living := float64(k.s.topology.Living())
	mean := 0.0
	for _, load := range k.gpu {
		mean += load
	}
	mean /= living
	moved := false
	for left := k.Moves; left > 0; {
		h := k.byLoad[0]
		limit := k.gpu[h] - mean*max(k.Gain, worthwhile)
		if k.gpu[h] <= mean*(1+k.Tolerance) {
			break
		}
		cost := k.step(h, left, limit)
		if cost == 0 {
			break
		}
		moved = true
		left -= cost
	}
	if moved {
		w.kept--
	}
	return nil
}

// begin takes the state from the slots.
func (k *keeper) begin() {
	clear(k.counts)
	clear(k.holds)
	clear(k.gpu)
	for e := range k.slotsOf {
		k.slotsOf[e] = k.slotsOf[e][:0]
	}
	for s, e := range k.physical {
		k.counts[e]++
		k.slotsOf[e] = append(k.slotsOf[e], int32(s))
	}
	for e, n := range k.counts {
		k.share[e] = float64(k.load[e]) / float64(n)
	}
	gpus := k.s.topology.GPUs
	for g := range gpus {
		sum := 0.0
		for _, e := range k.physical[k.s.offsets[g]:k.s.offsets[g+1]] {
			sum += k.share[e]
			k.holds[int(e)*gpus+g]++
		}
		k.gpu[g] = sum
	}
	k.sort()
}

// sort orders the GPUs by load, heaviest first, ties by index. They are nearly
// in order already.
func (k *keeper) sort() {
	for i := 1; i < len(k.byLoad); i++ {
		g := k.byLoad[i]
		at := i
		for at > 0 && k.later(k.byLoad[at-1], g) {
			k.byLoad[at] = k.byLoad[at-1]
			at--
		}
		k.byLoad[at] = g
	}
}

func (k *keeper) later(a, b int32) bool {
	return k.gpu[a] < k.gpu[b] || k.gpu[a] == k.gpu[b] && a > b
}

func (k *keeper) held(e, g int32) uint16 { return k.holds[int(e)*k.s.topology.GPUs+int(g)] }

// step makes the best change for the heaviest GPU h that leaves no GPU above
// limit, and returns its moves, 0 where there is none.
func (k *keeper) step(h int32, left int, limit float64) int {
	bestSlot, bestExpert, best := k.bestRetarget(h, limit)
	if left >= 2 {
		if x, y, ok := k.bestExchange(h, best); ok {
			k.physical[x], k.physical[y] = k.physical[y], k.physical[x]
			k.begin()
			return 2
		}
	}
	if bestSlot < 0 {
		return 0
	}
	k.physical[bestSlot] = bestExpert
	k.begin()
	return 1
}

// bestRetarget returns the slot and the expert that it is to hold so that the
// heaviest GPU is lightest, and its load; slot −1 where none is below limit.
func (k *keeper) bestRetarget(h int32, limit float64) (slot, expert int32, load float64) {
	slot, load = -1, limit
	k.shares = k.shares[:0]
	for _, e := range k.physical[k.s.offsets[h]:k.s.offsets[h+1]] {
		if k.limited && int(k.counts[e]) >= k.s.c.copyLimit(k.s.topology.Living()) {
			continue
		}
		gain := float64(k.held(e, h)) * (k.share[e] - float64(k.load[e])/float64(k.counts[e]+1))
		k.shares = append(k.shares, retarget{e, gain})
	}
	slices.SortFunc(k.shares, func(a, b retarget) int {
		switch {
		case a.gain > b.gain:
			return -1
		case a.gain < b.gain:
			return 1
		}
		return int(a.expert - b.expert)
	})
	for f, n := range k.counts {
		if n < 2 {
			continue
		}
		rises := float64(k.load[f])/float64(n-1) - k.share[f]
		for _, s := range k.slotsOf[f] {
			q := k.s.gpuOfSlot[s]
			if q == h || !k.sameNode(q, h) {
				continue
			}
			for _, r := range k.shares {
				if k.gpu[h]-r.gain >= load {
					break
				}
				e := r.expert
				share := float64(k.load[e]) / float64(k.counts[e]+1)
				if int32(f) == e || k.gpu[q]-k.share[f]+share >= load || k.held(e, q) > 0 {
					continue
				}
				if got := k.trial(int32(f), e, q, rises, share); got < load {
					slot, expert, load = s, e, got
				}
			}
		}
	}
	return slot, expert, load
}

// trial returns the load of the heaviest GPU if a slot of f on GPU q becomes one
// of e.
func (k *keeper) trial(f, e, q int32, rises, share float64) float64 {
	k.change(q, share-k.share[f])
	for _, s := range k.slotsOf[f] {
		k.change(k.s.gpuOfSlot[s], rises)
	}
	k.change(q, -rises) // that slot is gone
	for _, s := range k.slotsOf[e] {
		k.change(k.s.gpuOfSlot[s], share-k.share[e])
	}
	most := 0.0
	for _, g := range k.marked {
		most = math.Max(most, k.gpu[g]+k.touched[g])
	}
	for _, g := range k.byLoad {
		if !k.isMarked[g] {
			most = math.Max(most, k.gpu[g])
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

// bestExchange returns the slots x of GPU h and y of another whose exchange
// leaves the heaviest GPU lightest; ok is false where that is not below limit.
func (k *keeper) bestExchange(h int32, limit float64) (x, y int, ok bool) {
	best := limit
	for _, q := range k.byLoad {
		// What the third GPU carries stays: the heaviest that is neither h nor q.
		floor := k.heaviestBut(h, q)
		if q == h || k.gpu[q] >= best || floor >= best || !k.sameNode(q, h) {
			continue
		}
		low, high := k.gpu[h]-best, best-k.gpu[q] // what must move
		for i := k.s.offsets[h]; i < k.s.offsets[h+1]; i++ {
			a := k.physical[i]
			if k.held(a, q) > 0 {
				continue
			}
			for j := k.s.offsets[q]; j < k.s.offsets[q+1]; j++ {
				b := k.physical[j]
				delta := k.share[a] - k.share[b]
				if delta <= low || delta >= high || k.held(b, h) > 0 {
					continue
				}
				got := max(k.gpu[h]-delta, k.gpu[q]+delta, floor)
				if got < best {
					best, x, y, ok = got, i, j, true
					low, high = k.gpu[h]-best, best-k.gpu[q]
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

// sameNode reports whether experts may go from one GPU to another.
func (k *keeper) sameNode(a, b int32) bool {
	return !k.s.hierarchical || k.s.nodeOfGPU[a] == k.s.nodeOfGPU[b]
}
