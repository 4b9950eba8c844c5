//go:build cuda

package cuda

import (
	"fmt"
	"slices"

	"packbench/packing"
	"packbench/strategies"
)

// Backend executes ensemble strategies on one NVIDIA GPU, which it opens when
// it is first needed. It is safe for concurrent use; calls run one at a time.
type Backend struct{ device device }

var _ strategies.Batcher = (*Backend)(nil)

// New returns a backend for one GPU.
func New(o Options) *Backend { return &Backend{device: device{options: o}} }

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return Name }

// Describe implements [strategies.Backend]. Among the facts are the one-off
// costs: making the context, and loading the kernels used so far; those that are not
// precompiled for the device, the driver compiles where it has none in its cache.
func (b *Backend) Describe() (strategies.Description, error) {
	var description strategies.Description
	err := b.device.do(func() error {
		description = b.device.describe()
		return nil
	})
	return description, err
}

// Prepare implements [strategies.Backend]. It supports [strategies.Ensemble] and
// every [strategies.External].
func (b *Backend) Prepare(s strategies.Strategy, shape packing.Shape) (strategies.Runner, error) {
	if s, ok := s.(strategies.External); ok {
		if err := shape.Validate(); err != nil {
			return nil, err
		}
		return s.PrepareOn(Name, shape)
	}
	return b.prepare(s, []packing.Shape{shape})
}

// PrepareBatch implements [strategies.Batcher].
func (b *Backend) PrepareBatch(s strategies.Strategy, shapes []packing.Shape) (strategies.BatchRunner, error) {
	return b.prepare(s, shapes)
}

func (b *Backend) prepare(s strategies.Strategy, shapes []packing.Shape) (*runner, error) {
	for _, shape := range shapes {
		if err := shape.Validate(); err != nil {
			return nil, err
		}
	}
	e, ok := s.(strategies.Ensemble)
	if !ok {
		return nil, fmt.Errorf("%w: cuda executes ensembles, not %s", strategies.ErrUnsupported, s.Spec().Name)
	}
	r := &runner{device: &b.device, ensemble: e, shapes: slices.Clone(shapes), groups: groups(shapes)}
	if err := b.device.do(func() error { return r.prepare(false) }); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return b.device.close() }
