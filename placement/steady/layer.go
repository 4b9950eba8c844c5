package steady

import (
	"math"
	"slices"

	"packbench/internal/portable"
	"packbench/placement"
)

// layer is the state of one layer's placement while it is changed.
type layer struct {
	t       placement.Topology
	gpuOf   []int32 // [slots]
	nodeOf  []int32 // [GPUs]
	offsets []int
	words   int  // of a set of GPUs
	inNodes bool // copies stay on their nodes

	was      []int32 // [slots] when the window began
	physical []int32
	counts   []int32
	head     []int32 // [experts] the first slot of an expert
	link     []int32 // [slots] the next of the same expert, −1 at the end

	mean, variance []float64 // [experts] in units of the mean load of a GPU
	soft           SoftMax
	share          []float64 // [experts] exponent that each copy adds to its GPU
	exponent       []float64 // [GPUs]
	term           []float64 // [GPUs] exp(exponent − reference)
	root           []float64 // [GPUs] sqrt(term)
	reference, sum float64

	on     []uint64 // [experts, words] GPUs that hold the expert
	before []uint64 // [experts, words] that held it when the window began
	sorted []int32  // slots of each GPU, the largest share first

	factors              []factor // [experts]
	gpuMean, gpuVariance []float64
	expected             []float64 // [experts] variances, in the unit of the forecast
	hot                  []int32
	givers               []giver
	undone, saved        []int        // by how much the moves of a GPU's slots cost less than one, and of the hot one's
	undoing              []int32      // the slots of a GPU whose moves do
	changed              []bool       // [GPUs] whose experts are others than when the window began, or were
	came                 [][]int32    // [GPUs] slots of experts that were not there then
	left                 [][]int32    // [GPUs] experts that were
	best                 [3]candidate // by cost: at most 0, 1, 2
	scratchSlots         []int32
	chain                []step

	weight  float64 // of the layer's load, 1 on average
	price   float64 // min gain per move
	account float64 // moves at most
	spent   int     // of them
	ended   bool    // no further step is worth its price
}

// factor caches exponentials of an expert for its number of copies.
type factor struct {
	copies              int32
	relief, alone, more float64 // exp(share(c+1) − share(c)), exp(share(c+1)), exp(share(c−1) − share(c))
	inverse             float64 // exp(−share(c))
}

func newLayer(t placement.Topology, inNodes bool) *layer {
	words := (t.GPUs + 63) / 64
	return &layer{
		t: t, gpuOf: t.GPUOfSlots(), nodeOf: t.NodeOfGPUs(), offsets: t.Offsets(), words: words, inNodes: inNodes,
		was: make([]int32, t.Slots), physical: make([]int32, t.Slots), counts: make([]int32, t.Experts), head: make([]int32, t.Experts), link: make([]int32, t.Slots),
		mean: make([]float64, t.Experts), variance: make([]float64, t.Experts), share: make([]float64, t.Experts),
		exponent: make([]float64, t.GPUs), term: make([]float64, t.GPUs), root: make([]float64, t.GPUs),
		on: make([]uint64, t.Experts*words), before: make([]uint64, t.Experts*words),
		changed: make([]bool, t.GPUs), came: make([][]int32, t.GPUs), left: make([][]int32, t.GPUs), sorted: make([]int32, t.Slots),
		factors: make([]factor, t.Experts), gpuMean: make([]float64, t.GPUs), gpuVariance: make([]float64, t.GPUs), expected: make([]float64, t.Experts),
	}
}

// begin takes up a layer: its placement, and the loads that are expected with
// their variances, in any unit. sharpness 0 chooses b. It reports whether there
// is any load.
func (y *layer) begin(physical []int32, mean, variance []float64, sharpness float64) bool {
	copy(y.was, physical)
	copy(y.physical, physical)
	y.chain, y.spent, y.ended = y.chain[:0], 0, true
	for g := range y.came {
		y.came[g], y.left[g] = y.came[g][:0], y.left[g][:0]
	}
	total := 0.0
	for _, m := range mean {
		total += m
	}
	if !(total > 0) {
		return false
	}
	scale := float64(y.t.Living()) / total
	for e, m := range mean {
		y.mean[e] = float64(m * scale)
		y.variance[e] = float64(variance[e] * float64(scale*scale))
	}
	clear(y.counts)
	clear(y.on)
	for e := range y.head {
		y.head[e], y.factors[e].copies = none, 0
	}
	for s := len(y.physical) - 1; s >= 0; s-- {
		e := y.physical[s]
		y.counts[e]++
		y.link[s], y.head[e] = y.head[e], int32(s)
		y.put(y.on, e, y.gpuOf[s])
	}
	copy(y.before, y.on)
	clear(y.changed)
	y.soft = SoftMax{sharpness}
	if sharpness == 0 {
		y.soft = y.sharpest()
	}
	for e := range y.share {
		y.share[e] = y.soft.Exponent(y.mean[e], y.variance[e], y.counts[e])
	}
	y.reference = math.Inf(-1)
	for g := range y.exponent {
		y.exponent[g] = y.total(g)
		if y.t.Capacity(g) > 0 {
			y.reference = max(y.reference, y.exponent[g])
		}
	}
	for g := range y.term {
		y.weigh(g)
		y.sort(g)
	}
	y.add()
	y.ended = false
	return true
}

