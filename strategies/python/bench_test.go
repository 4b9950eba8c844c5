package python_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// BenchmarkOverhead measures what a call costs beside the function itself: a function
// that returns at once an answer that it has.
func BenchmarkOverhead(b *testing.B) {
	h := newHost(b, "numpy")
	shape := packing.Shape{Layers: 58, Items: 288, Packs: 32}
	_, r := prepare(b, h, "python:file="+write(b, "ready.py", `
import numpy as np
slots = np.tile(np.arange(288), (58, 1))
answer = slots // 9, slots % 9

def balanced_packing(weight, num_packs):
    return answer
`), shape)
	p, out := problem(b, shape), packing.NewPacking(shape)
	var beside []time.Duration
	stages := map[string][]time.Duration{}
	for b.Loop() {
		start := time.Now()
		report, err := r.Pack(context.Background(), p, strategies.Random{Seed: 1}, out)
		if err != nil {
			b.Fatal(err)
		}
		beside = append(beside, time.Since(start)-report.Time)
		for _, s := range report.Stages {
			stages[s.Name] = append(stages[s.Name], s.Time)
		}
	}
	b.ReportMetric(median(beside), "µs-beside/op")
	for name, times := range stages {
		b.ReportMetric(median(times), "µs-"+map[string]string{"to arrays": "to", "from arrays": "from", "transport": "transport"}[name]+"/op")
	}
}

// median returns the median in µs.
func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2]) / 1e3
}
