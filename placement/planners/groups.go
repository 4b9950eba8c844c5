package planners

import (
	"context"

	"packbench/placement"
)

// grouping puts groups of experts on nodes.
type grouping struct {
	size, perNode int
	copies        *Copies // the groups, in the place of copies
	pack          PartPacker
	node, rank    []int32 // of the groups
	experts       []int32 // [experts] by node, then group, then index
}

func newGrouping(c *Composition, t placement.Topology) (*grouping, error) {
	g := &grouping{
		size: t.Experts / t.Groups, perNode: t.Groups / t.Nodes, copies: newCopies(t.Groups, t.Groups),
		node: make([]int32, t.Groups), rank: make([]int32, t.Groups), experts: make([]int32, t.Experts),
	}
	for i := range g.copies.Expert {
		g.copies.Expert[i], g.copies.Counts[i] = int32(i), 1
	}
	capacity := make([]int, t.Nodes)
	for n := range capacity {
		capacity[n] = g.perNode
	}
	var err error
	g.pack, err = c.Groups.NewPacker(t.Groups, capacity)
	return g, err
}

// assign orders the experts by node for the loads of a layer.
func (g *grouping) assign(ctx context.Context, load []float32) error {
	for i := range g.copies.Load {
		g.copies.Load[i] = float64(sumSingle(load[i*g.size : (i+1)*g.size]))
	}
	g.copies.sorted = false
	if err := g.pack.Pack(ctx, g.copies, g.node, g.rank); err != nil {
		return err
	}
	for i, n := range g.node {
		to := (int(n)*g.perNode + int(g.rank[i])) * g.size
		for k := range g.size {
			g.experts[to+k] = int32(i*g.size + k)
		}
	}
	return nil
}

// sumSingle sums in float32 as NumPy does for up to 128 numbers in a row: eight
// running sums, then pairs of these, then the rest.
func sumSingle(x []float32) float32 {
	sum := float32(0)
	if len(x) >= 8 {
		r := [8]float32(x[:8])
		for x = x[8:]; len(x) >= 8; x = x[8:] {
			for i := range r {
				r[i] += x[i]
			}
		}
		sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
	}
	for _, v := range x {
		sum += v
	}
	return sum
}
