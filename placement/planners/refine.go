package planners

// refiner improves packings of copies by exchanges, packs of any capacities, and
// can keep copies of an expert apart. Its memory is kept from part to part.
type refiner struct {
	capacity []int
	first    []int32 // where the members of a pack begin
	member   []int32 // [copies] by pack, then rank
	load     []float64
	room     []int32

	c          *Copies
	pack, rank []int32
	holds      []uint16 // [universe, packs] copies of an expert on a pack

	none []uint16 // [packs] zeros

	byLoad []int32 // members of a pack by rising load
}

// closeEnough is how near to the mean load exchanges go, relatively.
const closeEnough = 5e-5

func (r *refiner) init(copies int, capacity []int) {
	r.capacity, r.member = capacity, make([]int32, copies)
	r.first, r.load = make([]int32, len(capacity)), make([]float64, len(capacity))
	r.room, r.none = make([]int32, len(capacity)), make([]uint16, len(capacity))
	for p := 1; p < len(capacity); p++ {
		r.first[p] = r.first[p-1] + int32(capacity[p-1])
	}
}

// greedy packs each copy, heaviest first, on the lightest pack with room,
// avoiding packs that hold a copy of the expert where it can.
func (r *refiner) greedy(c *Copies, pack, rank []int32, distinct bool) {
	if distinct {
		r.resetHolds(c)
	}
	clear(r.load)
	clear(r.room)
	packs := int32(len(r.capacity))
	for _, item := range c.Order() {
		holds := r.none
		if distinct {
			holds = r.holds[int(c.Base+c.Expert[item])*int(packs):][:packs]
		}
		best, bestHolds := int32(-1), false
		for p := range packs {
			if int(r.room[p]) == r.capacity[p] {
				continue
			}
			held := holds[p] > 0
			if best < 0 || bestHolds && !held || bestHolds == held && r.load[p] < r.load[best] {
				best, bestHolds = p, held
			}
		}
		pack[item], rank[item] = best, r.room[best]
		r.room[best]++
		r.load[best] += c.Load[item]
		if distinct {
			holds[best]++
		}
	}
}

func (r *refiner) resetHolds(c *Copies) {
	r.holds = resize(r.holds, c.Universe*len(r.capacity))
	clear(r.holds)
}

// begin takes a packing to improve, which it changes in place.
func (r *refiner) begin(c *Copies, pack, rank []int32) {
	r.c, r.pack, r.rank = c, pack, rank
	r.resetHolds(c)
	clear(r.load)
	for i, p := range pack {
		r.member[r.first[p]+rank[i]] = int32(i)
		r.load[p] += c.Load[i]
		*r.held(int32(i), p)++
	}
}

// held is how many copies of the expert of item a pack holds.
func (r *refiner) held(item, pack int32) *uint16 {
	return &r.holds[int(r.c.Base+r.c.Expert[item])*len(r.capacity)+int(pack)]
}

func (r *refiner) members(p int32) []int32 {
	return r.member[r.first[p] : r.first[p]+int32(r.capacity[p])]
}

func (r *refiner) mean() float64 {
	total := 0.0
	for _, load := range r.load {
		total += load
	}
	return total / float64(len(r.load))
}

func (r *refiner) heaviest() int32 {
	h := 0
	for p, load := range r.load {
		if load > r.load[h] {
			h = p
		}
	}
	return int32(h)
}

// exchange swaps the places of two items of different packs.
func (r *refiner) exchange(x, y int32) {
	p, q := r.pack[x], r.pack[y]
	*r.held(x, p)--
	*r.held(y, q)--
	*r.held(x, q)++
	*r.held(y, p)++
	delta := r.c.Load[x] - r.c.Load[y]
	r.load[p] -= delta
	r.load[q] += delta
	r.pack[x], r.pack[y] = q, p
	r.rank[x], r.rank[y] = r.rank[y], r.rank[x]
	r.member[r.first[q]+r.rank[x]], r.member[r.first[p]+r.rank[y]] = x, y
}

