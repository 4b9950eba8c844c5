package cuda

import (
	"fmt"

	"packbench/strategies"
)

// Limits of the kernels; the constants of the same names are in kernels/.
const (
	fetchThreads    = 256
	warpsPerBlock   = 4
	orderThreads    = 512
	sortThreads     = 512
	chooseThreads   = 256
	refineThreads   = 256 // of refine_large
	sortSharedBytes = 4 * (sortThreads/32 + 1) * 256

	compactItems = 1024 // of problems with orders and places of 16 bits
	compactPacks = 256
	// More candidates, or more of them kept, are ranked by a kernel of its own.
	selectCandidates = 256
	selectKeep       = 16
)

// chooseKernels chooses the kernel of each stage by what was fastest on an H100,
// whose figures are in SPEED.md.
func (p *plan) chooseKernels(multiprocessors int) {
	n, m := p.shape.Items, p.shape.Packs
	p.wide = n > compactItems || m > compactPacks
	p.chooseOrders()
	p.chooseGreedy(multiprocessors)
	if p.Candidates > selectCandidates || p.keep > selectKeep {
		p.selection = kernel{name: "select", threads: sortThreads, shared: sortSharedBytes}
	}
	p.chooseFinish()
}

// wordForms are how orders_words gives a row to lanes: lanes and words of each, and
// whether there is a kernel for rows that fill them.
var wordForms = []struct {
	lanes, words int
	full         bool
}{{8, 8, true}, {8, 9, true}, {32, 4, false}, {32, 6, false}, {32, 8, true}, {32, 9, true}, {32, 12, false}, {32, 16, false}, {32, 32, false}}

func (p *plan) chooseOrders() {
	n := p.shape.Items
	if p.wide {
		if limit, ok := smallest(n, 2048, 4096); ok {
			p.orders = kernel{name: fmt.Sprintf("orders_block_%d", limit), threads: orderThreads, perBlock: 1, shared: 2 * limit * wordBytes}
		} else {
			p.orders = kernel{name: "orders_large", threads: sortThreads, shared: sortSharedBytes}
		}
		return
	}
	for _, f := range wordForms {
		room := f.lanes * f.words
		if n > room {
			continue
		}
		rows := 32 / f.lanes
		p.orders = kernel{name: fmt.Sprintf("orders_words_%d_%d", f.lanes, f.words), threads: 32 * warpsPerBlock,
			perBlock: warpsPerBlock * rows, shared: warpsPerBlock * 2 * rows * room * wordBytes}
		if n == room && f.full {
			p.orders.name += "_full"
		}
		return
	}
}

// chooseGreedy gives a candidate the whole warp where there are too few of them to
// fill the device with more to a warp, and where its packs take many lanes.
func (p *plan) chooseGreedy(multiprocessors int) {
	n, m := p.shape.Items, p.shape.Packs
	if m > 256 || n >= 1<<16 || n/m >= 1<<15 {
		p.greedy = kernel{name: "greedy_large", threads: 32, perBlock: 1}
		p.treeWords = m + treeWords(m)
		if p.treeWords*wordBytes <= sharedLimit {
			p.greedy.shared = p.treeWords * wordBytes
		}
		return
	}
	const warps = 16 // per multiprocessor, that keep it busy
	if few := p.shape.Layers*p.Candidates <= warps*multiprocessors; few || p.wide || m > 72 {
		slots, _ := smallest((m+31)/32, 1, 2, 4, 5, 8)
		p.greedy = greedyKernel(fmt.Sprintf("greedy_reduce_%d", slots), 32)
		if p.wide {
			p.greedy.name += "_wide"
		}
		return
	}
	switch {
	case m <= 8:
		p.greedy = greedyKernel("greedy_lanes_2_4", 2)
	case m <= 16:
		p.greedy = greedyKernel("greedy_lanes_4_4", 4)
	case m <= 32:
		p.greedy = greedyKernel("greedy_lanes_4_8", 4)
	case m <= 64:
		p.greedy = greedyKernel("greedy_lanes_8_8", 8)
	default:
		p.greedy = greedyKernel("greedy_lanes_8_9", 8)
	}
}

// greedyKernel is greedy_lanes or greedy_reduce with the given lanes per candidate;
// its shared memory is that of form in kernels/greedy_lanes.cu.
func greedyKernel(name string, lanes int) kernel {
	rows := 32 / lanes
	words := int(roundUp(int64(rows*33), 4)) + rows*36
	return kernel{name: name, threads: 32 * warpsPerBlock, perBlock: warpsPerBlock * rows, shared: warpsPerBlock * words * wordBytes}
}

// chooseFinish chooses the kernel that refines the kept candidates and chooses the
// answer, or only chooses.
func (p *plan) chooseFinish() {
	n, m := p.shape.Items, p.shape.Packs
	capacity := n / m
	padded := (capacity + 3) / 4 * 4
	words := 2*m*padded + 3*n + m + 7
	suffix := map[strategies.Refinement]string{strategies.MaxAny: "_max_any", strategies.TwoOpt: "_two_opt"}[p.Refinement]
	warps := func(threads int) int { return (threads + 31) / 32 * 32 }
	switch {
	case p.Refinement == strategies.NoRefinement:
		p.finish = kernel{name: "choose", threads: chooseThreads, perBlock: 1}
	case p.Refinement == strategies.MaxAnyPairs:
		pairs := capacity * (capacity - 1) / 2
		sets := padded + (pairs+3)/4*4
		p.finish = kernel{name: "refine_pairs", threads: min(max(warps(pairs*((pairs+3)/4)), 64), 512), perBlock: 1,
			shared: (m*sets + 3*n + m + pairs + 9) * wordBytes}
	case p.wide:
		p.finish = kernel{name: "refine_large" + suffix, threads: refineThreads, perBlock: 1, shared: (refineThreads/32 + 3) * wordBytes}
	case p.Refinement == strategies.MaxAny && m <= 32 && capacity <= 16:
		p.finish = kernel{name: fmt.Sprintf("refine_quick_%d", padded/4), threads: warps(n), perBlock: 1, shared: words * wordBytes}
	default:
		p.finish = kernel{name: "refine_rounds" + suffix, threads: warps((n + 1) / 2), perBlock: 1, shared: words * wordBytes}
	}
}

// smallest returns the first limit that n does not pass.
func smallest(n int, limits ...int) (int, bool) {
	for _, limit := range limits {
		if n <= limit {
			return limit, true
		}
	}
	return 0, false
}

// treeWords is the size of greedy_large's tree over packs: levels of nodes with
// 32 children, each level padded to whole nodes.
func treeWords(packs int) int {
	words := 0
	for level := packs; ; level = (level + 31) / 32 {
		padded := (level + 31) / 32 * 32
		words += padded
		if padded <= 32 {
			return words
		}
	}
}
