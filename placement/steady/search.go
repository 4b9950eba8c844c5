package steady

import (
	"math"
	"slices"

	"packbench/internal/portable"
)

// step is a change of a layer: slot x gets expert e or, where y ≥ 0, the slots x
// and y exchange their experts.
type step struct {
	x, y, e int32
	cost    int     // moves, less those that it makes undone
	gain    float64 // in F, times the layer's weight
}

// candidate is a step and by how much it lowers the sum of the terms.
type candidate struct {
	step
	less float64
}

// giver is a slot whose expert has other copies.
type giver struct {
	term, rest, stays float64 // of its GPU; change of the other holders' terms without it; term of the GPU without the expert
	set               uint64  // GPUs that hold the expert, as far as a word tells them
	slot, gpu, expert int32
	changed           bool // the GPU's experts are others than when the window began, or were
}

// offer keeps the candidate where it is the best of its cost: at most 0, 1 or 2.
func (y *layer) offer(less float64, cost int, x, z, e int32) {
	c := &y.best[max(0, cost)]
	if less > c.less {
		*c = candidate{step{x: x, y: z, e: e, cost: cost}, less}
	}
}

// search finds the step with the max gain per move with an end on one of the
// hottest GPUs; ok is false where none is worth the price.
func (y *layer) search(hottest int) (step, bool) {
	y.best = [3]candidate{}
	y.findHot(hottest)
	y.findGivers()
	for _, h := range y.hot {
		y.retargets(h)
		y.swaps(h)
	}
	least := 1e-7 * y.sum // below which rounding may decide
	if c := y.best[0]; c.less > least {
		c.gain = y.gain(c.less)
		return c.step, true
	}
	var chosen step
	ratio := 0.0
	for cost := 1; cost <= 2; cost++ {
		c := y.best[cost]
		if c.less <= least {
			continue
		}
		c.gain = y.gain(c.less)
		if r := c.gain / float64(cost); r > ratio {
			ratio, chosen = r, c.step
		}
	}
	return chosen, ratio >= y.price && ratio > 0
}

// gain is what F loses with so much of the sum, times the layer's weight.
func (y *layer) gain(less float64) float64 {
	return float64(portable.Log(y.sum/max(y.sum-less, 1e-300)) / y.soft.B * y.weight)
}

// findHot lists the GPUs of the largest terms, the hottest first.
func (y *layer) findHot(n int) {
	y.hot = y.hot[:0]
	for g := range y.term {
		at := len(y.hot)
		if at == n {
			if y.term[y.hot[at-1]] >= y.term[g] {
				continue
			}
			at--
		} else {
			y.hot = append(y.hot, 0)
		}
		for ; at > 0 && y.term[y.hot[at-1]] < y.term[g]; at-- {
			y.hot[at] = y.hot[at-1]
		}
		y.hot[at] = int32(g)
	}
}

// findGivers lists the slots of the experts with several copies.
func (y *layer) findGivers() {
	y.givers = y.givers[:0]
	for f, n := range y.counts {
		if n < 2 {
			continue
		}
		more := y.factor(int32(f)).more - 1
		inverse := y.factors[f].inverse
		first, rest, set := len(y.givers), 0.0, y.on[f*y.words]
		if y.words > 1 {
			set = math.MaxUint64
		}
		for s := y.head[f]; s != none; s = y.link[s] {
			g := y.gpuOf[s]
			term := y.term[g]
			rest += float64(term * more)
			y.givers = append(y.givers, giver{
				term: term, stays: float64(term * inverse), set: set, slot: s, gpu: g, expert: int32(f), changed: y.changed[g],
			})
		}
		for i := first; i < len(y.givers); i++ {
			v := &y.givers[i]
			v.rest = rest - float64(v.term*more)
		}
	}
}

