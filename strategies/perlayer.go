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

// PerLayer returns the [Layerwise] strategy of the given values that packs with
// what newPacker returns: the short way to write one. newPacker makes the
// scratch memory for layers of a size; the packer it returns reuses it.
func PerLayer(v Values, newPacker func(items, packs int) LayerPacker) Layerwise {
	return perLayer{v.Canonical(), newPacker}
}

type perLayer struct {
	spec      spec.Spec
	newPacker func(items, packs int) LayerPacker
}

func (s perLayer) Spec() spec.Spec { return s.spec }

func (s perLayer) NewPacker(items, packs int) LayerPacker { return s.newPacker(items, packs) }
