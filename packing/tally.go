package packing

import (
	"math/big"
	"slices"
)

// Tally is the loads of the packs of one layer, summed without rounding, and a
// lower bound on the heaviest. It keeps its memory from one layer to the next;
// the zero value is ready for [Tally.Count].
type Tally struct {
	grid    Grid
	units   []int64 // [items] load of each item
	sums    []int64 // [packs] load of each pack, where the grid is exact
	bound   int64
	loads   []float64 // [packs] load of each pack, as the nearest float64
	quality Quality
	bounder Bounder
}

// Count sums the loads of layer l of p, packed by g, which must be valid.
func (t *Tally) Count(p *Problem, g *Packing, l int) {
	weights, given := p.Layer(l), p.LayerGiven(l)
	packIndex, _ := g.Layer(l)
	t.units = slices.Grow(t.units[:0], p.Items)[:p.Items]
	t.grid = UnitsOf(t.units, weights, given)
	t.bound = t.bounder.Whole(t.units, p.Packs)
	t.loads = slices.Grow(t.loads[:0], p.Packs)[:p.Packs]
	if t.grid.exact {
		t.count(packIndex, p.Packs)
		return
	}
	if given == nil {
		given = widen(weights)
	}
	t.countWide(packIndex, given, p.Packs)
}

// count sums on the grid.
func (t *Tally) count(packIndex []int32, packs int) {
	t.sums = slices.Grow(t.sums[:0], packs)[:packs]
	clear(t.sums)
	total := int64(0)
	for i, u := range t.units {
		t.sums[packIndex[i]] += u
		total += u
	}
	for q, sum := range t.sums {
		t.loads[q] = t.grid.Value(sum)
	}
	heaviest, lightest := slices.Max(t.sums), slices.Min(t.sums)
	t.settle(t.grid.Value(heaviest-lightest), t.grid.share(total, packs), t.bound == heaviest)
}

// countWide sums where no grid is fine enough and keeps sums in int64.
func (t *Tally) countWide(packIndex []int32, given []float64, packs int) {
	// Bits from the lowest of a float64, 2^−1074, to those of 2^31 of the heaviest
	// loads: nothing is rounded.
	const precision = 1074 + 128 + 32
	sums := make([]big.Float, packs)
	var load, total big.Float
	total.SetPrec(precision)
	for q := range sums {
		sums[q].SetPrec(precision)
	}
	for i, v := range given {
		sum := &sums[packIndex[i]]
		sum.Add(sum, load.SetFloat64(v))
		total.Add(&total, &load)
	}
	heaviest, lightest := &sums[0], &sums[0]
	for q := range sums {
		t.loads[q], _ = sums[q].Float64()
		if sums[q].Cmp(heaviest) > 0 {
			heaviest = &sums[q]
		}
		if sums[q].Cmp(lightest) < 0 {
			lightest = &sums[q]
		}
	}
	attained := false
	if bound := new(big.Float).SetPrec(precision).SetRat(t.grid.rat(t.bound)); bound.Cmp(heaviest) == 0 {
		attained = true // units are rounded down, so the bound holds
	}
	difference := new(big.Float).SetPrec(precision).Sub(heaviest, lightest)
	exact, _ := difference.Float64()
	whole, _ := total.Rat(nil)
	mean, _ := whole.Quo(whole, new(big.Rat).SetInt64(int64(packs))).Float64()
	t.settle(exact, mean, attained)
}

// settle derives the quality. attained is whether the heaviest load is the bound,
// before either is rounded.
func (t *Tally) settle(imbalance, mean float64, attained bool) {
	q := Quality{Max: slices.Max(t.loads), Min: slices.Min(t.loads), Mean: mean, LowerBound: t.grid.Value(t.bound)}
	q.rest = imbalance - (q.Max - q.Min)
	if !attained {
		// No rounding may make a proof of optimality.
		q.LowerBound = below(q.LowerBound, q.Max)
	}
	t.quality = q
}

// Quality returns the measures of the layer.
func (t *Tally) Quality() Quality { return t.quality }

// AppendLoads appends a JSON array of the loads of the packs to dst, exact where
// the grid is; see [Grid.Append].
func (t *Tally) AppendLoads(dst []byte) []byte {
	dst = append(dst, '[')
	for q := range t.loads {
		if q > 0 {
			dst = append(dst, ',')
		}
		if t.grid.exact {
			dst = t.grid.Append(dst, t.sums[q])
		} else {
			dst = appendFloat(dst, t.loads[q])
		}
	}
	return append(dst, ']')
}

// AppendBound appends the lower bound to dst, as [Tally.AppendLoads] does loads.
func (t *Tally) AppendBound(dst []byte) []byte {
	if t.grid.exact {
		return t.grid.Append(dst, t.bound)
	}
	return appendFloat(dst, t.quality.LowerBound)
}

// AppendImbalance appends max − min load to dst in the same way.
func (t *Tally) AppendImbalance(dst []byte) []byte {
	if t.grid.exact {
		return t.grid.Append(dst, slices.Max(t.sums)-slices.Min(t.sums))
	}
	return appendFloat(dst, t.quality.Imbalance())
}
