package exchange

import "slices"

const (
	loadBits = 46 // a load is below 2^loadBits
	packBits = 16 // what is left for the pack in a word that holds a load
)

// state is the packing of a layer during a descent. Items are numbered by falling
// weight.
type state struct {
	capacity int
	weight   []int64 // [items], falling
	spread   int64   // between the quartiles of weight, at least 1
	fine     int64   // spread, or the median if that is less: for the lighter half
	member   []int32 // [packs, capacity] item in each slot
	slot     []int32 // [items]
	inSlot   []int64 // [packs, capacity] weight of the item in each slot
	packOf   []int32 // [items]
	load     []int64 // [packs]

	room    []int64 // [packs] what a pack may take in the exchange looked for
	partner []int32 // packs to try
	subsets
	table
	tuning
	luck      []luck // [largest+1] by size of subset
	plainLuck []luck // the same in plain descent
	vain      int    // fruitless lookups of sums

	saved []int32 // members to go back to
	seen  []int32 // [packs] pass on which a pack had the excess last
}

func (s *state) init(items, packs, exchange int) {
	s.tuning = tuned()
	s.capacity = items / packs
	s.weight = make([]int64, items)
	s.member, s.saved = make([]int32, items), make([]int32, items)
	s.slot, s.packOf = make([]int32, items), make([]int32, items)
	s.inSlot = make([]int64, items)
	s.load, s.room = make([]int64, packs), make([]int64, packs)
	s.partner, s.seen = make([]int32, 0, packs), make([]int32, packs)
	s.subsets.init(packs, s.capacity, exchange)
	s.luck, s.plainLuck = make([]luck, s.largest+1), make([]luck, s.largest+1)
	s.next = make([]uint32, 2*slices.Max(s.length))
}

// items returns the items of pack q.
func (s *state) items(q int32) []int32 {
	return s.member[int(q)*s.capacity:][:s.capacity]
}

// settleMembers derives everything else from member.
func (s *state) settleMembers() {
	for slot, x := range s.member {
		s.slot[x] = int32(slot)
		s.inSlot[slot] = s.weight[x]
	}
	for q := range s.load {
		for _, x := range s.items(int32(q)) {
			s.packOf[x] = int32(q)
		}
		s.refresh(int32(q))
	}
}

// refresh derives what depends on the items of pack q.
func (s *state) refresh(q int32) {
	load := int64(0)
	for _, w := range s.inSlot[int(q)*s.capacity:][:s.capacity] {
		load += w
	}
	s.load[q] = load
	s.forget(q)
}

// swap exchanges items x and y; the loads stay as they are.
func (s *state) swap(x, y int32) {
	sx, sy := s.slot[x], s.slot[y]
	s.slot[x], s.slot[y] = sy, sx
	s.member[sx], s.member[sy] = y, x
	s.inSlot[sx], s.inSlot[sy] = s.weight[y], s.weight[x]
	s.packOf[x], s.packOf[y] = s.packOf[y], s.packOf[x]
}

// exchangeOne exchanges items x and y and returns the former pack of y.
func (s *state) exchangeOne(x, y int32) int32 {
	p, q := s.packOf[x], s.packOf[y]
	s.swap(x, y)
	s.refresh(p)
	s.refresh(q)
	return q
}

// extremes returns the max and the min load.
func (s *state) extremes() (most, least int64) {
	most, least = s.load[0], s.load[0]
	for _, l := range s.load {
		most, least = max(most, l), min(least, l)
	}
	return most, least
}
