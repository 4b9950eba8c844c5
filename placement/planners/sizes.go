package planners

import (
	"fmt"
	"slices"

	"packbench/placement"
)

// hierarchical reports whether the planner keeps groups on nodes for the
// topology. The error says which sizes it would take.
func (c *Composition) hierarchical(t placement.Topology) (bool, error) {
	if c.Engine && t.SlotsPerGPU != nil && !t.Uniform() {
		return false, fmt.Errorf("its GPUs have different numbers of slots, %d to %d: it takes the same number on each (balanced takes any)", slices.Min(t.SlotsPerGPU), slices.Max(t.SlotsPerGPU))
	}
	if c.Engine && t.Slots%t.GPUs != 0 {
		return false, fmt.Errorf("%d slots do not divide evenly over %d GPUs: it takes %s slots (balanced takes any number)", t.Slots, t.GPUs, multiplesNear(t.Slots, t.GPUs, t.Experts))
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
		return fmt.Errorf("%d groups do not divide over %d nodes: hierarchical takes %s groups", t.Groups, t.Nodes, multiplesNear(t.Groups, t.Nodes, 1))
	case t.Experts%t.Groups != 0:
		return fmt.Errorf("%d experts do not divide into %d groups: hierarchical takes %s groups", t.Experts, t.Groups, divisorsNear(t.Experts, t.Groups))
	case c.Engine && t.GPUs%t.Nodes != 0:
		return fmt.Errorf("%d GPUs do not divide over %d nodes: hierarchical takes %s nodes", t.GPUs, t.Nodes, divisorsNear(t.GPUs, t.Nodes))
	}
	need := t.Experts / t.Nodes
	for n, slots := range slotsOfNodes(t) {
		if slots < need {
			return fmt.Errorf("node %d has %d slots for the %d experts of its groups: hierarchical needs at least that many on every node", n, slots, need)
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
		return fmt.Errorf("replicate=none makes no spare copies: %d slots do not suit %d experts, use %d", t.Slots, t.Experts, t.Experts)
	}
	if c.CopyLimit > 0 && t.Slots > c.CopyLimit*t.Experts {
		return fmt.Errorf("%d slots cannot be filled with at most %d copies of %d experts: use at most %d slots, or copies=%d", t.Slots, c.CopyLimit, t.Experts, c.CopyLimit*t.Experts, (t.Slots+t.Experts-1)/t.Experts)
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
				return fmt.Errorf("GPU %d has %d slots, more than %s %d experts, so two copies of one must share it: use distinct=no, or fewer slots", g, k, where, experts)
			}
			slots += k
			if k > 0 {
				gpus++
			}
		}
		if limit := c.copyLimit(gpus); c.limited() && slots > limit*experts {
			return fmt.Errorf("node %d has %d slots, more than %d copies of its %d experts fill: use policy=global, or more copies", n, slots, limit, experts)
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
