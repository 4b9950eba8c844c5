package placement

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"packbench/internal/number"
)

// Plan is a placement of every layer's experts.
type Plan struct {
	Topology Topology
	Layers   int
	Width    int // X, the max copies of an expert

	PhysicalToLogical []int32 // [layers, slots] row-major: the expert that a slot holds
	LogicalToPhysical []int32 // [layers, experts, width]: the slots of an expert, then −1
	Counts            []int32 // [layers, experts]: copies of an expert
}

// FromPhysical returns the plan of the map physicalToLogical, [layers, slots],
// which it keeps. The slots of an expert are listed in ascending order.
//
// The error names the layer and the slot that holds no expert, or the expert
// that no slot holds.
func FromPhysical(t Topology, layers int, physicalToLogical []int32) (*Plan, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if layers < 1 || len(physicalToLogical) != layers*t.Slots {
		return nil, fmt.Errorf("a map of %d entries for %s of %s: need %d", len(physicalToLogical), number.Count(layers, "layer"), number.Count(t.Slots, "slot"), layers*t.Slots)
	}
	p := &Plan{Topology: t, Layers: layers, PhysicalToLogical: physicalToLogical, Counts: make([]int32, layers*t.Experts)}
	rank := make([]int32, len(physicalToLogical))
	for l := range layers {
		counts := p.LayerCounts(l)
		for s, e := range p.Physical(l) {
			if e < 0 || int(e) >= t.Experts {
				return nil, fmt.Errorf("layer %d: slot %d holds expert %d: experts are 0 to %d", l, s, e, t.Experts-1)
			}
			rank[l*t.Slots+s] = counts[e]
			counts[e]++
		}
		for e, n := range counts {
			if n == 0 {
				return nil, fmt.Errorf("layer %d: no slot holds expert %d: every expert needs a copy", l, e)
			}
		}
	}
	p.Index(rank)
	return p, nil
}

// Reset makes the plan one of the topology with all maps zero, in the memory
// that it has where that is enough. A planner fills PhysicalToLogical and Counts
// and then calls [Plan.Index].
func (p *Plan) Reset(t Topology, layers int) {
	p.Topology, p.Layers, p.Width = t, layers, 0
	p.PhysicalToLogical = resize(p.PhysicalToLogical, layers*t.Slots)
	p.Counts = resize(p.Counts, layers*t.Experts)
	p.LogicalToPhysical = p.LogicalToPhysical[:0]
	clear(p.PhysicalToLogical)
	clear(p.Counts)
}

// Index makes LogicalToPhysical from the other two maps: slot s of layer l
// stands at place rank[l·slots + s], [layers, slots], among the copies of its
// expert, whose places are 0 to count − 1.
func (p *Plan) Index(rank []int32) {
	width := int32(0)
	for _, n := range p.Counts {
		width = max(width, n)
	}
	p.Width = int(width)
	t := p.Topology
	size := p.Layers * t.Experts * p.Width
	p.LogicalToPhysical = resize(p.LogicalToPhysical, size)
	for i := range p.LogicalToPhysical {
		p.LogicalToPhysical[i] = -1
	}
	for l := range p.Layers {
		row := p.LogicalToPhysical[l*t.Experts*p.Width : (l+1)*t.Experts*p.Width]
		ranks := rank[l*t.Slots : (l+1)*t.Slots]
		for s, e := range p.Physical(l) {
			row[e*width+ranks[s]] = int32(s)
		}
	}
}

// Physical returns the experts of the slots of layer l, [slots]. The slice
// aliases the plan.
func (p *Plan) Physical(l int) []int32 {
	n := p.Topology.Slots
	return p.PhysicalToLogical[l*n : (l+1)*n : (l+1)*n]
}

// LayerCounts returns the copies of the experts of layer l, [experts]. The
// slice aliases the plan.
func (p *Plan) LayerCounts(l int) []int32 {
	n := p.Topology.Experts
	return p.Counts[l*n : (l+1)*n : (l+1)*n]
}

// SlotsOf returns the slots of expert e in layer l, in the order of the plan.
// The slice aliases the plan.
func (p *Plan) SlotsOf(l, e int) []int32 {
	at := l*p.Topology.Experts + e
	return p.LogicalToPhysical[at*p.Width : at*p.Width+int(p.Counts[at])]
}

