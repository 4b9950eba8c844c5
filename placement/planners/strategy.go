package planners

import (
	"context"
	"fmt"
	"strings"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// StrategyPacker packs with a packing strategy of this program. Packs of
// different capacities are packed by capped LPT and exchanges instead.
type StrategyPacker struct {
	Strategy strategies.Strategy
	Distinct bool // no two copies of an expert on a pack, where that is possible
}

var _ Packer = StrategyPacker{}

// Name implements [Packer].
func (p StrategyPacker) Name() string { return p.Strategy.Spec().String() }

// NewPacker implements [Packer].
func (p StrategyPacker) NewPacker(copies int, capacity []int) (PartPacker, error) {
	part := &strategyPart{distinct: p.Distinct}
	part.refine.init(copies, capacity)
	if _, ok := uniform(capacity); !ok {
		return part, nil
	}
	part.weights = make([]float32, copies)
	if s, ok := p.Strategy.(strategies.Layerwise); ok {
		part.packer = s.NewPacker(copies, len(capacity))
		return part, nil
	}
	shape := packing.Shape{Layers: 1, Items: copies, Packs: len(capacity)}
	runner, err := cpu.New(cpu.Options{Threads: 1}).Prepare(p.Strategy, shape)
	if err != nil {
		return nil, fmt.Errorf("pack=%s: %w", p.Name(), err)
	}
	part.runner, part.problem = runner, &packing.Problem{Shape: shape, Weights: part.weights}
	part.answer = packing.NewPacking(shape)
	return part, nil
}

// strategyPart packs by a layerwise packer, a runner of a backend, or neither.
type strategyPart struct {
	distinct bool
	weights  []float32
	packer   strategies.LayerPacker
	runner   strategies.Runner
	problem  *packing.Problem
	answer   *packing.Packing
	refine   refiner
}

// Pack implements [PartPacker]. The layer that a strategy sees is always 0, so
// that equal layers get equal packings wherever they are.
func (p *strategyPart) Pack(ctx context.Context, c *Copies, pack, rank []int32) error {
	for i := range p.weights {
		p.weights[i] = float32(c.Load[i])
	}
	var err error
	switch {
	case p.packer != nil:
		task := strategies.Task{Weights: p.weights, Packs: len(p.refine.capacity)}
		_, err = p.packer.PackLayer(ctx, task, pack, rank)
	case p.runner != nil:
		_, err = p.runner.Pack(ctx, p.problem, strategies.Random{}, p.answer)
		copy(pack, p.answer.PackIndex)
		copy(rank, p.answer.RankInPack)
	default:
		p.refine.greedy(c, pack, rank, p.distinct)
		p.refine.begin(c, pack, rank)
		p.refine.descend(max(c.Allowed, p.refine.mean()*(1+closeEnough)), p.distinct)
	}
	if err != nil || !p.distinct {
		return err
	}
	p.refine.begin(c, pack, rank)
	p.refine.separate(c.Allowed)
	return nil
}

// nested turns the text of a strategy that is itself a parameter into what the
// registry reads: "/" stands for the commas, "descent:tol=0.001/starts=1".
func nested(text string) string { return strings.ReplaceAll(text, "/", ",") }
