package strategies

import "packbench/internal/spec"

// maxAnyPairsDefinition is made for wide machines: swaps of pairs are many, and looked
// at all at once they take hardly longer than swaps of items. One greedy packing is
// enough to begin with. With eight items or more to a pack it gets as near to the bound
// as descent, in a few dozen swaps, each of which lowers the heaviest pack the most.
var maxAnyPairsDefinition = Definition{
	Name:    "max-any-pairs",
	Summary: "LPT refined by swaps of one or two items between the heaviest and any other pack, the best first; for GPUs",
	Source:  "this project; the published change's refinement with pairs",
	Params:  ensembleParams(1, 1, 300, "1e-06"),
	Presets: []spec.Preset{
		{Name: "wide", Args: []spec.Arg{{Key: "candidates", Value: "4"}, {Key: "random", Value: "0"}, {Key: "k", Value: "4"}},
			Doc: "LPT, zigzag and two noisy orders, all refined: on a GPU hardly slower"},
	},
	New: func(v Values) (Strategy, error) { return newEnsemble(MaxAnyPairs, v) },
}
