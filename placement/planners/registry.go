// Package planners lists the planners of this program and the parts that they
// are made of.
//
// A planner is named by a short form, "vllm", "keep:moves=8",
// "balanced:copies=4,policy=global", as packing strategies are. deepseek, vllm,
// sglang, sglang-vec and trtllm give the plans of these engines, map for map;
// balanced, spill and keep are this project's own.
package planners

import (
	"fmt"
	"strings"

	"packbench/internal/spec"
	"packbench/placement"
)

// Definition describes a planner by name.
type Definition struct {
	Name    string
	Summary string // one line
	Source  string // the program or paper it comes from
	Params  []spec.Param
	Presets []spec.Preset
	// New makes the planner of checked values.
	New func(spec.Values) (placement.Planner, error)
}

// Registry is a list of planners by name.
type Registry []Definition

// Builtin returns the planners of this program.
func Builtin() Registry {
	return Registry{
		deepseekDefinition(),
		vllmDefinition(),
		sglangDefinition(),
		sglangVecDefinition(),
		trtllmDefinition(),
		balancedDefinition(),
		spillDefinition(),
		keepDefinition(),
		steadyDefinition(),
	}
}

// Parse returns the planner that text names. The error names an unknown planner
// or parameter with the nearest known one, or a value with its range.
func (r Registry) Parse(text string) (placement.Planner, error) {
	s, i, err := spec.Select("planner", text, r.Names())
	if err != nil {
		return nil, err
	}
	values, err := spec.Resolve(s, r[i].Params, r[i].Presets...)
	if err != nil {
		return nil, fmt.Errorf("planner %w", err)
	}
	return r[i].New(values)
}

// Names returns the names of the planners, in the order of the registry.
func (r Registry) Names() []string {
	names := make([]string, len(r))
	for i, d := range r {
		names[i] = d.Name
	}
	return names
}

// Published reports whether the planner that a short form names is one that
// others published, not this project's own or a user's.
func Published(text string) bool {
	s, i, err := spec.Select("planner", text, Builtin().Names())
	return err == nil && s.Name != "" && !strings.HasPrefix(Builtin()[i].Source, "this project")
}