// retargets offers the best slots for one more copy of each expert of GPU h.
func (y *layer) retargets(h int32) {
	for _, e := range y.physical[y.offsets[h]:y.offsets[h+1]] {
		if int(y.counts[e]) >= y.t.GPUs {
			continue
		}
		f := y.factor(e)
		factor, alone, relief := f.relief-1, f.alone, 0.0
		for s := y.head[e]; s != none; s = y.link[s] {
			relief += float64(y.term[y.gpuOf[s]] * factor)
		}
		set := y.on[int(e)*y.words:][:y.words]
		// Only on a GPU that changed can a move make another undone; elsewhere the
		// step costs 1, and only experts that share a GPU change what it gains.
		alike := set[0]
		if y.words > 1 {
			alike = math.MaxUint64 // then every pair of experts is looked at
		}
		free, one := min(y.best[0].less, y.best[1].less), y.best[1].less
		for i := range y.givers {
			v := &y.givers[i]
			less := v.term - relief - v.rest - float64(v.stays*alone)
			if less <= one && v.set&alike == 0 && (!v.changed || less <= free) {
				continue
			}
			q := v.gpu
			if set[q>>6]>>(q&63)&1 != 0 || v.expert == e || y.inNodes && y.nodeOf[q] != y.nodeOf[h] {
				continue
			}
			if y.shareGPU(e, v.expert) { // where both act on the same GPU, their factors multiply
				more := y.factors[v.expert].more - 1
				for s := y.head[e]; s != none; s = y.link[s] {
					if g := y.gpuOf[s]; y.has(y.on, v.expert, g) {
						less -= float64(float64(y.term[g]*factor) * more)
					}
				}
			}
			cost := 1
			if y.has(y.before, e, q) {
				cost--
			}
			if !y.has(y.before, v.expert, q) {
				cost--
			}
			y.offer(less, cost, v.slot, none, e)
			free, one = min(y.best[0].less, y.best[1].less), y.best[1].less
		}
	}
}

// swaps offers the best exchanges between GPU h and lighter ones. An exchange of
// a for b with d = share(a) − share(b) leaves T_h e^−d + T_q e^d =
// 2 √(T_h T_q) cosh(d − d*), d* half the difference of the exponents: the nearer
// to d*, the better.
func (y *layer) swaps(h int32) {
	for g := range y.term {
		q := int32(g)
		if q == h || y.term[q] >= y.term[h] || y.term[q] == 0 || y.inNodes && y.nodeOf[q] != y.nodeOf[h] {
			continue
		}
		bound := y.root[h] - y.root[q]
		bound = float64(bound * bound)
		if bound > y.best[2].less {
			y.nearest(h, q)
		}
		if y.changed[h] || y.changed[q] {
			y.reversals(h, q, bound)
		}
	}
}

// nearest offers the exchange nearest to d*, by walking down both GPUs' sorted
// slots.
func (y *layer) nearest(h, q int32) {
	target := float64((y.exponent[h] - y.exponent[q]) / 2)
	row := y.sorted[y.offsets[q]:y.offsets[q+1]]
	distance, x, z := 1e300, int32(none), int32(none)
	j := 0 // the first of row that is not above what is wanted
	for _, s := range y.sorted[y.offsets[h]:y.offsets[h+1]] {
		a := y.physical[s]
		want := y.share[a] - target
		for j < len(row) && y.share[y.physical[row[j]]] > want {
			j++
		}
		if y.has(y.on, a, q) {
			continue
		}
		for k := j; k < len(row); k++ { // below
			b := y.physical[row[k]]
			if d := want - y.share[b]; d >= distance {
				break
			} else if !y.has(y.on, b, h) {
				distance, x, z = d, s, row[k]
				break
			}
		}
		for k := j - 1; k >= 0; k-- { // above
			b := y.physical[row[k]]
			if d := y.share[b] - want; d >= distance {
				break
			} else if !y.has(y.on, b, h) {
				distance, x, z = d, s, row[k]
				break
			}
		}
	}
	if x != none {
		y.offerSwap(h, q, x, z)
	}
}