// none ends a list of slots.
const none = -1

// sharpest chooses b for the placement as it is.
func (y *layer) sharpest() SoftMax {
	mean, variance := y.gpuMean[:0], y.gpuVariance[:0]
	for g := range y.exponent {
		lo, hi := y.offsets[g], y.offsets[g+1]
		if lo == hi {
			continue
		}
		m, v := 0.0, 0.0
		for _, e := range y.physical[lo:hi] {
			share := 1 / float64(y.counts[e])
			m += float64(y.mean[e] * share)
			v += float64(y.variance[e] * float64(share*share))
		}
		mean, variance = append(mean, m), append(variance, v)
	}
	return Sharpest(mean, variance)
}

// put, drop and has are about sets of GPUs.
func (y *layer) put(set []uint64, e, g int32) { set[int(e)*y.words+int(g>>6)] |= 1 << (g & 63) }
func (y *layer) drop(set []uint64, e, g int32) {
	set[int(e)*y.words+int(g>>6)] &^= 1 << (g & 63)
}
func (y *layer) has(set []uint64, e, g int32) bool {
	return set[int(e)*y.words+int(g>>6)]>>(g&63)&1 != 0
}

// shareGPU reports whether any GPU holds both experts.
func (y *layer) shareGPU(e, f int32) bool {
	a, b := y.on[int(e)*y.words:][:y.words], y.on[int(f)*y.words:][:y.words]
	for i, w := range a {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}

// total returns the exponent of GPU g.
func (y *layer) total(g int) float64 {
	sum := 0.0
	for _, e := range y.physical[y.offsets[g]:y.offsets[g+1]] {
		sum += y.share[e]
	}
	return sum
}

// weigh makes the term of GPU g of its exponent; a GPU without slots has none.
func (y *layer) weigh(g int) {
	if y.offsets[g] == y.offsets[g+1] {
		y.term[g], y.root[g] = 0, 0
		return
	}
	y.term[g] = portable.Exp(y.exponent[g] - y.reference)
	y.root[g] = math.Sqrt(y.term[g])
}

func (y *layer) add() {
	y.sum = 0
	for _, t := range y.term {
		y.sum += t
	}
}

// sort sorts the slots of GPU g by share, by slot where shares are equal.
func (y *layer) sort(g int) {
	lo, hi := y.offsets[g], y.offsets[g+1]
	row := y.sorted[lo:hi]
	for i := range row {
		s := int32(lo + i)
		share := y.share[y.physical[s]]
		at := i
		for ; at > 0 && y.share[y.physical[row[at-1]]] < share; at-- {
			row[at] = row[at-1]
		}
		row[at] = s
	}
}

// factor returns the exponentials of expert e.
func (y *layer) factor(e int32) *factor {
	f := &y.factors[e]
	if c := y.counts[e]; f.copies != c {
		now := y.share[e]
		next := y.soft.Exponent(y.mean[e], y.variance[e], c+1)
		*f = factor{copies: c, relief: portable.Exp(next - now), alone: portable.Exp(next), inverse: portable.Exp(-now)}
		if c > 1 {
			f.more = portable.Exp(y.soft.Exponent(y.mean[e], y.variance[e], c-1) - now)
		}
	}
	return f
}

// other returns the soft maximum of another placement of the layer, and how many
// moves lead there from that at which the window began.
func (y *layer) other(physical, counts []int32) (value float64, moves int) {
	most := math.Inf(-1)
	exponents := y.gpuMean[:0]
	for g := range y.exponent {
		row := physical[y.offsets[g]:y.offsets[g+1]]
		if len(row) == 0 {
			continue
		}
		sum := 0.0
		for i, e := range row {
			sum += y.soft.Exponent(y.mean[e], y.variance[e], counts[e])
			if !y.has(y.before, e, int32(g)) && !slices.Contains(row[:i], e) {
				moves++
			}
		}
		exponents = append(exponents, sum)
		most = max(most, sum)
	}
	sum := 0.0
	for _, x := range exponents {
		sum += portable.Exp(x - most)
	}
	return (most + portable.Log(sum)) / y.soft.B, moves
}
