//go:build !cuda

package cuda

import (
	"fmt"

	"packbench/packing"
	"packbench/strategies"
)

// Backend is the CUDA backend of a program built without the cuda tag: it is
// unavailable, with that reason.
type Backend struct{}

var _ strategies.Backend = (*Backend)(nil)

var errBuiltWithout = fmt.Errorf("%w: built without the cuda tag: build with make cuda", strategies.ErrUnavailable)

// New returns the backend.
func New(Options) *Backend { return &Backend{} }

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return Name }

// Describe implements [strategies.Backend].
func (b *Backend) Describe() (strategies.Description, error) {
	return strategies.Description{}, errBuiltWithout
}

// Prepare implements [strategies.Backend]. What CUDA cannot execute it cannot
// execute in any build, and what is executed outside of this process it can.
func (b *Backend) Prepare(s strategies.Strategy, shape packing.Shape) (strategies.Runner, error) {
	if s, ok := s.(strategies.External); ok {
		return s.PrepareOn(Name, shape)
	}
	if _, ok := s.(strategies.Ensemble); !ok {
		return nil, fmt.Errorf("%w: cuda executes ensembles, not %s", strategies.ErrUnsupported, s.Spec().Name)
	}
	return nil, errBuiltWithout
}

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return nil }
