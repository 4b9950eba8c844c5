package planners

import (
	"context"
	"math"
	"math/bits"

	"packbench/internal/core/lpt"
)

// Packer puts the copies of a part on its GPUs, or groups of experts on nodes.
type Packer interface {
	// Name is the short name of the rule: "lpt".
	Name() string
	// NewPacker returns a packer for so many copies and packs with the
	// capacities given, whose sum is the number of copies.
	NewPacker(copies int, capacity []int) (PartPacker, error)
}

// PartPacker packs one part after the other.
type PartPacker interface {
	// Pack writes the pack and the rank there of each copy.
	Pack(ctx context.Context, c *Copies, pack, rank []int32) error
}

// uniform returns the capacity that all packs have, false where they differ.
func uniform(capacity []int) (int, bool) {
	for _, c := range capacity {
		if c != capacity[0] {
			return 0, false
		}
	}
	return capacity[0], true
}

// enginePacker packs as the engines do: each copy, heaviest first, on the pack of
// lightest with room.
type enginePacker struct {
	single   bool // running loads are float32
	identity bool // packs of one copy keep the order of the copies
	snake    bool // deal the sorted copies in rows instead, every second one back
}

// Name implements [Packer].
func (p enginePacker) Name() string {
	if p.snake {
		return "snake"
	}
	return "lpt"
}

// NewPacker implements [Packer]. Capacities must be equal.
func (p enginePacker) NewPacker(copies int, capacity []int) (PartPacker, error) {
	packs := len(capacity)
	part := &enginePart{enginePacker: p, packs: packs, capacity: int32(copies / packs)}
	part.leaves = 1 << bits.Len(uint(packs-1))
	part.load, part.count = make([]float64, packs), make([]int32, packs)
	part.node, part.winner = make([]uint64, 2*part.leaves), make([]int32, 2*part.leaves)
	return part, nil
}

type enginePart struct {
	enginePacker
	packs    int
	capacity int32

	single  lpt.Greedy
	weights []float32

	// A tournament: node i has the min key of its leaves and which pack that is.
	leaves int
	node   []uint64
	winner []int32
	load   []float64
	count  []int32
}

// Pack implements [PartPacker].
func (p *enginePart) Pack(_ context.Context, c *Copies, pack, rank []int32) error {
	switch {
	case p.identity && p.capacity == 1:
		for i := range pack {
			pack[i], rank[i] = int32(i), 0
		}
	case p.snake:
		lpt.Fold(c.Order(), p.packs, pack, rank)
	case p.enginePacker.single:
		p.weights = p.weights[:0]
		for _, load := range c.Load {
			p.weights = append(p.weights, float32(load))
		}
		p.single.Pack(c.Order(), p.weights, p.packs, pack, rank)
	default:
		p.double(c, pack, rank)
	}
	return nil
}

// double packs with running loads in float64. Loads are ≥ 0, so their bits are
// in their order.
func (p *enginePart) double(c *Copies, pack, rank []int32) {
	const full = math.MaxUint64 - 1 // no load has these bits
	order := c.Order()
	node, winner := p.node[:2*p.leaves], p.winner[:2*p.leaves]
	clear(p.load)
	clear(p.count)
	begin := 0
	if last := order[p.packs-1]; p.capacity > 1 && c.Load[last] > 0 {
		// Every pack gets one copy before any gets two.
		for i, item := range order[:p.packs] {
			pack[item], rank[item] = int32(i), 0
			p.load[i], p.count[i] = c.Load[item], 1
		}
		begin = p.packs
	}
	for i := range p.leaves {
		node[p.leaves+i], winner[p.leaves+i] = full, int32(i)
		if i < p.packs {
			node[p.leaves+i] = math.Float64bits(p.load[i])
		}
	}
	for i := p.leaves - 1; i > 0; i-- {
		node[i], winner[i] = node[2*i], winner[2*i]
		if node[2*i+1] < node[i] {
			node[i], winner[i] = node[2*i+1], winner[2*i+1]
		}
	}
	for _, item := range order[begin:] {
		who := winner[1]
		n := p.count[who]
		pack[item], rank[item] = who, n
		p.count[who] = n + 1
		load := p.load[who] + c.Load[item]
		p.load[who] = load
		key := math.Float64bits(load)
		if n+1 == p.capacity {
			key = full
		}
		i := p.leaves + int(who)
		node[i] = key
		for i > 1 {
			otherKey, other := node[i^1], winner[i^1]
			// A pack on the left, which has the lower index, wins a tie.
			wins := otherKey < key+uint64(i&1)
			if wins {
				key = otherKey
			}
			if wins {
				who = other
			}
			i >>= 1
			node[i], winner[i] = key, who
		}
	}
}
