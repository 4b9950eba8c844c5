// Package cover finds the best packings of small layers, with proof.
//
// Below a limit on the max load the rooms of all packs are one supply, the slack, so
// that no pack may be lighter than the limit by more than that. Near the optimum few
// sets of items weigh as much as a pack must: of 32 items in packs of four some 300 of
// 36,000. They are listed, and a packing is a choice of sets that hold each item once
// and use no more than the slack together. Of the ways to choose t packs one in t! does
// not, so few are left to go on from.
//
// The search counts its steps, and so gives the same packing on every machine.
package cover

import (
	"context"
	"math"
	"math/bits"
)

// Search searches layers of one size. Its memory is allocated by [New].
type Search struct {
	items, packs, capacity int
	// The slack below which one packing is expected, in standard deviations of a
	// pack's load, and the steps to find it.
	slack, expected float64

	weight []int64
	total  int64
	bit    []uint64 // [items] of the item in masks: in the order in which items are packed
	item   []int32  // [items] of each bit

	listed []set           // in the order in which they were found
	sets   []set           // by their first item in the order of bits, then by falling value
	start  []int           // [items+2] where the sets of each first item start
	price  [maxItems]int64 // of each bit; see appraise

	least, most int64 // load of the sets that are listed
	value       int64 // of all packs together
	dearest     int64 // max value of a set that may be a pack
	limit       int64 // no pack may be heavier
	goal        int64 // a max load at which the search ends

	chosen, best []uint64 // [packs] sets of the packing in work and of the best one
	found, over  bool     // a packing; the end of the search, by budget, goal or context
	steps, look  int      // sets looked at; when to look at the context
	budget       int
	ctx          context.Context
}

// set is a set of items that may be a pack.
type set struct {
	mask  uint64
	load  int64
	value int64 // load and the prices of its items
}

// These numbers were chosen by trial; BenchmarkGap of the package strategies shows what
// they do to the times of fill with 32 items.
const (
	maxSets   = 1 << 12 // that are listed
	appraisal = 4       // rounds of it
	wider     = 3       // a third more slack where there was no packing
	patience  = 32      // steps to take, in multiples of those expected
)

const (
	listing  = 4       // pairs that are looked at for the list in the time of a step
	maxItems = 64      // bits of a mask
	often    = 1 << 14 // steps between looks at the context
)

// Fits reports whether layers of items that go into packs are so small that the
// search may be expected to end within so many steps.
func Fits(items, packs, steps int) bool {
	if packs < 3 || items > maxItems || items/packs < 3 {
		return false
	}
	_, expected := expect(items, packs)
	return expected <= float64(steps)
}

// New returns a Search for layers of items that go into packs; see [Fits].
func New(items, packs int) *Search {
	s := &Search{
		items: items, packs: packs, capacity: items / packs,
		bit: make([]uint64, items), item: make([]int32, items),
		listed: make([]set, 0, maxSets), sets: make([]set, maxSets), start: make([]int, items+2),
		chosen: make([]uint64, packs), best: make([]uint64, packs),
	}
	s.slack, s.expected = expect(items, packs)
	return s
}

// expect returns the slack, in standard deviations of a pack's load, below which one
// packing is expected if loads are normally distributed, and the steps that a
// search of it is expected to take.
//
// There are n!/(k!^m·m!) packings. The first m − 1 loads have the density √m·d^(m−1)
// where they are even, with d = 1/√(2π·m/(m−1)), and slack s leaves them a volume of
// s^(m−1)/(m−1)!.
func expect(items, packs int) (slack, steps float64) {
	m, k := packs, items/packs
	d := 1 / math.Sqrt(2*math.Pi*float64(m)/float64(m-1))
	packings := func(slack float64) float64 {
		n := math.Sqrt(float64(m))
		for p := 1; p < m; p++ {
			n *= float64(choose(k*(p+1), k) / float64(p+1) * float64(slack*d) / float64(p))
		}
		return n
	}
	least, most := 0.0, 1.0
	for range 40 { // only products and quotients: the same on every machine
		if slack = (least + most) / 2; packings(slack) < 1 {
			least = slack
		} else {
			most = slack
		}
	}
	steps = choose(items, k-1) / listing
	ways := 1.0
	for t := range m - 2 {
		// Sets whose first item is the one to be packed next are looked at.
		listed := float64(choose(items-1-t*(k-1), k-1) * float64(slack*d))
		steps += float64(ways * listed)
		ways *= float64(choose(items-1-t*k, k-1) * float64(slack*d) / float64(t+1))
	}
	return slack, steps
}

