package exchange

import "math"

// descend improves the packing in the state as far as the options ask for, or
// until it is clear that the load of its heaviest pack stays above most.
func (p *Packer) descend(most int64) outcome {
	p.passes = p.opt.Passes
	if p.packs <= 2 {
		p.passes = 0 // there is nobody to pass anything to
	}
	tolerance := min(p.opt.Tolerance, p.easy())
	// Where small packs make a tolerance hard to reach, reaching wider ones
	// first leaves less to do when it fails.
	if p.passes > 0 {
		wide := firstRung * p.reach()
		for range mostRungs {
			if wide <= 2*tolerance || !p.phase(p.lower(wide), false) {
				break
			}
			wide /= rung
		}
	}
	done := p.phase(p.lower(tolerance), true)
	if done && p.above(p.lower(tolerance/polish)) <= fewPacks {
		p.passes = min(p.passes, polishPasses)
		p.phase(p.lower(tolerance/polish), true)
	}
	got := outcome{done: done}
	got.most, got.least = p.extremes()
	if p.opt.RaiseMin && got.most <= most {
		p.phase(p.raise(tolerance), true)
		got.most, got.least = p.extremes()
	}
	return got
}

// The tolerances that are reached first; found by trial.
const (
	firstRung = 16  // the widest, in multiples of the reach
	rung      = 1.5 // each by the next
	mostRungs = 40  // for a tolerance of 0
)

// reach estimates the tolerance that exchanges between two packs can attain
// when half of the packs are partners: the one at which a single exchange fits.
func (p *Packer) reach() float64 {
	pairs := 0.0
	for _, j := range [...]int{1, p.largest} {
		pairs += float64(p.length[j])
	}
	if p.largest == 1 {
		pairs /= 2
	}
	spread := float64(float64(p.spread) * math.Sqrt(float64(p.largest)))
	window := spread * 2 / (float64(len(p.load)) * pairs * pairs)
	return window / float64(max(1, p.goal.level))
}

// easy is the tolerance that exchanges of one item for one attain, by estimate,
// where few packs make them quick: a coarser one would hardly save time. Where
// heavy items decide, none is easy.
func (p *Packer) easy() float64 {
	if len(p.load) > 16 || p.heavy() {
		return math.Inf(1)
	}
	window := float64(p.fine) / (float64(len(p.weight)) * float64(p.capacity))
	return window / float64(max(1, p.goal.level))
}

// Where few packs are above a tolerance that is polish times finer, as below a
// single heavy item, it costs little to bring them down too, or to find soon
// that this is not to be.
const (
	polish       = 100
	fewPacks     = 3
	polishPasses = 8
)

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

// aim is what a phase is after. Loads are signed: sign 1 lowers the heaviest
// packs, sign −1 raises the lightest, which is the same with negative loads.
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
func (p *Packer) lower(tolerance float64) aim {
	low := min(p.goal.floor, p.goal.level-part(p.goal.level, tolerance))
	return newAim(1, low, p.goal.bound+part(p.goal.bound, tolerance))
}

// raise aims at a lightest load within the tolerance of the mean load of the
// packs that can be near the mean: those without an item that is too heavy. It
// is content with a small part of the way from the mean to the heaviest pack.
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

// phase exchanges until all packs are within the limit, and reports whether
// they are. Unless it is the last phase of its kind, it gives up where plain
// descent would be all that is left.
//
// It ends, for each exchange lowers the list of the loads above the limit,
// sorted, in lexicographic order: one is brought down, and the other pack ends
// within the limit or below the heaviest. mostSteps and mostPlain end it where
// that takes long. Nor does the greatest load ever rise.
func (p *Packer) phase(a aim, last bool) bool {
	s := &p.state
	plain := 0
	for range mostSteps * len(s.load) {
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
		if !last || plain > a.mostPlain(len(s.load)) || !s.exchangeBest(heaviest, lightest, a) {
			p.count--
			return false
		}
	}
	return false
}

// mostSteps limits the exchanges of a phase, per pack.
const mostSteps = 64

// mostPlain limits the exchanges of plain descent, whose gains may be tiny; the
// lightest packs are worth few of them.
func (a aim) mostPlain(packs int) int {
	if a.sign < 0 {
		return 16
	}
	return 4*packs + 32
}

// opposite is the aim of lifting the lightest pack into the window, taking from
// packs that stay at or above its lower end.
func (a aim) opposite() aim {
	return aim{-a.sign, -a.low, -a.limit, -a.target, a.window}
}

// landmarks returns the pack nearest above the limit, −1 where none is above,
// the heaviest and the lightest pack; of equal ones any.
func (s *state) landmarks(a aim) (near, heaviest, lightest int32) {
	// Words of a load and its pack are compared without branches, which would be
	// anyone's guess; of more packs than a word has room for, block by block.
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
