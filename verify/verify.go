// Package verify checks backends against recorded packings and each other,
// layer by layer and bit for bit.
package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"packbench/harness"
	"packbench/packing"
	"packbench/runs"
	"packbench/strategies"
	"packbench/verify/golden"
)

// Check is a problem on which backends must give the same packing.
type Check struct {
	Name     string // of the workload or the recorded case
	Strategy strategies.Strategy
	Problem  *packing.Problem
	Random   strategies.Random
	Recorded *packing.Packing // the right answer; nil means the reference backend's
}

// Agreement counts how many layers a backend packs as it should.
type Agreement struct {
	Backend string
	Against string // what it was compared with: "recorded packings" or a backend
	Layers  int    // compared
	Equal   int
	Skipped int         // checks whose strategy the backend does not support
	First   *Difference // the first layer that differs, nil where none does
}

// Difference is a layer that two packings of a problem pack differently.
type Difference struct {
	Check
	Layer     int
	Item      int // the first that is placed differently
	Items     int // how many are
	Got, Want [2]int32
	Imbalance [2]float64 // max − min load of the layer: got, want
}

// String describes the difference in full, on one line.
func (d *Difference) String() string {
	return fmt.Sprintf("%s, %v, strategy %s, %s stream, seed %d: layer %d, item %d: pack %d rank %d, should be pack %d rank %d; %d of %d items differ, imbalance %g, should be %g",
		d.Name, d.Problem.Shape, d.Strategy.Spec(), d.Random.Stream, d.Random.Seed, d.Layer, d.Item,
		d.Got[0], d.Got[1], d.Want[0], d.Want[1], d.Items, d.Problem.Items, d.Imbalance[0], d.Imbalance[1])
}

// GoldenChecks returns a check for each recorded packing of the published
// program and its relatives.
func GoldenChecks(registry strategies.Registry) iter.Seq2[Check, error] {
	return func(yield func(Check, error) bool) {
		cases, err := golden.Cases()
		if err != nil {
			yield(Check{}, err)
			return
		}
		for _, c := range cases {
			for _, d := range registry { // in a fixed order
				want := c.Answers[d.Name]
				if want == nil {
					continue
				}
				s, err := registry.Parse(d.Name)
				random := strategies.Random{Stream: strategies.Torch, Seed: c.Seed}
				if !yield(Check{c.Name, s, c.Problem, random, want}, err) {
					return
				}
			}
		}
	}
}

// PlanChecks returns a check for each problem and strategy of the plan,
// whatever the backend.
func PlanChecks(p *harness.Plan) iter.Seq2[Check, error] {
	return func(yield func(Check, error) bool) {
		seen := map[string]bool{}
		for i, c := range p.Cells {
			id := c.Without(runs.BackendAxis).ID()
			if seen[id] {
				continue
			}
			seen[id] = true
			job, err := p.Job(i)
			if !yield(Check{c.Workload(), job.Strategy, job.Problem, job.Random, nil}, err) {
				return
			}
		}
	}
}

// Run packs every check on the reference backend and on another one (nil:
// none), and compares both with the recorded packing or, where there is none,
// the other with the reference. It stops at the first error: a backend that
// fails, an invalid packing, or the end of ctx.
func Run(ctx context.Context, checks iter.Seq2[Check, error], reference, other strategies.Backend) ([]Agreement, error) {
	v := verifier{}
	for check, err := range checks {
		if err != nil {
			return v.agreements, err
		}
		want, against := check.Recorded, "recorded packings"
		got, err := v.pack(ctx, reference, check)
		if err != nil {
			return v.agreements, err
		}
		if want != nil && got != nil {
			v.compare(check, reference.Name(), against, got, want)
		} else if want == nil {
			want, against = got, reference.Name()
		}
		if other == nil || want == nil {
			continue
		}
		if got, err = v.pack(ctx, other, check); err != nil {
			return v.agreements, err
		}
		v.compare(check, other.Name(), against, got, want)
	}
	return v.agreements, nil
}

// verifier collects agreements in the order in which they first come.
type verifier struct{ agreements []Agreement }

func (v *verifier) agreement(backend, against string) *Agreement {
	for i := range v.agreements {
		if a := &v.agreements[i]; a.Backend == backend && a.Against == against {
			return a
		}
	}
	v.agreements = append(v.agreements, Agreement{Backend: backend, Against: against})
	return &v.agreements[len(v.agreements)-1]
}

// pack returns the packing, nil where the backend does not support the
// strategy.
func (v *verifier) pack(ctx context.Context, b strategies.Backend, c Check) (*packing.Packing, error) {
	out, err := strategies.Pack(ctx, b, c.Strategy, c.Problem, c.Random)
	switch {
	case errors.Is(err, strategies.ErrUnsupported):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s on %s, %v, backend %s: %w", c.Strategy.Spec(), c.Name, c.Problem.Shape, b.Name(), err)
	}
	return out.Packing, nil
}

// compare counts the layers in which got equals want; got is nil where the
// backend does not support the strategy.
func (v *verifier) compare(c Check, backend, against string, got, want *packing.Packing) {
	a := v.agreement(backend, against)
	if got == nil {
		a.Skipped++
		return
	}
	for l := range want.Layers {
		a.Layers++
		d := differ(c, got, want, l)
		if d == nil {
			a.Equal++
		} else if a.First == nil {
			a.First = d
		}
	}
}

// differ returns how layer l of two packings differs, nil where it does not.
func differ(c Check, got, want *packing.Packing, l int) *Difference {
	gotPack, gotRank := got.Layer(l)
	wantPack, wantRank := want.Layer(l)
	d := &Difference{Check: c, Layer: l, Item: -1}
	for i := range gotPack {
		if gotPack[i] == wantPack[i] && gotRank[i] == wantRank[i] {
			continue
		}
		if d.Items++; d.Item < 0 {
			d.Item = i
			d.Got = [2]int32{gotPack[i], gotRank[i]}
			d.Want = [2]int32{wantPack[i], wantRank[i]}
		}
	}
	if d.Items == 0 {
		return nil
	}
	for side, g := range []*packing.Packing{got, want} {
		d.Imbalance[side] = packing.Evaluate(c.Problem, g)[l].Imbalance()
	}
	return d
}
