//go:build cuda

package cuda_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// mixed are problems of several sizes, some of them more than once.
var mixed = []packing.Shape{
	{Layers: 3, Items: 45, Packs: 9}, {Layers: 1, Items: 288, Packs: 32}, {Layers: 2, Items: 45, Packs: 9}, {Layers: 5, Items: 7, Packs: 7},
	{Layers: 1, Items: 45, Packs: 15}, {Layers: 4, Items: 45, Packs: 9}, {Layers: 2, Items: 1161, Packs: 129}, {Layers: 2, Items: 288, Packs: 32},
}

// batch makes a job of every shape, each with its own loads and seed.
func batch(t tb, shapes []packing.Shape, stream strategies.Stream, seed uint64) []strategies.Job {
	var jobs []strategies.Job
	for i, shape := range shapes {
		jobs = append(jobs, strategies.Job{Problem: loads(t, kinds[i%len(kinds)], shape, seed+uint64(i)), Out: packing.NewPacking(shape),
			Random: strategies.Random{Stream: stream, Seed: seed + uint64(i)<<40}})
	}
	return jobs
}

// requireBatch packs the jobs and demands of each what it is alone on the CPU.
func requireBatch(t tb, runner strategies.BatchRunner, strategy string, jobs []strategies.Job) {
	t.Helper()
	reports, err := runner.PackBatch(context.Background(), jobs)
	if err != nil {
		t.Fatalf("%s: %v", strategy, err)
	}
	for i, j := range jobs {
		want, report, err := pack(t, cpu.New(cpu.Options{}), strategy, j.Problem, j.Random)
		if err != nil {
			t.Fatal(err)
		}
		if !equal(j.Out, want) {
			t.Errorf("%s: problem %d, %v, is packed otherwise than alone", strategy, i, j.Problem.Shape)
		}
		if !slices.Equal(reports[i].Layers, report.Layers) {
			t.Errorf("%s: problem %d, %v, has stats %v, alone %v", strategy, i, j.Problem.Shape, reports[i].Layers, report.Layers)
		}
	}
}

// Problems packed in one call have the packings and stats of a call each: as first
// launched, by the graph, in parts where memory is short, with draws of either stream.
func TestBatchEqualsSingleCalls(t *testing.T) {
	for _, order := range orders {
		for _, memory := range []int64{0, 900_000} {
			for _, strategy := range []string{"lpt", "topk-max-any:candidates=7,k=3", "two-opt:candidates=5"} {
				sim := simulate(t, simulated, "order="+order, cuda.Options{Memory: memory})
				runner, err := sim.PrepareBatch(parse(t, strategy), mixed)
				if err != nil {
					t.Fatal(err)
				}
				for run, stream := range []strategies.Stream{strategies.Philox, strategies.Philox, strategies.Torch, strategies.Torch} {
					requireBatch(t, runner, strategy, batch(t, mixed, stream, uint64(run)))
				}
				if err := runner.Close(); err != nil {
					t.Error(err)
				}
				sim.done()
			}
		}
	}
}

// Whatever the shapes.
func TestRandomBatches(t *testing.T) {
	sim := simulate(t, simulated, "order=shuffled", cuda.Options{Memory: 3_000_000})
	defer sim.done()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) packing.Shape {
			packs := rapid.IntRange(1, 40).Draw(t, "packs")
			return packing.Shape{Layers: rapid.IntRange(1, 4).Draw(t, "layers"), Items: packs * rapid.IntRange(1, 9).Draw(t, "capacity"), Packs: packs}
		}), 1, 4).Draw(t, "sizes")
		shapes := rapid.SliceOfN(rapid.SampledFrom(sizes), 1, 9).Draw(t, "shapes")
		const strategy = "topk-max-any:candidates=6,k=2"
		runner, err := sim.PrepareBatch(parse(t, strategy), shapes)
		if err != nil {
			t.Fatal(err)
		}
		defer runner.Close()
		for run := range 2 {
			requireBatch(t, runner, strategy, batch(t, shapes, strategies.Philox, uint64(run)))
		}
	})
}

// A batch costs one launch of each kernel for every size of layers, and one
// synchronisation; from the second call on, one graph in all.
func TestBatchIsOneLaunch(t *testing.T) {
	sim := simulate(t, simulated, "", cuda.Options{})
	const strategy = "topk-max-any:candidates=7,k=3"
	runner, err := sim.PrepareBatch(parse(t, strategy), mixed)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := runner.PackBatch(t.Context(), batch(t, mixed, strategies.Philox, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := runner.Close(); err != nil {
		t.Error(err)
	}
	const sizes = 5
	text := sim.done()
	if counted(t, text, "launches") != 3*4*sizes || counted(t, text, "syncs") != 3 || counted(t, text, "graphs") != 2 {
		t.Errorf("want %d launches, 3 synchronisations, 2 graphs: %s", 3*4*sizes, text)
	}
}

func TestBatchThatDoesNotFit(t *testing.T) {
	sim := simulate(t, simulated, "", cuda.Options{Memory: 60_000})
	defer sim.done()
	_, err := sim.PrepareBatch(parse(t, "topk-max-any:candidates=7,k=3"), mixed)
	if err == nil || !strings.Contains(err.Error(), "needs") {
		t.Errorf("%v", err)
	}
	runner, err := sim.PrepareBatch(parse(t, "lpt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if reports, err := runner.PackBatch(t.Context(), nil); err != nil || len(reports) != 0 {
		t.Errorf("an empty batch: %v, %v", reports, err)
	}
	if err := runner.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever call of the driver fails in a batch, the error is one line, nothing is left
// on the device, and the same runner packs the next batch.
func TestEveryCallOfABatchCanFail(t *testing.T) {
	shapes := []packing.Shape{{Layers: 2, Items: 12, Packs: 3}, {Layers: 1, Items: 8, Packs: 2}, {Layers: 1, Items: 12, Packs: 3}}
	const strategy = "topk-max-any:candidates=3,k=2"
	for _, kind := range []string{"alloc", "hostalloc", "mapped", "event", "graph", "launch"} {
		failed := 0
		for nth := 1; ; nth++ {
			sim := simulate(t, simulated, fmt.Sprintf("fail=%s:%d:2", kind, nth), cuda.Options{})
			runner, err := sim.PrepareBatch(parse(t, strategy), shapes)
			if err == nil {
				for _, stream := range []strategies.Stream{strategies.Philox, strategies.Philox, strategies.Torch, strategies.Philox} {
					if _, err = runner.PackBatch(t.Context(), batch(t, shapes, stream, 1)); err != nil {
						requireBatch(t, runner, strategy, batch(t, shapes, stream, 2))
						break
					}
				}
				if err := runner.Close(); err != nil {
					t.Errorf("call %d of %s: %v", nth, kind, err)
				}
			}
			sim.done()
			if err == nil { // so many calls are not made
				break
			}
			failed++
			if !strings.Contains(err.Error(), "CUDA_ERROR_OUT_OF_MEMORY") || strings.Contains(err.Error(), "\n") {
				t.Errorf("call %d of %s: %v", nth, kind, err)
			}
		}
		if failed == 0 {
			t.Errorf("no call of %s was made", kind)
		}
	}
}
