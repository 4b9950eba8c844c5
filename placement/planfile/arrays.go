package planfile

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"

	"packbench/internal/npz"
)

// WriteNPZ writes the arrays physical_to_logical [layers, slots],
// logical_to_physical [layers, experts, width], −1 where there is no copy, and
// logical_count [layers, experts], int64, and gpu_loads [layers, GPUs], float32;
// and slots_per_gpu [GPUs] where GPUs have different numbers of slots.
func (a Answer) WriteNPZ(w io.Writer) error {
	p := a.Plan
	t := p.Topology
	loads := p.GPULoads(a.Loads)
	rounded := make([]float32, len(loads))
	for i, load := range loads {
		rounded[i] = float32(load)
	}
	arrays := []npz.Array{
		npz.Int64("physical_to_logical", p.PhysicalToLogical, p.Layers, t.Slots),
		npz.Int64("logical_to_physical", p.LogicalToPhysical, p.Layers, t.Experts, p.Width),
		npz.Int64("logical_count", p.Counts, p.Layers, t.Experts),
		npz.Float32("gpu_loads", rounded, p.Layers, t.GPUs),
	}
	if !t.Uniform() {
		arrays = append(arrays, npz.Int64("slots_per_gpu", t.Capacities(), t.GPUs))
	}
	return npz.Write(w, arrays...)
}

// document is the JSON form.
type document struct {
	Planner           string      `json:"planner"`
	Experts           int         `json:"experts"`
	Slots             int         `json:"slots"`
	Groups            int         `json:"groups"`
	Nodes             int         `json:"nodes"`
	GPUs              int         `json:"gpus"`
	SlotsPerGPU       []int       `json:"slots_per_gpu,omitempty"`
	PhysicalToLogical [][]int32   `json:"physical_to_logical"`
	LogicalToPhysical [][][]int32 `json:"logical_to_physical"`
	LogicalCount      [][]int32   `json:"logical_count"`
	GPULoads          [][]float32 `json:"gpu_loads"`
}

// WriteJSON writes one object with the arrays of [Answer.WriteNPZ], nested, and
// the sizes.
func (a Answer) WriteJSON(w io.Writer) error {
	p := a.Plan
	t := p.Topology
	d := document{
		Planner: a.Planner, Experts: t.Experts, Slots: t.Slots, Groups: t.Groups, Nodes: t.Nodes, GPUs: t.GPUs,
		PhysicalToLogical: slices.Collect(slices.Chunk(p.PhysicalToLogical, t.Slots)),
		LogicalCount:      slices.Collect(slices.Chunk(p.Counts, t.Experts)),
	}
	if !t.Uniform() {
		d.SlotsPerGPU = t.Capacities()
	}
	for layer := range slices.Chunk(p.LogicalToPhysical, t.Experts*p.Width) {
		d.LogicalToPhysical = append(d.LogicalToPhysical, slices.Collect(slices.Chunk(layer, p.Width)))
	}
	for row := range slices.Chunk(p.GPULoads(a.Loads), t.GPUs) {
		rounded := make([]float32, len(row))
		for g, load := range row {
			rounded[g] = float32(load)
		}
		d.GPULoads = append(d.GPULoads, rounded)
	}
	buffered := bufio.NewWriter(w)
	if err := json.NewEncoder(buffered).Encode(d); err != nil {
		return err
	}
	return buffered.Flush()
}
