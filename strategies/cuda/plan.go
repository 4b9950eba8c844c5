package cuda

import (
	"fmt"
	"math"

	"packbench/packing"
	"packbench/strategies"
)

// plan is how an ensemble strategy runs on problems of a shape: which kernels,
// how much memory, how many layers at a time.
type plan struct {
	strategies.Ensemble
	shape packing.Shape
	keep  int // candidates refined; 1 without refinement
	draws bool
	chunk int // layers at a time

	orders, greedy, selection, refine kernel
	sortBlocks                        int // blocks of orders_large, each with scratch
	selectBlocks                      int // blocks of select_large, each with scratch
	treeWords                         int // greedy_large: words of memory per candidate
}

// kernel is a kernel with the part of its launch that does not depend on the
// number of layers. The zero kernel is not launched.
type kernel struct {
	name     string
	threads  int // per block
	perBlock int // problems per block
	shared   int // bytes of dynamic shared memory
}

// Limits of the kernels; the constants of the same names are in kernels/.
const (
	sortThreads     = 512
	refineThreads   = 256
	chooseThreads   = 256
	warpsPerBlock   = 4
	sharedLimit     = 48 << 10 // bytes of shared memory that every block may have
	sortSharedBytes = 4 * (sortThreads/32 + 1) * 256
	wordBytes       = 4
)

// newPlan plans the execution of e with at most memory bytes of the device's
// memory, on a device with the given number of multiprocessors. draws says that
// the random draws are sent over. The error says what does not fit.
func newPlan(e strategies.Ensemble, shape packing.Shape, draws bool, memory int64, multiprocessors int) (*plan, error) {
	p := &plan{Ensemble: e, shape: shape, keep: e.Keep, draws: draws && e.Candidates > 2}
	if e.Refinement == strategies.NoRefinement {
		p.keep = 1
	}
	p.chooseKernels()
	blocks := 2 * max(1, multiprocessors)
	if p.orders.name == "orders_large" {
		p.sortBlocks = scratchBlocks(min(blocks, shape.Layers*e.Candidates), 3*shape.Items, memory)
	}
	if p.selection.name == "select_large" {
		p.selectBlocks = scratchBlocks(min(blocks, shape.Layers), 3*e.Candidates, memory)
	}

	fixed, perLayer := p.bytes()
	// A launch has at most 2³¹ − 1 blocks, and problems have 32-bit numbers.
	most := int64(math.MaxInt32) / int64(e.Candidates)
	p.chunk = int(min(int64(shape.Layers), most, max(0, memory-fixed)/perLayer))
	if p.chunk < 1 {
		return nil, fmt.Errorf("a layer of %d items with %d candidates needs %s of device memory, there are %s: use fewer candidates",
			shape.Items, e.Candidates, size(fixed+perLayer), size(memory))
	}
	return p, nil
}

// scratchBlocks is the number of blocks, at most want, whose scratch of words
// each takes no more than a quarter of the memory; at least one.
func scratchBlocks(want, words int, memory int64) int {
	return max(1, int(min(int64(want), memory/4/(int64(words)*wordBytes))))
}

func (p *plan) chooseKernels() {
	n, m := p.shape.Items, p.shape.Packs
	perWarp := func(name string, limit int) kernel {
		return kernel{name: fmt.Sprintf("%s_%d", name, limit), threads: 32 * warpsPerBlock, perBlock: warpsPerBlock}
	}
	if limit, ok := smallest(n, 128, 256, 512, 1024); ok {
		p.orders = perWarp("orders_small", limit)
	} else {
		p.orders = kernel{name: "orders_large", threads: sortThreads, shared: sortSharedBytes}
	}
	if limit, ok := smallest(m, 32, 64, 128); ok {
		p.greedy = perWarp("greedy_small", limit)
	} else {
		p.greedy = kernel{name: "greedy_large", threads: 32, perBlock: 1}
		p.treeWords = m + treeWords(m)
		if p.treeWords*wordBytes <= sharedLimit {
			p.greedy.shared = p.treeWords * wordBytes
		}
	}
	if limit, ok := smallest(p.Candidates, 128, 1024); p.Candidates > 1 && ok {
		p.selection = perWarp("select_small", limit)
	} else if p.Candidates > 1 {
		p.selection = kernel{name: "select_large", threads: sortThreads, shared: sortSharedBytes}
	}
	suffix := map[strategies.Refinement]string{strategies.MaxAny: "_max_any", strategies.TwoOpt: "_two_opt"}[p.Refinement]
	switch {
	case suffix == "":
	case n <= 1024:
		capacity := n / m
		words := 3*n + m + 2*capacity + (capacity+3)/4*4
		p.refine = kernel{name: "refine_small" + suffix, threads: 32, perBlock: 1, shared: words * wordBytes}
	default:
		p.refine = kernel{name: "refine_large" + suffix, threads: refineThreads, perBlock: 1, shared: (refineThreads/32 + 2) * wordBytes}
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

// buffers are the sizes of the device's arrays in words, for a number of
// layers. 0: not needed.
type buffers struct {
	weights, draws, order, place, imbalance, ranking, score, swaps, answer int64
	sortScratch, selectScratch, greedyScratch, refineScratch               int64
}

func (p *plan) buffers(layers int) buffers {
	l, n, m := int64(layers), int64(p.shape.Items), int64(p.shape.Packs)
	c, keep := int64(p.Candidates), int64(p.keep)
	b := buffers{
		weights: l * n, order: l * c * n, place: l * c * n, imbalance: l * c,
		answer:        l * (2*n + 1),
		sortScratch:   int64(p.sortBlocks) * 3 * n,
		selectScratch: int64(p.selectBlocks) * 3 * c,
	}
	if p.draws {
		b.draws = l * (c - 2) * n
	}
	if p.selection.name != "" {
		b.ranking = l * c
	}
	if p.greedy.name == "greedy_large" && p.greedy.shared == 0 {
		b.greedyScratch = l * c * int64(p.treeWords)
	}
	if p.refine.name != "" {
		b.score, b.swaps = l*keep, l*keep
		if p.shape.Items > 1024 {
			b.refineScratch = l * keep * (4*n + 2*m)
		}
	}
	return b
}

func (b buffers) bytes() int64 {
	return wordBytes * (b.weights + b.draws + b.order + b.place + b.imbalance + b.ranking + b.score + b.swaps +
		b.answer + b.sortScratch + b.selectScratch + b.greedyScratch + b.refineScratch)
}

// bytes is the device memory that the plan needs whatever the number of layers,
// and for each layer.
func (p *plan) bytes() (fixed, perLayer int64) {
	fixed = p.buffers(0).bytes()
	return fixed, p.buffers(1).bytes() - fixed
}

// size writes a number of bytes for people: "1.5 GB".
func size(bytes int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	x, u := float64(max(0, bytes)), 0
	for x >= 1000 && u < len(units)-1 {
		x /= 1000
		u++
	}
	return fmt.Sprintf("%.3g %s", x, units[u])
}
