package cpu_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// lognormal returns a problem with lognormal loads.
func lognormal(b *testing.B, shape packing.Shape, sigma float64) *packing.Problem {
	random := rand.New(rand.NewPCG(1, 2))
	weights := make([]float32, shape.Layers*shape.Items)
	for i := range weights {
		weights[i] = float32(1000 * math.Exp(sigma*random.NormFloat64()))
	}
	p, err := packing.New(weights, shape.Layers, shape.Items, shape.Packs)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// BenchmarkPack times one Pack, weights in memory to packing in memory, by
// strategy, shape, stream and threads.
func BenchmarkPack(b *testing.B) {
	shapes := []packing.Shape{
		{Layers: 58, Items: 288, Packs: 32},
		{Layers: 58, Items: 256, Packs: 64},
		{Layers: 58, Items: 72, Packs: 8},
		{Layers: 26, Items: 64, Packs: 8},
	}
	for _, strategy := range []string{"lpt", "two-opt", "topk-max-any"} {
		for _, shape := range shapes {
			for _, stream := range []strategies.Stream{strategies.Philox, strategies.Torch} {
				for _, threads := range []int{1, runtime.GOMAXPROCS(0)} {
					b.Run(fmt.Sprintf("%s/%v/%v/threads=%d", strategy, shape, stream, threads), func(b *testing.B) {
						benchmark(b, strategy, lognormal(b, shape, 0.66), stream, threads)
					})
				}
			}
		}
	}
}

// BenchmarkItems times one layer against the number of items, 9 to a pack.
func BenchmarkItems(b *testing.B) {
	for packs := 8; packs*9 <= 73728; packs *= 4 {
		shape := packing.Shape{Layers: 1, Items: 9 * packs, Packs: packs}
		for _, strategy := range []string{"lpt", "topk-max-any"} {
			b.Run(fmt.Sprintf("%s/n=%d", strategy, shape.Items), func(b *testing.B) {
				benchmark(b, strategy, lognormal(b, shape, 0.66), strategies.Philox, 1)
			})
		}
	}
}

func benchmark(b *testing.B, strategy string, p *packing.Problem, stream strategies.Stream, threads int) {
	s, err := strategies.Builtin().Parse(strategy)
	if err != nil {
		b.Fatal(err)
	}
	r, err := cpu.New(cpu.Options{Threads: threads}).Prepare(s, p.Shape)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	out := packing.NewPacking(p.Shape)
	var stages []strategies.Stage
	b.ReportAllocs()
	for b.Loop() {
		report, err := r.Pack(context.Background(), p, strategies.Random{Stream: stream}, out)
		if err != nil {
			b.Fatal(err)
		}
		stages = append(stages, report.Stages...)
	}
	total := map[string]float64{}
	for _, s := range stages {
		total[s.Name] += float64(s.Time.Nanoseconds())
	}
	for name, ns := range total {
		b.ReportMetric(ns/float64(b.N)/1e6, name+"-ms/op")
	}
}
