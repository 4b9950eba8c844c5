//go:build unix

package strategies_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"packbench/datasets"
	"packbench/packing"
	"packbench/strategies"
)

// BenchmarkGap shows, for the workloads of the experiment frontier and for more with
// few items per pack, the CPU time that strategies take for a layer and the mean gap
// they leave, in percent of the lower bound, with the layers that are proven:
//
//	go test ./strategies -run '^$' -bench 'Gap/(descent|fill)/'
//
// TRACES=DIR adds the recorded loads there (*.json), up to 58 layers of each, with
// four and with eight items per pack.
func BenchmarkGap(b *testing.B) {
	sets := gapSets(b)
	for _, name := range []string{"descent", "descent:best", "exact:nodes=10000", "fill", "fill:effort=400", "fill:best"} {
		s := parse(b, name).(strategies.Layerwise)
		for _, set := range sets {
			b.Run(fmt.Sprintf("%s/%s,packs=%d", name, set.name, set.Packs), func(b *testing.B) { set.measure(b, s) })
		}
	}
}

type gapSet struct {
	name string
	*packing.Problem
}

func (s gapSet) measure(b *testing.B, strategy strategies.Layerwise) {
	packer := strategy.NewPacker(s.Items, s.Packs)
	g := packing.NewPacking(s.Shape)
	proven, before := 0, cpuTime(b)
	for b.Loop() {
		proven = 0
		for l := range s.Layers {
			task := strategies.Task{Layer: l, Weights: s.Layer(l), Given: s.LayerGiven(l), Packs: s.Packs, Seed: 1}
			pack, rank := g.Layer(l)
			stats, err := packer.PackLayer(b.Context(), task, pack, rank)
			if err != nil {
				b.Fatal(err)
			}
			if stats.Optimal {
				proven++
			}
		}
	}
	spent := cpuTime(b) - before
	gap := 0.0
	for _, q := range packing.Evaluate(s.Problem, g) {
		gap += 100 * q.Gap() / float64(s.Layers)
	}
	b.ReportMetric(float64(spent)/1e3/float64(b.N*s.Layers), "cpu-µs/layer")
	b.ReportMetric(gap, "%gap")
	b.ReportMetric(float64(proven)/float64(s.Layers), "proven")
	b.ReportMetric(0, "ns/op")
}

// cpuTime returns the time that this process has run, in ns: others on the machine do
// not count.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return syscall.TimevalToNsec(u.Utime) + syscall.TimevalToNsec(u.Stime)
}

// gapSets returns the problems of BenchmarkGap.
func gapSets(b *testing.B) (sets []gapSet) {
	add := func(name string, loads *datasets.Loads, packs int) {
		if loads.Items%packs != 0 {
			return
		}
		layers := min(58, loads.Steps*loads.Layers)
		p, err := packing.New(loads.Weights[:layers*loads.Items], layers, loads.Items, packs)
		if err != nil {
			b.Fatal(err)
		}
		sets = append(sets, gapSet{name, p})
	}
	for _, w := range []struct {
		spec  string
		packs int
	}{
		{"uniform", 32}, {"lognormal:sigma=0.5", 32}, {"lognormal:sigma=1", 32}, {"tokens", 32}, {"bimodal", 32},
		{"uniform:items=72", 8}, {"uniform:items=256", 64}, {"uniform:items=32", 8}, {"deepseek-v3", 32}, {"deepseek-v3", 64},
		{"lognormal:sigma=0.5,layers=16,items=1024", 128}, {"lognormal:sigma=0.5,layers=4,items=4096", 256},
		{"uniform:items=128", 32}, {"uniform:items=64", 16}, {"uniform:items=384", 64}, {"uniform:items=256", 32},
		{"uniform", 96}, {"uniform", 72}, {"lognormal:sigma=0.5,items=256", 64},
	} {
		loads, _, err := datasets.Open(w.spec, 1, datasets.ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		add(w.spec, loads, w.packs)
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("TRACES"), "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	for _, file := range files {
		loads, err := datasets.Read(file, datasets.ReadOptions{AllSteps: true})
		if err != nil {
			b.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		add(name, loads, loads.Items/4)
		add(name, loads, loads.Items/8)
	}
	return sets
}
