package exchange

import "context"

// The numbers of a kick, chosen by trial like those of fill.
const (
	kickMoves   = 4  // random exchanges
	kickPasses  = 16 // of an excess, in the descent
	kickAim     = .9 // gap of the descent, in multiples of the best
	kickLookups = 20 // fruitless ones of sums, per kick and item, after which kicks are in vain
)

// Kick goes on from the last packing, whose packs are in packIndex, where that may
// have been improved since. A kick exchanges a few random items, beginning with one
// of the heaviest pack, and descends from there; what is not better is undone.
// Unlike a descent from another start it keeps most of what was reached. Kicks end
// within the tolerance, or where they look up many sums in vain: loads that lie on a
// coarse grid may hold no packing that is better.
func (p *FillPacker) Kick(ctx context.Context, kicks int, packIndex, rankInPack []int32) (Result, error) {
	p.reload(packIndex)
	p.kicked = false
	random := xorshift(88172645463325252)
	s := &p.state
	enough := p.vain + kickLookups*kicks*len(p.weight)
	for range kicks {
		if p.Done() || p.ended() || p.vain > enough {
			break
		}
		best, gap := p.reached.most, p.gap()
		_, from, _ := s.landmarks(p.lower(gap))
		for range kickMoves {
			x, y := s.items(from)[random.below(s.capacity)], int32(random.below(len(s.weight)))
			if s.packOf[y] != from {
				from = s.exchangeOne(x, y)
			}
		}
		p.passes = kickPasses
		p.phase(p.lower(kickAim*gap), false)
		if most, _ := p.extremes(); most < best {
			p.keep()
			p.kicked = true
			continue
		}
		copy(p.member, p.best)
		s.settleMembers()
	}
	return p.result(ctx, packIndex, rankInPack)
}

// Kicked reports whether the last kicks found a better packing.
func (p *FillPacker) Kicked() bool { return p.kicked }

// Raise raises the lightest packs of the last packing, whose packs are in packIndex,
// without raising the max load.
func (p *FillPacker) Raise(ctx context.Context, packIndex, rankInPack []int32) (Result, error) {
	p.reload(packIndex)
	p.phase(p.raise(p.opt.Tolerance), true)
	p.keep()
	return p.result(ctx, packIndex, rankInPack)
}

// reload takes the packs of the layer's items from packIndex.
func (p *FillPacker) reload(packIndex []int32) {
	clear(p.seen)
	for x, item := range p.order {
		q := packIndex[item]
		p.member[int(q)*p.capacity+int(p.seen[q])] = int32(x)
		p.seen[q]++
	}
	p.settleMembers()
	p.keep()
}

// xorshift is a small generator of random numbers (Marsaglia 2003).
type xorshift uint64

// below returns a number in [0, n), n < 2³².
func (r *xorshift) below(n int) int {
	*r ^= *r << 13
	*r ^= *r >> 7
	*r ^= *r << 17
	return int(uint64(*r>>32) * uint64(n) >> 32)
}
