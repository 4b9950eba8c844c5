package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"packbench/runs"
)

// syntheticRun is a run as the harness would record it, made up from fixed
// seeds: three strategies on four workloads, CPU and a CUDA backend that is not
// there, one failed cell, a workload that every strategy but one packs
// perfectly.
func syntheticRun() *runs.Run {
	workloads := []struct {
		spec  string
		scale float64
	}{
		{"uniform:layers=58,items=288", 0.1},
		{"lognormal:sigma=0.5,layers=58,items=288", 0.4},
		{"deepseek-v3:layers=58,items=288", 3000},
		{"constant:layers=58,items=288", 0},
	}
	names := []string{"lpt", "two-opt", "topk-max-any"}
	quality := []float64{1, 0.09, 0.03}
	cost := []float64{0.5e6, 4e6, 19e6}

	run := &runs.Run{Dir: "", Manifest: runs.Manifest{
		Format: runs.Format,
		Experiment: runs.Experiment{
			Name:        "seed",
			Description: "The published comparison: pure LPT, single-best 2-opt and top-K Max-Any on the same workloads.",
			Strategies:  named(names), Backends: []string{"cpu", "cuda"}, Packs: []int{32},
			Seeds: []uint64{0}, Repeats: 10, Warmup: 1,
		},
		ShuffleSeed: 7,
		Command:     []string{"bench", "run", "seed"},
		Created:     time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		Environments: map[string]runs.Environment{"e1": {
			Host: "4f2a", OS: "linux/amd64", Kernel: "6.1", CPU: "Example CPU @ 2.50GHz", Cores: 2, Threads: 2,
			MemoryMB: 7900, GoVersion: "go1.26.0", Program: "v0.1.0", Commit: "0123456789abcdef", Dirty: true,
			Backends: map[string]runs.BackendDescription{
				"cpu":  {Device: "Example CPU @ 2.50GHz, 2 threads"},
				"cuda": {Unavailable: "no CUDA driver on this machine"},
			},
		}},
	}}
	draw := rand.New(rand.NewPCG(1, 2))
	for w, workload := range workloads {
		for s, name := range names {
			for _, backend := range run.Manifest.Experiment.Backends {
				cell := cellOf(name, problem{workload.spec, 58, 288, 32}, backend, 0)
				planned := runs.PlannedCell{Cell: cell, Key: fmt.Sprintf("%s-%d-%s", name, w, backend), Layers: 58, Items: 288, WorkloadHash: fmt.Sprint(w)}
				run.Manifest.Cells = append(run.Manifest.Cells, planned)
				status, reason := runs.Done, ""
				switch {
				case backend == "cuda":
					status, reason = runs.Unavailable, "no CUDA driver on this machine"
				case w == 2 && s == 1:
					status, reason = runs.Failed, "layer 3: pack 4 holds 10 items: each pack must hold exactly 9"
				}
				for repeat := range 10 {
					r := runs.Record{PlannedCell: &planned, Repeat: repeat, Status: status, Reason: reason, Environment: "e1"}
					if status != runs.Done {
						run.Records = append(run.Records, r)
						break
					}
					r.Run, r.AnswerHash = timed(cost[s]*(1+0.04*draw.ExpFloat64())), "same"
					if repeat == 0 {
						r.Layer = syntheticQuality(draw, 58, workload.scale, quality[s])
					}
					run.Records = append(run.Records, r)
				}
			}
		}
	}
	return run
}

// problem is a workload to be packed into a number of packs.
type problem struct {
	workload            string
	layers, items, pack int
}

func cellOf(strategy string, p problem, backend string, seed uint64) runs.Cell {
	return runs.NewCell(
		runs.Coordinate{Axis: runs.StrategyAxis, Value: strategy}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: p.workload},
		runs.Coordinate{Axis: runs.PacksAxis, Value: strconv.Itoa(p.pack)}, runs.Coordinate{Axis: runs.BackendAxis, Value: backend},
		runs.Coordinate{Axis: runs.RNGAxis, Value: "philox"}, runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.FormatUint(seed, 10)},
	)
}

func named(specs []string) []runs.Named {
	var list []runs.Named
	for _, s := range specs {
		list = append(list, runs.Named{Spec: s})
	}
	return list
}

// timed are the measures of a run of ns nanoseconds.
func timed(ns float64) runs.Values {
	return runs.NewValues(map[string]float64{runs.TimeMeasure: math.Floor(ns)})
}

