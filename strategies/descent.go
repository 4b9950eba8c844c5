package strategies

import (
	"context"
	"math"

	"packbench/internal/core/exchange"
	"packbench/internal/spec"
)

// descentDefinition starts from capped LPT and exchanges items between two
// packs until the heaviest is within a tolerance of the lower bound; see the
// package exchange for how an exchange is found. It always ends, its maximum
// load is never above that of its start, and the same layer gives the same
// packing (further starts draw noise from the seed), whatever the unit of the
// loads. LayerStats.Steps counts exchanges.
//
// With few items per pack exchanges get stuck, however many starts they have. The
// parameter effort, which descent:best sets, puts the method of fill before them:
// packs are filled one by one, small layers searched for the optimum, and what a
// descent leaves is searched and kicked.
var descentDefinition = Definition{
	Name:    "descent",
	Summary: "exchanges of items between two packs until the heaviest is near the lower bound",
	Source:  "this project; exchange neighbourhoods after Dell'Amico, Iori, Martello 2004, sums of subsets of two sides met after Horowitz and Sahni 1974",
	Params: []Param{
		{Name: "order", Kind: spec.Choice, Default: "lpt", Choices: []string{"lpt", "snake"}, Doc: "the packing to start from, unless heavy items call for another that is better"},
		{Name: "exchange", Kind: spec.Int, Default: "3", Min: 1, Max: 8, Doc: "max items that change places at once"},
		{Name: "tol", Kind: spec.Float, Default: "0.00007", Min: 0, Max: 1, Doc: "stop at a maximum load of (1 + tol)·lower bound"},
		{Name: "effort", Kind: spec.Int, Default: "0", Min: 0, Max: 1 << 20, Doc: "pack as fill does with so much effort, descents being a part of it; 0: descents only"},
		{Name: "starts", Kind: spec.Int, Default: "3", Min: 1, Max: 1 << 20, Doc: "max descents per layer, from order and then from noisy LPT; fewer if the first is good"},
		{Name: "phase", Kind: spec.Choice, Default: "max-min", Choices: []string{"max", "max-min"}, Doc: "lower the maximum load only, or then raise the minimum"},
		{Name: "passes", Kind: spec.Int, Default: "64", Min: 0, Max: math.MaxInt32, Doc: "max times a descent may pass on an excess that fits nowhere"},
	},
	Presets: []spec.Preset{
		{Name: "fast", Args: []spec.Arg{{Key: "exchange", Value: "2"}, {Key: "tol", Value: "0.001"}, {Key: "starts", Value: "1"}},
			Doc: "within a thousandth of the bound, in a few times the time of LPT"},
		{Name: "best", Args: []spec.Arg{{Key: "exchange", Value: "4"}, {Key: "tol", Value: "0.00001"}, {Key: "effort", Value: "2000"}, {Key: "starts", Value: "24"}, {Key: "phase", Value: "max"}},
			Doc: "within 0.00001 of the bound, or the proven optimum of small layers, where possible: what fill:best does with twice the effort. Max load only; phase=max-min raises the min, too"},
	},
	New: func(v Values) (Strategy, error) {
		options := exchange.Options{
			Exchange:  v.Int("exchange"),
			Tolerance: v.Float("tol"),
			Starts:    v.Int("starts"),
			Passes:    v.Int("passes"),
			RaiseMin:  v.Choice("phase") == "max-min",
		}
		if v.Choice("order") == "snake" {
			options.Order = exchange.Snake
		}
		if effort := v.Int("effort"); effort > 0 {
			f := filling{
				FillOptions: exchange.FillOptions{
					Order: options.Order, Exchange: options.Exchange, Tolerance: options.Tolerance,
					Starts: options.Starts, Passes: options.Passes, Effort: effort,
				},
				raise: options.RaiseMin,
			}
			return PerLayer(v, f.newPacker, Proves, PlansAsGiven), nil
		}
		return PerLayer(v, func(items, packs int) LayerPacker {
			packer := exchange.New(items, packs, options)
			return PackFunc(func(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
				r, err := packer.Pack(ctx, exchangeLayer(task), packIndex, rankInPack)
				return LayerStats{Optimal: r.Optimal, Steps: r.Exchanges}, err
			})
		}, Proves, PlansAsGiven), nil
	},
}

// exchangeLayer is the task of a descent.
func exchangeLayer(t Task) exchange.Layer {
	return exchange.Layer{Seed: t.Seed, Index: t.Layer, Weights: t.Weights, Given: t.Given}
}
