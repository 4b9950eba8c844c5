// Package planfile writes plans as files, for NumPy, for programs that read
// JSON, and as the serving engines take them, and reads such files back.
package planfile

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"packbench/internal/spec"
	"packbench/placement"
)

// Answer is a plan with what belongs into a file beside the maps.
type Answer struct {
	Planner string // its spec
	Plan    *placement.Plan
	Loads   []float32 // [layers, experts] that the plan was evaluated on
	// FirstLayer is the number of layers of the model before the plan's first:
	// dense layers, which have no experts. Engines count layers of the model.
	FirstLayer int
}

// Engine is an engine that takes placements from a file.
type Engine struct {
	Name string
	Doc  string // which option takes the file
	// check returns why the engine cannot take a plan.
	check func(*placement.Plan) error
	write func(*strings.Builder, Answer)
}

// Engines lists the engines that take placements.
func Engines() []Engine {
	return []Engine{
		{"sglang", "JSON for --init-expert-location", evenSlots, writeSGLang},
		{"vllm", "JSON for eplb_config.initial_expert_map_path: a map per layer", evenSlots, writeVLLM},
		{"vllm-jsonl", "JSON line for an initial mapping, layers by number", evenSlots, writeVLLMLine},
		{"trtllm", "YAML for moe_config.load_balancer", evenSlots, writeTRTLLM},
		{"ascend", "JSON for expert_map_path of vLLM Ascend", distinctOnGPUs, writeAscend},
	}
}

// ForEngine returns the engine of a name; the error names the known ones.
func ForEngine(name string) (Engine, error) {
	var names []string
	for _, e := range Engines() {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Engine{}, fmt.Errorf("unknown engine %q%s", name, spec.Suggest(name, names))
}

// Write writes the engine's file. The error names what the engine cannot take.
func (e Engine) Write(w io.Writer, a Answer) error {
	if err := e.Check(a); err != nil {
		return err
	}
	var b strings.Builder
	e.write(&b, a)
	_, err := io.WriteString(w, b.String())
	return err
}

// Check returns why the engine cannot take the answer, without writing anything.
func (e Engine) Check(a Answer) error {
	if a.FirstLayer < 0 {
		return fmt.Errorf("%d layers before the first: use 0 or more", a.FirstLayer)
	}
	if err := e.check(a.Plan); err != nil {
		return fmt.Errorf("%s cannot take this plan: %w", e.Name, err)
	}
	return nil
}

// evenSlots returns an error where the GPUs have different numbers of slots.
func evenSlots(p *placement.Plan) error {
	if t := p.Topology; !t.Uniform() {
		return fmt.Errorf("its GPUs must have equal numbers of slots, and GPU 0 has %d while others have %d to %d", t.Capacity(0), slices.Min(t.Capacities()), slices.Max(t.Capacities()))
	}
	return nil
}

// distinctOnGPUs also returns an error where a GPU holds two copies of an
// expert: vLLM Ascend looks slots up by expert.
func distinctOnGPUs(p *placement.Plan) error {
	if err := evenSlots(p); err != nil {
		return err
	}
	offsets := p.Topology.Offsets()
	for l := range p.Layers {
		for g := range p.Topology.GPUs {
			on := p.Physical(l)[offsets[g]:offsets[g+1]]
			for i, e := range on {
				if slices.Contains(on[:i], e) {
					return fmt.Errorf("layer %d: GPU %d holds expert %d twice, and it keeps one copy per GPU: use a planner that does, such as balanced", l, g, e)
				}
			}
		}
	}
	return nil
}

// list writes numbers as JSON and YAML do: [1, 2, 3].
func list(b *strings.Builder, numbers []int32) {
	b.WriteByte('[')
	for i, n := range numbers {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(b, n)
	}
	b.WriteByte(']')
}
