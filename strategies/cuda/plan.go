//lint:file-ignore U1000 some of it is used with the cuda tag only

package cuda

import (
	"fmt"
	"math"

	"packbench/packing"
	"packbench/strategies"
)

// plan is how an ensemble strategy runs on layers of one size, of one problem or of
// many: which kernels, how much memory, how many layers at a time.
type plan struct {
	strategies.Ensemble
	shape packing.Shape
	pitch int // words from one row of items to the next
	keep  int // candidates refined; 1 without refinement
	draws bool
	wide  bool // orders and places are of 32 bits; else of 16
	chunk int  // layers at a time

	orders, greedy, selection, finish kernel
	sortBlocks, selectBlocks          int // blocks of orders_large and of select, each with scratch
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

// blocks is the number of blocks for a number of problems.
func (k kernel) blocks(problems int) int { return (problems + k.perBlock - 1) / k.perBlock }

const (
	wordBytes   = 4
	sharedLimit = 48 << 10 // bytes of shared memory that every block may have
)

// newPlan plans the execution of e with at most memory bytes of the device's
// memory, on a device with the given number of multiprocessors. draws says that
// the random draws are sent over. The error says what does not fit.
func newPlan(e strategies.Ensemble, shape packing.Shape, draws bool, memory int64, multiprocessors int) (*plan, error) {
	p := &plan{Ensemble: e, shape: shape, keep: e.Keep, draws: draws && e.Candidates > 2}
	p.Refinement = e.Refinement.On(shape)
	if p.Refinement == strategies.NoRefinement {
		p.keep = 1
	}
	p.pitch = (shape.Items + 7) / 8 * 8
	p.chooseKernels(max(1, multiprocessors))
	if p.wide && p.Refinement == strategies.MaxAnyPairs {
		return nil, fmt.Errorf("%w: cuda swaps pairs in layers of up to %d items and %d packs, not %d and %d",
			strategies.ErrUnsupported, compactItems, compactPacks, shape.Items, shape.Packs)
	}
	blocks := 2 * max(1, multiprocessors)
	if p.orders.name == "orders_large" {
		p.sortBlocks = scratchBlocks(min(blocks, shape.Layers*e.Candidates), 3*shape.Items, memory)
	}
	if p.selection.name != "" {
		p.selectBlocks = scratchBlocks(min(blocks, shape.Layers), 3*e.Candidates, memory)
	}

	fixed := p.bytes(0)
	perLayer := p.bytes(1) - fixed
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

// address is a device pointer.
type address uint64

// words is the address n words further.
func (a address) words(n int64) address { return a + address(n*wordBytes) }

// buffers are the arrays on the device; 0 for those that the plan does not need.
type buffers struct {
	input     address // what [plan.inputWords] counts
	draws     address // [layers, candidates − 2, items]
	order     address // [layers, candidates, pitch] of 16 or 32 bits
	sorted    address // [layers, candidates, pitch]
	place     address // [layers, candidates, pitch] of 16 or 32 bits
	imbalance address // [layers, candidates]
	ranking   address // [layers, candidates]
	kept      address // [layers, keep, pitch]
	score     address // [layers, keep, 2]

	sortScratch, selectScratch, greedyScratch, refineScratch address
}

// lay declares the arrays for a number of layers: it calls array for each, with its
// size in words, and keeps the address that it returns.
func (p *plan) lay(layers int, array func(words int64) address) buffers {
	only := func(needed bool, words int64) address {
		if !needed {
			return 0
		}
		return array(words)
	}
	l, n, m := int64(layers), int64(p.shape.Items), int64(p.shape.Packs)
	c, keep, pitch := int64(p.Candidates), int64(p.keep), int64(p.pitch)
	index := pitch
	if !p.wide {
		index = pitch / 2
	}
	refines := p.Refinement != strategies.NoRefinement
	return buffers{
		input:     array(p.inputWords(layers)),
		draws:     only(p.draws, p.drawWords(layers)),
		order:     array(l * c * index),
		sorted:    array(l * c * pitch),
		place:     array(l * c * index),
		imbalance: array(l * c),
		ranking:   only(p.selection.name != "", l*c),
		kept:      only(refines, l*keep*pitch),
		score:     only(refines, 2*l*keep),

		sortScratch:   only(p.sortBlocks > 0, int64(p.sortBlocks)*3*n),
		selectScratch: only(p.selectBlocks > 0, int64(p.selectBlocks)*3*c),
		greedyScratch: only(p.treeWords > 0 && p.greedy.shared == 0, l*c*int64(p.treeWords)),
		refineScratch: only(refines && p.wide, l*keep*(4*n+2*m)),
	}
}

// bytes is the device memory that the arrays take.
func (p *plan) bytes(layers int) int64 {
	total := int64(0)
	p.lay(layers, func(words int64) address {
		total += words * wordBytes
		return 0
	})
	return total
}

// What the host sends for a number of layers: their heads, [layers, headWords], each a
// seed of two words and the layer's number in its problem; the weights, [layers,
// pitch]; zeros for counts, [layers].
const headWords = 4

func (p *plan) weightsAt(layers int) int64 { return int64(layers) * headWords }

func (p *plan) countsAt(layers int) int64 { return int64(layers) * int64(headWords+p.pitch) }

func (p *plan) inputWords(layers int) int64 { return p.countsAt(layers) + roundUp(int64(layers), 4) }

// The draws that are sent for a number of layers, [layers, candidates − 2, items].
func (p *plan) drawWords(layers int) int64 {
	return roundUp(int64(layers)*int64(p.Candidates-2)*int64(p.shape.Items), 4)
}

// What comes back: packs and ranks, [layers, items] each, and steps, [layers].
func (p *plan) answerWords(layers int) int64 { return int64(layers) * int64(2*p.shape.Items+1) }

func roundUp(n, to int64) int64 { return (n + to - 1) / to * to }

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
