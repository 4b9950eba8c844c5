package exchange

import (
	"math/bits"
	"slices"
)

// subsets keeps, for each pack, the weights of its j-subsets. Of a large pack only
// some items take part, which bounds the number of subsets by maxSubsets. Subsets
// are in colexicographic order, the same for all packs: those without the last item
// come first.
type subsets struct {
	largest int        // subset that is looked at
	chosen  []int32    // slots, within their pack, of the items that take part
	start   []int      // of the j-subsets among the sums of a pack
	length  []int      // number of j-subsets
	stride  int        // sums of a pack
	masks   [][]uint16 // [largest+1, length] the subsets of chosen items, as bits
	parts   [][]split  // [largest+1, length]
	sums    []int64    // [slots+1, stride]; the last slot is for own
	summed  []int8     // [slots] sums of up to these j items are valid
	owner   []int32    // [slots] pack whose sums are there
}

// split takes a subset apart: the index of the subset without its last item, and
// that item.
type split struct{ rest, last uint16 }

const (
	mostChosen = 16   // bits of a mask
	maxSubsets = 700  // of j items of a pack
	maxSlots   = 1024 // packs whose sums are kept
)

// binomial[n][k] is the number of k-subsets of n.
var binomial = func() (c [mostChosen + 1][mostChosen + 1]int) {
	for n := range c {
		c[n][0] = 1
		for k := 1; k <= n; k++ {
			c[n][k] = c[n-1][k-1] + c[n-1][k]
		}
	}
	return c
}()

func (u *subsets) init(packs, capacity, exchange int) {
	// Exchanging j items is exchanging the other capacity − j the other way.
	u.largest = max(1, min(exchange, capacity/2, mostChosen/2))
	chosen := min(capacity, mostChosen)
	for chosen > u.largest && slices.Max(binomial[chosen][:u.largest+1]) > maxSubsets {
		chosen--
	}
	for t := range chosen {
		u.chosen = append(u.chosen, int32(t*capacity/chosen))
	}
	u.masks = make([][]uint16, u.largest+1)
	u.masks[0] = []uint16{0}
	u.parts = make([][]split, u.largest+1)
	for j := range u.largest + 1 {
		u.start = append(u.start, u.stride)
		u.length = append(u.length, binomial[chosen][j])
		u.stride += u.length[j]
		if j > 0 {
			for t := range chosen {
				for i, mask := range u.masks[j-1][:binomial[t][j-1]] {
					u.masks[j] = append(u.masks[j], mask|1<<t)
					u.parts[j] = append(u.parts[j], split{uint16(i), uint16(t)})
				}
			}
		}
	}
	slots := min(packs, maxSlots)
	u.sums = make([]int64, (slots+1)*u.stride)
	u.summed, u.owner = make([]int8, slots), make([]int32, slots)
}

// forget drops the sums of pack q.
func (u *subsets) forget(q int32) {
	if slot := int(q) % len(u.summed); u.owner[slot] == q {
		u.summed[slot] = 0
	}
}

// sumsOf returns the weights of the j-subsets of pack q, valid until those of a
// pack that shares its slot are asked for.
func (s *state) sumsOf(q int32, j int) []int64 {
	slot := int(q) % len(s.summed)
	sums := s.sums[slot*s.stride:][:s.stride]
	if s.owner[slot] != q {
		s.owner[slot], s.summed[slot] = q, 0
	}
	if done := int(s.summed[slot]); done < j {
		s.sum(sums, q, done+1, j)
		s.summed[slot] = int8(j)
	}
	return sums[s.start[j]:][:s.length[j]]
}

// ownSums is sumsOf, valid until the next call.
func (s *state) ownSums(q int32, j int) []int64 {
	sums := s.sums[len(s.summed)*s.stride:]
	s.sum(sums, q, 1, j)
	return sums[s.start[j]:][:s.length[j]]
}

// sum fills in the sums of from to j items.
func (s *state) sum(sums []int64, q int32, from, j int) {
	var weights [mostChosen]int64
	items := s.inSlot[int(q)*s.capacity:][:s.capacity]
	for t, slot := range s.chosen {
		weights[t%mostChosen] = items[slot]
	}
	for ; from <= j; from++ {
		less, to := sums[s.start[from-1]:], sums[s.start[from]:]
		to = to[:len(s.parts[from])]
		for i, part := range s.parts[from] {
			to[i] = less[part.rest] + weights[part.last%mostChosen]
		}
	}
}

// exchangeSubsets exchanges the j-subsets with index x in pack p and y in q.
func (s *state) exchangeSubsets(p, q int32, j, x, y int) {
	for a, b := s.masks[j][x], s.masks[j][y]; a != 0; a, b = a&(a-1), b&(b-1) {
		i, k := bits.TrailingZeros16(a), bits.TrailingZeros16(b)
		s.swap(s.items(p)[s.chosen[i]], s.items(q)[s.chosen[k]])
	}
	s.refresh(p)
	s.refresh(q)
}
