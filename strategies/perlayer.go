package strategies

import (
	"context"

	"packbench/internal/spec"
)

// PackFunc is a [LayerPacker] that is a function.
type PackFunc func(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error)

// PackLayer calls f.
func (f PackFunc) PackLayer(ctx context.Context, task Task, packIndex, rankInPack []int32) (LayerStats, error) {
	return f(ctx, task, packIndex, rankInPack)
}

// Trait is something that only some strategies can do.
type Trait uint

const (
	// Proves is the trait of strategies that can prove a packing optimal. What
	// they prove is in [LayerStats]; see [Report.Proofs].
	Proves Trait = 1 << iota
	// PlansAsGiven is the trait of strategies that plan on [Task].Given where
	// there is one, or do not look at loads: nothing is rounded for them.
	PlansAsGiven
)

// Has reports whether s has the trait. Strategies that [PerLayer] returns have
// the traits they were made with; others have those that their Traits method
// returns.
func Has(s Strategy, t Trait) bool {
	of, ok := s.(interface{ Traits() Trait })
	return ok && of.Traits()&t != 0
}

// PerLayer returns a [Layerwise] strategy with the given values that packs with
// the packers of newPacker: the short way to write one. newPacker allocates the
// scratch memory for layers of one size; the packer it returns reuses it.
func PerLayer(v Values, newPacker func(items, packs int) LayerPacker, traits ...Trait) Layerwise {
	s := perLayer{spec: v.Canonical(), newPacker: newPacker}
	for _, t := range traits {
		s.traits |= t
	}
	return s
}

type perLayer struct {
	spec      spec.Spec
	newPacker func(items, packs int) LayerPacker
	traits    Trait
}

func (s perLayer) Spec() spec.Spec { return s.spec }

func (s perLayer) NewPacker(items, packs int) LayerPacker { return s.newPacker(items, packs) }

func (s perLayer) Traits() Trait { return s.traits }

// failing returns a packer for layers that are too large for a strategy: every
// layer fails with err.
func failing(err error) LayerPacker {
	return PackFunc(func(context.Context, Task, []int32, []int32) (LayerStats, error) { return LayerStats{}, err })
}
