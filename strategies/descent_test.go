package strategies_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// drawn returns a problem of layers of loads that draw makes.
func drawn(t *testing.T, layers, items, packs int, draw func(*rand.Rand) float32) *packing.Problem {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(items)))
	weights := make([]float32, layers*items)
	for i := range weights {
		weights[i] = draw(rng)
	}
	p, err := packing.New(weights, layers, items, packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func uniform(r *rand.Rand) float32   { return r.Float32() }
func lognormal(r *rand.Rand) float32 { return float32(math.Exp(.5 * r.NormFloat64())) }
func heavyTail(r *rand.Rand) float32 { return float32(math.Exp(1.2 * r.NormFloat64())) }
func whole(r *rand.Rand) float32     { return float32(r.IntN(3000)) }

// meanGap packs p on the CPU.
func meanGap(t *testing.T, strategy string, p *packing.Problem) float64 {
	t.Helper()
	runner, err := cpu.New(cpu.Options{Threads: 2}).Prepare(parse(t, strategy), p.Shape)
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	g := packing.NewPacking(p.Shape)
	if _, err := runner.Pack(context.Background(), p, strategies.Random{Seed: 1}, g); err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(p); err != nil {
		t.Fatal(err)
	}
	gap := 0.0
	for _, q := range packing.Evaluate(p, g) {
		gap += q.Gap() / float64(p.Layers)
	}
	return gap
}

// What the documentation claims of gaps, without the times.
func TestDescentAgainstPublished(t *testing.T) {
	tests := []struct {
		name         string
		draw         func(*rand.Rand) float32
		items, packs int
		descent      string
		times        float64 // smaller, at least
	}{
		{"uniform", uniform, 288, 32, "descent", 12},
		{"lognormal", lognormal, 288, 32, "descent", 20},
		{"heavy tail", heavyTail, 288, 32, "descent", 1},
		{"many packs", uniform, 256, 64, "descent", 10},
		{"many packs, fast", uniform, 256, 64, "descent:fast", 8},
		{"three in a pack", uniform, 96, 32, "descent", 2},
		{"four in a pack", lognormal, 128, 32, "descent", 4},
		{"few packs", uniform, 512, 8, "descent", 1},
		{"small", uniform, 64, 8, "descent", 2},
		{"few items", uniform, 32, 8, "descent", 1.5},
		{"few items, best", uniform, 32, 8, "descent:best", 2},
		{"few items, tail", heavyTail, 32, 8, "descent:best", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := drawn(t, 12, tt.items, tt.packs, tt.draw)
			published, got := meanGap(t, "topk-max-any", p), meanGap(t, tt.descent, p)
			if got*tt.times > published {
				t.Errorf("%s leaves a gap of %.3g, topk-max-any %.3g: want a %gth", tt.descent, got, published, tt.times)
			}
		})
	}
}

func TestDescentPresets(t *testing.T) {
	p := drawn(t, 6, 144, 16, lognormal)
	fast, standard, best := meanGap(t, "descent:fast", p), meanGap(t, "descent", p), meanGap(t, "descent:best", p)
	if fast > 1e-3 || standard > 7e-5 || best > 1e-5 {
		t.Errorf("gaps %.3g, %.3g, %.3g are above the tolerances", fast, standard, best)
	}
	for _, text := range []string{"descent:order=snake,tol=0.001", "descent:exchange=1,tol=0.01", "descent:exchange=8,passes=0,phase=max"} {
		if gap, lpt := meanGap(t, text, p), meanGap(t, "lpt", p); gap > lpt {
			t.Errorf("%s leaves a gap of %.3g, lpt %.3g", text, gap, lpt)
		}
	}
}

func TestDescentStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := drawn(t, 1, 96, 32, uniform)
	g := packing.NewPacking(p.Shape)
	packer := parse(t, "descent:tol=0,starts=1000000").(strategies.Layerwise).NewPacker(96, 32)
	if _, err := packer.PackLayer(ctx, strategies.Task{Weights: p.Weights, Packs: 32}, g.PackIndex, g.RankInPack); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}

// Draws are coordinates of seed and layer: other ones give another packing.
func TestRandomDependsOnSeedAndLayer(t *testing.T) {
	packer := parse(t, "random").(strategies.Layerwise).NewPacker(64, 8)
	weights := make([]float32, 64)
	at := func(seed uint64, layer int) []int32 {
		pack, rank := make([]int32, 64), make([]int32, 64)
		task := strategies.Task{Weights: weights, Packs: 8, Seed: seed, Layer: layer}
		if _, err := packer.PackLayer(t.Context(), task, pack, rank); err != nil {
			t.Fatal(err)
		}
		return pack
	}
	if !slices.Equal(at(1, 2), at(1, 2)) {
		t.Error("the same seed and layer give two packings")
	}
	if slices.Equal(at(1, 2), at(1, 3)) || slices.Equal(at(1, 2), at(2, 2)) {
		t.Error("another seed or layer gives the same packing")
	}
}
