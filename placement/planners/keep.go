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
	head     []int32   // [experts] the first slot of an expert
	link     []int32   // [slots] the next slot of the same expert, −1 at the end

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
		byLoad: make([]int32, t.GPUs), head: make([]int32, t.Experts), link: make([]int32, t.Slots),
		touched: make([]float64, t.GPUs), isMarked: make([]bool, t.GPUs), limit: t.Slots,
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
		cost := k.step(h, left, k.gpu[h]-float64(mean*max(k.Gain, worthwhile)))
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
	for e := range k.head {
		k.head[e] = none
	}
	for s := len(k.physical) - 1; s >= 0; s-- {
		if e := k.physical[s]; e != nobody {
			k.counts[e]++
			k.link[s], k.head[e] = k.head[e], int32(s)
		}
	}
	for e, n := range k.counts {
		k.share[e] = float64(k.load[e]) / float64(max(1, n))
	}
	for g := range k.gpu {
		k.gpu[g] = k.sum(g)
		at := g
		for ; at > 0 && k.later(k.byLoad[at-1], int32(g)); at-- {
			k.byLoad[at] = k.byLoad[at-1]
		}
		k.byLoad[at] = int32(g)
	}
}

// none is the slot after the last of an expert, and nobody the expert of an
// empty slot.
const none, nobody = -1, -1

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

// enter puts an expert in an empty slot, leave empties it. The loads of the GPUs
// are not brought up to date.
func (k *keeper) enter(slot, e int32) {
	k.physical[slot] = e
	k.link[slot], k.head[e] = k.head[e], slot
	k.counts[e]++
	k.share[e] = float64(k.load[e]) / float64(k.counts[e])
}

func (k *keeper) leave(slot int32) int32 {
	e := k.physical[slot]
	at := &k.head[e]
	for *at != slot {
		at = &k.link[*at]
	}
	*at = k.link[slot]
	k.physical[slot] = nobody
	k.counts[e]--
	k.share[e] = float64(k.load[e]) / float64(max(1, k.counts[e]))
	return e
}

// set puts an expert in a slot, in the place of what it held, if anything, and
// brings the loads of the GPUs up to date.
func (k *keeper) set(slot, e int32) {
	if k.physical[slot] != nobody {
		k.settleAll(k.leave(slot))
	}
	k.enter(slot, e)
	k.settleAll(e)
}

// settleAll brings the GPUs that hold e up to date.
func (k *keeper) settleAll(e int32) {
	for s := k.head[e]; s != none; s = k.link[s] {
		k.settle(k.s.gpuOfSlot[s])
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
	for s := k.head[e]; s != none; s = k.link[s] {
		if k.s.gpuOfSlot[s] == g {
			n++
		}
	}
	return n
}

// step makes the best change for the heaviest GPU h that leaves no GPU above
// limit, and returns its moves, 0 where there is none. An exchange takes two
// moves, so it must lower the maximum, not only the two GPUs.
func (k *keeper) step(h int32, left int, limit float64) int {
	slot, expert, best := k.bestRetarget(h, outcome{limit, 0})
	if left >= 2 {
		if x, y, ok := k.bestExchange(h, best.most); ok {
			a, b := k.leave(x), k.leave(y)
			k.enter(x, b)
			k.enter(y, a)
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
