package report

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/report/figure"
	"packbench/runs"
)

// placed is a cell of a planner.
func placed(planner, workload string, slots, nodes int) runs.PlannedCell {
	coordinate := func(axis string, v int) runs.Coordinate { return runs.Coordinate{Axis: axis, Value: strconv.Itoa(v)} }
	cell := runs.NewCell(
		runs.Coordinate{Axis: runs.PlannerAxis, Value: planner}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: workload},
		coordinate(runs.SlotsAxis, slots), coordinate(runs.GPUsAxis, 8), coordinate(runs.NodesAxis, nodes), coordinate(runs.GroupsAxis, nodes),
		runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"}, coordinate(runs.SeedAxis, 1),
	)
	return runs.PlannedCell{Cell: cell, Key: cell.Key(""), Layers: 20, Items: 64, WorkloadHash: workload}
}

// placementRun is a run of planners as the harness would record it, made up from
// fixed seeds: on three numbers of slots and on nodes, where one planner refuses.
func placementRun() *runs.Run {
	run := &runs.Run{Manifest: runs.Manifest{
		Format: runs.Format, Command: []string{"bench", "run", "mine"},
		Experiment: runs.Experiment{Name: "mine", Planners: named([]string{"vllm", "trtllm", "balanced"}), Backends: []string{"cpu"}, Seeds: []uint64{1}, Repeats: 6},
	}}
	draw := rand.New(rand.NewPCG(1, 2))
	for _, workload := range []string{"deepseek-v3:layers=20,items=64", "zipf:layers=20,items=64"} {
		for _, t := range [][2]int{{64, 1}, {72, 1}, {80, 1}, {72, 2}} {
			for s, planner := range []string{"vllm", "trtllm", "balanced"} {
				p := placed(planner, workload, t[0], t[1])
				run.Manifest.Cells = append(run.Manifest.Cells, p)
				for repeat := range 6 {
					r := runs.Record{PlannedCell: &p, Repeat: repeat, Status: runs.Done}
					if t[1] > 1 && planner == "trtllm" {
						r.Status, r.Reason = runs.Unsupported, "72 slots: use 96"
						run.Records = append(run.Records, r)
						break
					}
					r.AnswerHash, r.Run = "same", timed(float64(s+1)*1e6*(1+0.1*draw.Float64()))
					if repeat == 0 {
						r.Layer = placementLayers(draw, p.Layers, []float64{0.03, 0.02, 0.0005}[s]*float64(t[1])/float64(t[0]-60))
					}
					run.Records = append(run.Records, r)
				}
			}
		}
	}
	return run
}

func placementLayers(draw *rand.Rand, layers int, loss float64) map[string][]float64 {
	m := map[string][]float64{}
	for range layers {
		balance := 1 / (1 + loss*math.Exp(0.5*draw.NormFloat64()))
		for name, v := range map[string]float64{
			runs.GPUBalanceLayerMeasure: balance, runs.NodeBalanceLayerMeasure: math.Sqrt(balance), runs.SlotBalanceLayerMeasure: balance / 2,
			runs.SplitBalanceLayerMeasure: math.Sqrt(balance), runs.CopiesMaxMeasure: 3, runs.DuplicateCopiesMeasure: 1, runs.GPUMaxMeasure: 100 / balance,
		} {
			m[name] = append(m[name], v)
		}
	}
	return m
}

// gpuLoads are loads of GPUs that fit the balance of a run: one heavy, the
// others even.
func gpuLoads(run *runs.Run) LoadsOf {
	return func(c runs.PlannedCell) ([]float64, error) {
		for _, r := range run.Records {
			if r.Key != c.Key || r.Layer == nil {
				continue
			}
			var loads []float64
			for _, heaviest := range r.Layer[runs.GPUMaxMeasure] {
				loads = append(append(loads, heaviest), slices.Repeat([]float64{(800 - heaviest) / 7}, 7)...)
			}
			return loads, nil
		}
		return nil, fmt.Errorf("no plan of %s", c.Key)
	}
}

func TestPlacementsAreToldByTheBalanceOfGPUs(t *testing.T) {
	v := newView(placementRun(), Names{Strategies: map[string]string{"balanced": "ours"}})
	p := newPage(v, nil, nil)
	if p.Title != "Planners compared: mine" {
		t.Errorf("title %q", p.Title)
	}
	if !strings.HasPrefix(p.Answer, "Over 120 layers of 6 problems, ours comes first by gpu balance: 0.9999") || !strings.Contains(p.Answer, "for trtllm, the next") {
		t.Errorf("answer %q", p.Answer)
	}
	if !strings.Contains(p.More, "It is better than trtllm on 120 layers, worse on 0 and equal on 0") || !strings.Contains(p.More, "3.0 times as long as vllm, the fastest") {
		t.Errorf("more %q", p.More)
	}
	if !strings.HasPrefix(p.Note, "Left out, because not every planner has a result there: deepseek-v3") {
		t.Errorf("note %q", p.Note)
	}
	if got := p.Ranking.Rows[0][1]; got != "ours" || len(p.Ranking.Header) != 6 || len(p.Ranking.Rows[0]) != 6 {
		t.Errorf("ranking %q under %v", p.Ranking.Rows, p.Ranking.Header)
	}
	if p.Asked[0].Name != "Planners" || p.Asked[0].Value != "vllm, trtllm, ours" {
		t.Errorf("asked %v", p.Asked)
	}
	html, err := p.html()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"imbalance</th>", "lower bound", "NaN"} {
		if bytes.Contains(html, []byte(word)) {
			t.Errorf("%q in a report of placements", word)
		}
	}
}