// choose returns the number of k-subsets of n.
func choose(n, k int) float64 {
	c := 1.0
	for i := range k {
		c *= float64(n-i) / float64(i+1)
	}
	return c
}

// Improve looks for packings of items of falling weight, [items], whose max load is
// below most, until one is at or below goal, and returns the best max load. found
// says that there is one; [Search.Member] returns it. complete says that no packing
// has a lower max load than best. bound is a lower bound. Sums of weights must be below
// 2⁵⁶.
//
// It gives up where more steps are needed than loads like these should take, or too
// many sets may be packs, as where a few heavy items decide and the others have room;
// and soon after ctx ends.
func (s *Search) Improve(ctx context.Context, weight []int64, bound, goal, most int64) (best int64, found, complete bool) {
	s.weight, s.goal, s.total = weight, goal, 0
	for _, w := range weight {
		s.total += w
	}
	s.ctx, s.found, s.over, s.steps, s.look = ctx, false, false, 0, often
	s.budget = int(patience * s.expected)
	defer func() { s.ctx = nil }()
	s.arrange()
	packs := int64(s.packs)
	slack := int64(s.slack * s.deviation())
	for {
		s.limit = min(max(bound, (s.total+slack)/packs), most-1)
		if s.limit < bound {
			return most, false, true
		}
		s.least, s.most = s.total-(packs-1)*s.limit, s.limit
		if !s.list() {
			return most, false, false
		}
		s.pack(s.packs, 0, s.total, s.value, 0)
		switch {
		case s.found:
			return s.limit + 1, true, !s.over || s.limit < bound
		case s.over:
			return most, false, false
		case s.most == most-1:
			return most, false, true
		}
		slack = packs*s.most - s.total
		slack += slack/wider + packs
	}
}

// Member writes the items of each pack of the packing found last to member, [packs,
// capacity].
func (s *Search) Member(member []int32) {
	at := 0
	for _, mask := range s.best {
		for ; mask != 0; mask &= mask - 1 {
			member[at] = s.item[bits.TrailingZeros64(mask)]
			at++
		}
	}
}

// deviation returns the standard deviation of the load of a random pack.
func (s *Search) deviation() float64 {
	n := float64(s.items)
	mean := float64(s.total) / n
	squares := 0.0
	for _, w := range s.weight {
		off := float64(w) - mean
		squares += float64(off * off)
	}
	k := float64(s.capacity)
	return math.Sqrt(squares / n * float64(k*(n-k)) / (n - 1))
}

// arrange orders items by their distance from the mean, falling: the order in which
// they are packed. What is left is like the mean then, where sums are dense.
func (s *Search) arrange() {
	n := int64(s.items)
	heavy, light := 0, s.items-1
	for rank := range s.items {
		at := light
		if (s.weight[heavy]+s.weight[light])*n >= 2*s.total {
			at = heavy
			heavy++
		} else {
			light--
		}
		s.bit[at], s.item[rank] = 1<<rank, int32(at)
	}
}

// list lists the sets that weigh least to most, and reports whether there was memory
// for all.
func (s *Search) list() bool {
	s.listed = s.listed[:0]
	if !s.extend(0, s.capacity, 0, 0) {
		return false
	}
	s.appraise()
	start := s.start
	clear(start)
	for i := range s.listed {
		start[bits.TrailingZeros64(s.listed[i].mask)+2]++
	}
	for i := 2; i < len(start); i++ {
		start[i] += start[i-1]
	}
	// start[i+1] is where the next set of item i goes, and so the end of them at last.
	for _, c := range s.listed {
		first := bits.TrailingZeros64(c.mask)
		s.sets[start[first+1]] = c
		start[first+1]++
	}
	for i := range s.items {
		sets := s.sets[start[i]:start[i+1]]
		for at := 1; at < len(sets); at++ {
			c, to := sets[at], at
			for ; to > 0 && sets[to-1].value < c.value; to-- {
				sets[to] = sets[to-1]
			}
			sets[to] = c
		}
	}
	return true
}