// reversals offers the best exchanges that make earlier moves of the window
// undone, which cost less than two: for each cost the one nearest to d*. No
// exchange gains more than bound.
func (y *layer) reversals(h, q int32, bound float64) {
	if bound <= min(y.best[0].less, y.best[1].less) {
		return
	}
	most := y.reverses(&y.saved, nil, h, q) + y.reverses(&y.undone, &y.undoing, q, h)
	// Where none can be free, only those count that beat the best of one move;
	// rounding is far below the margin.
	if most == 0 || most == 1 && bound+float64(1e-12*(y.term[h]+y.term[q])) < y.best[1].less {
		return
	}
	lo, hi := y.offsets[q], y.offsets[q+1]
	target := float64((y.exponent[h] - y.exponent[q]) / 2)
	distance := [2]float64{1e300, 1e300}
	var at [2][2]int32
	for i, a := range y.physical[y.offsets[h]:y.offsets[h+1]] {
		saved := y.saved[i]
		if saved == 0 && len(y.undoing) == 0 || y.has(y.on, a, q) {
			continue
		}
		want := y.share[a] - target
		try := func(j int32) {
			b := y.physical[lo+int(j)]
			d := want - y.share[b]
			if d < 0 {
				d = -d
			}
			if cost := max(0, 2-saved-y.undone[j]); d < distance[cost] && !y.has(y.on, b, h) {
				distance[cost], at[cost] = d, [2]int32{int32(y.offsets[h] + i), int32(lo) + j}
			}
		}
		if saved == 0 {
			for _, j := range y.undoing {
				try(j)
			}
			continue
		}
		for j := range int32(hi - lo) {
			try(j)
		}
	}
	for cost, d := range distance {
		if d < 1e300 {
			y.offerSwap(h, q, at[cost][0], at[cost][1])
		}
	}
}

// reverses writes for each slot of a GPU by how much the move of its expert to
// another GPU costs less than one, and the slots where it does; it returns the max.
// An expert that is on the other GPU already, which cannot move there, may be left
// out.
func (y *layer) reverses(less *[]int, where *[]int32, from, to int32) int {
	lo, hi := y.offsets[from], y.offsets[from+1]
	row := slices.Grow((*less)[:0], hi-lo)[:hi-lo]
	clear(row)
	*less = row
	if where != nil {
		*where = (*where)[:0]
	}
	if len(y.came[from])+len(y.left[to]) == 0 {
		return 0
	}
	for _, s := range y.came[from] {
		row[int(s)-lo]++
	}
	for _, e := range y.left[to] {
		if !y.has(y.on, e, from) {
			continue
		}
		for s := y.head[e]; s != none; s = y.link[s] {
			if y.gpuOf[s] == from {
				row[int(s)-lo]++
			}
		}
	}
	most := 0
	for i, n := range row {
		if n > 0 {
			most = max(most, n)
			if where != nil {
				*where = append(*where, int32(i))
			}
		}
	}
	return most
}

// note lists how the experts of a GPU differ from those when the window began.
func (y *layer) note(g int32) {
	y.came[g], y.left[g] = y.came[g][:0], y.left[g][:0]
	for s := y.offsets[g]; s < y.offsets[g+1]; s++ {
		if !y.has(y.before, y.physical[s], g) {
			y.came[g] = append(y.came[g], int32(s))
		}
		if e := y.was[s]; !y.has(y.on, e, g) && !slices.Contains(y.left[g], e) {
			y.left[g] = append(y.left[g], e)
		}
	}
}

// saves is by how much the move of e from one GPU to another costs less than
// one: it came there in this window, or it was on the other when that began.
func (y *layer) saves(e, from, to int32) int {
	n := 0
	if !y.has(y.before, e, from) {
		n++
	}
	if y.has(y.before, e, to) {
		n++
	}
	return n
}

// offerSwap offers the exchange of slot x of GPU h for slot z of GPU q.
func (y *layer) offerSwap(h, q, x, z int32) {
	a, b := y.physical[x], y.physical[z]
	cost := 2 - y.saves(a, h, q) - y.saves(b, q, h)
	up := portable.Exp(y.share[a] - y.share[b])
	y.offer(y.term[h]+y.term[q]-float64(y.term[q]*up)-y.term[h]/up, cost, x, z, none)
}
