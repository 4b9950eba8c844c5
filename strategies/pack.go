package strategies

import (
	"context"
	"fmt"

	"packbench/packing"
)

// Packed is a packing with how it was made.
type Packed struct {
	*packing.Packing
	Report Report
	// Optimal tells for each layer whether the strategy proved that no packing
	// has a smaller max load; nil for strategies that prove nothing.
	Optimal []bool
	// Warnings are remarks on what may have made the packing worse, one line
	// each; see [Report] and [Warnings].
	Warnings []string
}

// Pack packs one problem with a runner made for it, and checks the packing. For
// many problems of one shape, keep a [Runner].
func Pack(ctx context.Context, b Backend, s Strategy, p *packing.Problem, random Random) (*Packed, error) {
	runner, err := b.Prepare(s, p.Shape)
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	out := packing.NewPacking(p.Shape)
	report, err := runner.Pack(ctx, p, random, out)
	if err != nil {
		return nil, err
	}
	if err := out.Validate(p); err != nil {
		return nil, fmt.Errorf("an invalid packing: %w", err)
	}
	return &Packed{
		Packing:  out,
		Report:   report,
		Optimal:  report.Proofs(s),
		Warnings: append(report.Warnings, Warnings(s, p, out)...),
	}, nil
}

// Proofs tells for each layer whether s proved its packing optimal; nil if s
// proves nothing.
func (r Report) Proofs(s Strategy) []bool {
	proofs := make([]bool, len(r.Layers))
	any := false
	for l, stats := range r.Layers {
		proofs[l] = stats.Optimal
		any = any || stats.Optimal
	}
	if len(proofs) == 0 || !any && !Has(s, Proves) {
		return nil
	}
	return proofs
}

// Proven summarizes proofs: "proven 2 of 3"; "" if there are none.
func Proven(proofs []bool) string {
	if proofs == nil {
		return ""
	}
	n := 0
	for _, proven := range proofs {
		if proven {
			n++
		}
	}
	return fmt.Sprintf("proven %d of %d", n, len(proofs))
}
