package planfile

import (
	"fmt"
	"strings"
)

// writeSGLang writes what SGLang's --init-expert-location reads from a .json
// file: one row per layer of the model. Dense layers get the initial placement.
func writeSGLang(b *strings.Builder, a Answer) {
	b.WriteString("{\"physical_to_logical_map\": [")
	writeRows(b, a, true)
	b.WriteString("]}\n")
}

// writeVLLM writes what vLLM's initial_expert_map_path reads: a row per
// Mixture-of-Experts layer.
func writeVLLM(b *strings.Builder, a Answer) {
	b.WriteByte('[')
	writeRows(b, a, false)
	b.WriteString("]\n")
}

// writeRows writes the maps of the layers, one a line.
func writeRows(b *strings.Builder, a Answer, dense bool) {
	t := a.Plan.Topology
	separator := "\n"
	if dense {
		initial := make([]int32, t.Slots)
		for s := range initial {
			initial[s] = int32(s % t.Experts)
		}
		for range a.FirstLayer {
			b.WriteString(separator)
			list(b, initial)
			separator = ",\n"
		}
	}
	for l := range a.Plan.Layers {
		b.WriteString(separator)
		list(b, a.Plan.Physical(l))
		separator = ",\n"
	}
	b.WriteByte('\n')
}

// writeVLLMLine writes a line as vLLM's recorder of expert loads does for the
// mapping that it starts with.
func writeVLLMLine(b *strings.Builder, a Answer) {
	t := a.Plan.Topology
	fmt.Fprintf(b, "{\"record_type\": \"eplb_initial_mapping\", \"version\": 1, \"num_redundant_experts\": %d, \"num_slots\": %d, \"initial_global_assignments\": {",
		t.Slots-t.Experts, t.Slots)
	for l := range a.Plan.Layers {
		if l > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "\"%d\": ", a.FirstLayer+l)
		list(b, a.Plan.Physical(l))
	}
	b.WriteString("}}\n")
}

// writeTRTLLM writes the configuration of TensorRT-LLM's offline load balancer:
// layers by their number in the model, and no update while it serves.
func writeTRTLLM(b *strings.Builder, a Answer) {
	b.WriteString("initial_global_assignments:\n")
	for l := range a.Plan.Layers {
		fmt.Fprintf(b, "  %d: ", a.FirstLayer+l)
		list(b, a.Plan.Physical(l))
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "layer_updates_per_iter: 0\nnum_slots: %d\n", a.Plan.Topology.Slots)
}

// writeAscend writes the expert map of vLLM Ascend: layers with experts, counted
// from 0, and the experts of each device.
func writeAscend(b *strings.Builder, a Answer) {
	p := a.Plan
	offsets := p.Topology.Offsets()
	fmt.Fprintf(b, "{\"moe_layer_count\": %d, \"layer_list\": [", p.Layers)
	for l := range p.Layers {
		if l > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "\n{\"layer_id\": %d, \"device_count\": %d, \"device_list\": [", l, p.Topology.GPUs)
		for g := range p.Topology.GPUs {
			if g > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "{\"device_id\": %d, \"device_expert\": ", g)
			list(b, p.Physical(l)[offsets[g]:offsets[g+1]])
			b.WriteByte('}')
		}
		b.WriteString("]}")
	}
	b.WriteString("\n]}\n")
}