// descend lowers the heaviest pack by exchanges until it is at or below target
// or none helps. It makes no duplicates where distinct is true. Every exchange
// lowers the heaviest pack and leaves the other below it, so it ends.
func (r *refiner) descend(target float64, distinct bool) {
	for range 16*len(r.capacity) + 64 {
		h := r.heaviest()
		excess := r.load[h] - target
		if excess <= 0 {
			return
		}
		// Exchanges of one are quick, but those that gain little go on for long.
		if r.exchangeOne(h, r.load[h]-float64(excess/2), distinct) || r.exchangeTwo(h, target, distinct) {
			continue
		}
		if !r.exchangeOne(h, r.load[h]*(1-worthwhile), distinct) {
			return
		}
	}
}

// worthwhile is the part of a load that an exchange must gain.
const worthwhile = 1e-9

// exchangeOne makes the best exchange of one item of pack h for another, if that
// leaves both below limit.
func (r *refiner) exchangeOne(h int32, limit float64, distinct bool) bool {
	var bestX, bestY int32 = -1, -1
	best := limit
	for q := range int32(len(r.capacity)) {
		if q == h || r.load[q] >= best {
			continue
		}
		for _, x := range r.members(h) {
			for _, y := range r.members(q) {
				delta := r.c.Load[x] - r.c.Load[y]
				load := max(r.load[h]-delta, r.load[q]+delta)
				if load < best && (!distinct || *r.held(x, q) == 0 && *r.held(y, h) == 0) {
					best, bestX, bestY = load, x, y
				}
			}
		}
	}
	if bestX < 0 {
		return false
	}
	r.exchange(bestX, bestY)
	return true
}

// exchangeTwo makes an exchange of two items of pack h for two of another that
// brings both to the target, or else the first that lowers h by half of what it
// is above the target.
func (r *refiner) exchangeTwo(h int32, target float64, distinct bool) bool {
	for _, limit := range [...]float64{target, (r.load[h] + target) / 2} {
		for q := range int32(len(r.capacity)) {
			low, high := r.load[h]-limit, limit-r.load[q]
			if q == h || low > high {
				continue
			}
			r.sortMembers(q)
			members := r.members(h)
			for i, x := range members {
				for _, z := range members[:i] {
					if r.exchangePair(x, z, h, q, low, high, distinct) {
						return true
					}
				}
			}
		}
	}
	return false
}

// sortMembers puts the members of a pack in byLoad, by rising load.
func (r *refiner) sortMembers(p int32) {
	r.byLoad = append(r.byLoad[:0], r.members(p)...)
	list, load := r.byLoad, r.c.Load
	for i := 1; i < len(list); i++ {
		x := list[i]
		at := i
		for at > 0 && load[list[at-1]] > load[x] {
			list[at] = list[at-1]
			at--
		}
		list[at] = x
	}
}

// exchangePair exchanges the items x and z of pack p for two of pack q, whose
// members are in byLoad, that weigh low to high less. It reports whether there
// are any; with duplicates ruled out it may overlook some.
func (r *refiner) exchangePair(x, z, p, q int32, low, high float64, distinct bool) bool {
	load := r.c.Load
	both := load[x] + load[z]
	for i, j := 0, len(r.byLoad)-1; i < j; {
		a, b := r.byLoad[i], r.byLoad[j]
		switch d := both - load[a] - load[b]; {
		case d < low:
			j--
		case d > high:
			i++
		case !distinct || r.apart(x, z, a, b, p, q):
			r.exchange(x, a)
			r.exchange(z, b)
			return true
		default:
			i++
		}
	}
	return false
}

// apart reports whether exchanging x and z of pack p for a and b of q makes no
// duplicates.
func (r *refiner) apart(x, z, a, b, p, q int32) bool {
	e := r.c.Expert
	return e[x] != e[z] && e[a] != e[b] &&
		*r.held(x, q) == 0 && *r.held(z, q) == 0 && *r.held(a, p) == 0 && *r.held(b, p) == 0
}
