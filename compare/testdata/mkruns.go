//go:build ignore

// Mkruns writes the run directories of the tests beside itself: invented
// numbers, made so that each kind of outcome occurs once.
//
// Run it in this folder: go run mkruns.go
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"time"

	"packbench/runs"
)

const (
	layers, items = 8, 64
	repeats       = 7
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// cell is an invented cell: its median time and how its imbalance lies over the
// layers. A status other than done replaces both.
type cell struct {
	strategy, workload, backend string
	seed                        uint64
	micros                      float64
	imbalance                   func(layer int) float64
	status                      runs.Status
	reason                      string
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func main() {
	machine := runs.Environment{
		Host: "5f0c1d2e3a4b", OS: "linux/amd64", Kernel: "6.1", CPU: "Example CPU", Cores: 4, Threads: 2, MemoryMB: 8192, Load1: 0.2,
		GoVersion: "go1.26.0", Program: "packbench (devel)", Commit: hash("old")[:40],
		Backends: map[string]runs.BackendDescription{"cpu": {Device: "Example CPU, 2 threads"}, "cuda": {Unavailable: "no driver"}},
	}
	changed := machine
	changed.Commit, changed.Load1 = hash("new")[:40], 3.4
	other := machine
	other.Host, other.CPU = "aaaabbbbcccc", "Other CPU"
	other.Backends = map[string]runs.BackendDescription{"cpu": {Device: "Other CPU, 2 threads"}}

	flat := func(v float64) func(int) float64 { return func(int) float64 { return v } }
	rising := func(v, step float64) func(int) float64 { return func(l int) float64 { return v + step*float64(l) } }
	uniform, zipf := "uniform:layers=8,items=64", "zipf:layers=8,items=64,s=1.1"
	cpu := "cpu"
	write("old", machine, "loads", []cell{
		{strategy: "lpt", workload: uniform, backend: cpu, micros: 100, imbalance: rising(10, 1)},
		{strategy: "lpt", workload: zipf, backend: cpu, micros: 120, imbalance: rising(30, 2)},
		{strategy: "two-opt", workload: uniform, backend: cpu, micros: 900, imbalance: rising(4, 0.5)},
		{strategy: "two-opt", workload: zipf, backend: cpu, micros: 1100, imbalance: rising(12, 1)},
		{strategy: "topk-max-any", workload: uniform, backend: cpu, micros: 5000, imbalance: rising(1, 0.1)},
		{strategy: "topk-max-any", workload: zipf, backend: cpu, micros: 6000, imbalance: rising(3, 0.1)},
		{strategy: "lpt", workload: zipf, backend: "cuda", status: runs.Unavailable, reason: "no driver"},
	})
	write("new", changed, "loads", []cell{
		{strategy: "lpt", workload: uniform, backend: cpu, micros: 100.4, imbalance: rising(10, 1)},
		{strategy: "lpt", workload: zipf, backend: cpu, micros: 150, imbalance: rising(30, 2)},
		{strategy: "two-opt", workload: uniform, backend: cpu, micros: 600, imbalance: func(l int) float64 { return 3.5 + 0.5*float64(l) - 0.25*float64(l%2) }},
		{strategy: "two-opt", workload: zipf, backend: cpu, micros: 1090, imbalance: flat(0)},
		{strategy: "topk-max-any", workload: uniform, backend: cpu, status: runs.Timeout, reason: "longer than 1s"},
		{strategy: "exact", workload: uniform, backend: cpu, micros: 9000, imbalance: flat(0.5)},
		{strategy: "lpt", workload: zipf, backend: "cuda", status: runs.Unavailable, reason: "no driver"},
	})
	write("machine", other, "loads", []cell{
		{strategy: "lpt", workload: uniform, backend: cpu, micros: 50, imbalance: rising(10, 1)},
		{strategy: "lpt", workload: zipf, backend: cpu, micros: 60, imbalance: rising(33, 2)},
	})
	write("loads", machine, "other loads", []cell{
		{strategy: "lpt", workload: uniform, backend: cpu, micros: 100, imbalance: rising(11, 1)},
	})
	write("nothing", machine, "loads", []cell{
		{strategy: "lpt", workload: "constant:layers=8,items=64", backend: cpu, micros: 100, imbalance: flat(0)},
	})
}

func write(dir string, e runs.Environment, loads string, cells []cell) {
	key := e.Key()
	m := runs.Manifest{
		Experiment:   runs.Experiment{Name: "example", Backends: []string{"cpu"}, Seeds: []uint64{1}, Packs: []int{8}, Repeats: repeats},
		ShuffleSeed:  1,
		Command:      []string{"bench", "run", "example"},
		Created:      start,
		Environments: map[string]runs.Environment{key: e},
	}
	var records []runs.Record
	for number, c := range cells {
		p := runs.PlannedCell{
			Cell: runs.NewCell(
				runs.Coordinate{Axis: runs.StrategyAxis, Value: c.strategy},
				runs.Coordinate{Axis: runs.WorkloadAxis, Value: c.workload},
				runs.Coordinate{Axis: runs.PacksAxis, Value: "8"},
				runs.Coordinate{Axis: runs.BackendAxis, Value: c.backend},
				runs.Coordinate{Axis: runs.RNGAxis, Value: "philox"},
				runs.Coordinate{Axis: runs.SeedAxis, Value: "1"}),
			Layers: layers, Items: items, WorkloadHash: hash(loads + c.workload),
		}
		p.Key = p.Cell.Key("")
		m.Cells = append(m.Cells, p)
		r := runs.Record{PlannedCell: &p, Status: runs.Done, Environment: key, Start: start}
		if c.status != "" {
			r.Status, r.Reason = c.status, c.reason
			records = append(records, r)
			continue
		}
		answer := map[string][]float64{}
		for l := range layers {
			const mean = 1000
			d := c.imbalance(l)
			for name, v := range map[string]float64{
				runs.ImbalanceMeasure: d, runs.MaxMeasure: mean + d/2, runs.MinMeasure: mean - d/2,
				runs.MeanMeasure: mean, runs.LowerBoundMeasure: mean,
			} {
				answer[name] = append(answer[name], v)
			}
		}
		r.AnswerHash = hash(fmt.Sprint(c.workload, answer[runs.ImbalanceMeasure]))
		for i := range repeats {
			r.Repeat, r.Start = i, r.Start.Add(time.Second)
			// Within 1.2 % of the middle run, never twice the same.
			time := float64(int64(c.micros*1000*(1+0.004*float64(i-repeats/2))) + int64(7*i*i+number))
			r.Run = runs.NewValues(map[string]float64{runs.TimeMeasure: time, runs.StagePrefix + "pack": time - 17})
			r.Layer = nil
			if i == 0 {
				r.Layer = answer
			}
			records = append(records, r)
		}
	}
	check(os.RemoveAll(dir))
	w, err := runs.Create(dir, m)
	check(err)
	for _, r := range records {
		check(w.Append(r))
	}
	check(w.Close())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
