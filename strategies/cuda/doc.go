// Package cuda is the backend that executes ensemble strategies on an NVIDIA
// GPU.
//
// One call of Pack is one call into C: it launches one graph and waits for it. Kernel
// by kernel go the first call of a runner, calls of very many launches, and those with
// draws of the torch stream. The kernels fetch the problem from page-locked memory and
// write the answer to such memory, and work on all layers and candidates at a time:
//
//	fetch    seeds and weights                                 [layers, items]
//	orders   draws and sorts: the order of every candidate     [layers, candidates, items]
//	greedy   the packing of every order, and its imbalance     [layers, candidates, items]
//	select   the candidates of each layer, best first; only    [layers, candidates]
//	         where there are too many for the next to find
//	refine   swaps in each kept candidate; the last block of   [layers, keep]
//	         a layer chooses and answers
//
// A strategy without refinement has choose in place of refine. Pairs are swapped in
// layers of up to 1,024 items and 256 packs only. Each of these has
// several kernels, and a plan takes the fastest ones for its shape
// (kernels.go): up to 1,024 items and 256 packs they work in registers and shared
// memory, beyond in global memory. None needs memory of size n². Problems too large
// for the device's memory go through in parts of so many layers.
//
// Many problems go through in one call, too: those whose layers are of one size as
// rows of the same arrays, each size as a branch of the one graph.
//
// Layers of the package:
//
//	plan.go       shape and strategy → arrays on the device, layers at a time (pure arithmetic)
//	kernels.go    which kernel of each kind, with its block and shared memory
//	launches.go   the kernels' arguments, typed, and what a run launches
//	group.go      layers of one size: where the problems' words are in its memory
//	runner.go     groups and their runs; queue.go: what is launched at once, its graph and stages
//	device.go     one GPU: context, stream, kernels loaded when first needed
//	driver/       the driver library behind gorgonia.org/cu, opened at run time
//	modules.go    the compiled kernels: machine code for the GPUs there are, PTX for others
//	kernels/      CUDA C++, the PTX made of it (make ptx) and cubins of that (make cubins)
//	sim/          a simulated driver library that runs the kernels on the host
//
// A new kernel is a file in kernels/, its arguments in launches.go, its choice in
// kernels.go, an array it needs in [plan.lay], and "make ptx cubins". Tests then ask for
// problems that come to it (equal_test.go, every-kernel.yaml) and want faults planted
// in it (mutants_test.go).
//
// The package executes nothing unless built with the tag "cuda" ("make cuda",
// which needs gcc and no CUDA toolkit). Without it, and on machines without a
// GPU, the backend is unavailable and says why.
//
// The answers are those of the CPU backend, bit for bit: float32 operations one
// by one in the same order (kernels are compiled without contraction), ties by
// the same rules, draws from the same counters.
package cuda
