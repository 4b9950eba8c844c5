package reference_test

import (
	"slices"
	"testing"

	"packbench/internal/core/draws"
	"packbench/strategies"
	"packbench/strategies/reference"
	"packbench/verify/golden"
)

func TestReferenceEqualsGolden(t *testing.T) {
	cases, err := golden.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Problem.Layers*c.Problem.Items > 4096 && testing.Short() {
			continue
		}
		for name, want := range c.Answers {
			s, err := strategies.Builtin().Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			got := reference.Pack(s.(strategies.Ensemble), c.Problem, strategies.Random{Stream: strategies.Torch, Seed: c.Seed})
			if !slices.Equal(got.PackIndex, want.PackIndex) || !slices.Equal(got.RankInPack, want.RankInPack) {
				t.Errorf("%s: %s differs from the recorded packing", c.Name, name)
			}
		}
	}
}

func TestTorchDrawsEqualRecordedOnes(t *testing.T) {
	cases, err := golden.Cases()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, c := range cases {
		row := make([]uint32, len(c.FirstDraws))
		draws.NewTorch(c.Seed, 1, 1, 0, len(row)).Next(row)
		for i, want := range c.FirstDraws {
			compared++
			if got := draws.Uniform(row[i]); got != want {
				t.Fatalf("%s: draw %d is %v, want %v", c.Name, i, got, want)
			}
		}
	}
	if compared == 0 {
		t.Error("no recorded draws were found")
	}
}
