package strategies

import (
	"context"
	"fmt"
	"math"

	"packbench/internal/core/exchange"
	"packbench/internal/core/lpt"
	"packbench/internal/spec"
	"packbench/packing"
)

// exactDefinition is branch and bound for small instances. It minimises the
// maximum load; of packings with the same maximum it returns the first found.
//
// It starts from a descent. Packs are filled one after the other, each beginning
// with the heaviest item left, so no two packs can be exchanged; of equal items
// the first left is taken. A pack must stay below the best maximum known, and be
// heavy enough for the packs after it to stay below it too. The bounds of
// [packing.WholeBound] prune what is left over, and so does a table of sets of
// items that have led nowhere.
//
// Loads are whole numbers on a grid (see [packing.UnitsOf]), so comparisons are
// exact. LayerStats.Steps counts search nodes. LayerStats.Optimal is true only
// where the search was complete or a bound is attained, and no load had to be
// rounded to the grid; a search that reaches its limit of nodes returns the best
// packing it has seen.
var exactDefinition = Definition{
	Name:    "exact",
	Summary: "branch and bound for the minimum max load of small instances, with proof or within a limit of nodes",
	Source:  "pack-by-pack branching as in bin completion (Gent 1998; Korf 2003), bounds of Dell'Amico and Martello 2001",
	Params: []Param{{
		Name: "nodes", Kind: spec.Int, Default: "1000000", Min: 1, Max: math.MaxInt32,
		Doc: "max search nodes per layer",
	}},
	New: func(v Values) (Strategy, error) {
		limit := int64(v.Int("nodes"))
		return PerLayer(v, func(items, packs int) LayerPacker {
			if err := checkExact(items, packs); err != nil {
				return failing(err)
			}
			return newExact(items, packs, limit)
		}, Proves, PlansAsGiven), nil
	},
}

// The largest layers that are searched: the search goes one call deeper per item,
// and its tables grow with items × packs.
const (
	maxExactItems  = 1 << 16
	maxExactTables = 64 << 20 // bytes, per thread
)

// checkExact returns an error for layers that are too large to search.
func checkExact(items, packs int) error {
	if items > maxExactItems {
		return fmt.Errorf("%d items per layer: exact searches %d at most; descent takes any number", items, maxExactItems)
	}
	const perPlace = 4 + 8                                                 // of left and prefix
	if need := items * (packs + 1) / 2 * perPlace; need > maxExactTables { // they shrink from pack to pack
		return fmt.Errorf("the tables of %d items in %d packs take %d MiB per thread, the limit is %d: use up to %d packs, or descent",
			items, packs, need>>20, maxExactTables>>20, 2*maxExactTables/perPlace/items-1)
	}
	return nil
}

type exact struct {
	items, packs, capacity int
	limit                  int64

	sorter  lpt.Sorter
	descent *exchange.Packer
	order   []int32 // by falling weight; below, "item" is a place in it

	units    []int64   // load of each item of the layer
	whole    []int64   // the same by falling weight
	left     [][]int32 // [packs][items] items not yet packed when pack p is filled
	prefix   [][]int64 // of left[p]: sums of the first weights
	pack     []int32   // of each item, on the current path
	best     []int32   // of each item, in the best packing
	most     int64     // maximum load of best
	bound    int64     // no packing is below
	nodes    int64
	work     int64 // items looked at since the last look at ctx
	ctx      context.Context
	err      error
	failures []uint64 // sets of items (n ≤ 64) that cannot be packed below most
}

// exactStart is the descent that the search begins with: the nearer its packing
// is to the optimum, the more is pruned.
var exactStart = exchange.Options{Exchange: 4, Starts: 16, Passes: 64}

// failureSlots is the size of the table of failures, a power of two.
const failureSlots = 1 << 14

func newExact(items, packs int, limit int64) *exact {
	e := newSearch(items, packs, limit)
	e.descent = exchange.New(items, packs, exactStart)
	return e
}

// newSearch is newExact without the descent, for [exact.improve].
func newSearch(items, packs int, limit int64) *exact {
	e := &exact{
		items: items, packs: packs, capacity: items / packs, limit: limit,
		order: make([]int32, items), units: make([]int64, items), whole: make([]int64, items),
		pack: make([]int32, items), best: make([]int32, items),
	}
	for p := range packs {
		left := items - p*e.capacity
		e.left = append(e.left, make([]int32, left))
		e.prefix = append(e.prefix, make([]int64, left+1))
	}
	if items <= 64 {
		e.failures = make([]uint64, failureSlots)
	}
	return e
}

// PackLayer implements [LayerPacker].
func (e *exact) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	task.Descending(&e.sorter, e.order)
	if _, err := e.descent.Pack(ctx, exchangeLayer(task), packIndex, rankInPack); err != nil {
		return LayerStats{}, err
	}
	return e.search(ctx, task, packIndex, rankInPack)
}

