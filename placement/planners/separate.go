package planners

import (
	"math"
	"slices"
)

// separate takes copies of an expert that share a pack apart, each by the
// exchange of one or two items that leaves the two packs at or below the target,
// or else by the one that leaves their heavier one lightest, and then evens the
// loads out again. The target is what the heaviest pack was before; packs may
// also be as heavy as allowed.
func (r *refiner) separate(allowed float64) {
	target := max(r.load[r.heaviest()], r.mean()*(1+closeEnough), allowed)
	found, spread := false, false
	for x := range int32(len(r.pack)) {
		if *r.held(x, r.pack[x]) < 2 {
			continue
		}
		found = true
		y, load := r.partner(x)
		switch {
		case y >= 0 && load <= target:
			r.exchange(x, y)
		case r.partnerPair(x, target):
		case y >= 0:
			r.exchange(x, y)
		case !spread:
			r.spread()
			spread = true
		}
	}
	if found {
		r.descend(target, true)
	}
}

// partner returns the item that x should change places with to leave the copies
// of its expert, −1 where there is none, and what the heavier of the two packs
// has then.
func (r *refiner) partner(x int32) (int32, float64) {
	p, w := r.pack[x], r.c.Load[x]
	best, bestLoad := int32(-1), math.Inf(1)
	for q := range int32(len(r.capacity)) {
		if q == p || *r.held(x, q) > 0 {
			continue
		}
		for _, y := range r.members(q) {
			delta := w - r.c.Load[y]
			if load := max(r.load[p]-delta, r.load[q]+delta); load < bestLoad && *r.held(y, p) == 0 {
				best, bestLoad = y, load
			}
		}
	}
	return best, bestLoad
}

// partnerPair exchanges x and another item of its pack for two of another pack
// such that both stay at or below the target. It reports whether there are any.
func (r *refiner) partnerPair(x int32, target float64) bool {
	p := r.pack[x]
	for q := range int32(len(r.capacity)) {
		low, high := r.load[p]-target, target-r.load[q]
		if q == p || low > high || *r.held(x, q) > 0 {
			continue
		}
		r.sortMembers(q)
		for _, z := range r.members(p) {
			if z != x && *r.held(z, q) == 0 && r.exchangePair(x, z, p, q, low, high, true) {
				return true
			}
		}
	}
	return false
}

// spread packs anew so that no two copies of an expert share a pack: experts of
// many copies first, each on the packs with the most room. That finds a packing
// wherever there is one (Gale 1957, Ryser 1957).
func (r *refiner) spread() {
	c, packs := r.c, len(r.capacity)
	order := make([]int32, len(c.Expert))
	count := make([]int32, c.Universe)
	for i, e := range c.Expert {
		order[i] = int32(i)
		count[c.Base+e]++
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		x, y := c.Base+c.Expert[a], c.Base+c.Expert[b]
		if count[x] != count[y] {
			return int(count[y] - count[x])
		}
		return int(x - y)
	})
	left, byRoom := slices.Clone(r.capacity), make([]int32, packs)
	next := make([]int32, packs)
	for at := 0; at < len(order); {
		n := int(count[c.Base+c.Expert[order[at]]])
		for p := range byRoom {
			byRoom[p] = int32(p)
		}
		slices.SortStableFunc(byRoom, func(a, b int32) int { return left[b] - left[a] })
		for k, item := range order[at : at+n] {
			p := byRoom[k%packs]
			for left[p] == 0 { // more copies than packs with room: they cannot all be apart
				k++
				p = byRoom[k%packs]
			}
			r.pack[item], r.rank[item] = p, next[p]
			next[p]++
			left[p]--
		}
		at += n
	}
	r.begin(c, r.pack, r.rank)
}
