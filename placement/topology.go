package placement

import (
	"fmt"
	"slices"

	"packbench/internal/number"
)

// Topology is the size of a deployment: what there is to place, and where.
type Topology struct {
	Experts int `json:"experts"` // logical experts per layer, E
	Slots   int `json:"slots"`   // physical experts per layer, R ≥ E
	Groups  int `json:"groups"`  // of experts that follow each other, G; 1 where there are none
	Nodes   int `json:"nodes"`   // N; node n holds the GPUs n·D/N to (n+1)·D/N − 1, rounded down
	GPUs    int `json:"gpus"`    // D
	// SlotsPerGPU is the number of slots of each GPU, [GPUs]; 0 for a GPU that
	// is lost. nil means R/D each, and one more on the first R mod D GPUs.
	SlotsPerGPU []int `json:"slots_per_gpu,omitempty"`
}

// maxSlots limits what a layer may have, so that indices fit int32 with room
// for products of a few.
const maxSlots = 1 << 20

// maxGPUs limits what a layer is spread over: tables of GPUs by GPUs take 1 GiB then.
const maxGPUs = 1 << 14

// Validate returns the first rule that the topology breaks, with the nearest
// values that keep it.
func (t Topology) Validate() error {
	switch {
	case t.Experts < 1:
		return fmt.Errorf("%d experts per layer: need at least one", t.Experts)
	case t.GPUs < 1:
		return fmt.Errorf("%d GPUs: need at least one", t.GPUs)
	case t.Slots < t.Experts:
		return fmt.Errorf("%s fewer than the %s: each expert needs a slot, so use %d or more", number.Are(t.Slots, "slot"), number.Count(t.Experts, "expert"), t.Experts)
	case t.Slots > maxSlots:
		return fmt.Errorf("%s: use at most %d", number.Count(t.Slots, "slot"), maxSlots)
	case t.GPUs > maxGPUs:
		return fmt.Errorf("%s: use at most %d", number.Count(t.GPUs, "GPU"), maxGPUs)
	case t.GPUs > t.Slots && t.SlotsPerGPU == nil:
		return fmt.Errorf("%s: use 1 to the number of slots, %d", number.Count(t.GPUs, "GPU"), t.Slots)
	case t.Nodes < 1 || t.Nodes > t.GPUs:
		return fmt.Errorf("%s: use 1 to the number of GPUs, %d", number.Count(t.Nodes, "node"), t.GPUs)
	case t.Groups < 1 || t.Groups > t.Experts:
		return fmt.Errorf("%s: use 1 to the number of experts, %d", number.Count(t.Groups, "group"), t.Experts)
	}
	return t.validateSlotsPerGPU()
}

func (t Topology) validateSlotsPerGPU() error {
	if t.SlotsPerGPU == nil {
		return nil
	}
	if len(t.SlotsPerGPU) != t.GPUs {
		return fmt.Errorf("%s for %d GPUs: need one number of slots for each", number.Count(len(t.SlotsPerGPU), "number"), t.GPUs)
	}
	total := 0
	for g, n := range t.SlotsPerGPU {
		if n < 0 || n > maxSlots {
			return fmt.Errorf("GPU %d has %s: use 0 (a lost GPU) to %d", g, number.Count(n, "slot"), maxSlots)
		}
		total += n
	}
	if total != t.Slots {
		return fmt.Errorf("the GPUs have %s together, not %d", number.Count(total, "slot"), t.Slots)
	}
	return nil
}

// Capacity returns the number of slots of GPU g.
func (t Topology) Capacity(g int) int {
	if t.SlotsPerGPU != nil {
		return t.SlotsPerGPU[g]
	}
	n := t.Slots / t.GPUs
	if g < t.Slots%t.GPUs {
		n++
	}
	return n
}

// Uniform reports whether all GPUs have the same number of slots.
func (t Topology) Uniform() bool {
	for g := range t.GPUs {
		if t.Capacity(g) != t.Capacity(0) {
			return false
		}
	}
	return true
}

// Living is the number of GPUs that have a slot.
func (t Topology) Living() int {
	n := 0
	for g := range t.GPUs {
		if t.Capacity(g) > 0 {
			n++
		}
	}
	return n
}

// Offsets returns where the slots of each GPU begin, [GPUs + 1]: GPU g holds
// the slots offsets[g] to offsets[g+1] − 1.
func (t Topology) Offsets() []int {
	offsets := make([]int, t.GPUs+1)
	for g := range t.GPUs {
		offsets[g+1] = offsets[g] + t.Capacity(g)
	}
	return offsets
}

// FirstGPU returns the first GPU of node n; FirstGPU(Nodes) is the number of
// GPUs.
func (t Topology) FirstGPU(n int) int { return n * t.GPUs / t.Nodes }

// GPUOfSlots returns the GPU of each slot, [slots].
func (t Topology) GPUOfSlots() []int32 {
	gpus := make([]int32, 0, t.Slots)
	for g := range t.GPUs {
		for range t.Capacity(g) {
			gpus = append(gpus, int32(g))
		}
	}
	return gpus
}

// NodeOfGPUs returns the node of each GPU, [GPUs].
func (t Topology) NodeOfGPUs() []int32 {
	nodes := make([]int32, t.GPUs)
	for n := range t.Nodes {
		for g := t.FirstGPU(n); g < t.FirstGPU(n+1); g++ {
			nodes[g] = int32(n)
		}
	}
	return nodes
}

// Equal reports whether two topologies are the same, slot for slot.
func (t Topology) Equal(u Topology) bool {
	if t.Experts != u.Experts || t.Slots != u.Slots || t.Groups != u.Groups || t.Nodes != u.Nodes || t.GPUs != u.GPUs {
		return false
	}
	if t.SlotsPerGPU == nil && u.SlotsPerGPU == nil {
		return true
	}
	return slices.Equal(t.Capacities(), u.Capacities())
}

// Capacities returns the number of slots of each GPU, [GPUs].
func (t Topology) Capacities() []int {
	c := make([]int, t.GPUs)
	for g := range c {
		c[g] = t.Capacity(g)
	}
	return c
}

// Lose returns the topology without the slots of the given GPUs. The GPUs that
// are left keep their numbers; the slots are numbered anew.
func (t Topology) Lose(gpus ...int) (Topology, error) {
	capacity := t.Capacities()
	for _, g := range gpus {
		if g < 0 || g >= t.GPUs {
			return Topology{}, fmt.Errorf("GPU %d cannot be lost: GPUs are 0 to %d", g, t.GPUs-1)
		}
		capacity[g] = 0
	}
	left, living := 0, 0
	for _, c := range capacity {
		left += c
		if c > 0 {
			living++
		}
	}
	if left < t.Experts {
		return Topology{}, fmt.Errorf("%s left, with %s for %s: at least %s needed", number.Are(living, "GPU"), number.Count(left, "slot"), number.Count(t.Experts, "expert"), number.Are(t.Experts-left, "more slot"))
	}
	t.Slots, t.SlotsPerGPU = left, capacity
	return t, nil
}

// String returns "256 experts in 288 slots on 32 GPUs of 4 nodes, 8 groups".
func (t Topology) String() string {
	text := fmt.Sprintf("%s in %s on %s", number.Count(t.Experts, "expert"), number.Count(t.Slots, "slot"), number.Count(t.Living(), "GPU"))
	if t.Nodes > 1 {
		text += " of " + number.Count(t.Nodes, "node")
	}
	if t.Groups > 1 {
		text += ", " + number.Count(t.Groups, "group")
	}
	return text
}
