package planners

import (
	"packbench/internal/spec"
	"packbench/placement"
)

// engine returns the planner of an engine with what all of them share.
func engine(v spec.Values, c Composition) (placement.Planner, error) {
	c.Engine = true
	return c.made(v), nil
}

// made returns the composition as a planner of the given values.
func (c Composition) made(v spec.Values) *Composition {
	c.values, c.idle = v.Canonical(), &idleSessions{}
	c.Name = c.values.Name
	return &c
}

func deepseekDefinition() Definition {
	return Definition{
		Name:    "deepseek",
		Summary: "greedy copies and capped LPT in float32; groups on nodes where they divide",
		Source:  "eplb.py of deepseek-ai/EPLB; equal loads by index",
		New: func(v spec.Values) (placement.Planner, error) {
			return engine(v, Composition{
				Replicate: greedy{single: true},
				Groups:    enginePacker{single: true, identity: true},
				Copies:    enginePacker{single: true, identity: true},
			})
		},
	}
}

func vllmDefinition() Definition {
	return Definition{
		Name:    "vllm",
		Summary: "the same with loads in float64; experts that stay on a GPU keep their slots",
		Source:  "DefaultEplbPolicy of vLLM 0.33; equal loads by index",
		New: func(v spec.Values) (placement.Planner, error) {
			return engine(v, Composition{
				Replicate: greedy{},
				Groups:    enginePacker{identity: true},
				Copies:    enginePacker{identity: true},
				Align:     AlignPreserve,
				Listed:    true,
			})
		},
	}
}

func sglangDefinition() Definition {
	return Definition{
		Name:    "sglang",
		Summary: "as deepseek, with running loads in float64",
		Source:  "eplb_algorithms/deepseek.py of SGLang 0.5.23; equal loads by index",
		New: func(v spec.Values) (placement.Planner, error) {
			return engine(v, Composition{
				Replicate: greedy{single: true},
				Groups:    enginePacker{identity: true},
				Copies:    enginePacker{identity: true},
			})
		},
	}
}

func sglangVecDefinition() Definition {
	return Definition{
		Name:    "sglang-vec",
		Summary: "copies by the sum over steps of the largest load per copy; snake on GPUs",
		Source:  "eplb_algorithms/deepseek_vec.py of SGLang 0.5.23; equal loads by index",
		New: func(v spec.Values) (placement.Planner, error) {
			return engine(v, Composition{
				Replicate: vec{},
				Groups:    enginePacker{single: true},
				Copies:    enginePacker{snake: true, identity: true},
			})
		},
	}
}

func trtllmDefinition() Definition {
	return Definition{
		Name:    "trtllm",
		Summary: "greedy copies, ties to the highest index, and capped LPT in float64; always global",
		Source:  "moeLoadBalancer.cpp of TensorRT-LLM",
		New: func(v spec.Values) (placement.Planner, error) {
			return engine(v, Composition{
				Replicate: trtllmReplicator{},
				Groups:    enginePacker{},
				Copies:    enginePacker{},
				Policy:    Global,
				Listed:    true,
			})
		},
	}
}

// trtllmReplicator is greedy with ties to the highest index, and without any
// load the slots go round, first experts first. It lists copies by expert.
type trtllmReplicator struct{}

// Name implements [Replicator].
func (trtllmReplicator) Name() string { return "greedy" }

// NewReplicator implements [Replicator].
func (trtllmReplicator) NewReplicator(experts, slots int) PartReplicator {
	return &trtllmPart{greedy{ties: tieHigh}.NewReplicator(experts, slots)}
}

type trtllmPart struct{ PartReplicator }

// Replicate implements [PartReplicator].
func (r *trtllmPart) Replicate(loads PartLoads, c *Copies) {
	total := 0.0
	for _, w := range loads.Sum {
		total += float64(w)
	}
	if total > 0 {
		r.PartReplicator.Replicate(loads, c)
	} else {
		for e := range c.Counts {
			c.Counts[e] = int32(len(c.Expert) / len(c.Counts))
			if e < len(c.Expert)%len(c.Counts) {
				c.Counts[e]++
			}
		}
	}
	slot := 0
	for e, n := range c.Counts {
		for range n {
			c.Expert[slot], c.Load[slot] = int32(e), float64(loads.Sum[e])/float64(n)
			slot++
		}
	}
	c.sorted = false
}
