//lint:file-ignore U1000 some of it is used with the cuda tag only

package cuda

import (
	"math"
	"reflect"

	"packbench/strategies"
)

// The kernels' parameters, in the order of kernels/*.cu: an address for a pointer,
// numbers as they are. A test compares them with the compiled kernels.
type (
	fetchArguments struct {
		from  address
		words uint64
		to    address
	}
	// ordersArguments are ORDERS_PARAMETERS of kernels/draws.cuh.
	ordersArguments struct {
		weights, draws, heads            address
		items, pitch, candidates, random uint32
		spread, floor                    float32
	}
	ordersWordsArguments struct {
		ordersArguments
		problems      uint32
		order, sorted address
	}
	ordersBlockArguments struct {
		ordersArguments
		order, sorted address
	}
	ordersLargeArguments struct {
		ordersArguments
		problems               uint32
		order, sorted, scratch address
	}
	greedyArguments struct {
		sorted                        address
		items, pitch, packs, problems uint32
		place, imbalance              address
	}
	greedyLargeArguments struct {
		sorted                    address
		items, pitch, packs       uint32
		place, imbalance, scratch address
		words                     uint32
	}
	selectArguments struct {
		imbalance          address
		layers, candidates uint32
		ranking, scratch   address
	}
	chooseArguments struct {
		order, place, imbalance, ranking              address
		items, pitch, packs, candidates, wide, layers uint32
		answer                                        address
	}
	// refineArguments are REFINEMENT_PARAMETERS of kernels/refinement.cuh.
	refineArguments struct {
		order, sorted, place, imbalance, ranking address
		items, pitch, packs, candidates, rounds  uint32
		epsilon                                  float32
		keep, layers                             uint32
		kept, score, count, answer               address
	}
	refineLargeArguments struct {
		refineArguments
		scratch address
	}
)

// The stages of a run, as events part them.
const (
	stageCopyIn = iota
	stageOrders
	stageGreedy
	stageSelect
	stageRefine // and the choice of the best refined
	stageChoose // without refinement
)

var stageNames = [...]string{"copy in", "orders", "greedy", "select", "refine", "choose"}

// launch is a kernel with everything that its launch takes.
type launch struct {
	stage     int
	kernel    kernel
	blocks    int
	arguments any // one of the structs above
}

// part is a number of layers that are launched at a time, and where the host has
// their input, draws (with [plan.draws]) and answer.
type part struct {
	layers               int
	input, draws, answer address
}

// launches are the launches of a part, one after the other.
func (p *plan) launches(b buffers, at part) []launch {
	problems := at.layers * p.Candidates
	all := []launch{fetch(at.input, p.inputWords(at.layers), b.input)}
	if p.draws {
		all = append(all, fetch(at.draws, p.drawWords(at.layers), b.draws))
	}
	all = append(all, p.makeOrders(b, at.layers, problems), p.packGreedily(b, problems))
	if p.selection.name != "" {
		blocks := min(p.selectBlocks, at.layers)
		all = append(all, launch{stageSelect, p.selection, blocks,
			selectArguments{b.imbalance, uint32(at.layers), uint32(p.Candidates), b.ranking, b.selectScratch}})
	}
	return append(all, p.refineAndChoose(b, at))
}

func fetch(from address, words int64, to address) launch {
	k := kernel{name: "fetch", threads: fetchThreads, perBlock: fetchThreads * 4}
	return launch{stageCopyIn, k, k.blocks(int(words)), fetchArguments{from, uint64(words), to}}
}

func (p *plan) makeOrders(b buffers, layers, problems int) launch {
	k := p.orders
	all := ordersArguments{weights: b.input.words(p.weightsAt(layers)), draws: b.draws, heads: b.input,
		items: uint32(p.shape.Items), pitch: uint32(p.pitch), candidates: uint32(p.Candidates), random: uint32(p.Random),
		spread: p.Spread, floor: p.Floor}
	switch {
	case p.sortBlocks > 0:
		return launch{stageOrders, k, min(p.sortBlocks, problems), ordersLargeArguments{all, uint32(problems), b.order, b.sorted, b.sortScratch}}
	case p.wide:
		return launch{stageOrders, k, problems, ordersBlockArguments{all, b.order, b.sorted}}
	}
	return launch{stageOrders, k, k.blocks(problems), ordersWordsArguments{all, uint32(problems), b.order, b.sorted}}
}

func (p *plan) packGreedily(b buffers, problems int) launch {
	k, items, pitch, packs := p.greedy, uint32(p.shape.Items), uint32(p.pitch), uint32(p.shape.Packs)
	if p.treeWords > 0 {
		return launch{stageGreedy, k, problems,
			greedyLargeArguments{b.sorted, items, pitch, packs, b.place, b.imbalance, b.greedyScratch, uint32(p.treeWords)}}
	}
	return launch{stageGreedy, k, k.blocks(problems), greedyArguments{b.sorted, items, pitch, packs, uint32(problems), b.place, b.imbalance}}
}

func (p *plan) refineAndChoose(b buffers, at part) launch {
	k, items, pitch, packs := p.finish, uint32(p.shape.Items), uint32(p.pitch), uint32(p.shape.Packs)
	if p.Refinement == strategies.NoRefinement {
		wide := uint32(0)
		if p.wide {
			wide = 1
		}
		return launch{stageChoose, k, at.layers, chooseArguments{b.order, b.place, b.imbalance, b.ranking,
			items, pitch, packs, uint32(p.Candidates), wide, uint32(at.layers), at.answer}}
	}
	count := b.input.words(p.countsAt(at.layers))
	all := refineArguments{b.order, b.sorted, b.place, b.imbalance, b.ranking, items, pitch, packs, uint32(p.Candidates),
		uint32(p.Rounds), p.Epsilon, uint32(p.keep), uint32(at.layers), b.kept, b.score, count, at.answer}
	if p.wide {
		return launch{stageRefine, k, at.layers * p.keep, refineLargeArguments{all, b.refineScratch}}
	}
	return launch{stageRefine, k, at.layers * p.keep, all}
}

// words are the arguments one by one, each in the low bytes of a word, as the driver
// reads them.
func (l launch) words() []uint64 { return appendWords(nil, reflect.ValueOf(l.arguments)) }

func appendWords(words []uint64, v reflect.Value) []uint64 {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			words = appendWords(words, v.Field(i))
		}
		return words
	case reflect.Float32:
		return append(words, uint64(math.Float32bits(float32(v.Float()))))
	default:
		return append(words, v.Uint())
	}
}
