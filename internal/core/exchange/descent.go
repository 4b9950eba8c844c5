package exchange

import "math"

// descend improves the packing in the state as far as the options ask, and raises
// the lightest packs only if the heaviest load is at most most.
func (p *Packer) descend(most int64) outcome {
	p.passes = p.opt.Passes
	if p.packs <= 2 {
		p.passes = 0 // no third pack to take the excess
	}
	tolerance := min(p.opt.Tolerance, p.easy())
	// Where small packs make a tolerance hard to reach, reaching wider ones first
	// leaves less to do if it fails.
	if p.passes > 0 {
		wide := p.firstRung * p.reach()
		for range maxRungs {
			if wide <= 2*tolerance || !p.phase(p.lower(wide), false) {
				break
			}
			wide /= p.rung
		}
	}
	done := p.phase(p.lower(tolerance), true)
	// Where few packs are above a finer tolerance, as beside a single heavy item, it
	// costs little to bring them down too, or to find out soon that it cannot be done.
	if done && p.above(p.lower(tolerance/p.polish)) <= p.fewPacks {
		p.passes = min(p.passes, p.polishPasses)
		p.phase(p.lower(tolerance/p.polish), true)
	}
	got := outcome{done: done}
	got.most, got.least = p.extremes()
	if p.opt.RaiseMin && got.most <= most {
		p.phase(p.raise(tolerance), true)
		got.most, got.least = p.extremes()
	}
	return got
}

// maxRungs ends the ladder of tolerances for a tolerance of 0.
const maxRungs = 40

// reach estimates the tolerance that exchanges between two packs can attain
// when half of the packs are partners: the one at which a single exchange fits.
func (p *Packer) reach() float64 { return p.reachOf(p.largest) }

// reachOf is reach for exchanges of at most largest items.
func (p *Packer) reachOf(largest int) float64 {
	pairs := 0.0
	for _, j := range [...]int{1, largest} {
		pairs += float64(p.length[j])
	}
	if largest == 1 {
		pairs /= 2
	}
	spread := float64(float64(p.spread) * math.Sqrt(float64(largest)))
	window := spread * 2 / (float64(len(p.load)) * pairs * pairs)
	return window / float64(max(1, p.goal.level))
}

// easy estimates the tolerance that exchanges of one item for one attain where few
// packs make them quick, so that a coarser one would hardly save time. Where heavy
// items decide, none is easy.
func (p *Packer) easy() float64 {
	if len(p.load) > p.easyPacks || p.heavy() {
		return math.Inf(1)
	}
	window := float64(p.fine) / (float64(len(p.weight)) * float64(p.capacity))
	return window / float64(max(1, p.goal.level))
}

// above counts the packs above the limit.
func (s *state) above(a aim) int {
	n := 0
	for _, load := range s.load {
		if a.sign*load > a.limit {
			n++
		}
	}
	return n
}

// aim is the goal of a phase. Loads are signed: sign 1 lowers the heaviest packs,
// sign −1 raises the lightest, which is the same with negative loads.
type aim struct {
	sign   int64
	limit  int64 // signed: every pack is to be at or below
	low    int64 // signed: a pack that is exchanged on purpose ends at or above
	target int64 // signed: the middle of low and limit
	window int64 // half of limit − low
}

func newAim(sign, low, limit int64) aim {
	return aim{sign, limit, low, low + (limit-low)/2, (limit - low) / 2}
}

func part(load int64, tolerance float64) int64 { return int64(float64(load) * tolerance) }

// lower aims at a heaviest load within the tolerance of the bound.
//
// Where heavy items decide, the packs that hold more of them cannot be as light as the
// mean, and those that are not above the limit have next to no room. An exchange with
// one of the other packs moves much, and its hole is filled by the next. Near keeps
// exchanges to what is above the limit, and so to packs like these.
func (p *Packer) lower(tolerance float64) aim {
	low := min(p.goal.floor, p.goal.level-part(p.goal.level, tolerance))
	if p.opt.Near && p.heavy() {
		low = max(low, p.goal.bound-part(p.goal.bound, tolerance*p.near))
	}
	return newAim(1, low, p.goal.bound+part(p.goal.bound, tolerance))
}

