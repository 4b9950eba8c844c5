package planners

import (
	"fmt"
	"slices"

	"packbench/internal/number"
	"packbench/placement"
)

// hierarchical reports whether the planner keeps groups on nodes for the
// topology. The error says which sizes it would take.
func (c *Composition) hierarchical(t placement.Topology) (bool, error) {
	if c.Engine && t.SlotsPerGPU != nil && !t.Uniform() {
		return false, fmt.Errorf("its GPUs have different numbers of slots, %d to %d: it takes the same number on each (balanced takes any)", slices.Min(t.SlotsPerGPU), slices.Max(t.SlotsPerGPU))
	}
	if c.Engine && t.Slots%t.GPUs != 0 {
		return false, fmt.Errorf("%s do not divide evenly over %s: it takes %s slots (balanced takes any number)", number.Count(t.Slots, "slot"), number.Count(t.GPUs, "GPU"), multiplesNear(t.Slots, t.GPUs, t.Experts))
	}
	if c.Policy == Global || c.Policy == Auto && t.Groups%t.Nodes != 0 {
		return false, nil
	}
	err := c.checkHierarchy(t)
	if err != nil && !c.Engine && c.Policy == Auto {
		return false, nil
	}
	if !c.Engine && c.Policy == Auto && t.Nodes == 1 {
		return false, nil // one node: the same, without the detour
	}
	return err == nil, err
}

// checkHierarchy returns why groups cannot be kept on nodes.
func (c *Composition) checkHierarchy(t placement.Topology) error {
	switch {
	case t.Groups%t.Nodes != 0:
		return fmt.Errorf("%s cannot be divided over %s: hierarchical takes %s groups", number.Count(t.Groups, "group"), number.Count(t.Nodes, "node"), multiplesNear(t.Groups, t.Nodes, 1))
	case t.Experts%t.Groups != 0:
		return fmt.Errorf("%s do not divide into %s: hierarchical takes %s groups", number.Count(t.Experts, "expert"), number.Count(t.Groups, "group"), divisorsNear(t.Experts, t.Groups))
	case c.Engine && t.GPUs%t.Nodes != 0:
		return fmt.Errorf("%s do not divide over %s: hierarchical takes %s nodes", number.Count(t.GPUs, "GPU"), number.Count(t.Nodes, "node"), divisorsNear(t.GPUs, t.Nodes))
	}
	need := t.Experts / t.Nodes
	for n, slots := range slotsOfNodes(t) {
		if slots < need {
			return fmt.Errorf("node %d has %s for the %s of its groups: hierarchical needs at least that many on every node", n, number.Count(slots, "slot"), number.Count(need, "expert"))
		}
	}
	return nil
}

func slotsOfNodes(t placement.Topology) []int {
	slots := make([]int, t.Nodes)
	for g, n := range t.NodeOfGPUs() {
		slots[n] += t.Capacity(g)
	}
	return slots
}

// checkLimits returns why the limits on copies cannot be kept: on all GPUs, or
// on those of a node where groups stay on nodes.
func (c *Composition) checkLimits(t placement.Topology, hierarchical bool) error {
	if _, ok := c.Replicate.(noReplicator); ok && t.Slots != t.Experts {
		return fmt.Errorf("replicate=none makes no spare copies: %s do not suit %s, use %d", number.Count(t.Slots, "slot"), number.Count(t.Experts, "expert"), t.Experts)
	}
	if c.CopyLimit > 0 && t.Slots > c.CopyLimit*t.Experts {
		return fmt.Errorf("%s cannot be filled with at most %d copies of %s: use at most %s, or copies=%d", number.Count(t.Slots, "slot"), c.CopyLimit, number.Count(t.Experts, "expert"), number.Count(c.CopyLimit*t.Experts, "slot"), (t.Slots+t.Experts-1)/t.Experts)
	}
	nodes, where := 1, "the"
	if hierarchical {
		nodes, where = t.Nodes, "its node's"
	}
	experts := t.Experts / nodes
	for n := range nodes {
		first, end := 0, t.GPUs
		if hierarchical {
			first, end = t.FirstGPU(n), t.FirstGPU(n+1)
		}
		slots, gpus := 0, 0
		for g := first; g < end; g++ {
			k := t.Capacity(g)
			if c.Distinct && k > experts {
				return fmt.Errorf("GPU %d has %s, more than %s %s, so two copies of one must share it: use distinct=no, or fewer slots", g, number.Count(k, "slot"), where, number.Count(experts, "expert"))
			}
			slots += k
			if k > 0 {
				gpus++
			}
		}
		if limit := c.copyLimit(gpus); c.limited() && slots > limit*experts {
			return fmt.Errorf("node %d has %s, more than %d copies of its %s fill: use policy=global, or more copies", n, number.Count(slots, "slot"), limit, number.Count(experts, "expert"))
		}
	}
	return nil
}

// multiplesNear names the multiples of m next to n that are at least least.
func multiplesNear(n, m, least int) string {
	below, above := n/m*m, (n/m+1)*m
	if below < least || below == 0 {
		return fmt.Sprint(max(above, (least+m-1)/m*m))
	}
	return fmt.Sprintf("%d or %d", below, above)
}

// divisorsNear names the divisors of n next to m.
func divisorsNear(n, m int) string {
	below, above := 0, 0
	for d := 1; d <= n; d++ {
		if n%d == 0 && d < m {
			below = d
		} else if n%d == 0 && d > m {
			above = d
			break
		}
	}
	if above == 0 {
		return fmt.Sprint(below)
	}
	return fmt.Sprintf("%d or %d", below, above)
}
