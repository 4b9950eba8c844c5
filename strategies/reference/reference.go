// Package reference executes ensemble strategies as they are defined: every
// candidate, every pair, in order, with no cleverness. At n² per swap it is slow; it
// tells the tests of the backends what is right on inputs that no golden packing
// covers.
package reference

import (
	"cmp"
	"math"
	"slices"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
)

// Pack packs p by the definition of e.
func Pack(e strategies.Ensemble, p *packing.Problem, random strategies.Random) *packing.Packing {
	out := packing.NewPacking(p.Shape)
	var torch *draws.Torch
	if random.Stream == strategies.Torch {
		torch = draws.NewTorch(random.Seed, p.Layers, e.Random, e.Noisy(), p.Items)
	}
	rows := make([]uint32, (e.Random+e.Noisy())*p.Items)
	for l := range p.Layers {
		if torch != nil {
			torch.Next(rows)
		} else {
			for c := range e.Random + e.Noisy() {
				draws.Philox(rows[c*p.Items:][:p.Items], random.Seed, l, c+2)
			}
		}
		packIndex, rankInPack := out.Layer(l)
		packLayer(e, p.Layer(l), p.Packs, rows, packIndex, rankInPack)
	}
	return out
}

// candidate is a greedy packing of one order. All slices are indexed by
// position in the order.
type candidate struct {
	order      []int
	weight     []float32
	pack, rank []int
	imbalance  float32
}

func packLayer(e strategies.Ensemble, weights []float32, packs int, rows []uint32, packIndex, rankInPack []int32) {
	var all []candidate
	for _, order := range orders(e, weights, rows) {
		all = append(all, greedy(order, weights, packs))
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.imbalance, b.imbalance) })
	var best candidate
	for i, c := range all[:e.Keep] {
		switch e.Refinement.On(packing.Shape{Layers: 1, Items: len(weights), Packs: packs}) {
		case strategies.MaxAny:
			maxAny(e, &c, packs)
		case strategies.MaxAnyPairs:
			maxAnyPairs(e, &c, packs)
		case strategies.TwoOpt:
			c = byItem(c)
			twoOpt(e, &c, packs)
		}
		c.imbalance = spread(loads(c, packs))
		if i == 0 || c.imbalance < best.imbalance {
			best = c
		}
	}
	for pos, item := range best.order {
		packIndex[item] = int32(best.pack[pos])
		rankInPack[item] = int32(best.rank[pos])
	}
}

func orders(e strategies.Ensemble, weights []float32, rows []uint32) [][]int {
	n := len(weights)
	sorted := func(before func(a, b int) int) []int {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, before)
		return order
	}
	descending := func(keys []float32) []int {
		return sorted(func(a, b int) int { return cmp.Compare(keys[b], keys[a]) })
	}
	lpt := descending(weights)
	zigzag := make([]int, n)
	for pos := range zigzag {
		if pos%2 == 0 {
			zigzag[pos] = lpt[pos/2]
		} else {
			zigzag[pos] = lpt[n-1-pos/2]
		}
	}
	all := [][]int{lpt, zigzag}
	for c := 2; c < e.Candidates; c++ {
		row := rows[(c-2)*n : (c-1)*n]
		if c < 2+e.Random {
			all = append(all, sorted(func(a, b int) int { return cmp.Compare(row[a], row[b]) }))
			continue
		}
		keys := make([]float32, n)
		for i, w := range weights {
			factor := float32(draws.Uniform(row[i])*e.Spread) + e.Floor
			keys[i] = float32(w * factor)
		}
		all = append(all, descending(keys))
	}
	return all[:e.Candidates]
}

func greedy(order []int, weights []float32, packs int) candidate {
	n := len(order)
	c := candidate{order: order, weight: make([]float32, n), pack: make([]int, n), rank: make([]int, n)}
	load := make([]float32, packs)
	count := make([]int, packs)
	for pos, item := range order {
		lightest := -1
		for p := range packs {
			if count[p] < n/packs && (lightest < 0 || load[p] < load[lightest]) {
				lightest = p
			}
		}
		c.weight[pos], c.pack[pos], c.rank[pos] = weights[item], lightest, count[lightest]
		load[lightest] += weights[item]
		count[lightest]++
	}
	c.imbalance = spread(load)
	return c
}

