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
	// Frugal lets capped LPT do where it stays below the load that the heaviest
	// GPU of another node must have: the strategy could not lower the maximum.
	Frugal bool
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
	if p.Frugal {
		var err error
		if part.quick, err = (enginePacker{}).NewPacker(copies, capacity); err != nil {
			return nil, err
		}
	}
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
	quick    PartPacker
	refine   refiner
}

// Pack implements [PartPacker]. The layer that a strategy sees is always 0, so
// that equal layers get equal packings wherever they are.
func (p *strategyPart) Pack(ctx context.Context, c *Copies, pack, rank []int32) error {
	if err := p.pack(ctx, c, pack, rank); err != nil || !p.distinct {
		return err
	}
	p.refine.begin(c, pack, rank)
	p.refine.separate(c.Allowed)
	return nil
}

// pack packs without care for duplicates, but where packs differ.
func (p *strategyPart) pack(ctx context.Context, c *Copies, pack, rank []int32) error {
	if p.packer == nil && p.runner == nil {
		p.refine.greedy(c, pack, rank, p.distinct)
		p.refine.begin(c, pack, rank)
		p.refine.descend(max(c.Allowed, p.refine.mean()*(1+closeEnough)), p.distinct)
		return nil
	}
	if p.quick != nil && c.Allowed > 0 {
		if err := p.quick.Pack(ctx, c, pack, rank); err != nil {
			return err
		}
		p.refine.begin(c, pack, rank)
		if p.refine.load[p.refine.heaviest()] <= c.Allowed {
			return nil
		}
	}
	for i := range p.weights {
		p.weights[i] = float32(c.Load[i])
	}
	if p.packer != nil {
		task := strategies.Task{Weights: p.weights, Packs: len(p.refine.capacity)}
		_, err := p.packer.PackLayer(ctx, task, pack, rank)
		return err
	}
	_, err := p.runner.Pack(ctx, p.problem, strategies.Random{}, p.answer)
	copy(pack, p.answer.PackIndex)
	copy(rank, p.answer.RankInPack)
	return err
}

// nested turns the text of a strategy that is itself a parameter into what the
// registry reads: "/" stands for the commas, "descent:tol=0.001/starts=1".
func nested(text string) string { return strings.ReplaceAll(text, "/", ",") }
