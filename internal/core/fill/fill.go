// Package fill builds packings pack by pack, each just below a limit.
//
// The rooms of all packs below the limit are one supply, the slack. A pack that
// is filled early, with a choice among many items, uses little of it, so that the
// last packs, with few items to choose from, have several times the room of an
// average pack. The first item of a pack is the one farthest from the mean, which
// narrows what is left to items of like weight; the last two are found by two
// pointers into the sorted items.
//
// The search is depth first, tries few ways to fill a pack, and counts its steps:
// the same loads give the same packing on every machine.
package fill

// Filler fills packs of one size. Its memory is allocated by [New].
type Filler struct {
	capacity int
	levels   []level // [packs+1] by the number of packs that are left
	try      Try
	last     int // packs that are filled with all the slack they can have
	perNode  int // steps below one level, per square of its items
	steps    int
	random   uint32
}

// level is the search for one pack when so many are left.
type level struct {
	weight      []int64 // [capacity·left] of the items that are left, falling
	item        []int32 // [capacity·left]
	total       int64   // of weight
	least, most int64   // load of this pack
	chosen      []int32 // [capacity] positions in weight of the items of this pack
	failed      int     // ways to fill it after which the others could not be filled
	budget      int     // steps at which this level gives up
}

// Try says what to try.
type Try struct {
	Limit int64   // max load of a pack
	Share float64 // part of an average pack's slack that an early pack may use
	// Scatter begins the search for the last two items at a random pair instead of
	// the extremes. Three items per pack need it: two extremes and one from the
	// middle would leave clusters.
	Scatter bool
	Light   bool   // the first item of a pack is the lightest
	Seed    uint32 // of Scatter
	Budget  int    // steps at most, roughly: an item looked at is a step
}

// LeastCapacity is the capacity below which there is nothing to choose.
const LeastCapacity = 3

// Bytes is the memory that a Filler needs.
func Bytes(items, packs int) int64 { return int64(items) * int64(packs+1) / 2 * (8 + 4) }

// New returns a Filler for layers of items that go into packs; a pack must hold
// [LeastCapacity] items.
func New(items, packs int) *Filler {
	f := &Filler{capacity: items / packs, levels: make([]level, packs+1), last: 6, perNode: 5}
	if f.capacity == LeastCapacity {
		f.last, f.perNode = 14, 2
	}
	for left := range f.levels {
		n := f.capacity * left
		f.levels[left] = level{weight: make([]int64, n), item: make([]int32, n), chosen: make([]int32, f.capacity)}
	}
	return f
}

// Fill looks for a packing of items of falling weight, [items], in which no pack
// weighs more than the limit, and writes the items of each pack to member, [packs,
// capacity]. It reports whether it found one, and the steps it took.
func (f *Filler) Fill(weight []int64, try Try, member []int32) (steps int, ok bool) {
	f.try, f.steps, f.random = try, 0, try.Seed
	packs := len(f.levels) - 1
	top := &f.levels[packs]
	top.total = 0
	for x, w := range weight {
		top.weight[x], top.item[x] = w, int32(x)
		top.total += w
	}
	if top.total > int64(packs)*try.Limit || !f.fill(packs) {
		return f.steps, false
	}
	for q := range packs {
		l := &f.levels[packs-q]
		for t, at := range l.chosen {
			member[q*f.capacity+t] = l.item[at]
		}
	}
	return f.steps, true
}

// fill fills the last left packs with the items of their level.
func (f *Filler) fill(left int) bool {
	l := &f.levels[left]
	if left == 1 { // their slack is not negative
		for t := range l.chosen {
			l.chosen[t] = int32(t)
		}
		return true
	}
	n := len(l.weight)
	l.most = f.try.Limit
	l.least = l.most - f.use(int64(left)*f.try.Limit-l.total, left)
	l.failed, l.budget = 0, min(f.try.Budget, f.steps+f.perNode*n*n)
	l.chosen[0] = 0
	if f.try.Light || (l.weight[0]+l.weight[n-1])*int64(n) < 2*l.total {
		l.chosen[0] = int32(n - 1)
	}
	return f.choose(left, 1, l.weight[l.chosen[0]])
}

// use returns how much of the slack the next of left packs may use.
func (f *Filler) use(slack int64, left int) int64 {
	switch {
	case left == 2:
		return slack
	case left <= f.last:
		return min(slack, 3*slack/int64(2*left))
	}
	return min(slack, int64(f.try.Share*float64(slack)/float64(left)))
}

// over reports whether the search at a level has had its share.
func (f *Filler) over(l *level, left int) bool {
	const few, tries = 4, 2
	return left > few && l.failed >= tries || f.steps >= l.budget
}

// choose adds items to a pack that holds so many, which weigh load, and then fills
// the others. It takes extremes first: the heaviest if what is missing must be
// heavier than the mean, else the lightest.
func (f *Filler) choose(left, held int, load int64) bool {
	l := &f.levels[left]
	missing := f.capacity - held
	if missing == 2 {
		return f.pairs(left, load)
	}
	n := len(l.weight)
	at, step := 0, 1
	if (l.most-load)*int64(n) <= int64(missing)*l.total {
		at, step = n-1, -1
	}
	others := int64(missing - 1)
	heaviest, lightest := others*l.weight[0], others*l.weight[n-1]
	for ; at >= 0 && at < n; at += step {
		f.steps++
		with := load + l.weight[at]
		if with+heaviest < l.least || with+lightest > l.most || l.holds(at, held) {
			continue
		}
		l.chosen[held] = int32(at)
		if f.choose(left, held+1, with) {
			return true
		}
		if f.over(l, left) {
			return false
		}
	}
	return false
}

// holds reports whether the item at a position is one of the first held.
func (l *level) holds(at, held int) bool {
	for _, c := range l.chosen[:held] {
		if int(c) == at {
			return true
		}
	}
	return false
}
