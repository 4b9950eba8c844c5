package strategies

import (
	"context"
	"fmt"

	"packbench/packing"
)

// Pack packs one problem with a runner made for it, and checks the packing. For
// many problems of one shape, keep a [Runner].
func Pack(ctx context.Context, b Backend, s Strategy, p *packing.Problem, random Random) (*packing.Packing, error) {
	runner, err := b.Prepare(s, p.Shape)
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	out := packing.NewPacking(p.Shape)
	if _, err := runner.Pack(ctx, p, random, out); err != nil {
		return nil, err
	}
	if err := out.Validate(p); err != nil {
		return nil, fmt.Errorf("a packing that breaks the rules: %w", err)
	}
	return out, nil
}
