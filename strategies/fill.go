package strategies

import (
	"context"
	"math"

	"packbench/internal/exchange"
	"packbench/internal/spec"
)

var fillDefinition = Definition{
	Name:    "fill",
	Summary: "trial",
	Source:  "trial",
	Params: []Param{
		{Name: "exchange", Kind: spec.Int, Default: "3", Min: 1, Max: 8, Doc: "x"},
		{Name: "tol", Kind: spec.Float, Default: "0.00003", Min: 0, Max: 1, Doc: "x"},
		{Name: "effort", Kind: spec.Int, Default: "100", Min: 0, Max: 1 << 20, Doc: "x"},
		{Name: "kicks", Kind: spec.Int, Default: "20", Min: 0, Max: 1 << 20, Doc: "x"},
		{Name: "nodes", Kind: spec.Int, Default: "1", Min: 0, Max: math.MaxInt32, Doc: "x"},
		{Name: "phase", Kind: spec.Choice, Default: "max", Choices: []string{"max", "max-min"}, Doc: "lower the maximum load only, or then raise the minimum"},
	},
	New: func(v Values) (Strategy, error) {
		options := exchange.FillOptions{
			Exchange:  v.Int("exchange"),
			Tolerance: v.Float("tol"),
			Effort:    v.Int("effort"),
			RaiseMin:  v.Choice("phase") == "max-min",
		}
		kicks, nodes := v.Int("kicks"), v.Int("nodes")
		return PerLayer(v, func(items, packs int) LayerPacker {
			packer := exchange.NewFill(items, packs, options)
			var e *exact
			if nodes > 0 && checkExact(items, packs) == nil {
				e = newSearch(items, packs, int64(nodes*items))
			}
			return PackFunc(func(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				r, err := packer.Pack(ctx, exchangeLayer(task), packIndex, rankInPack)
				if err != nil || r.Optimal || packer.Done() {
					return LayerStats{Optimal: r.Optimal, Steps: r.Exchanges}, err
				}
				if e != nil && packer.Heavy() {
					optimal, err := e.improve(ctx, task, packIndex, rankInPack)
					if err != nil || optimal {
						return LayerStats{Optimal: optimal, Steps: r.Exchanges}, err
					}
				}
				if kicks > 0 && !packer.Filled() {
					r, err = packer.Kick(ctx, kicks, packIndex, rankInPack)
				}
				return LayerStats{Optimal: r.Optimal, Steps: r.Exchanges}, err
			})
		}, Proves, PlansAsGiven), nil
	},
}
