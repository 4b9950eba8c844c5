// Package verify checks backends against recorded packings and each other,
// layer by layer and bit for bit.
package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"packbench/harness"
	"packbench/internal/number"
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
	Backend  string
	Against  string // what it was compared with: "recorded packings" or a backend
	Together bool   // up to [MaxTogether] problems were packed in one call
	Layers   int    // compared
	Equal    int
	Skipped  int         // checks whose strategy the backend does not support
	First    *Difference // the first layer that differs, nil where none does
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
// the other with the reference. Then it does so once more with the last of the two,
// if that is a [strategies.Batcher], many checks in one call and the same call twice.
// It stops at the first error: a backend that fails, an invalid packing, or the end of ctx.
func Run(ctx context.Context, checks iter.Seq2[Check, error], reference, other strategies.Backend) ([]Agreement, error) {
	v := verifier{}
	last := reference
	if other != nil {
		last = other
	}
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
			v.compare(check, Agreement{Backend: reference.Name(), Against: against}, got, want)
		} else if want == nil {
			want, against = got, reference.Name()
		}
		if other != nil && want != nil {
			if got, err = v.pack(ctx, other, check); err != nil {
				return v.agreements, err
			}
			v.compare(check, Agreement{Backend: other.Name(), Against: against}, got, want)
		}
		if b, ok := last.(strategies.Batcher); ok && got != nil {
			if err := v.together(ctx, b, check, against, want); err != nil {
				return v.agreements, err
			}
		}
	}
	for _, b := range v.bundles {
		if err := v.packTogether(ctx, last.(strategies.Batcher), b); err != nil {
			return v.agreements, err
		}
	}
	return v.agreements, nil
}

// verifier collects agreements in the order in which they first come.
type verifier struct {
	agreements []Agreement
	bundles    []*bundle
}

// bundle is checks that one call can pack, with the right answers.
type bundle struct {
	strategy string
	stream   strategies.Stream
	against  string
	checks   []Check
	want     []*packing.Packing
}

// MaxTogether is the max number of problems that are packed in one call.
const MaxTogether = 32

// together puts the check into its bundle, and packs that when it is full.
func (v *verifier) together(ctx context.Context, b strategies.Batcher, c Check, against string, want *packing.Packing) error {
	key := bundle{strategy: c.Strategy.Spec().String(), stream: c.Random.Stream, against: against}
	at := slices.IndexFunc(v.bundles, func(b *bundle) bool {
		return b.strategy == key.strategy && b.stream == key.stream && b.against == key.against
	})
	if at < 0 {
		at = len(v.bundles)
		v.bundles = append(v.bundles, &key)
	}
	full := v.bundles[at]
	full.checks, full.want = append(full.checks, c), append(full.want, want)
	if len(full.checks) < MaxTogether {
		return nil
	}
	v.bundles = slices.Delete(v.bundles, at, at+1)
	return v.packTogether(ctx, b, full)
}

// packTogether packs the checks of a bundle twice with one runner, because a backend
// may do it another way the second time: on CUDA, by a graph. The packings compared are
// the first that differ from the right ones.
func (v *verifier) packTogether(ctx context.Context, b strategies.Batcher, all *bundle) error {
	fail := func(err error) error {
		return fmt.Errorf("%s, %s of the %s stream in one call, backend %s: %w", all.strategy, number.Count(len(all.checks), "problem"), all.stream, b.Name(), err)
	}
	var shapes []packing.Shape
	for _, c := range all.checks {
		shapes = append(shapes, c.Problem.Shape)
	}
	runner, err := strategies.PrepareBatch(b, all.checks[0].Strategy, shapes)
	if err != nil {
		return fail(err)
	}
	defer runner.Close()
	got := make([]*packing.Packing, len(all.checks))
	for range 2 {
		var jobs []strategies.Job
		for _, c := range all.checks {
			jobs = append(jobs, strategies.Job{Problem: c.Problem, Random: c.Random, Out: packing.NewPacking(c.Problem.Shape)})
		}
		if _, err := runner.PackBatch(ctx, jobs); err != nil {
			return fail(err)
		}
		for i, j := range jobs {
			if err := j.Out.Validate(j.Problem); err != nil {
				return fail(fmt.Errorf("%s, %v: an invalid packing: %w", all.checks[i].Name, j.Problem.Shape, err))
			}
			if got[i] == nil || got[i].Equal(all.want[i]) {
				got[i] = j.Out
			}
		}
	}
	for i, c := range all.checks {
		v.compare(c, Agreement{Backend: b.Name(), Against: all.against, Together: true}, got[i], all.want[i])
	}
	return nil
}

// agreement returns the agreement of the same kind as a.
func (v *verifier) agreement(a Agreement) *Agreement {
	for i := range v.agreements {
		if b := &v.agreements[i]; b.Backend == a.Backend && b.Against == a.Against && b.Together == a.Together {
			return b
		}
	}
	v.agreements = append(v.agreements, a)
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

// compare counts the layers in which got equals want for the agreement of a kind; got
// is nil where the backend does not support the strategy.
func (v *verifier) compare(c Check, kind Agreement, got, want *packing.Packing) {
	a := v.agreement(kind)
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
