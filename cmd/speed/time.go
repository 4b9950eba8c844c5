package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"packbench/analysis"
	"packbench/datasets"
	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// sizes are those at which the published program is timed.
var sizes = []packing.Shape{
	{Layers: 58, Items: 288, Packs: 32},
	{Layers: 58, Items: 256, Packs: 64},
	{Layers: 58, Items: 72, Packs: 8},
	{Layers: 26, Items: 64, Packs: 8},
}

const publishedStrategy = "topk-max-any"

// loadsOf returns the log-normal loads of a size, σ = 0.66.
func loadsOf(s packing.Shape) (*packing.Problem, error) {
	w, err := datasets.Parse(fmt.Sprintf("lognormal:sigma=0.66,layers=%d,items=%d", s.Layers, s.Items))
	if err != nil {
		return nil, err
	}
	loads, err := w.Generate(1)
	if err != nil {
		return nil, err
	}
	return packing.New(loads.Weights, s.Layers, s.Items, s.Packs)
}

// timeAll measures everything that this program can measure of itself.
func timeAll(values map[string]float64, plain bool, rounds int) error {
	prefix := ""
	if plain {
		prefix = "plain/"
	}
	add := func(key, strategy string, s packing.Shape, threads, calls int) error {
		v, err := timeOf(strategy, s, threads, rounds, calls)
		values[prefix+key] = v
		return err
	}
	for _, s := range sizes {
		for _, threads := range []int{1, 2} {
			if err := add(fmt.Sprintf("pack/%s/%d", s.Typed(), threads), publishedStrategy, s, threads, 20); err != nil {
				return err
			}
		}
	}
	if err := add("lpt/"+sizes[0].Typed()+"/2", "lpt", sizes[0], 2, 100); err != nil {
		return err
	}
	var items, times []float64
	for packs := 8; 9*packs <= 73728; packs *= 2 {
		s := packing.Shape{Layers: 1, Items: 9 * packs, Packs: packs}
		key := fmt.Sprintf("items/%d", s.Items)
		if err := add(key, publishedStrategy, s, 1, max(1, 4000/s.Items)); err != nil {
			return err
		}
		items, times = append(items, float64(s.Items)), append(times, values[prefix+key])
	}
	values[prefix+"items/exponent"] = exponent(items, times)
	if err := add("large", publishedStrategy, packing.Shape{Layers: 1, Items: 65536, Packs: 1024}, 2, 1); err != nil {
		return err
	}
	alone, err := timeAlone(rounds)
	values[prefix+"alone"] = alone - values[prefix+"pack/"+sizes[0].Typed()+"/2"]
	return err
}

// prepared returns a function that packs loads of a size once.
func prepared(strategy string, s packing.Shape, threads int) (pack func() error, end func() error, err error) {
	parsed, err := strategies.Builtin().Parse(strategy)
	if err != nil {
		return nil, nil, err
	}
	problem, err := loadsOf(s)
	if err != nil {
		return nil, nil, err
	}
	r, err := cpu.New(cpu.Options{Threads: threads}).Prepare(parsed, s)
	if err != nil {
		return nil, nil, err
	}
	out := packing.NewPacking(s)
	return func() error {
		_, err := r.Pack(context.Background(), problem, strategies.Random{}, out)
		return err
	}, r.Close, nil
}

// timeOf returns the time of one call, ns: the median of rounds, of calls each.
func timeOf(strategy string, s packing.Shape, threads, rounds, calls int) (float64, error) {
	pack, end, err := prepared(strategy, s, threads)
	if err != nil {
		return 0, err
	}
	defer end()
	var all []float64
	for round := -1; round < rounds; round++ { // the first warms up
		runtime.GC()
		begin := time.Now()
		for range calls {
			if err := pack(); err != nil {
				return 0, err
			}
		}
		if round >= 0 {
			all = append(all, float64(time.Since(begin))/float64(calls))
		}
	}
	return analysis.Median(all), nil
}

// timeAlone returns the median time of single calls that come a while after
// anything else, ns.
func timeAlone(rounds int) (float64, error) {
	pack, end, err := prepared(publishedStrategy, sizes[0], 2)
	if err != nil {
		return 0, err
	}
	defer end()
	var all []float64
	for range 3 * rounds {
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
		begin := time.Now()
		if err := pack(); err != nil {
			return 0, err
		}
		all = append(all, float64(time.Since(begin)))
	}
	return analysis.Median(all), nil
}

// exponent fits time = c·itemsᵃ by least squares on the logarithms.
func exponent(items, times []float64) float64 {
	n := float64(len(items))
	var sx, sy, sxx, sxy float64
	for i := range items {
		x, y := math.Log(items[i]), math.Log(times[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