// byItem returns a candidate whose positions are the items.
func byItem(c candidate) candidate {
	n := len(c.order)
	out := candidate{order: make([]int, n), weight: make([]float32, n), pack: make([]int, n), rank: make([]int, n)}
	for pos, item := range c.order {
		out.order[item], out.weight[item], out.pack[item], out.rank[item] = item, c.weight[pos], c.pack[pos], c.rank[pos]
	}
	return out
}

func loads(c candidate, packs int) []float32 {
	load := make([]float32, packs)
	for pos, w := range c.weight {
		load[c.pack[pos]] += w
	}
	return load
}

func spread(load []float32) float32 { return slices.Max(load) - slices.Min(load) }

func argmax(load []float32) int { return slices.Index(load, slices.Max(load)) }
func argmin(load []float32) int { return slices.Index(load, slices.Min(load)) }

func maxAny(e strategies.Ensemble, c *candidate, packs int) {
	load := loads(*c, packs)
	for range e.Rounds {
		heavy := argmax(load)
		bestI, bestJ, best := -1, -1, float32(-1)
		for i, pi := range c.pack {
			if pi != heavy {
				continue
			}
			for j, pj := range c.pack {
				if pj == heavy {
					continue
				}
				delta := c.weight[i] - c.weight[j]
				gain := min(delta, load[heavy]-load[pj]-delta)
				if delta > e.Epsilon && gain > e.Epsilon && gain > best {
					bestI, bestJ, best = i, j, gain
				}
			}
		}
		if bestI < 0 {
			return
		}
		swap(c, load, bestI, bestJ)
	}
}

// maxAnyPairs addresses the items of a pack by rank: sets are lists of one or two.
func maxAnyPairs(e strategies.Ensemble, c *candidate, packs int) {
	load := loads(*c, packs)
	capacity := len(c.pack) / packs
	var sets [][]int
	for a := range capacity {
		sets = append(sets, []int{a})
	}
	for a := range capacity {
		for b := a + 1; b < capacity; b++ {
			sets = append(sets, []int{a, b})
		}
	}
	for range e.Rounds {
		at := make([][]int, packs) // positions by rank
		for p := range at {
			at[p] = make([]int, capacity)
		}
		for pos, p := range c.pack {
			at[p][c.rank[pos]] = pos
		}
		sum := func(pack int, set []int) float32 {
			s := c.weight[at[pack][set[0]]]
			for _, rank := range set[1:] {
				s += c.weight[at[pack][rank]]
			}
			return s
		}
		heavy := argmax(load)
		var bestA, bestB []int
		to, best, moved := -1, float32(-1), float32(0)
		for _, a := range sets {
			for p := range packs {
				for _, b := range sets {
					if p == heavy || len(a) != len(b) {
						continue
					}
					delta := sum(heavy, a) - sum(p, b)
					gain := min(delta, load[heavy]-load[p]-delta)
					if gain > e.Epsilon && gain > best {
						bestA, bestB, to, best, moved = a, b, p, gain, delta
					}
				}
			}
		}
		if to < 0 {
			return
		}
		load[heavy] -= moved
		load[to] += moved
		for i := range bestA {
			x, y := at[heavy][bestA[i]], at[to][bestB[i]]
			c.pack[x], c.pack[y] = c.pack[y], c.pack[x]
			c.rank[x], c.rank[y] = c.rank[y], c.rank[x]
		}
	}
}

func twoOpt(e strategies.Ensemble, c *candidate, packs int) {
	load := loads(*c, packs)
	for range e.Rounds {
		heavy, light := argmax(load), argmin(load)
		difference := load[heavy] - load[light]
		bestI, bestJ, best := -1, -1, float32(math.Inf(1))
		for i, pi := range c.pack {
			for j, pj := range c.pack {
				if pi != heavy || pj != light {
					continue
				}
				metric := float32(math.Abs(float64(difference - float32(2*(c.weight[i]-c.weight[j])))))
				if metric < best {
					bestI, bestJ, best = i, j, metric
				}
			}
		}
		if !(best < difference-e.Epsilon) {
			return
		}
		swap(c, load, bestI, bestJ)
	}
}

func swap(c *candidate, load []float32, i, j int) {
	delta := c.weight[i] - c.weight[j]
	load[c.pack[i]] -= delta
	load[c.pack[j]] += delta
	c.pack[i], c.pack[j] = c.pack[j], c.pack[i]
	c.rank[i], c.rank[j] = c.rank[j], c.rank[i]
}
