package exchange

import (
	"context"
	"fmt"
	"testing"

	"packbench/packing"
)

// knobs are the numbers of a tuning, each with the way to multiply it.
var knobs = []struct {
	name  string
	scale func(t *tuning, by float64)
}{
	{"worthSingle", func(t *tuning, by float64) { t.worthSingle *= by }},
	{"worthSubset", func(t *tuning, by float64) { t.worthSubset *= by }},
	{"worthLast", func(t *tuning, by float64) { t.worthLast *= by }},
	{"worthBoth", func(t *tuning, by float64) { t.worthBoth *= by }},
	{"partners", func(t *tuning, by float64) { scaleInt(&t.partners, by) }},
	{"scan", func(t *tuning, by float64) { scaleInt(&t.scan, by) }},
	{"patience", func(t *tuning, by float64) { scaleInt(&t.patience, by) }},
	{"firstRung", func(t *tuning, by float64) { t.firstRung *= by }},
	{"rung", func(t *tuning, by float64) { t.rung = 1 + (t.rung-1)*by }},
	{"near", func(t *tuning, by float64) { t.near *= by }},
	{"polish", func(t *tuning, by float64) { t.polish *= by }},
	{"fewPacks", func(t *tuning, by float64) { scaleInt(&t.fewPacks, by) }},
	{"polishPasses", func(t *tuning, by float64) { scaleInt(&t.polishPasses, by) }},
	{"worthPlain", func(t *tuning, by float64) { t.worthPlain *= by }},
	{"easyPacks", func(t *tuning, by float64) { scaleInt(&t.easyPacks, by) }},
	{"fewItems", func(t *tuning, by float64) { scaleInt(&t.fewItems, by) }},
	{"poor", func(t *tuning, by float64) { t.poor *= by }},
	{"poorFew", func(t *tuning, by float64) { t.poorFew *= by }},
	{"poorest", func(t *tuning, by float64) { t.poorest *= by }},
	{"heavy", func(t *tuning, by float64) { t.heavy *= by }},
}

func scaleInt(n *int, by float64) { *n = int(float64(*n) * by) }

// BenchmarkTuning packs layers of many kinds and shapes with half and with twice
// each number of the tuning, and reports the mean time, exchanges and gap of a layer.
func BenchmarkTuning(b *testing.B) {
	options := []struct {
		name string
		Options
	}{
		{"descent", Options{Exchange: 3, Tolerance: 7e-5, Starts: 3, Passes: 64, RaiseMin: true}},
		{"fill", Options{Exchange: 3, Tolerance: 2.5e-5, Starts: 1, Passes: 64, Near: true}}, // near counts here only
		{"best", Options{Exchange: 4, Tolerance: 1e-5, Starts: 24, Passes: 1024, RaiseMin: true}},
	}
	for _, opt := range options {
		b.Run(opt.name+"/tuned", func(b *testing.B) { benchmarkTuning(b, opt.Options, tuned()) })
		for _, knob := range knobs {
			for _, by := range []float64{0.5, 2} {
				t := tuned()
				knob.scale(&t, by)
				b.Run(fmt.Sprintf("%s/%s×%v", opt.name, knob.name, by), func(b *testing.B) {
					benchmarkTuning(b, opt.Options, t)
				})
			}
		}
	}
}

func benchmarkTuning(b *testing.B, opt Options, t tuning) {
	shapes := [][2]int{{288, 32}, {256, 64}, {96, 32}, {72, 8}, {64, 16}, {32, 8}, {512, 8}}
	gap, layers, exchanges := 0.0, 0, int64(0)
	for b.Loop() {
		gap, layers, exchanges = 0, 0, 0
		for _, shape := range shapes {
			items, packs := shape[0], shape[1]
			p := New(items, packs, opt)
			p.tuning = t
			for _, kind := range []string{"uniform", "lognormal", "tail", "counts", "bimodal"} {
				for seed := range uint64(4) {
					problem := &packing.Problem{
						Shape:   packing.Shape{Layers: 1, Items: items, Packs: packs},
						Weights: loads(kind, items, seed),
					}
					answer := packing.NewPacking(problem.Shape)
					result, err := p.Pack(context.Background(), Layer{Seed: seed, Weights: problem.Weights}, answer.PackIndex, answer.RankInPack)
					if err != nil {
						b.Fatal(err)
					}
					exchanges += result.Exchanges
					gap += packing.Evaluate(problem, answer)[0].Gap()
					layers++
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*layers), "µs/layer")
	b.ReportMetric(1e6*gap/float64(layers), "ppm-gap")
	b.ReportMetric(float64(exchanges)/float64(layers), "exchanges/layer")
	b.ReportMetric(0, "ns/op")
}