// raise aims at a min load within the tolerance of the mean load of those packs that
// can be near it: packs without an item that is too heavy. The tolerance is never
// finer than a small part of the distance from the mean to the heaviest pack.
func (p *Packer) raise(tolerance float64) aim {
	n := len(p.weight)
	beside := int64(0) // the lightest that an item can have beside it
	for _, w := range p.weight[n-p.capacity+1:] {
		beside += w
	}
	total, packs := int64(0), len(p.load)
	for _, load := range p.load {
		total += load
	}
	most, _ := p.extremes()
	for x := 0; packs > 1 && p.weight[x]+beside > total/int64(packs); x++ {
		total -= p.load[p.packOf[x]]
		packs--
	}
	level, floor := p.meanOf(total, packs)
	// Below a heaviest pack that cannot be helped, little is gained.
	slack := max(part(level, tolerance), (most-level)/64)
	low := min(floor, level-slack)
	return newAim(-1, -max(low, min(level+slack, most)), -low)
}

// phase exchanges until all packs are within the limit, and reports whether they
// are. Unless it is the last phase of its kind, it gives up when only plain descent
// is left.
//
// It ends, because each exchange lowers the sorted list of the loads above the limit
// in lexicographic order: one load is brought down, and the other pack ends within
// the limit or below the heaviest. maxSteps and maxPlain end it where that takes
// long. The max load never rises.
func (p *Packer) phase(a aim, last bool) bool {
	s := &p.state
	plain := 0
	for range maxSteps * len(s.load) {
		near, heaviest, lightest := s.landmarks(a)
		if near < 0 {
			return true
		}
		if p.ended() {
			return false
		}
		p.count++
		excess := a.sign*s.load[near] - a.target
		lack := a.target - a.sign*s.load[lightest]
		if excess <= lack+a.window {
			if _, ok := s.fit(near, a); ok {
				continue
			}
		} else if lack > a.window {
			if _, ok := s.fit(lightest, a.opposite()); ok {
				continue
			}
		}
		if s.share(heaviest, lack, a) {
			continue
		}
		if plain == 0 && p.passes > 0 && a.sign > 0 && p.passOn(near, a) {
			continue
		}
		plain++
		if !last || plain > a.maxPlain(len(s.load)) || !s.exchangeBest(heaviest, lightest, a) {
			p.count--
			return false
		}
	}
	return false
}

// maxSteps limits the exchanges of a phase, per pack.
const maxSteps = 64

// maxPlain limits the exchanges of plain descent, whose gains may be tiny; raising
// the lightest packs is worth only a few.
func (a aim) maxPlain(packs int) int {
	if a.sign < 0 {
		return 16
	}
	return 4*packs + 32
}

// opposite is the aim of raising the lightest pack into the window with load from
// packs that stay at or above the window's lower end.
func (a aim) opposite() aim {
	return aim{-a.sign, -a.low, -a.limit, -a.target, a.window}
}

// landmarks returns the pack nearest above the limit, −1 where none is above,
// the heaviest and the lightest pack; of equal ones any.
func (s *state) landmarks(a aim) (near, heaviest, lightest int32) {
	// Words of a load and its pack are compared without branches, which would be
	// unpredictable; more packs than a word has room for go block by block.
	const block, mask, far = 1 << packBits, 1<<packBits - 1, 1 << 62
	near = -1
	sign, limit := a.sign, min(a.limit, 1<<loadBits-1)<<packBits|mask
	for base := 0; base < len(s.load); base += block {
		nearest, most, least := int64(far), int64(-far), int64(far)
		for i, load := range s.load[base:min(base+block, len(s.load))] {
			word := sign*load<<packBits | int64(i)
			most += max0(word - most)
			least -= max0(least - word)
			above := (limit - word) >> 63
			nearest -= max0(nearest - (word&above | far&^above))
		}
		pick := func(word int64, q *int32, sign int64) {
			if at := int32(base) + int32(word&mask); base == 0 || *q < 0 || sign*a.sign*s.load[at] < sign*a.sign*s.load[*q] {
				*q = at
			}
		}
		pick(most, &heaviest, -1)
		pick(least, &lightest, 1)
		if nearest < far {
			pick(nearest, &near, 1)
		}
	}
	return near, heaviest, lightest
}

// max0 returns max(x, 0), without a branch.
func max0(x int64) int64 { return x &^ (x >> 63) }
