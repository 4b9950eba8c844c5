//go:build cuda

package cuda_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packbench/packing"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/strategies/cuda"
)

// Every call of the driver fails once, at each place it is made. The error
// names the driver's error, nothing is left on the device, and after a failure
// that spares the context the same backend packs the problem.
func TestEveryCallCanFail(t *testing.T) {
	shape := packing.Shape{Layers: 3, Items: 21, Packs: 7}
	p := loads(t, "uniform", shape, 1)
	const strategy = "topk-max-any:candidates=5,k=2"
	random := strategies.Random{Seed: 2}
	for _, fault := range []struct {
		kind  string
		code  int
		name  string
		fatal bool // the context is lost
	}{
		{"retain", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"stream", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"ptx", 222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", false},
		{"ptx", 221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND", false},
		{"function", 500, "CUDA_ERROR_NOT_FOUND", false},
		{"alloc", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"hostalloc", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"mapped", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"event", 2, "CUDA_ERROR_OUT_OF_MEMORY", false},
		{"graph", 1, "CUDA_ERROR_INVALID_VALUE", false},
		{"record", 400, "CUDA_ERROR_INVALID_HANDLE", false},
		{"launch", 701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", false},
		{"sync", 700, "CUDA_ERROR_ILLEGAL_ADDRESS", true},
		{"sync", 719, "CUDA_ERROR_LAUNCH_FAILED", true},
		{"elapsed", 400, "CUDA_ERROR_INVALID_HANDLE", false},
	} {
		failed := 0
		for nth := 1; ; nth++ {
			settings := fmt.Sprintf("fail=%s:%d:%d", fault.kind, nth, fault.code)
			if fault.kind == "ptx" || fault.kind == "function" { // machine code that fails is no failure
				settings += ",refuse=209"
			}
			sim := simulate(t, simulated, settings, cuda.Options{})
			err := packThrice(t, sim, strategy, p, random)
			if err == nil { // so many calls are not made
				sim.done()
				break
			}
			failed++
			if !strings.Contains(err.Error(), fault.name) || strings.Contains(err.Error(), "\n") {
				t.Errorf("call %d of %s: error %q does not name %s on one line", nth, fault.kind, err, fault.name)
			}
			if errors.Is(err, strategies.ErrUnavailable) {
				t.Errorf("call %d of %s: a failure counts as unavailable: %v", nth, fault.kind, err)
			}
			if !fault.fatal {
				t.Setenv("PACKBENCH_SIM", "") // read again where the context is made anew
				requireEqual(t, sim, strategy, p, random)
			}
			sim.done()
		}
		if failed == 0 {
			t.Errorf("no call of %s was made", fault.kind)
		}
	}
}

// packThrice packs p with one runner: as it comes, by the graph, and with stages
// timed.
func packThrice(t *testing.T, sim *simulation, strategy string, p *packing.Problem, random strategies.Random) error {
	runner, err := sim.Prepare(parse(t, strategy), p.Shape)
	if err != nil {
		return err
	}
	defer runner.Close()
	want, _, err := pack(t, cpu.New(cpu.Options{}), strategy, p, random)
	if err != nil {
		t.Fatal(err)
	}
	for run := range 3 {
		runner.(strategies.StageTimer).TimeStages(run == 2)
		out := packing.NewPacking(p.Shape)
		if _, err := runner.Pack(t.Context(), p, random, out); err != nil {
			return err
		}
		if !equal(out, want) {
			t.Errorf("run %d differs from the CPU's", run)
		}
	}
	return nil
}

// Where the driver makes no graph, runs go on without.
func TestWithoutGraph(t *testing.T) {
	p := loads(t, "uniform", packing.Shape{Layers: 3, Items: 21, Packs: 7}, 1)
	for settings, graphs := range map[string]int{"": 1, "fail=graphcreate:1:2": 0, "fail=node:2:1": 0, "fail=instantiate:1:2": 0} {
		sim := simulate(t, simulated, settings, cuda.Options{})
		if err := packThrice(t, sim, "topk-max-any:candidates=5,k=2", p, strategies.Random{Seed: 2}); err != nil {
			t.Errorf("%s: %v", settings, err)
		}
		if text := sim.done(); counted(t, text, "graphs") != graphs || counted(t, text, "syncs") != 3 {
			t.Errorf("%s: want %d graphs and 3 synchronisations: %s", settings, graphs, text)
		}
	}
}

// A lost context fails every later run with the same error, and closes cleanly.
func TestLostContext(t *testing.T) {
	p := loads(t, "uniform", packing.Shape{Layers: 3, Items: 21, Packs: 7}, 1)
	sim := simulate(t, simulated, "fail=sync:2:719", cuda.Options{})
	for run := range 3 {
		_, _, err := pack(t, sim, "lpt", p, strategies.Random{})
		if failed := err != nil; failed != (run > 0) {
			t.Errorf("run %d: error %v", run, err)
		}
	}
	sim.done()
}

// What cannot run says why; only machines without a usable GPU are unavailable.
func TestOnlyMachinesWithoutAUsableGPUAreUnavailable(t *testing.T) {
	// Initialisation happens once per library, so this one is a copy.
	data, err := os.ReadFile(simulated)
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		settings    string
		device      int
		missing     bool
		unavailable bool
		want        string
	}{
		{missing: true, unavailable: true, want: "no CUDA driver"},
		{settings: "devices=0", unavailable: true, want: "CUDA_ERROR_NO_DEVICE"},
		{settings: "fail=init:1:803", unavailable: true, want: "restart the machine"},
		{settings: "capability=75", unavailable: true, want: "compute capability 7.5: the kernels need 8.0"},
		{settings: "version=10020", want: "CUDA 10.2: install one for CUDA 11.0"},
		{settings: "devices=2", device: 2, want: "device 2 does not exist (CUDA_ERROR_INVALID_DEVICE): use 0 to 1"},
		{settings: "memory=100000", want: "a layer of 1000 items with 128 candidates needs"},
		{settings: "memory=100000", want: "use fewer candidates"},
	} {
		library := filepath.Join(t.TempDir(), fmt.Sprintf("driver-%d.so", i))
		if !tt.missing {
			if err := os.WriteFile(library, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		sim := simulate(t, library, tt.settings, cuda.Options{Device: tt.device})
		_, err := sim.Prepare(parse(t, "topk-max-any"), packing.Shape{Layers: 1, Items: 1000, Packs: 10})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", tt.settings, err, tt.want)
		}
		if errors.Is(err, strategies.ErrUnavailable) != tt.unavailable {
			t.Errorf("%s: unavailable is %v for %v", tt.settings, !tt.unavailable, err)
		}
		sim.done()
	}
}

func TestDescribeGivesTheFactsOfTheGPU(t *testing.T) {
	sim := simulate(t, simulated, "", cuda.Options{})
	defer sim.done()
	d, err := sim.Describe()
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	for _, f := range d.Facts {
		facts[f.Name] = f.Value
	}
	if d.Device != "simulated device" || facts["driver"] != "CUDA 12.8" || facts["compute capability"] != "9.0" {
		t.Errorf("described as %+v", d)
	}
	if loaded := facts["kernels loaded"]; facts["context creation"] == "" || !strings.HasPrefix(loaded, "1 in ") || !strings.HasSuffix(loaded, ", precompiled") {
		t.Errorf("one-off costs before any run: %v", d.Facts)
	}
	p := loads(t, "uniform", packing.Shape{Layers: 1, Items: 4, Packs: 2}, 1)
	if _, _, err := pack(t, sim, "lpt", p, strategies.Random{}); err != nil {
		t.Fatal(err)
	}
	if d, err = sim.Describe(); err != nil || !strings.HasPrefix(d.Facts[len(d.Facts)-1].Value, "4 in ") {
		t.Errorf("after lpt: %v, %v", d.Facts, err)
	}
	for _, name := range []string{"exact", "baseline"} {
		s, err := strategies.Builtin().Parse(name)
		if err != nil {
			continue
		}
		if _, err := sim.Prepare(s, packing.Shape{Layers: 1, Items: 4, Packs: 2}); !errors.Is(err, strategies.ErrUnsupported) {
			t.Errorf("%s: error %v, want unsupported", name, err)
		}
	}
}

// From the second one on, a call is one graph, one synchronisation and no event, until
// stages are asked for.
func TestCallsAndStages(t *testing.T) {
	p := loads(t, "uniform", packing.Shape{Layers: 3, Items: 21, Packs: 7}, 1)
	for _, tt := range []struct {
		strategy, stages string
		launches         int
	}{
		{"topk-max-any:candidates=5,k=2", "copy in,orders,greedy,refine,", 4},
		{"topk-max-any:candidates=20,k=17", "copy in,orders,greedy,select,refine,", 5},
		{"lpt", "copy in,orders,greedy,choose,", 4},
	} {
		for _, timed := range []bool{false, true} {
			sim := simulate(t, simulated, "", cuda.Options{})
			runner, err := sim.Prepare(parse(t, tt.strategy), p.Shape)
			if err != nil {
				t.Fatal(err)
			}
			runner.(strategies.StageTimer).TimeStages(timed)
			var report strategies.Report
			for range 3 {
				if report, err = runner.Pack(t.Context(), p, strategies.Random{}, packing.NewPacking(p.Shape)); err != nil {
					t.Fatal(err)
				}
			}
			names := ""
			for _, s := range report.Stages {
				names += s.Name + ","
			}
			runner.Close()
			text := sim.done()
			want, graphs, records := "", 2, 0
			if timed {
				want, graphs, records = tt.stages, 0, 3*(strings.Count(tt.stages, ",")+1)
			}
			if names != want {
				t.Errorf("%s: stages %s, want %s", tt.strategy, names, want)
			}
			if counted(t, text, "launches") != 3*tt.launches || counted(t, text, "syncs") != 3 ||
				counted(t, text, "graphs") != graphs || counted(t, text, "records") != records {
				t.Errorf("%s: want %d launches, 3 synchronisations, %d graphs, %d events: %s", tt.strategy, 3*tt.launches, graphs, records, text)
			}
		}
	}
}

// Kernels are loaded when a plan first needs them, once.
func TestKernelsAreLoadedWhenNeeded(t *testing.T) {
	p := loads(t, "uniform", packing.Shape{Layers: 3, Items: 21, Packs: 7}, 1)
	sim := simulate(t, simulated, "", cuda.Options{})
	for range 3 {
		for _, strategy := range []string{"lpt", "topk-max-any:candidates=5,k=2"} {
			if _, _, err := pack(t, sim, strategy, p, strategies.Random{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if text := sim.done(); counted(t, text, "cubins") != 5 || counted(t, text, "ptx") != 0 { // fetch, orders, greedy; choose; refine
		t.Errorf("want 5 cubins and no PTX: %s", text)
	}
}

// Kernels are loaded as machine code if the driver takes it, else as PTX; the answers
// are the same.
func TestPTXIsLoadedWhereMachineCodeIsNot(t *testing.T) {
	p := loads(t, "uniform", packing.Shape{Layers: 3, Items: 21, Packs: 7}, 1)
	const strategy = "topk-max-any:candidates=5,k=2"
	for _, tt := range []struct {
		settings    string
		cubins, ptx int // loads tried
		want        string
	}{
		{"capability=80", 4, 0, "precompiled"},
		{"capability=89", 4, 0, "precompiled"},
		{"capability=90", 4, 0, "precompiled"},
		{"capability=103", 4, 0, "precompiled"},
		{"capability=121", 4, 0, "precompiled"},
		{"capability=110", 0, 4, "4 compiled by the driver"},
		{"capability=130", 0, 4, "4 compiled by the driver"},
		{"refuse=209", 4, 4, "4 compiled by the driver"}, // no binary for the GPU
		{"refuse=200", 4, 4, "4 compiled by the driver"}, // invalid image
		{"fail=cubin:2:209", 4, 1, "1 compiled by the driver"},
		{"fail=function:2:500", 4, 1, "1 compiled by the driver"}, // which loads lazily
	} {
		sim := simulate(t, simulated, tt.settings, cuda.Options{})
		requireEqual(t, sim, strategy, p, strategies.Random{Seed: 2})
		d, err := sim.Describe()
		if err != nil || !strings.HasSuffix(d.Facts[len(d.Facts)-1].Value, ", "+tt.want) {
			t.Errorf("%s: want kernels that are %s: %v, %v", tt.settings, tt.want, d.Facts, err)
		}
		if text := sim.done(); counted(t, text, "cubins") != tt.cubins || counted(t, text, "ptx") != tt.ptx {
			t.Errorf("%s: want %d cubins and %d PTX tried: %s", tt.settings, tt.cubins, tt.ptx, text)
		}
	}
}

// A runner keeps its buffers: a second run allocates nothing and is not
// disturbed by the first, nor by a change of the random stream in between.
func TestRunnerIsReused(t *testing.T) {
	shape := packing.Shape{Layers: 5, Items: 55, Packs: 11}
	sim := simulate(t, simulated, "order=shuffled", cuda.Options{})
	runner, err := sim.Prepare(parse(t, "two-opt:candidates=6"), shape)
	if err != nil {
		t.Fatal(err)
	}
	var first *packing.Packing
	for i, stream := range []strategies.Stream{strategies.Philox, strategies.Torch, strategies.Torch, strategies.Philox} {
		p := loads(t, "lognormal", shape, uint64(10+i%3))
		out := packing.NewPacking(shape)
		if _, err := runner.Pack(t.Context(), p, strategies.Random{Stream: stream, Seed: 7}, out); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = out
		} else if i == 3 && !equal(first, out) {
			t.Error("the same problem has another answer the second time")
		}
	}
	if err := runner.Close(); err != nil {
		t.Error(err)
	}
	if err := runner.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	// Three plans (Philox, Torch, Philox), with ten arrays at most each.
	if n := counted(t, sim.done(), "allocations"); n > 30 {
		t.Errorf("%d allocations", n)
	}
}
