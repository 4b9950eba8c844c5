//go:build ignore

// Mkruns writes the run directories of the tests beside itself: invented
// numbers, made so that each kind of outcome occurs once.
//
// Run it in this folder: go run mkruns.go
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"packbench/harness"
	"packbench/strategies"
)

const (
	layers, items = 8, 64
	runs          = 7
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// cell is an invented cell: its median time and how its imbalance lies over the
// layers. A status other than done replaces both.
type cell struct {
	strategy, workload, backend string
	seed                        uint64
	micros                      float64
	imbalance                   func(layer int) float64
	status                      harness.Status
	reason                      string
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func main() {
	machine := harness.Environment{
		Host: "5f0c1d2e3a4b", OS: "linux/amd64", Kernel: "6.1", CPU: "Example CPU", Cores: 4, Threads: 2, MemoryMB: 8192, Load1: 0.2,
		GoVersion: "go1.26.0", Program: "packbench (devel)", Commit: hash("old")[:40],
		Backends: map[string]harness.BackendDescription{"cpu": {Device: "Example CPU, 2 threads"}, "cuda": {Unavailable: "no driver"}},
	}
	changed := machine
	changed.Commit, changed.Load1 = hash("new")[:40], 3.4
	other := machine
	other.Host, other.CPU = "aaaabbbbcccc", "Other CPU"
	other.Backends = map[string]harness.BackendDescription{"cpu": {Device: "Other CPU, 2 threads"}}

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
		{strategy: "lpt", workload: zipf, backend: "cuda", status: harness.Unavailable, reason: "no driver"},
	})
	write("new", changed, "loads", []cell{
		{strategy: "lpt", workload: uniform, backend: cpu, micros: 100.4, imbalance: rising(10, 1)},
		{strategy: "lpt", workload: zipf, backend: cpu, micros: 150, imbalance: rising(30, 2)},
		{strategy: "two-opt", workload: uniform, backend: cpu, micros: 600, imbalance: func(l int) float64 { return 3.5 + 0.5*float64(l) - 0.25*float64(l%2) }},
		{strategy: "two-opt", workload: zipf, backend: cpu, micros: 1090, imbalance: flat(0)},
		{strategy: "topk-max-any", workload: uniform, backend: cpu, status: harness.Timeout, reason: "longer than 1s"},
		{strategy: "exact", workload: uniform, backend: cpu, micros: 9000, imbalance: flat(0.5)},
		{strategy: "lpt", workload: zipf, backend: "cuda", status: harness.Unavailable, reason: "no driver"},
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

func write(dir string, e harness.Environment, loads string, cells []cell) {
	key := e.Key()
	m := harness.Manifest{
		Format:       harness.Format,
		Experiment:   harness.Experiment{Name: "example", Backends: []string{"cpu"}, Seeds: []uint64{1}, Packs: []int{8}, Repeats: runs},
		ShuffleSeed:  1,
		Command:      []string{"bench", "run", "example"},
		Created:      start,
		Environments: map[string]harness.Environment{key: e},
	}
	var records bytes.Buffer
	for number, c := range cells {
		r := harness.Record{
			Cell:   harness.Cell{Strategy: c.strategy, Workload: c.workload, Packs: 8, Backend: c.backend, RNG: strategies.Philox, Seed: 1},
			Status: harness.Done, Layers: layers, Items: items, WorkloadHash: hash(loads + c.workload), Environment: key, Start: start,
		}
		r.Key = hash(fmt.Sprint(r.Cell))[:16]
		m.Cells = append(m.Cells, harness.PlannedCell{Cell: r.Cell, Key: r.Key, Layers: layers, Items: items, WorkloadHash: r.WorkloadHash})
		if c.status != "" {
			r.Status, r.Reason = c.status, c.reason
			line(&records, r)
			continue
		}
		q := &harness.LayerData{}
		for l := range layers {
			const mean = 1000
			d := c.imbalance(l)
			q.Imbalance = append(q.Imbalance, d)
			q.Max, q.Min = append(q.Max, mean+d/2), append(q.Min, mean-d/2)
			q.Mean, q.LowerBound = append(q.Mean, mean), append(q.LowerBound, mean)
		}
		r.PackingHash = hash(fmt.Sprint(c.workload, q.Imbalance))
		for i := range runs {
			r.Repeat, r.Start = i, r.Start.Add(time.Second)
			// Within 1.2 % of the middle run, never twice the same.
			r.TimeNS = int64(c.micros*1000*(1+0.004*float64(i-runs/2))) + int64(7*i*i+number)
			r.Stages = []harness.StageNS{{Name: "pack", TimeNS: r.TimeNS - 17}}
			r.Quality = nil
			if i == 0 {
				r.Quality = q
			}
			line(&records, r)
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	check(err)
	check(os.MkdirAll(dir, 0o777))
	check(os.WriteFile(filepath.Join(dir, harness.ManifestFile), append(text, '\n'), 0o666))
	check(os.WriteFile(filepath.Join(dir, harness.RecordsFile), records.Bytes(), 0o666))
}

func line(b *bytes.Buffer, r harness.Record) {
	text, err := json.Marshal(r)
	check(err)
	b.Write(append(text, '\n'))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
