package datasets

import (
	"fmt"
	"slices"

	"packbench/internal/number"
	"packbench/internal/spec"
	"packbench/packing"
)

// knownDefinitions are loads whose best packing is known.
func knownDefinitions() []Definition {
	packs := func(def, lo int) spec.Param {
		return whole("packs", def, lo, 1<<26, "packs of the known packing; divides items")
	}
	return []Definition{
		{
			Name:    "planted",
			Summary: "whole loads that fit perfectly: packs that all weigh target, split and shuffled",
			Params: sized(defaultLayers, defaultItems,
				packs(32, 1),
				whole("target", 1<<16, 1, maxTokens, "load of every pack of the perfect packing (at least items/packs)"),
				float("sigma", 0.5, 0, 10, "items of a pack share its load as exp(sigma·z), z standard normal")),
			make: newPlanted,
		},
		{
			Name:    "lpt-adversarial",
			Summary: "whole loads on which LPT is as bad as it can be: 4·packs − 1 at the heaviest pack, 3·packs at best",
			Source: "Graham 1969, \"Bounds on multiprocessing timing anomalies\"; with three items per pack it attains the bound " +
				"4/3 − 1/(3·packs) of Kellerer and Woeginger 1993 for LPT under a cardinality cap",
			Params: sized(defaultLayers, defaultItems, packs(32, 2)),
			make:   newAdversarial,
		},
	}
}

// newPlanted makes loads ≥ 1 of which every capacity in a row sum to target,
// then shuffles them. All sums are exact in float32, since target ≤ 2²⁴.
func newPlanted(v spec.Values) (generator, error) {
	shape := packing.Shape{Layers: v.Int("layers"), Items: v.Int("items"), Packs: v.Int("packs")}
	if err := shape.Validate(); err != nil {
		return generator{}, err
	}
	capacity, target, sigma := shape.Capacity(), v.Int("target"), v.Float("sigma")
	if target < capacity {
		return generator{}, fmt.Errorf("target=%d is below the %s of a pack: use %d to %d", target, number.Count(capacity, "item"), capacity, maxTokens)
	}
	return generator{
		optimum: &Optimum{Packs: shape.Packs, Max: float64(target)},
		layer: func(r *stream, _ int, out []float32) {
			shares := make([]float64, capacity)
			for pack := range slices.Chunk(out, capacity) {
				for i := range shares {
					shares[i] = exponential(float64(sigma * r.normal()))
				}
				apportion(target, shares, pack)
			}
			r.shuffle(out)
		},
	}, nil
}

// apportion divides total into whole parts ≥ 1, about proportional to shares:
// each part ends where the running sum of the shares does, rounded down.
func apportion(total int, shares []float64, parts []float32) {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	spare := total - len(parts) // what is left after one for each
	running, used := 0.0, 0
	for i, s := range shares {
		running += s
		end := min(spare, int(running/sum*float64(spare)))
		if i == len(parts)-1 {
			end = spare
		}
		parts[i] = float32(1 + end - used)
		used = end
	}
}

// newAdversarial makes Graham's instance for m packs: two items each of
// 2m − 1, 2m − 2, …, m + 1 and three of m, the rest zero. The optimum 3m pairs
// 2m − i with m + i and leaves the three of m together; LPT pairs 2m − i with
// m + i − 1, so that every pack holds 3m − 1 when the last item comes.
func newAdversarial(v spec.Values) (generator, error) {
	shape := packing.Shape{Layers: v.Int("layers"), Items: v.Int("items"), Packs: v.Int("packs")}
	if err := shape.Validate(); err != nil {
		return generator{}, err
	}
	m := shape.Packs
	if shape.Capacity() < 3 {
		return generator{}, fmt.Errorf("%d items are fewer than three for each of %s: use items=%d or more", shape.Items, number.Count(m, "pack"), 3*m)
	}
	if 4*m-1 > maxTokens {
		return generator{}, fmt.Errorf("packs=%d: float32 cannot hold the loads: use 2 to %d", m, (maxTokens+1)/4)
	}
	return generator{
		optimum: &Optimum{Packs: m, Max: float64(3 * m)},
		layer: func(r *stream, _ int, out []float32) {
			clear(out)
			for i := range 2 * m {
				out[i] = float32(2*m - 1 - i/2)
			}
			out[2*m] = float32(m)
			r.shuffle(out)
		},
	}, nil
}
