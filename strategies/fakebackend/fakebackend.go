// Package fakebackend is a backend for tests, whose runners do what the test
// says.
package fakebackend

import (
	"context"

	"packbench/packing"
	"packbench/strategies"
)

// Pack writes a packing of p to g.
type Pack func(ctx context.Context, p *packing.Problem, g *packing.Packing) error

// Backend is a backend whose runners do what PackFunc says.
type Backend struct {
	Named    string
	Error    error // of Prepare and Describe
	PackFunc Pack  // nil is [RoundRobin]

	Layers           []strategies.LayerStats // of the report
	Prepared, Closed int                     // runners
}

var _ strategies.Backend = (*Backend)(nil)

// Name implements [strategies.Backend].
func (b *Backend) Name() string { return b.Named }

// Close implements [strategies.Backend].
func (b *Backend) Close() error { return nil }

// Describe implements [strategies.Backend].
func (b *Backend) Describe() (strategies.Description, error) {
	return strategies.Description{Device: "fake " + b.Named}, b.Error
}

// Prepare implements [strategies.Backend].
func (b *Backend) Prepare(strategies.Strategy, packing.Shape) (strategies.Runner, error) {
	if b.Error != nil {
		return nil, b.Error
	}
	b.Prepared++
	return &runner{b}, nil
}

type runner struct{ *Backend }

// Pack implements [strategies.Runner].
func (r *runner) Pack(ctx context.Context, p *packing.Problem, _ strategies.Random, g *packing.Packing) (strategies.Report, error) {
	if r.PackFunc == nil {
		return strategies.Report{Layers: r.Layers}, RoundRobin(ctx, p, g)
	}
	return strategies.Report{}, r.PackFunc(ctx, p, g)
}

// Close implements [strategies.Runner].
func (r *runner) Close() error { r.Closed++; return nil }

// RoundRobin packs item i into pack i mod m.
func RoundRobin(_ context.Context, p *packing.Problem, g *packing.Packing) error {
	for l := range p.Layers {
		packs, ranks := g.Layer(l)
		for i := range p.Items {
			packs[i], ranks[i] = int32(i%p.Packs), int32(i/p.Packs)
		}
	}
	return nil
}

// Blocks packs the first k items into pack 0, the next into pack 1, and so on.
func Blocks(_ context.Context, p *packing.Problem, g *packing.Packing) error {
	for l := range p.Layers {
		packs, ranks := g.Layer(l)
		for i := range p.Items {
			packs[i], ranks[i] = int32(i/p.Capacity()), int32(i%p.Capacity())
		}
	}
	return nil
}
