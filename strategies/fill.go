package strategies

import (
	"context"

	"packbench/internal/core/exchange"
	"packbench/internal/spec"
)

// fillDefinition fills packs one by one below a limit as near to the lower bound as
// its effort allows; see the package internal/core/fill. Where heavy items decide, or
// packs hold so many items that exchanges find as much, it descends from capped LPT
// instead. What is not within the tolerance then, and may not come within it, is
// searched for a better packing or a proof as exact does it, for a few nodes, and
// kicked: a few random exchanges, and a descent from there.
//
// Small layers, such as 32 items in packs of four, it first searches for the best of
// all packings, as sets of items that weigh what a pack must; see the package
// internal/core/cover. With more effort it does so for larger ones: up to 36 items by
// default, with fill:best 40.
//
// It always ends, its maximum load is never above that of capped LPT, and the same
// layer gives the same packing whatever the seed and the unit of the loads.
// LayerStats.Steps counts limits tried and exchanges.
var fillDefinition = Definition{
	Name:    "fill",
	Summary: "packs filled one by one just below a limit, or a descent with kicks where that does not pay; small layers to the proven optimum; best with few items per pack",
	Source:  "this project; sums of pairs by two pointers as in Horowitz and Sahni 1974, kicks after iterated local search (Lourenço, Martin, Stützle 2003)",
	Params: []Param{
		{Name: "effort", Kind: spec.Int, Default: "100", Min: 0, Max: 1 << 20, Doc: "max steps of filling per item; also sets the kicks (a fifth), the search nodes (ten times) and how large a layer may be to be solved"},
		{Name: "exchange", Kind: spec.Int, Default: "3", Min: 1, Max: 8, Doc: "max items that change places at once in a descent"},
		{Name: "tol", Kind: spec.Float, Default: "0.000025", Min: 0, Max: 1, Doc: "stop at a maximum load of (1 + tol)·lower bound"},
		{Name: "phase", Kind: spec.Choice, Default: "max", Choices: []string{"max", "max-min"}, Doc: "lower the maximum load only, or then raise the minimum"},
	},
	Presets: []spec.Preset{
		{Name: "best", Args: []spec.Arg{{Key: "effort", Value: "1000"}, {Key: "exchange", Value: "4"}, {Key: "tol", Value: "0.00001"}},
			Doc: "within 0.00001 of the bound where possible; ten times the effort elsewhere"},
	},
	New: func(v Values) (Strategy, error) {
		f := filling{
			FillOptions: exchange.FillOptions{Exchange: v.Int("exchange"), Tolerance: v.Float("tol"), Starts: 1, Passes: fillPasses, Effort: v.Int("effort")},
			raise:       v.Choice("phase") == "max-min",
		}
		return PerLayer(v, f.newPacker, Proves, PlansAsGiven), nil
	},
}

// fillPasses is how often a descent of fill may pass on an excess.
const fillPasses = 64

// filling is the strategy fill.
type filling struct {
	exchange.FillOptions
	raise bool
}

// kicks is how many kicks the effort allows.
func (f filling) kicks() int { return f.Effort / 5 }

// nodes is how many nodes of a search for a proof the effort allows.
func (f filling) nodes() int64 { return 10 * int64(f.Effort) }

func (f filling) newPacker(items, packs int) LayerPacker {
	p := &filler{filling: f, packer: exchange.NewFill(items, packs, f.FillOptions), small: items <= smallSearch, tiny: items <= tinySearch}
	if f.nodes() > 0 && int64(items)*int64(packs) <= largeSearch && checkExact(items, packs) == nil {
		p.search = newSearch(items, packs, f.nodes())
	}
	return p
}

const (
	tinySearch  = exchange.TinyItems
	smallSearch = 48      // items up to which a layer is searched and kicked whatever its loads
	firstNodes  = 3000    // nodes that are searched before kicks: what heavy items decide is proven by few
	largeSearch = 1 << 16 // items times packs above which a dive of the search takes longer than it is worth
)

// filler packs layers of one size.
type filler struct {
	filling
	packer *exchange.FillPacker
	search *exact // nil where layers are too large
	small  bool
	tiny   bool
}

// PackLayer implements [LayerPacker].
func (f *filler) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	result, err := f.packer.Pack(ctx, exchangeLayer(task), packIndex, rankInPack)
	if err == nil && !result.Optimal && (f.tiny || !f.packer.Done()) {
		result, err = f.improve(ctx, task, result, packIndex, rankInPack)
	}
	// A proof is for the loads as given: nothing may move that was rounded.
	if err == nil && f.raise && !(result.Optimal && f.packer.Rounds()) {
		var raised exchange.Result
		raised, err = f.packer.Raise(ctx, packIndex, rankInPack)
		result.Exchanges = raised.Exchanges
	}
	return LayerStats{Optimal: result.Optimal, Steps: result.Exchanges}, err
}

// improve searches and kicks what is not within the tolerance.
func (f *filler) improve(ctx context.Context, task Task, so exchange.Result, packIndex, rankInPack []int32) (exchange.Result, error) {
	nodes := f.nodes()
	if !f.small {
		nodes = min(nodes, firstNodes)
	}
	so, err := f.prove(ctx, task, so, nodes, packIndex, rankInPack)
	if err == nil && !so.Optimal {
		so, err = f.packer.Cover(ctx, packIndex, rankInPack)
	}
	if err == nil && !so.Optimal {
		so, err = f.packer.Refill(ctx, packIndex, rankInPack)
	}
	if err != nil || so.Optimal || f.packer.Done() || f.kicks() == 0 || f.packer.Filled() && !f.small {
		return so, err
	}
	kicked, err := f.packer.Kick(ctx, f.kicks(), packIndex, rankInPack)
	if err != nil || kicked.Optimal || f.packer.Done() || !f.packer.Kicked() && f.nodes() == nodes {
		return kicked, err
	}
	return f.prove(ctx, task, kicked, f.nodes(), packIndex, rankInPack)
}

// prove searches for a better packing, or a proof that there is none.
func (f *filler) prove(ctx context.Context, task Task, so exchange.Result, nodes int64, packIndex, rankInPack []int32) (exchange.Result, error) {
	if f.search == nil || !f.small && !f.packer.BoundInDoubt() {
		return so, nil
	}
	var err error
	f.search.limit = nodes
	so.Optimal, err = f.search.improve(ctx, task, packIndex, rankInPack)
	return so, err
}
