package strategies

// The three strategies of the published comparison, as values of one kind.

var lptDefinition = Definition{
	Name:    "lpt",
	Summary: "longest processing time first: heaviest item first, to the least loaded pack with room",
	Source:  "Graham 1969; capped: Kellerer and Woeginger 1993; balanced_packing of DeepSeek EPLB",
	New:     newLPT,
}

var twoOptDefinition = Definition{
	Name:    "two-opt",
	Summary: "best of many greedy packings, refined by swaps between the heaviest and the lightest pack",
	Source:  "the predecessor in the published change parallel_topk_refinement_max_any",
	Params:  ensembleParams(publishedCandidates, 1, 20, "1e-05"),
	New:     func(v Values) (Strategy, error) { return newEnsemble(TwoOpt, v) },
}

var topKMaxAnyDefinition = Definition{
	Name:    "topk-max-any",
	Summary: "the best k of many greedy packings, each refined by swaps between the heaviest and any other pack",
	Source:  "the published change parallel_topk_refinement_max_any",
	Params:  ensembleParams(publishedCandidates, 8, 10, "1e-06"),
	New:     func(v Values) (Strategy, error) { return newEnsemble(MaxAny, v) },
}
