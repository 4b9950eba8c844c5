package cpu_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/verify/golden"
)

// pack runs one strategy on one problem.
func pack(t testing.TB, b strategies.Backend, strategy string, p *packing.Problem, random strategies.Random) *packing.Packing {
	t.Helper()
	s, err := strategies.Builtin().Parse(strategy)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Prepare(s, p.Shape)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out := packing.NewPacking(p.Shape)
	if _, err := r.Pack(context.Background(), p, random, out); err != nil {
		t.Fatal(err)
	}
	if err := out.Validate(p); err != nil {
		t.Fatalf("%s: %v", strategy, err)
	}
	return out
}

// differs describes the first layer in which two packings differ, "" if none.
func differs(got, want *packing.Packing) string {
	for l := range want.Layers {
		gp, gr := got.Layer(l)
		wp, wr := want.Layer(l)
		if !slices.Equal(gp, wp) || !slices.Equal(gr, wr) {
			return fmt.Sprintf("layer %d of %d\n got %v\n     %v\nwant %v\n     %v", l, want.Layers, gp, gr, wp, wr)
		}
	}
	return ""
}

// paths are the ways through the backend: with the best instructions of this machine,
// and with those that all machines have.
var paths = map[string]cpu.Options{
	"native": {},
	"scalar": cpu.Options{}.Scalar(),
}

// Every layer of every recorded case is the same bit for bit, with and without vector
// instructions.
func TestGoldenPackings(t *testing.T) {
	cases, err := golden.Cases()
	if err != nil {
		t.Fatal(err)
	}
	layers := 0
	for _, c := range cases {
		for name, want := range c.Answers {
			t.Run(c.Name+"/"+name, func(t *testing.T) {
				for path, options := range paths {
					got := pack(t, cpu.New(options), name, c.Problem, strategies.Random{Stream: strategies.Torch, Seed: c.Seed})
					if d := differs(got, want); d != "" {
						t.Errorf("%s: %s", path, d)
					}
				}
				layers += want.Layers
			})
		}
	}
	if layers < 300 {
		t.Errorf("only %d layers were compared", layers)
	}
}