// Hash identifies the plan by its content: the SHA-256, in hex, of the numbers
// of layers, experts, slots and GPUs, the slots of each GPU, and the map
// PhysicalToLogical, as 64-bit little-endian words.
func (p *Plan) Hash() string {
	h := sha256.New()
	t := p.Topology
	word := make([]byte, 0, 8*(4+t.GPUs))
	for _, n := range append([]int{p.Layers, t.Experts, t.Slots, t.GPUs}, t.Capacities()...) {
		word = binary.LittleEndian.AppendUint64(word, uint64(n))
	}
	h.Write(word)
	for l := range p.Layers {
		word = word[:0]
		for _, e := range p.Physical(l) {
			word = binary.LittleEndian.AppendUint64(word, uint64(e))
		}
		h.Write(word)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Validate returns the first rule that the plan breaks: the topology is sound,
// the maps have its shape, every slot holds one expert, every expert has a copy,
// and LogicalToPhysical lists each expert's slots once, then −1.
func (p *Plan) Validate() error {
	t := p.Topology
	if err := t.Validate(); err != nil {
		return err
	}
	if p.Layers < 1 || len(p.PhysicalToLogical) != p.Layers*t.Slots || len(p.Counts) != p.Layers*t.Experts ||
		len(p.LogicalToPhysical) != p.Layers*t.Experts*p.Width {
		return fmt.Errorf("maps of %d, %d and %d entries do not fit %s of %s and %s with up to %d copies",
			len(p.PhysicalToLogical), len(p.LogicalToPhysical), len(p.Counts), number.Count(p.Layers, "layer"), number.Count(t.Slots, "slot"), number.Count(t.Experts, "expert"), p.Width)
	}
	found := make([]int32, t.Experts)
	for l := range p.Layers {
		clear(found)
		if err := p.validateLayer(l, found); err != nil {
			return fmt.Errorf("layer %d: %w", l, err)
		}
	}
	return nil
}

func (p *Plan) validateLayer(l int, found []int32) error {
	experts := len(found)
	physical := p.Physical(l)
	for s, e := range physical {
		if e < 0 || int(e) >= experts {
			return fmt.Errorf("slot %d holds expert %d: experts are 0 to %d", s, e, experts-1)
		}
		found[e]++
	}
	counts := p.LayerCounts(l)
	for e, n := range found {
		if n == 0 {
			return fmt.Errorf("no slot holds expert %d: every expert needs a copy", e)
		}
		if counts[e] != n {
			return fmt.Errorf("expert %d has %s, not the %d of its count", e, number.Count(int(n), "slot"), counts[e])
		}
		if int(n) > p.Width {
			return fmt.Errorf("expert %d has %d copies, more than the width %d of logical_to_physical", e, n, p.Width)
		}
		row := p.LogicalToPhysical[(l*experts+e)*p.Width:][:p.Width]
		for x, s := range row {
			switch {
			case x >= int(n):
				if s != -1 {
					return fmt.Errorf("expert %d lists slot %d after its %s: the rest must be −1", e, s, number.Count(int(n), "slot"))
				}
			case s < 0 || int(s) >= len(physical) || physical[s] != int32(e):
				return fmt.Errorf("expert %d lists slot %d, which does not hold it", e, s)
			default:
				for _, other := range row[:x] {
					if other == s {
						return fmt.Errorf("expert %d lists slot %d twice", e, s)
					}
				}
			}
		}
	}
	return nil
}

// Duplicates counts, in all layers, the copies that share a GPU with another
// copy of the same expert: a GPU that holds three of one counts two.
func (p *Plan) Duplicates() int {
	offsets := p.Topology.Offsets()
	seen := make([]int32, p.Topology.Experts)
	n, stamp := 0, int32(0)
	for l := range p.Layers {
		physical := p.Physical(l)
		for g := range p.Topology.GPUs {
			stamp++
			for _, e := range physical[offsets[g]:offsets[g+1]] {
				if seen[e] == stamp {
					n++
				}
				seen[e] = stamp
			}
		}
	}
	return n
}
