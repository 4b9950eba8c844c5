package planners

import (
	"context"
	"slices"

	"packbench/placement"
)

// Question asks how many slots, and how many nodes, are worth having.
type Question struct {
	Topology placement.Topology // Slots may be 0: the fewest there can be
	Steps    int
	Layers   int
	Loads    []float32 // [steps, layers, experts]
	Threads  int
}

// Option is a number of slots and nodes with the balancedness of the GPUs that
// planners reach there, 0 where they do not apply.
type Option struct {
	Slots, Nodes int
	Global       float64 // any copy anywhere
	Hierarchical float64 // groups on nodes
	Spill        float64 // groups on nodes, spare copies anywhere
}

// Advice answers a Question.
type Advice struct {
	Slots  []Option // from the fewest slots on, one more per GPU each
	Enough int      // index of the first of Slots after which less than Negligible is gained
	Nodes  []Option // for each number of nodes that divides the groups and the GPUs
}

// Negligible is the gain in balancedness that is called none.
const Negligible = 0.002

// mostOptions limits how many numbers of slots are tried.
const mostOptions = 16

// Advise plans for numbers of slots from the fewest to twice the number of
// experts, and for all numbers of nodes.
func Advise(ctx context.Context, q Question) (Advice, error) {
	t := q.Topology
	gpus := max(1, t.GPUs)
	fewest := (t.Experts + gpus - 1) / gpus * gpus
	if t.Slots == 0 {
		t.Slots = fewest
	}
	if err := t.Validate(); err != nil {
		return Advice{}, err
	}
	var a Advice
	for slots := fewest; len(a.Slots) < mostOptions && (slots <= 2*t.Experts || len(a.Slots) == 0); slots += t.GPUs {
		u := t
		u.Slots = slots
		o, err := q.option(ctx, u)
		if err != nil {
			return Advice{}, err
		}
		a.Slots = append(a.Slots, o)
	}
	a.Enough = enough(a.Slots)
	for nodes := 1; nodes <= min(t.Groups, t.GPUs); nodes++ {
		if t.Groups == 1 || t.Groups%nodes != 0 || t.GPUs%nodes != 0 {
			continue
		}
		u := t
		u.Nodes = nodes
		o, err := q.option(ctx, u)
		if err != nil {
			return Advice{}, err
		}
		a.Nodes = append(a.Nodes, o)
	}
	return a, nil
}

// value is what an option is worth where groups stay on nodes, if they can.
func (o Option) value() float64 {
	if o.Hierarchical > 0 {
		return max(o.Spill, o.Hierarchical)
	}
	return o.Global
}

// enough returns the first option that is within Negligible of the best.
func enough(options []Option) int {
	best := 0.0
	for _, o := range options {
		best = max(best, o.value())
	}
	return slices.IndexFunc(options, func(o Option) bool { return o.value() >= best-Negligible })
}

// option plans for one topology.
func (q Question) option(ctx context.Context, t placement.Topology) (Option, error) {
	o := Option{Slots: t.Slots, Nodes: t.Nodes}
	hierarchical := t.Nodes > 1 && t.Groups%t.Nodes == 0 && t.Experts%t.Groups == 0 && t.GPUs%t.Nodes == 0
	for _, p := range []struct {
		planner string
		applies bool
		to      *float64
	}{
		{"balanced:policy=global,distinct=no", true, &o.Global},
		{"balanced:policy=hierarchical,distinct=no", hierarchical, &o.Hierarchical},
		{"spill:policy=hierarchical,distinct=no", hierarchical, &o.Spill},
	} {
		if !p.applies {
			continue
		}
		planner, err := Builtin().Parse(p.planner)
		if err != nil {
			return Option{}, err
		}
		task := &placement.Task{Topology: t, Steps: q.Steps, Layers: q.Layers, Loads: q.Loads, Threads: q.Threads}
		plan, _, err := planner.Plan(ctx, task)
		if err != nil {
			return Option{}, err
		}
		*p.to = placement.Evaluate(plan, q.sum()).GPUs.Ratio
	}
	return o, nil
}

// sum returns the loads summed over the steps.
func (q Question) sum() []float32 {
	n := q.Topology.Experts
	out, scratch := make([]float32, q.Layers*n), make([]float64, n)
	for l := range q.Layers {
		Estimator{}.estimate(out[l*n:(l+1)*n], scratch, q.Loads, q.Steps, q.Layers, l)
	}
	return out
}
