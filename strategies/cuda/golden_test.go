//go:build cuda

package cuda_test

import (
	"slices"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cuda"
	"packbench/verify/golden"
)

var orders = []string{"rising", "falling", "shuffled"}

func parse(t tb, text string) strategies.Strategy {
	t.Helper()
	s, err := strategies.Builtin().Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func equal(a, b *packing.Packing) bool { return a.Equal(b) }

// Every recorded packing comes out bit for bit, whatever the order in which the
// threads take turns.
func TestGoldenPackings(t *testing.T) {
	cases, err := golden.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range orders {
		sim := simulate(t, simulated, "order="+order, cuda.Options{})
		layers, total := 0, 0
		for _, c := range cases {
			if c.Problem.Layers > 16 && testing.Short() {
				continue // large and like others
			}
			for name, want := range c.Answers {
				got := packing.NewPacking(c.Problem.Shape)
				runner, err := sim.Prepare(parse(t, name), c.Problem.Shape)
				if err != nil {
					t.Fatalf("%s, %s: %v", c.Name, name, err)
				}
				random := strategies.Random{Stream: strategies.Torch, Seed: c.Seed}
				if _, err := runner.Pack(t.Context(), c.Problem, random, got); err != nil {
					t.Fatalf("%s, %s, %s: %v\n%s", order, c.Name, name, err, sim.done())
				}
				if err := runner.Close(); err != nil {
					t.Error(err)
				}
				for l := range want.Layers {
					total++
					gotPack, gotRank := got.Layer(l)
					wantPack, wantRank := want.Layer(l)
					if slices.Equal(gotPack, wantPack) && slices.Equal(gotRank, wantRank) {
						layers++
					} else {
						t.Errorf("%s, %s, %s: layer %d differs from the recorded packing", order, c.Name, name, l)
					}
				}
			}
		}
		t.Logf("%s: %d of %d layers equal", order, layers, total)
		sim.done()
	}
}