// improve searches from the packing that is given.
func (e *exact) improve(ctx context.Context, task Task, packIndex, rankInPack []int32) (optimal bool, err error) {
	task.Descending(&e.sorter, e.order)
	stats, err := e.search(ctx, task, packIndex, rankInPack)
	return stats.Optimal, err
}

// search looks for packings better than the given one.
func (e *exact) search(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	grid := e.start(task, packIndex)
	e.nodes, e.work, e.ctx, e.err = 0, 0, ctx, nil
	clear(e.failures)
	if e.most > e.bound {
		for i := range e.left[0] {
			e.left[0][i] = int32(i)
		}
		e.fill(0, 0, 0)
		e.write(packIndex, rankInPack)
	}
	e.ctx = nil
	return LayerStats{Optimal: grid.Exact() && e.nodes < e.limit, Steps: e.nodes}, e.err
}

// start puts the loads on their grid, bounds the optimum and takes the given
// packing for the best known.
func (e *exact) start(task Task, packIndex []int32) packing.Grid {
	grid := packing.UnitsOf(e.units, task.Weights, task.Given)
	load := e.prefix[0][:e.packs]
	clear(load)
	e.most = 0
	for i, item := range e.order {
		e.whole[i] = e.units[item]
		e.best[i] = packIndex[item]
		load[e.best[i]] += e.whole[i]
		e.most = max(e.most, load[e.best[i]])
	}
	prefix := e.prefix[0]
	total := int64(0)
	for i, w := range e.whole {
		total += w
		prefix[i+1] = total
	}
	prefix[0] = 0
	e.bound = packing.WholeBound(prefix, e.packs)
	return grid
}

// fill chooses the items of pack p among left[p], and so on to the last pack,
// for every way that may lead below most. path is the heaviest load before p.
// It reports whether the search below was complete; where not, the limit is
// reached or a pack before p is too heavy for what is now the best.
func (e *exact) fill(p int, path int64, set uint64) bool {
	left, prefix := e.left[p], e.prefix[p]
	e.work += int64(len(left))
	total := int64(0)
	for i, item := range left {
		total += e.whole[item]
		prefix[i+1] = total
	}
	if p == e.packs-1 {
		if total < e.most {
			for _, item := range left {
				e.pack[item] = int32(p)
			}
			e.most = max(path, total)
			copy(e.best, e.pack)
		}
		return path < e.most
	}
	if packing.WholeBound(prefix, e.packs-p) >= e.most {
		return true
	}
	var slot *uint64
	if e.failures != nil {
		set = 0
		for _, item := range left {
			set |= 1 << item
		}
		slot = &e.failures[set*0x9E3779B97F4A7C15>>(64-14)]
		if *slot == set {
			return true
		}
	}
	e.pack[left[0]] = int32(p)
	complete := e.choose(p, 1, 0, e.capacity-1, e.whole[left[0]], path)
	if complete && slot != nil {
		*slot = set
	}
	return complete
}

// choose adds need more items to pack p, which weighs load: those of left[p]
// from position at on. skipped items have been written to left[p+1], which
// holds others of them. It reports what fill does.
func (e *exact) choose(p, at, others, need int, load, path int64) bool {
	if e.nodes++; !e.running() {
		return false
	}
	left, next := e.left[p], e.left[p+1]
	if need == 0 {
		copy(next[others:], left[at:])
		path = max(path, load)
		return e.fill(p+1, path, 0)
	}
	prefix := e.prefix[p]
	n := len(left)
	after := int64(e.packs - p - 1)
	for i := at; n-i >= need; i++ {
		item := left[i]
		// Below: what the load will be at most and at least, if i is the next.
		if load+prefix[i+need]-prefix[i] < prefix[n]-after*(e.most-1) {
			break // too light for the packs after it
		}
		if (i == at || e.whole[left[i-1]] != e.whole[item]) &&
			load+e.whole[item]+prefix[n]-prefix[n-need+1] < e.most {
			e.pack[item] = int32(p)
			if !e.choose(p, i+1, others+i-at, need-1, load+e.whole[item], path) && (e.nodes >= e.limit || e.err != nil || path >= e.most) {
				return false
			}
			if e.most <= e.bound {
				return false
			}
		}
		if n-i == need {
			break // none can be left out any more
		}
		next[others+i-at] = item
	}
	return path < e.most
}

// running counts down to the limit and looks at the context now and then.
func (e *exact) running() bool {
	const often = 1 << 16
	if e.work += 16; e.work >= often && e.err == nil {
		e.work, e.err = 0, e.ctx.Err()
	}
	return e.nodes < e.limit && e.err == nil
}

// write translates the best packing to the layer's items.
func (e *exact) write(packIndex, rankInPack []int32) {
	count := e.left[0][:e.packs]
	clear(count)
	for i, item := range e.order {
		p := e.best[i]
		packIndex[item], rankInPack[item] = p, count[p]
		count[p]++
	}
}
