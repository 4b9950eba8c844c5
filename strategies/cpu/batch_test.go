package cpu_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
)

// mixed are problems of several sizes, some of them more than once.
var mixed = []packing.Shape{
	{Layers: 3, Items: 24, Packs: 4}, {Layers: 1, Items: 40, Packs: 8}, {Layers: 2, Items: 24, Packs: 4},
	{Layers: 5, Items: 7, Packs: 7}, {Layers: 1, Items: 24, Packs: 6}, {Layers: 4, Items: 24, Packs: 4},
}

func jobsFor(t *testing.T, shapes []packing.Shape, stream strategies.Stream) []strategies.Job {
	var jobs []strategies.Job
	for i, shape := range shapes {
		jobs = append(jobs, strategies.Job{Problem: uniform(t, shape), Out: packing.NewPacking(shape),
			Random: strategies.Random{Stream: stream, Seed: uint64(i)<<33 + 5}})
	}
	return jobs
}

// Problems packed in one call have the packings and stats of a call each, on every
// number of threads, also the second time.
func TestBatchEqualsSingleCalls(t *testing.T) {
	for _, threads := range []int{1, 3} {
		b := cpu.New(cpu.Options{Threads: threads})
		for _, text := range []string{"lpt", "topk-max-any:candidates=9,k=3", "two-opt:candidates=9", "descent", "random"} {
			for stream := range strategies.Stream(2) {
				s, jobs := parse(t, text), jobsFor(t, mixed, stream)
				runner, err := strategies.PrepareBatch(b, s, mixed)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					reports, err := runner.PackBatch(t.Context(), jobs)
					if err != nil {
						t.Fatal(err)
					}
					for i, j := range jobs {
						want, err := strategies.Pack(t.Context(), b, s, j.Problem, j.Random)
						if err != nil {
							t.Fatal(err)
						}
						if !slices.Equal(j.Out.PackIndex, want.PackIndex) || !slices.Equal(j.Out.RankInPack, want.RankInPack) {
							t.Errorf("%s, %d threads: problem %d has another packing than alone", text, threads, i)
						}
						if !slices.Equal(reports[i].Layers, want.Report.Layers) {
							t.Errorf("%s, %d threads: problem %d has stats %v, alone %v", text, threads, i, reports[i].Layers, want.Report.Layers)
						}
					}
				}
				if err := runner.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func TestBatchRefusesJobsItIsNotFor(t *testing.T) {
	runner, err := cpu.New(cpu.Options{}).PrepareBatch(parse(t, "lpt"), mixed[:2])
	if err != nil {
		t.Fatal(err)
	}
	jobs := jobsFor(t, mixed, strategies.Philox)
	torch := slices.Clone(jobs[:2])
	torch[1].Random.Stream = strategies.Torch
	for want, jobs := range map[string][]strategies.Job{
		"3 problems given to a runner for 2": jobs[:3],
		"given to a runner for 1×40×8":       {jobs[0], jobs[2]},
		"problem 1 uses the torch stream":    torch,
	} {
		if _, err := runner.PackBatch(t.Context(), jobs); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := runner.PackBatch(ended, jobs[:2]); err != context.Canceled {
		t.Errorf("%v, want the context's error", err)
	}
}

// A batch may be empty.
func TestEmptyBatch(t *testing.T) {
	runner, err := cpu.New(cpu.Options{}).PrepareBatch(parse(t, "lpt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if reports, err := runner.PackBatch(t.Context(), nil); err != nil || len(reports) != 0 {
		t.Errorf("%v, %v", reports, err)
	}
}

// Limits hold for every problem of a batch and for all of them together.
func TestBatchIsWithinLimits(t *testing.T) {
	b := cpu.New(cpu.Options{Threads: 2})
	var sizes []packing.Shape
	for i := range 64 {
		sizes = append(sizes, packing.Shape{Layers: 2, Items: 4096 + 2*i, Packs: 2})
	}
	for _, tt := range []struct {
		strategy string
		shapes   []packing.Shape
		want     string
	}{
		{"topk-max-any:candidates=1048576,k=3", []packing.Shape{{Layers: 1, Items: 1 << 12, Packs: 2}, {Layers: 1 << 30, Items: 1 << 12, Packs: 2}}, "use fewer candidates"},
		{"topk-max-any:candidates=4096,k=4000", sizes, "use a smaller k, or fewer sizes in one call"},
	} {
		if _, err := b.PrepareBatch(parse(t, tt.strategy), tt.shapes); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.strategy, err, tt.want)
		}
		if _, err := b.PrepareBatch(parse(t, tt.strategy), tt.shapes[:1]); err != nil {
			t.Errorf("%s: the first alone: %v", tt.strategy, err)
		}
	}
}
