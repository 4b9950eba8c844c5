package exchange

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"packbench/packing"
)

// setLayer turns the loads into whole numbers, in the order of places, and finds
// the goal. It returns the weights that starts are made with, and reports whether
// no load had to be rounded.
//
// Layers that are the same but for scale are the same to a descent: whole numbers
// with a common divisor, and decimals, are planned in the unit that divides them.
func (p *Packer) setLayer(layer Layer) (weights []float32, exact bool) {
	p.coarse = false
	if layer.Given == nil {
		p.sorter.Descending(p.order, layer.Weights)
		exact = p.scaleWeights(layer.Weights)
		if !exact || p.divisor() == 1 {
			p.setGoal(exact)
			return layer.Weights, exact
		}
	}
	p.units = slices.Grow(p.units[:0], len(layer.Weights))[:len(layer.Weights)]
	p.planned = slices.Grow(p.planned[:0], len(layer.Weights))[:len(layer.Weights)]
	if !packing.UnitsOf(p.units, layer.Weights, layer.Given).Exact() {
		p.sorter.Descending(p.order, layer.Weights)
		p.scaleWeights(layer.Weights)
		p.setGoal(false)
		return layer.Weights, false
	}
	for i, u := range p.units {
		p.planned[i] = float32(u)
	}
	p.sorter.Descending(p.order, p.planned)
	slices.SortFunc(p.order, func(a, b int32) int { // equal after rounding, maybe not before
		return cmp.Or(cmp.Compare(p.units[b], p.units[a]), cmp.Compare(a, b))
	})
	exact = p.scaleUnits()
	p.setGoal(exact)
	p.coarse = !exact
	return p.planned, exact
}

// attained reports whether a packing attains the lower bound, where units had to
// be rounded once more for the descent.
func (p *Packer) attained(packIndex []int32) bool {
	load := p.state.load
	clear(load)
	total := int64(0)
	for x, item := range p.order {
		u := p.units[item]
		total += u
		p.prefix[x+1] = total
		load[packIndex[item]] += u
	}
	return slices.Max(load) <= packing.WholeBound(p.prefix, p.packs)
}

// scaleWeights scales weights by a power of two so that the load of a pack is
// below 2^loadBits. It reports whether no weight had to be rounded.
func (p *Packer) scaleWeights(weights []float32) bool {
	most, all := 0.0, 0.0 // weight of a pack's worth of heaviest items; of all
	for x, item := range p.order {
		all += float64(weights[item])
		if x < p.capacity {
			most = all
		}
	}
	most = max(most, all*0x1p-15) // the total is to fit too
	_, exponent := math.Frexp(most)
	scale := math.Ldexp(1, loadBits-1-exponent) // a bit is left for rounding
	exact := true
	for x, item := range p.order {
		scaled := float64(float64(weights[item]) * scale)
		whole := int64(scaled + .5)
		exact = exact && float64(whole) == scaled
		p.weight[x] = whole
	}
	return exact
}

// scaleUnits is scaleWeights for p.units.
func (p *Packer) scaleUnits() bool {
	most, all := int64(0), int64(0)
	for x, item := range p.order {
		all += p.units[item]
		if x < p.capacity {
			most = all
		}
	}
	shift := loadBits - 1 - max(bits.Len64(uint64(most)), bits.Len64(uint64(all))-15)
	exact := true
	for x, item := range p.order {
		u := p.units[item]
		if shift >= 0 {
			p.weight[x] = u << shift
			continue
		}
		rounded := (u>>(-shift-1) + 1) >> 1
		exact = exact && rounded<<-shift == u
		p.weight[x] = rounded
	}
	return exact
}

// divisor returns the odd part of the greatest common divisor of the weights, 1
// where all are 0.
func (p *Packer) divisor() int64 {
	divisor := int64(0)
	for _, w := range p.weight {
		for w != 0 {
			divisor, w = w, divisor%w
		}
		if divisor&(divisor-1) == 0 && divisor != 0 {
			return 1
		}
	}
	if divisor == 0 {
		return 1
	}
	return divisor >> bits.TrailingZeros64(uint64(divisor))
}

// setGoal finds what the loads of packs are to be near. exact says that the
// weights are not rounded.
func (p *Packer) setGoal(exact bool) {
	union := int64(0)
	for _, w := range p.weight {
		union |= w
	}
	grid := 0 // the weights are multiples of 2^grid
	if exact && union != 0 {
		grid = bits.TrailingZeros64(uint64(union))
	}
	total := int64(0)
	for x, w := range p.weight {
		total += w >> grid
		p.prefix[x+1] = total
	}
	n := len(p.weight)
	p.spread = max(1, p.weight[n/4]-p.weight[n-1-n/4])
	p.fine = max(1, min(p.spread, p.weight[n/2]))
	p.goal.bound = packing.WholeBound(p.prefix, p.packs) << grid
	p.goal.grid = grid
	p.goal.level, p.goal.floor = p.meanOf(total<<grid, p.packs)
}
