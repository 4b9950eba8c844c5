package planners

import "slices"

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
	physical []int32 // of the layer, as are the next two
	load     []float32
	counts   []int32
	share    []float64 // [experts] load per copy
	gpu      []float64 // [GPUs] load
	byLoad   []int32   // GPUs, heaviest first
	start    []int32   // [experts + 1] where the slots of an expert begin in slots
	slots    []int32   // [slots] by expert
	next     []int32

	touched  []float64 // [GPUs] change of the load in a trial
	marked   []int32   // GPUs with such a change
	isMarked []bool
	takers   []taker
	givers   []giver
	limit    int // copies of an expert at most
}

// taker is an expert of the heaviest GPU that could do with another copy.
type taker struct {
	expert int32
	gain   float64 // what that would take from the heaviest GPU
}

// giver is a slot of an expert that has others.
type giver struct {
	slot, gpu int32
	without   float64 // load of the GPU without it
}

func newKeeper(s *session) *keeper {
	t := s.topology
	k := &keeper{
		Keep: *s.c.Keep, s: s, share: make([]float64, t.Experts), gpu: make([]float64, t.GPUs),
		byLoad: make([]int32, t.GPUs), start: make([]int32, t.Experts+1), slots: make([]int32, t.Slots),
		next: make([]int32, t.Experts), touched: make([]float64, t.GPUs), isMarked: make([]bool, t.GPUs), limit: t.Slots,
	}
	if s.c.limited() {
		k.limit = s.c.copyLimit(t.Living())
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
	total := 0.0
	for _, load := range k.gpu {
		total += load
	}
	mean := total / float64(k.s.topology.Living())
	left := k.Moves
	for left > 0 {
		h := k.byLoad[0]
		if k.gpu[h] <= mean*(1+k.Tolerance) {
			break
		}
		cost := k.step(h, left, k.gpu[h]-mean*max(k.Gain, worthwhile))
		if cost == 0 {
			break
		}
		left -= cost
	}
	if left == k.Moves {
		w.kept++
	}
	return nil
}

// begin takes the state from the slots, some of which may be empty.
func (k *keeper) begin() {
	clear(k.counts)
	for _, e := range k.physical {
		if e != nobody {
			k.counts[e]++
		}
	}
	for e, n := range k.counts {
		k.share[e] = float64(k.load[e]) / float64(max(1, n))
	}
	k.index()
	for g := range k.gpu {
		k.gpu[g] = k.sum(g)
		k.byLoad[g] = int32(g)
	}
	slices.SortFunc(k.byLoad, func(a, b int32) int {
		if k.later(a, b) {
			return 1
		}
		return -1
	})
}

// sum returns the load of GPU g.
func (k *keeper) sum(g int) float64 {
	sum := 0.0
	for _, e := range k.physical[k.s.offsets[g]:k.s.offsets[g+1]] {
		if e != nobody {
			sum += k.share[e]
		}
	}
	return sum
}

// index lists the slots of each expert.
func (k *keeper) index() {
	at := int32(0)
	for e, n := range k.counts {
		k.start[e], k.next[e] = at, at
		at += n
	}
	k.start[len(k.counts)] = at
	for s, e := range k.physical {
		if e != nobody {
			k.slots[k.next[e]] = int32(s)
			k.next[e]++
		}
	}
}

func (k *keeper) slotsOf(e int32) []int32 { return k.slots[k.start[e]:k.start[e+1]] }

// set puts an expert in a slot, in the place of what it held, if anything, and
// brings the state up to date.
func (k *keeper) set(slot, e int32) {
	was := k.physical[slot]
	k.physical[slot] = e
	k.counts[e]++
	k.share[e] = float64(k.load[e]) / float64(k.counts[e])
	if was != nobody {
		k.counts[was]--
		k.share[was] = float64(k.load[was]) / float64(max(1, k.counts[was]))
	}
	k.index()
	k.settle(k.s.gpuOfSlot[slot])
	for _, s := range k.slotsOf(e) {
		k.settle(k.s.gpuOfSlot[s])
	}
	if was != nobody {
		for _, s := range k.slotsOf(was) {
			k.settle(k.s.gpuOfSlot[s])
		}
	}
}

// settle sums the load of GPU g anew and puts it in its place by load.
func (k *keeper) settle(g int32) {
	k.gpu[g] = k.sum(int(g))
	at := slices.Index(k.byLoad, g)
	for ; at > 0 && k.later(k.byLoad[at-1], g); at-- {
		k.byLoad[at] = k.byLoad[at-1]
	}
	for ; at+1 < len(k.byLoad) && k.later(g, k.byLoad[at+1]); at++ {
		k.byLoad[at] = k.byLoad[at+1]
	}
	k.byLoad[at] = g
}

// later reports whether GPU a comes after GPU b: it is lighter, or equal with a
// higher index.
func (k *keeper) later(a, b int32) bool {
	return k.gpu[a] < k.gpu[b] || k.gpu[a] == k.gpu[b] && a > b
}

// held is how many copies of e GPU g holds.
func (k *keeper) held(e, g int32) int {
	n := 0
	for _, s := range k.slotsOf(e) {
		if k.s.gpuOfSlot[s] == g {
			n++
		}
	}
	return n
}

// step makes the best change for the heaviest GPU h that leaves no GPU above
// limit, and returns its moves, 0 where there is none.
func (k *keeper) step(h int32, left int, limit float64) int {
	slot, expert, best := k.bestRetarget(h, limit)
	if left >= 2 {
		if x, y, ok := k.bestExchange(h, best); ok {
			k.physical[x], k.physical[y] = k.physical[y], k.physical[x]
			k.index()
			k.settle(k.s.gpuOfSlot[x])
			k.settle(k.s.gpuOfSlot[y])
			return 2
		}
	}
	if slot < 0 {
		return 0
	}
	k.set(slot, expert)
	return 1
}

// sameNode reports whether experts may go from one GPU to another.
func (k *keeper) sameNode(a, b int32) bool {
	return !k.s.hierarchical || k.s.nodeOfGPU[a] == k.s.nodeOfGPU[b]
}
