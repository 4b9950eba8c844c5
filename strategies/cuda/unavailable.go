//go:build !cuda

package cuda

import (
	"fmt"

	"packbench/packing"
	"packbench/strategies"
)

// Backend is the CUDA backend of a program built without the cuda tag: it says
// so and runs nothing.
type Backend struct{}

var _ strategies.Backend = (*Backend)(nil)

// New returns the backend.
func New(Options) *Backend { return &Backend{} }

var errBuiltWithout = fmt.Errorf("%w: this program was built without CUDA; build it with make cuda", strategies.ErrUnavailable)

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return "cuda" }

// Prepare implements [strategies.Backend]. What CUDA cannot execute it cannot
// execute in any build.
func (b *Backend) Prepare(s strategies.Strategy, _ packing.Shape) (strategies.Runner, error) {
	if _, ok := s.(strategies.Ensemble); !ok {
		return nil, fmt.Errorf("%w: cuda executes ensembles, not %T", strategies.ErrUnsupported, s)
	}
	return nil, errBuiltWithout
}

// Describe implements [strategies.Backend].
func (b *Backend) Describe() (strategies.Description, error) {
	return strategies.Description{}, errBuiltWithout
}

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return nil }
