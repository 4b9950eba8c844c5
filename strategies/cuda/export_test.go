package cuda

import (
	"slices"

	"packbench/packing"
	"packbench/strategies"
)

// KernelsOf are the kernels that a problem is launched with, on a device with the
// given number of multiprocessors and plenty of memory.
func KernelsOf(e strategies.Ensemble, shape packing.Shape, multiprocessors int) []string {
	p, err := newPlan(e, shape, false, 1<<42, multiprocessors)
	if err != nil {
		return nil
	}
	var names []string
	for _, l := range p.launches(buffers{}, part{layers: p.chunk}) {
		names = append(names, l.kernel.name)
	}
	return names
}

// KernelNames are all kernels there are.
func KernelNames() []string {
	var names []string
	files, _ := ptxFiles.ReadDir("kernels/ptx")
	for _, f := range files {
		names = append(names, f.Name()[:len(f.Name())-len(".ptx")])
	}
	slices.Sort(names)
	return names
}
