package planners

import (
	"fmt"
	"math"
	"slices"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/strategies"
)

// partParams are the parameters that this project's planners share: which parts
// they are made of.
func partParams() []spec.Param {
	return []spec.Param{
		{Name: "estimate", Kind: spec.Choice, Default: "sum", Choices: estimatorNames, Doc: "loads to plan for, given several steps: their sum, the last, or a sum in which older steps count less"},
		{Name: "halflife", Kind: spec.Float, Default: "2", Min: 1e-3, Max: math.MaxFloat32, Doc: "with estimate=decay: half-life in steps"},
		{Name: "policy", Kind: spec.Choice, Default: "auto", Choices: policyNames, Doc: "keep the groups of experts on nodes: where sizes allow it, always, or never"},
		{Name: "replicate", Kind: spec.Choice, Default: "auto", Choices: []string{"auto", "greedy", "search", "vec", "none"}, Doc: "how many copies: to the largest load per copy; search refines that (auto: with 2 or 3 slots per GPU)"},
		{Name: "copies", Kind: spec.Int, Default: "0", Min: 0, Max: math.MaxInt32, Doc: "max copies of an expert; 0 for no limit"},
		{Name: "distinct", Kind: spec.Choice, Default: "yes", Choices: []string{"yes", "no"}, Doc: "no two copies of an expert on a GPU"},
		{Name: "pack", Kind: spec.Text, Default: "descent:exchange=2/starts=1/phase=max", Doc: "packing strategy for copies on GPUs, / for its commas: descent:tol=0.001/starts=1"},
		{Name: "groups", Kind: spec.Text, Default: "descent", Doc: "packing strategy for groups on nodes"},
		{Name: "align", Kind: spec.Choice, Default: "relabel", Choices: alignmentNames, Doc: "given a previous plan: exchange whole GPUs to move the fewest experts, keep slots only, or neither"},
		{Name: "gate", Kind: spec.Float, Default: "0", Min: 0, Max: 1, Doc: "keep a layer's previous placement unless its balancedness gains more than this"},
	}
}

// ours returns a composition of the parts that the values name.
func ours(v spec.Values) (Composition, error) {
	c := Composition{
		Estimator: Estimator{Kind: EstimatorKind(slices.Index(estimatorNames, v.Choice("estimate"))), HalfLife: v.Float("halflife")},
		Policy:    Policy(slices.Index(policyNames, v.Choice("policy"))),
		Align:     Alignment(slices.Index(alignmentNames, v.Choice("align"))),
		Gate:      v.Float("gate"),
		CopyLimit: v.Int("copies"),
		Distinct:  v.Choice("distinct") == "yes",
	}
	switch v.Choice("replicate") {
	case "auto":
		c.Replicate, c.Search = greedy{ties: tieEven}, &Search{Slots: 3}
	case "search":
		c.Replicate, c.Search = greedy{ties: tieEven}, &Search{Slots: math.MaxInt32}
	case "greedy":
		c.Replicate = greedy{ties: tieEven}
	case "vec":
		if c.limited() {
			return Composition{}, fmt.Errorf("planner %s: replicate=vec supports no limit on copies: use it with copies=0,distinct=no", v.Canonical().Name)
		}
		c.Replicate = vec{}
	case "none":
		c.Replicate = noReplicator{}
	}
	for _, part := range []struct {
		name string
		to   *Packer
	}{{"pack", &c.Copies}, {"groups", &c.Groups}} {
		s, err := strategies.Builtin().Parse(nested(v.Text(part.name)))
		if err != nil {
			return Composition{}, fmt.Errorf("planner %s: %s=%s: %w", v.Canonical().Name, part.name, v.Text(part.name), err)
		}
		*part.to = StrategyPacker{Strategy: s, Distinct: c.Distinct && part.name == "pack", Frugal: !v.Given("pack")}
	}
	return c, nil
}

// noReplicator makes no spare copies: there must be as many slots as experts.
type noReplicator struct{}

// Name implements [Replicator].
func (noReplicator) Name() string { return "none" }

// NewReplicator implements [Replicator].
func (noReplicator) NewReplicator(experts, slots int) PartReplicator {
	return greedy{}.NewReplicator(experts, slots)
}

func balancedDefinition() Definition {
	return Definition{
		Name:    "balanced",
		Summary: "greedy copies, groups and copies packed by descent, no two copies of an expert on a GPU, GPUs relabelled",
		Source:  "this project",
		Params:  partParams(),
		New: func(v spec.Values) (placement.Planner, error) {
			c, err := ours(v)
			if err != nil {
				return nil, err
			}
			return c.made(v), nil
		},
	}
}

func spillDefinition() Definition {
	return Definition{
		Name:    "spill",
		Summary: "balanced with groups on nodes, but spare copies may leave the node of their group",
		Source:  "this project",
		Params: append(partParams(),
			spec.Param{Name: "tol", Kind: spec.Float, Default: "0.005", Min: 0, Max: 1, Doc: "stop when the heaviest node is within (1 + tol)·mean"},
			spec.Param{Name: "away", Kind: spec.Int, Default: "1000000", Min: 0, Max: 1000000, Doc: "max copies per layer away from their node"}),
		New: func(v spec.Values) (placement.Planner, error) {
			c, err := ours(v)
			if err != nil {
				return nil, err
			}
			c.Spill = &Spill{Tolerance: v.Float("tol"), Away: v.Int("away")}
			return c.made(v), nil
		},
	}
}

func keepDefinition() Definition {
	params := append([]spec.Param{
		{Name: "moves", Kind: spec.Int, Default: "4", Min: 0, Max: 1000000, Doc: "experts that may move per layer"},
		{Name: "tol", Kind: spec.Float, Default: "0", Min: 0, Max: 1, Doc: "stop when the heaviest GPU is within (1 + tol)·mean"},
		{Name: "gain", Kind: spec.Float, Default: "0.001", Min: 0, Max: 1, Doc: "a move must lower the heaviest GPU by this share of the mean"},
	}, partParams()...)
	return Definition{
		Name:    "keep",
		Summary: "few moves from the previous plan; without one, as balanced",
		Source:  "this project",
		Params:  params,
		New: func(v spec.Values) (placement.Planner, error) {
			c, err := ours(v)
			if err != nil {
				return nil, err
			}
			c.Keep = &Keep{Moves: v.Int("moves"), Tolerance: v.Float("tol"), Gain: v.Float("gain")}
			return c.made(v), nil
		},
	}
}
