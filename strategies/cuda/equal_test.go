//go:build cuda

package cuda_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// tb is what tests and property tests have in common.
type tb interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

var kinds = []string{"uniform", "lognormal", "steep", "coarse", "ties", "zeros", "tiny", "huge", "falling", "equal", "cut", "brim"}

// loads makes weights of a kind that is hard in its own way.
func loads(t tb, kind string, shape packing.Shape, seed uint64) *packing.Problem {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	w := make([]float32, shape.Layers*shape.Items)
	for i := range w {
		switch kind {
		case "uniform":
			w[i] = random.Float32()
		case "lognormal":
			w[i] = float32(math.Exp(8 + random.NormFloat64()))
		case "steep": // of every magnitude, so every sum rounds
			w[i] = float32(math.Exp(4 * random.NormFloat64()))
		case "coarse": // ties that no packing evens out
			w[i] = []float32{17, 23, 40, 61}[random.IntN(4)]
		case "ties": // few values, so almost every comparison is a tie
			w[i] = float32(random.IntN(4))
		case "zeros": // of both signs, with a few loads among them
			w[i] = float32(math.Copysign(0, float64(random.IntN(2))-0.5))
			if random.IntN(8) == 0 {
				w[i] = random.Float32()
			}
		case "tiny": // denormal numbers
			w[i] = float32(random.IntN(100)) * math.SmallestNonzeroFloat32
		case "huge": // whose noisy weights overflow
			w[i] = random.Float32() * math.MaxFloat32 / float32(shape.Capacity())
		case "equal":
			w[i] = 7
		case "cut": // so wide a range that words of 32 bits cut off what tells the keys apart
			w[i] = 1 + float32(random.IntN(shape.Items))*1e-6
			if i%shape.Items == 0 { // far below, with lower bits in the midst of the others'
				w[i] = math.Float32frombits(0x0e000100)
			}
		case "brim": // the least key looks like a word behind the last item, once cut off
			w[i] = 1 + float32(i%shape.Items)/1024
			if at := i % shape.Items; at < 3 {
				w[i] = math.Float32frombits([]uint32{0, 5, 0x3fffffff}[at])
			}
		case "falling":
			w[i] = float32(shape.Items - i%shape.Items)
		}
	}
	p, err := packing.New(w, shape.Layers, shape.Items, shape.Packs)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pack(t tb, b strategies.Backend, strategy string, p *packing.Problem, random strategies.Random) (*packing.Packing, strategies.Report, error) {
	t.Helper()
	runner, err := b.Prepare(parse(t, strategy), p.Shape)
	if err != nil {
		return nil, strategies.Report{}, err
	}
	defer runner.Close()
	out := packing.NewPacking(p.Shape)
	report, err := runner.Pack(context.Background(), p, random, out)
	return out, report, err
}

// requireEqual packs p on both backends and demands the same packing and the
// same number of swaps.
func requireEqual(t tb, sim *simulation, strategy string, p *packing.Problem, random strategies.Random) {
	t.Helper()
	want, wantReport, err := pack(t, cpu.New(cpu.Options{}), strategy, p, random)
	if err != nil {
		t.Fatal(err)
	}
	got, report, err := pack(t, sim, strategy, p, random)
	if err != nil {
		t.Fatalf("%s on %v: %v\n%s", strategy, p.Shape, err, sim.done())
	}
	if err := got.Validate(p); err != nil {
		t.Errorf("%s on %v: %v", strategy, p.Shape, err)
	}
	if !equal(got, want) {
		for i := range got.PackIndex {
			if got.PackIndex[i] != want.PackIndex[i] || got.RankInPack[i] != want.RankInPack[i] {
				t.Fatalf("%s on %v: layer %d, item %d is in pack %d at rank %d; on the CPU in pack %d at rank %d", strategy, p.Shape,
					i/p.Items, i%p.Items, got.PackIndex[i], got.RankInPack[i], want.PackIndex[i], want.RankInPack[i])
			}
		}
	}
	if !slices.Equal(report.Layers, wantReport.Layers) {
		t.Errorf("%s on %v: stats %v, on the CPU %v", strategy, p.Shape, report.Layers, wantReport.Layers)
	}
}

// Shapes and parameters on both sides of every boundary between kernels, none a
// multiple of the threads or warps of a block. On a simulated device of one
// multiprocessor, 17 candidates are many.
var boundaries = []struct {
	shape    packing.Shape
	strategy string
	loads    string
}{
	{packing.Shape{Layers: 1, Items: 1, Packs: 1}, "topk-max-any", "uniform"},
	{packing.Shape{Layers: 3, Items: 2, Packs: 2}, "two-opt:candidates=2", "uniform"},
	{packing.Shape{Layers: 5, Items: 3, Packs: 1}, "topk-max-any:candidates=3,k=3", "uniform"},
	{packing.Shape{Layers: 7, Items: 33, Packs: 11}, "topk-max-any:candidates=5,k=2,epsilon=0", "ties"},
	{packing.Shape{Layers: 3, Items: 127, Packs: 127}, "topk-max-any:candidates=5,k=2", "lognormal"},
	{packing.Shape{Layers: 3, Items: 129, Packs: 43}, "topk-max-any:candidates=7,k=3,rounds=30", "lognormal"},
	{packing.Shape{Layers: 3, Items: 130, Packs: 65}, "two-opt:candidates=9,k=3,rounds=40", "lognormal"},
	{packing.Shape{Layers: 1, Items: 257, Packs: 1}, "topk-max-any:candidates=3,k=2", "uniform"},
	{packing.Shape{Layers: 2, Items: 258, Packs: 129}, "topk-max-any:candidates=5,k=2", "uniform"},
	{packing.Shape{Layers: 3, Items: 140, Packs: 20}, "topk-max-any:candidates=6,random=4,k=6,epsilon=0", "ties"},
	{packing.Shape{Layers: 3, Items: 99, Packs: 3}, "topk-max-any:candidates=40,k=40,rounds=50,epsilon=0", "steep"},
	{packing.Shape{Layers: 3, Items: 99, Packs: 3}, "two-opt:candidates=40,k=40,rounds=50,epsilon=0", "steep"},
	{packing.Shape{Layers: 5, Items: 1124, Packs: 4}, "two-opt:candidates=1,k=1,rounds=20,epsilon=0", "coarse"},
	{packing.Shape{Layers: 5, Items: 284, Packs: 4}, "two-opt:candidates=1,k=1,rounds=20,epsilon=0", "coarse"},
	{packing.Shape{Layers: 3, Items: 36, Packs: 12}, "topk-max-any:candidates=3,k=3,epsilon=0.05", "uniform"},
	{packing.Shape{Layers: 3, Items: 44, Packs: 4}, "two-opt:candidates=5,k=5,epsilon=0.05", "uniform"},
	{packing.Shape{Layers: 2, Items: 297, Packs: 99}, "two-opt:candidates=5,k=5,epsilon=0", "ties"},
	{packing.Shape{Layers: 1, Items: 513, Packs: 27}, "topk-max-any:candidates=6,random=1,k=2", "huge"},
	{packing.Shape{Layers: 1, Items: 1023, Packs: 341}, "topk-max-any:candidates=4,random=1,k=2", "lognormal"},
	{packing.Shape{Layers: 1, Items: 1022, Packs: 2}, "topk-max-any:candidates=3,k=1,rounds=3", "lognormal"},
	{packing.Shape{Layers: 2, Items: 1025, Packs: 41}, "topk-max-any:candidates=5,random=2,k=2,rounds=25", "lognormal"},
	{packing.Shape{Layers: 2, Items: 1026, Packs: 54}, "two-opt:candidates=5,random=2,k=2,rounds=25", "lognormal"},
	{packing.Shape{Layers: 1, Items: 1290, Packs: 43}, "topk-max-any:candidates=6,random=4,k=6,rounds=20,epsilon=0", "ties"},
	{packing.Shape{Layers: 1, Items: 1290, Packs: 43}, "two-opt:candidates=4,random=1,k=2,rounds=20,epsilon=0", "ties"},
	{packing.Shape{Layers: 5, Items: 1407, Packs: 7}, "topk-max-any:candidates=1,k=1,rounds=20,epsilon=0", "coarse"},
	{packing.Shape{Layers: 5, Items: 1402, Packs: 2}, "topk-max-any:candidates=1,k=1,rounds=20,epsilon=0", "coarse"},
	{packing.Shape{Layers: 3, Items: 1290, Packs: 43}, "topk-max-any:candidates=2,k=1,rounds=50,epsilon=0", "coarse"},
	{packing.Shape{Layers: 3, Items: 1290, Packs: 43}, "two-opt:candidates=2,k=2,rounds=50,epsilon=0", "coarse"},
	{packing.Shape{Layers: 1, Items: 5010, Packs: 30}, "topk-max-any:candidates=4,random=0,k=2", "lognormal"},
	{packing.Shape{Layers: 1, Items: 1111, Packs: 1}, "topk-max-any:candidates=3,k=1", "uniform"},
	{packing.Shape{Layers: 1, Items: 1111, Packs: 1111}, "topk-max-any:candidates=3,k=1", "uniform"},
	{packing.Shape{Layers: 1, Items: 2210, Packs: 1105}, "topk-max-any:candidates=3,k=2", "lognormal"},
	{packing.Shape{Layers: 5, Items: 7, Packs: 7}, "topk-max-any:candidates=129,k=9", "uniform"},
	{packing.Shape{Layers: 3, Items: 6, Packs: 3}, "topk-max-any:candidates=1025,k=33", "uniform"},
	{packing.Shape{Layers: 6, Items: 35, Packs: 7}, "topk-max-any:candidates=6,k=4", "zeros"},
	{packing.Shape{Layers: 3, Items: 35, Packs: 5}, "topk-max-any:candidates=6,k=4,epsilon=0", "tiny"},
	{packing.Shape{Layers: 3, Items: 35, Packs: 5}, "two-opt:candidates=6,k=4,epsilon=0,spread=0,floor=0", "tiny"},
	{packing.Shape{Layers: 3, Items: 39, Packs: 3}, "topk-max-any:candidates=6,k=2,spread=3e38,floor=3e38", "zeros"},
	{packing.Shape{Layers: 9, Items: 39, Packs: 3}, "lpt", "falling"},
	{packing.Shape{Layers: 3, Items: 39, Packs: 13}, "topk-max-any:candidates=6,k=2,rounds=0", "lognormal"},
	{packing.Shape{Layers: 3, Items: 64, Packs: 8}, "topk-max-any:candidates=7,k=3", "cut"},
	{packing.Shape{Layers: 3, Items: 72, Packs: 8}, "topk-max-any:candidates=7,k=3", "cut"},
	{packing.Shape{Layers: 3, Items: 68, Packs: 17}, "topk-max-any:candidates=7,random=2,k=3", "cut"},
	{packing.Shape{Layers: 3, Items: 60, Packs: 6}, "topk-max-any:candidates=6,random=1,k=3", "zeros"},
	{packing.Shape{Layers: 1, Items: 100, Packs: 25}, "two-opt:candidates=7,k=3", "cut"},
	{packing.Shape{Layers: 3, Items: 187, Packs: 11}, "topk-max-any:candidates=7,k=3", "cut"},
	{packing.Shape{Layers: 2, Items: 255, Packs: 51}, "topk-max-any:candidates=9,k=3", "cut"},
	{packing.Shape{Layers: 2, Items: 256, Packs: 64}, "topk-max-any:candidates=9,k=3", "cut"},
	{packing.Shape{Layers: 2, Items: 276, Packs: 23}, "topk-max-any:candidates=9,k=3,epsilon=0", "cut"},
	{packing.Shape{Layers: 2, Items: 288, Packs: 32}, "topk-max-any:candidates=9,random=2,k=3,epsilon=0", "cut"},
	{packing.Shape{Layers: 3, Items: 288, Packs: 32}, "topk-max-any:candidates=7,k=3", "ties"},
	{packing.Shape{Layers: 3, Items: 288, Packs: 72}, "topk-max-any:candidates=7,k=3", "lognormal"},
	{packing.Shape{Layers: 3, Items: 288, Packs: 144}, "topk-max-any:candidates=7,k=3", "lognormal"},
	{packing.Shape{Layers: 3, Items: 219, Packs: 73}, "topk-max-any:candidates=7,k=3", "equal"},
	{packing.Shape{Layers: 2, Items: 377, Packs: 29}, "topk-max-any:candidates=9,random=3,k=3,epsilon=0", "cut"},
	{packing.Shape{Layers: 3, Items: 203, Packs: 29}, "topk-max-any:candidates=9,random=2,k=1", "lognormal"},
	{packing.Shape{Layers: 1, Items: 204, Packs: 51}, "topk-max-any:candidates=16,random=2,k=1", "lognormal"},
	{packing.Shape{Layers: 2, Items: 496, Packs: 31}, "topk-max-any:candidates=9,k=3,epsilon=0", "cut"},
	{packing.Shape{Layers: 1, Items: 1001, Packs: 91}, "topk-max-any:candidates=5,k=3,epsilon=0", "cut"},
	{packing.Shape{Layers: 1, Items: 377, Packs: 29}, "lpt", "brim"},
	{packing.Shape{Layers: 2, Items: 377, Packs: 29}, "lpt", "cut"},
	{packing.Shape{Layers: 7, Items: 340, Packs: 17}, "topk-max-any:candidates=3,random=0,k=1,rounds=0,spread=0.01,floor=1", "lognormal"},
	{packing.Shape{Layers: 2, Items: 32, Packs: 32}, "lpt", "ties"},
	{packing.Shape{Layers: 3, Items: 50, Packs: 50}, "topk-max-any:candidates=5,k=2", "uniform"},
	{packing.Shape{Layers: 2, Items: 200, Packs: 40}, "two-opt:candidates=5,k=2", "ties"},
	{packing.Shape{Layers: 1, Items: 1160, Packs: 145}, "topk-max-any:candidates=3,k=2", "lognormal"},
	{packing.Shape{Layers: 2, Items: 768, Packs: 256}, "topk-max-any:candidates=3,k=2", "ties"},
	{packing.Shape{Layers: 2, Items: 771, Packs: 257}, "topk-max-any:candidates=3,k=2", "ties"},
	{packing.Shape{Layers: 1, Items: 2050, Packs: 205}, "two-opt:candidates=5,random=1,k=2", "zeros"},
	{packing.Shape{Layers: 2, Items: 4095, Packs: 65}, "topk-max-any:candidates=3,k=2", "cut"},
	{packing.Shape{Layers: 2, Items: 288, Packs: 32}, "max-any-pairs", "lognormal"},
	{packing.Shape{Layers: 3, Items: 99, Packs: 11}, "max-any-pairs:candidates=9,k=4,epsilon=0", "ties"},
	{packing.Shape{Layers: 2, Items: 1008, Packs: 63}, "max-any-pairs:candidates=3,k=2,rounds=40", "uniform"},
	{packing.Shape{Layers: 2, Items: 1020, Packs: 255}, "max-any-pairs:rounds=60", "steep"},
	{packing.Shape{Layers: 2, Items: 70, Packs: 5}, "max-any-pairs:candidates=5,k=5,epsilon=0", "coarse"},
	{packing.Shape{Layers: 3, Items: 24, Packs: 12}, "max-any-pairs:candidates=2,k=2", "falling"},
	{packing.Shape{Layers: 3, Items: 11, Packs: 11}, "max-any-pairs:candidates=2,k=2", "uniform"},
	{packing.Shape{Layers: 3, Items: 13, Packs: 1}, "max-any-pairs", "uniform"},
	{packing.Shape{Layers: 3, Items: 64, Packs: 4}, "max-any-pairs:epsilon=0", "tiny"},
	{packing.Shape{Layers: 3, Items: 63, Packs: 7}, "max-any-pairs:epsilon=0", "huge"},
	{packing.Shape{Layers: 3, Items: 63, Packs: 7}, "max-any-pairs:epsilon=0", "zeros"},
	{packing.Shape{Layers: 2, Items: 34, Packs: 2}, "max-any-pairs:epsilon=0", "uniform"},
	{packing.Shape{Layers: 7, Items: 39, Packs: 3}, "topk-max-any:candidates=150,random=20,k=16,rounds=3", "coarse"},
	{packing.Shape{Layers: 3, Items: 39, Packs: 3}, "two-opt:candidates=700,random=20,k=5,rounds=3", "lognormal"},
}

func TestEqualsCPU(t *testing.T) {
	for i, b := range boundaries {
		t.Run(fmt.Sprintf("%v %s %s", b.shape, b.strategy, b.loads), func(t *testing.T) {
			sim := simulate(t, simulated, "order="+orders[i%len(orders)], cuda.Options{})
			defer sim.done()
			p := loads(t, b.loads, b.shape, uint64(i))
			for stream := range strategies.Stream(2) {
				random := strategies.Random{Stream: stream, Seed: uint64(i)<<40 + 12345}
				requireEqual(t, sim, b.strategy, p, random)
			}
		})
	}
}

// The problems above come to every kernel.
func TestEveryKernelIsTested(t *testing.T) {
	used := map[string]bool{}
	for _, b := range boundaries {
		for _, name := range cuda.KernelsOf(parse(t, b.strategy).(strategies.Ensemble), b.shape, 1) {
			used[name] = true
		}
	}
	for _, name := range cuda.KernelNames() {
		if !used[name] {
			t.Errorf("no problem comes to %s", name)
		}
	}
}

// Any shape and any parameters.
func TestEqualsCPUOnRandomProblems(t *testing.T) {
	sim := simulate(t, simulated, "order=shuffled", cuda.Options{})
	defer sim.done()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
		packs := draw("packs", 1, 150)
		shape := packing.Shape{Layers: draw("layers", 1, 5), Items: packs * draw("capacity", 1, max(1, 600/packs)), Packs: packs}
		candidates := draw("candidates", 1, 9)
		strategy := fmt.Sprintf("%s:candidates=%d,random=%d,k=%d,rounds=%d,epsilon=%v",
			rapid.SampledFrom([]string{"topk-max-any", "two-opt", "max-any-pairs"}).Draw(t, "strategy"), candidates,
			draw("random", 0, max(0, candidates-2)), draw("k", 1, candidates), draw("rounds", 0, 12),
			rapid.SampledFrom([]float32{0, 1e-6, 0.01}).Draw(t, "epsilon"))
		p := loads(t, rapid.SampledFrom(kinds).Draw(t, "loads"), shape, uint64(draw("loads seed", 0, 1000)))
		random := strategies.Random{Stream: strategies.Stream(draw("stream", 0, 1)), Seed: rapid.Uint64().Draw(t, "seed")}
		requireEqual(t, sim, strategy, p, random)
	})
}

