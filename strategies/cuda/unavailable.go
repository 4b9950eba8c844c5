//go:build !cuda

package cuda

import (
	"fmt"

	"packbench/packing"
	"packbench/strategies"
)

// Backend stands for the CUDA backend in programs built without it.
type Backend struct{}

var _ strategies.Backend = (*Backend)(nil)

var errNotBuilt = fmt.Errorf("%w: built without the cuda tag: build with make cuda", strategies.ErrUnavailable)

// New returns a backend that is unavailable.
func New(Options) *Backend { return &Backend{} }

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return Name }

// Describe implements [strategies.Backend].
func (b *Backend) Describe() (strategies.Description, error) {
	return strategies.Description{}, errNotBuilt
}

// Prepare implements [strategies.Backend].
func (b *Backend) Prepare(strategies.Strategy, packing.Shape) (strategies.Runner, error) {
	return nil, errNotBuilt
}

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return nil }