// layersOf are the measures of layers: a list of max, min, mean and lower bound.
func layersOf(layers [][4]float64) map[string][]float64 {
	m := map[string][]float64{}
	for _, l := range layers {
		m[runs.ImbalanceMeasure] = append(m[runs.ImbalanceMeasure], l[0]-l[1])
		m[runs.MaxMeasure], m[runs.MinMeasure] = append(m[runs.MaxMeasure], l[0]), append(m[runs.MinMeasure], l[1])
		m[runs.MeanMeasure], m[runs.LowerBoundMeasure] = append(m[runs.MeanMeasure], l[2]), append(m[runs.LowerBoundMeasure], l[3])
	}
	return m
}

func syntheticQuality(draw *rand.Rand, layers int, scale, quality float64) map[string][]float64 {
	var d [][4]float64
	for range layers {
		imbalance := scale * quality * math.Exp(0.6*draw.NormFloat64())
		if quality < 0.05 && draw.Float64() < 0.15 {
			imbalance = 0
		}
		mean := max(1, scale*9)
		d = append(d, [4]float64{mean + imbalance*0.4, mean - imbalance*0.6, mean, mean})
	}
	return layersOf(d)
}

// syntheticLoads are loads of packs that fit the quality of syntheticRun.
func syntheticLoads(c runs.PlannedCell) ([]float64, error) {
	for _, r := range syntheticRun().Records {
		if r.Key != c.Key || r.Layer == nil {
			continue
		}
		var loads []float64
		for l := range r.Layers {
			lo, hi := r.Layer[runs.MinMeasure][l], r.Layer[runs.MaxMeasure][l]
			for pack := range c.Packs() {
				loads = append(loads, lo+(hi-lo)*float64(pack)/float64(c.Packs()-1))
			}
			loads[len(loads)-1] = lo + r.Layer[runs.ImbalanceMeasure][l]
		}
		return loads, nil
	}
	return nil, fmt.Errorf("no packing of %s", c.Key)
}

// roundsRun is a run of strategies that differ in rounds.
func roundsRun() *runs.Run {
	return madeRun([]string{"lpt", "two-opt:rounds=0", "two-opt:rounds=5", "two-opt", "topk-max-any:rounds=0", "topk-max-any:rounds=2", "topk-max-any"},
		[]string{"cpu"}, []problem{{"uniform:layers=20,items=288", 20, 288, 32}, {"zipf:layers=20,items=288", 20, 288, 32}})
}

// shapesRun is a run over shapes on two backends.
func shapesRun() *runs.Run {
	var problems []problem
	for _, items := range []int{36, 72, 144, 288, 576} {
		problems = append(problems, problem{fmt.Sprintf("lognormal:layers=8,items=%d", items), 8, items, items / 9})
	}
	for _, layers := range []int{1, 4, 32} {
		problems = append(problems, problem{fmt.Sprintf("lognormal:layers=%d,items=288", layers), layers, 288, 32})
	}
	return madeRun([]string{"lpt", "two-opt", "topk-max-any"}, []string{"cpu", "cuda"}, problems)
}

// madeRun makes up a run in which later strategies take longer and pack better,
// and cuda is fast on large problems.
func madeRun(names, backends []string, problems []problem) *runs.Run {
	run := syntheticRun()
	run.Records, run.Manifest.Cells = nil, nil
	run.Manifest.Experiment.Strategies, run.Manifest.Experiment.Backends = named(names), backends
	draw := rand.New(rand.NewPCG(3, 4))
	for _, p := range problems {
		for s, name := range names {
			for _, backend := range backends {
				cell := cellOf(name, p, backend, 1)
				planned := runs.PlannedCell{Cell: cell, Key: fmt.Sprint(name, p, backend), Layers: p.layers, Items: p.items}
				run.Manifest.Cells = append(run.Manifest.Cells, planned)
				time := 30 * float64(p.layers*p.items) * math.Pow(6, float64(s))
				if backend == "cuda" {
					time = 90e3 + time/60
				}
				for repeat := range 6 {
					r := runs.Record{PlannedCell: &planned, Repeat: repeat, Status: runs.Done,
						Environment: "e1", AnswerHash: "same", Run: timed(time * (1 + 0.1*draw.ExpFloat64()))}
					if repeat == 0 {
						r.Layer = syntheticQuality(draw, p.layers, 0.4, math.Pow(0.5, float64(s)))
					}
					run.Records = append(run.Records, r)
				}
			}
		}
	}
	return run
}