func TestTableOfPlacements(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, placementRun(), CSV, Names{}); err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(b.String(), "\n")
	if want := "workload,shape,planner,backend,gpu_balance,worst_gpu_balance,node_balance,slot_balance,split_balance,copies_max,duplicate_copies,time_ns,time_lo_ns,time_hi_ns,runs,remark"; header != want {
		t.Errorf("header %s, want %s", header, want)
	}
	if !strings.Contains(b.String(), "zipf,20×64 → 72s/8g/2n/2gr,trtllm,cpu,,,,,,,,,,,0,unsupported: 72 slots: use 96\n") {
		t.Errorf("no line for the planner that refuses:\n%s", b.String())
	}
	b.Reset()
	if err := Table(&b, placementRun(), Text, Names{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimRight(line, " \n"))); n > 110 && !strings.HasPrefix(line, " ×") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestFiguresOfPlacements(t *testing.T) {
	run := placementRun()
	figures, missing := pictures(t, run, Options{LoadsOf: gpuLoads(run)})
	var ids []string
	for _, f := range figures {
		ids = append(ids, f.id)
	}
	if want := []string{"gpu-balance", "runtime", "balance-vs-slots", "gpu-loads"}; !slices.Equal(ids, want) {
		t.Errorf("figures %v, want %v; missing %v", ids, want, missing)
	}
	series := newView(run, Names{}).slotSeries()
	if len(series) != 2 || len(series[0].problems) != 3 || series[0].name != "deepseek-v3, 64 experts on 8 GPUs" {
		t.Errorf("series %+v", series)
	}
	for _, id := range []string{"gpu-balance", "gpu-loads"} {
		svg, err := drawn(t, run, id, Options{LoadsOf: gpuLoads(run)}).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), "72 slots: use 96") {
			t.Errorf("%s does not say why there is nothing from trtllm", id)
		}
	}
}

// Loads that are not those of the recorded plan are not shown.
func TestGPULoadsMustBeTheRecordedOnes(t *testing.T) {
	run := placementRun()
	other := func(c runs.PlannedCell) ([]float64, error) {
		loads, err := gpuLoads(run)(c)
		for i := range loads {
			loads[i] *= 2
		}
		return loads, err
	}
	few := func(runs.PlannedCell) ([]float64, error) { return []float64{1}, nil }
	for want, loadsOf := range map[string]LoadsOf{"planned again, its heaviest GPU has load": other, "1 loads for 8 GPUs of 20 layers": few} {
		svg, err := drawn(t, run, "gpu-loads", Options{LoadsOf: loadsOf}).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(svg), want); n < 6 {
			t.Errorf("%q is said of %d rows, want at least 6", want, n)
		}
	}
	if _, missing := pictures(t, run, Options{}); !slices.ContainsFunc(missing, func(f fact) bool { return strings.Contains(f.Value, "bench report plans again") }) {
		t.Errorf("missing %v", missing)
	}
}

// Whatever a run of planners holds, there is a report of it.
func TestAnyPlacementRunHasAReport(t *testing.T) {
	if testing.Short() {
		t.Skip("draws a hundred figures")
	}
	rapid.Check(t, func(t *rapid.T) {
		run := placementRun()
		balance := rapid.OneOf(rapid.Just(0.0), rapid.Just(1.0), rapid.Float64Range(0, 1))
		keep := rapid.IntRange(0, len(run.Manifest.Cells)).Draw(t, "cells")
		run.Manifest.Cells = run.Manifest.Cells[:keep]
		drop := rapid.SliceOfN(rapid.Bool(), len(run.Records), len(run.Records)).Draw(t, "dropped")
		for i := range run.Records {
			r := &run.Records[i]
			if drop[i] {
				r.Status, r.Reason, r.Run, r.Layer = runs.Failed, "oh", runs.Values{}, nil
			}
			if r.Layer != nil {
				for l := range r.Layer[runs.GPUBalanceLayerMeasure] {
					r.Layer[runs.GPUBalanceLayerMeasure][l] = balance.Draw(t, "balance")
					r.Layer[runs.GPUMaxMeasure][l] = rapid.SampledFrom([]float64{0, 1}).Draw(t, "heaviest")
				}
			}
		}
		v := newView(run, Names{})
		figures, missing, errs := newSketch(v, Options{LoadsOf: gpuLoads(run)}, figure.Page).pictures()
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		if len(figures) > 0 {
			f := rapid.SampledFrom(figures).Draw(t, "figure")
			svg, err := f.SVG()
			if err != nil || strings.Contains(string(svg), "NaN") {
				t.Fatalf("%s: %v", f.id, err)
			}
		}
		if _, err := newPage(v, nil, missing).html(); err != nil {
			t.Fatal(err)
		}
		for _, format := range Formats() {
			if err := Table(&bytes.Buffer{}, run, format, Names{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