// A context that has ended stops a run, and the next one is as if nothing had
// happened.
func TestEndedContextStopsARunAndTheNextOneIsSound(t *testing.T) {
	sim := simulate(t, simulated, "", cuda.Options{Memory: 20000})
	defer sim.done()
	const strategy = "topk-max-any:candidates=7,k=3"
	p := loads(t, "lognormal", packing.Shape{Layers: 11, Items: 45, Packs: 9}, 3)
	runner, err := sim.Prepare(parse(t, strategy), p.Shape)
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := runner.Pack(ended, p, strategies.Random{}, packing.NewPacking(p.Shape)); err != context.Canceled {
		t.Errorf("error %v, want the context's", err)
	}
	requireEqual(t, sim, strategy, p, strategies.Random{})
}

// The extreme shapes that the backend promises.
func TestLargeShapes(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	for _, b := range []struct {
		shape    packing.Shape
		strategy string
	}{
		{packing.Shape{Layers: 1, Items: 65536, Packs: 1024}, "topk-max-any:candidates=4,random=1,k=1,rounds=2"},
		{packing.Shape{Layers: 1, Items: 65550, Packs: 2}, "two-opt:candidates=3,random=1,k=1,rounds=2"},
		{packing.Shape{Layers: 1, Items: 20011, Packs: 20011}, "topk-max-any:candidates=2,k=1"},
	} {
		sim := simulate(t, simulated, "", cuda.Options{})
		requireEqual(t, sim, b.strategy, loads(t, "lognormal", b.shape, 5), strategies.Random{Seed: 9})
		sim.done()
	}
}

// A problem that does not fit goes through in chunks of layers, with the same
// answer and one synchronisation.
func TestChunksOfLayers(t *testing.T) {
	shape := packing.Shape{Layers: 11, Items: 45, Packs: 9}
	const strategy = "topk-max-any:candidates=7,k=3"
	for _, stream := range []strategies.Stream{strategies.Philox, strategies.Torch} {
		sim := simulate(t, simulated, "", cuda.Options{Memory: 20000})
		requireEqual(t, sim, strategy, loads(t, "lognormal", shape, 3), strategies.Random{Stream: stream, Seed: 4})
		report := sim.done()
		if chunks := counted(t, report, "launches") / 4; chunks < 2 || chunks > 10 {
			t.Errorf("%v: %d chunks, want some: %s", stream, chunks, report)
		}
		if syncs := counted(t, report, "syncs"); stream == strategies.Philox && syncs != 1 {
			t.Errorf("%d synchronisations in one call, want 1: %s", syncs, report)
		}
	}
}
