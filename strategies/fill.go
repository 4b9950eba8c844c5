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
// It always ends, its maximum load is never above that of capped LPT, and the same
// layer gives the same packing whatever the seed and the unit of the loads.
// LayerStats.Steps counts limits tried and exchanges.
var fillDefinition = Definition{
	Name:    "fill",
	Summary: "packs filled one by one just below a limit, or a descent with kicks where that does not pay; best with few items per pack",
	Source:  "this project; sums of pairs by two pointers as in Horowitz and Sahni 1974, kicks after iterated local search (Lourenço, Martin, Stützle 2003)",
	Params: []Param{
		{Name: "effort", Kind: spec.Int, Default: "100", Min: 0, Max: 1 << 20, Doc: "max steps of filling per item; a fifth as many kicks, ten times as many search nodes"},
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
			options: exchange.FillOptions{Exchange: v.Int("exchange"), Tolerance: v.Float("tol"), Effort: v.Int("effort")},
			kicks:   v.Int("effort") / 5,
			nodes:   10 * int64(v.Int("effort")),
			raise:   v.Choice("phase") == "max-min",
		}
		return PerLayer(v, f.newPacker, Proves, PlansAsGiven), nil
	},
}

// filling is the strategy fill.
type filling struct {
	options exchange.FillOptions
	kicks   int
	nodes   int64 // of a search for a proof
	raise   bool
}

func (f filling) newPacker(items, packs int) LayerPacker {
	p := &filler{filling: f, packer: exchange.NewFill(items, packs, f.options), small: items <= smallSearch, tiny: items <= tinySearch}
	if f.nodes > 0 && int64(items)*int64(packs) <= largeSearch && checkExact(items, packs) == nil {
		p.search = newSearch(items, packs, f.nodes)
	}
	return p
}

const (
	tinySearch  = 24      // items up to which a search takes next to no time, so that a tolerance saves none
	smallSearch = 48      // items up to which a layer is searched and kicked whatever its loads
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
	so, err := f.prove(ctx, task, so, packIndex, rankInPack)
	if err != nil || so.Optimal || f.kicks == 0 || f.packer.Filled() && !f.small {
		return so, err
	}
	kicked, err := f.packer.Kick(ctx, f.kicks, packIndex, rankInPack)
	if err != nil || kicked.Optimal || f.packer.Done() || !f.packer.Kicked() {
		return kicked, err
	}
	return f.prove(ctx, task, kicked, packIndex, rankInPack)
}

// prove searches for a better packing, or a proof that there is none.
func (f *filler) prove(ctx context.Context, task Task, so exchange.Result, packIndex, rankInPack []int32) (exchange.Result, error) {
	if f.search == nil || !f.small && !f.packer.BoundInDoubt() {
		return so, nil
	}
	var err error
	so.Optimal, err = f.search.improve(ctx, task, packIndex, rankInPack)
	return so, err
}