// appraise puts prices on items. A pack uses slack with every set that an item may be
// in, so at least that of the set which uses the least: this slack is the item's, and
// its share of it a price. Counted with the prices of their items sets use less slack,
// and all packs together have less; a set that uses more than that cannot be a pack.
// (These are feasible solutions of the dual linear program, by ascent.)
func (s *Search) appraise() {
	slack := int64(s.packs)*s.most - s.total
	for range appraisal {
		for i := range s.items {
			s.price[i] = slack
		}
		for _, c := range s.listed {
			use := s.most - c.value
			for m := c.mask; m != 0; m &= m - 1 {
				at := bits.TrailingZeros64(m) % maxItems
				s.price[at] = min(s.price[at], use)
			}
		}
		for i := range s.items {
			s.price[i] /= int64(s.capacity)
			slack -= s.price[i]
		}
		left := s.listed[:0]
		for _, c := range s.listed {
			for m := c.mask; m != 0; m &= m - 1 {
				c.value += s.price[bits.TrailingZeros64(m)%maxItems]
			}
			if s.most-c.value <= slack {
				left = append(left, c)
			}
		}
		if s.listed = left; slack < 0 {
			break
		}
	}
	s.value, s.dearest = int64(s.packs)*s.most-slack, s.most
}

// extend lists the sets that hold what weighs load and missing items more, from
// position at on.
func (s *Search) extend(at, missing int, mask uint64, load int64) bool {
	weight := s.weight
	if missing == 2 {
		return s.pairs(at, mask, load)
	}
	n := len(weight)
	lightest := int64(0)
	for _, w := range weight[n-missing+1:] {
		lightest += w
	}
	for ; at <= n-missing; at++ {
		heaviest := load
		for _, w := range weight[at : at+missing] {
			heaviest += w
		}
		if heaviest < s.least {
			break
		}
		if load+weight[at]+lightest <= s.most && !s.extend(at+1, missing-1, mask|s.bit[at], load+weight[at]) {
			return false
		}
	}
	return true
}

// pairs is extend for the last two items: for each the range of partners moves to the
// heavier ones as it gets lighter.
func (s *Search) pairs(at int, mask uint64, load int64) bool {
	weight := s.weight
	least, width := s.least-load, uint64(s.most-s.least)
	for i, j := at, len(weight)-1; i < j; i++ {
		w := weight[i] - least
		for j > i && w+weight[j] < 0 {
			j--
		}
		for t := j; t > i; t-- {
			if uint64(w+weight[t]) > width {
				break
			}
			if len(s.listed) == cap(s.listed) {
				return false
			}
			s.listed = append(s.listed, set{mask | s.bit[i] | s.bit[t], load + weight[i] + weight[t], load + weight[i] + weight[t]})
		}
	}
	return true
}

// pack chooses the sets of the last left packs, for the items that are not used and
// have this load and value. path is the heaviest load before.
func (s *Search) pack(left int, used uint64, load, value, path int64) {
	first := bits.TrailingZeros64(^used)
	sets := s.sets[s.start[first]:s.start[first+1]]
	others := int64(left - 1)
	s.steps++
	for i := range sets {
		c := &sets[i]
		if c.value < value-others*s.dearest {
			break // uses more slack than there is
		}
		s.steps++
		if c.mask&used != 0 || c.load > s.limit || c.load < load-others*s.limit {
			continue
		}
		s.chosen[left-1] = c.mask
		if left > 2 {
			s.pack(left-1, used|c.mask, load-c.load, value-c.value, max(path, c.load))
		} else {
			s.chosen[0] = (1<<s.items - 1) &^ (used | c.mask)
			s.improved(max(path, c.load, load-c.load))
		}
		if s.over || path > s.limit {
			return
		}
	}
	if s.steps > s.look {
		s.look = s.steps + often
		s.over = s.over || s.ctx.Err() != nil
	}
	s.over = s.over || s.steps > s.budget
}

// improved takes the packing in work for the best.
func (s *Search) improved(most int64) {
	copy(s.best, s.chosen)
	s.found, s.limit = true, most-1
	s.over = s.over || most <= s.goal
	s.dearest = 0
	for _, c := range s.listed {
		if c.load <= s.limit {
			s.dearest = max(s.dearest, c.value)
		}
	}
}
