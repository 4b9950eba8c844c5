// Package cuda is the backend that executes ensemble strategies on an NVIDIA
// GPU.
//
// One call of Pack queues everything on one stream and synchronises once: the
// weights go over from page-locked memory, five kernels work on all layers and
// candidates at a time, the answer comes back.
//
//	orders   draws and sorts: the order of every candidate     [layers, candidates, items]
//	greedy   the packing of every order, and its imbalance     [layers, candidates, items]
//	select   the candidates of each layer, best first          [layers, candidates]
//	refine   swaps in each kept candidate, in place            [layers, keep]
//	choose   the answer of each layer                          [layers, items]
//
// Up to 1,024 items, 1,024 candidates and 128 packs the work is done by single
// warps in registers and shared memory (kernels *_small); beyond, by kernels
// that work in global memory (*_large). No kernel needs memory of size n².
// Problems too large for the device's memory go through in chunks of layers.
//
// Layers of the package:
//
//	plan.go       shape and strategy → kernels, grids, memory, layers at a time (pure arithmetic)
//	runner.go     what a Pack queues; launches.go: the kernels' arguments
//	device.go     one GPU: context, stream, compiled kernels, launches
//	driver/       the driver library behind gorgonia.org/cu, opened at run time
//	kernels/      CUDA C++ and the PTX made of it (make ptx), embedded
//	sim/          a simulated driver library that runs the kernels on the host
//
// The package executes nothing unless built with the tag "cuda" ("make cuda",
// which needs gcc and no CUDA toolkit). Without it, and on machines without a
// GPU, the backend is unavailable and says why.
//
// The answers are those of the CPU backend, bit for bit: float32 operations one
// by one in the same order (kernels are compiled without contraction), ties by
// the same rules, draws from the same counters.
package cuda
