package exchange

// subsets keeps, for each pack, the falling lists of the weights of its
// j-subsets. An element is weight<<subsetBits | the subset as bits, so lists are
// merged and searched as plain integers. Large packs take part with some of
// their items only, so that no list is longer than maxSubsets.
type subsets struct {
	largest int   // subset that is looked at
	chosen  int   // items of a pack that take part
	start   []int // of the list of j-subsets in the lists of a pack
	length  []int // of the list of j-subsets
	stride  int   // of the lists of a pack
	lists   []int64
	built   []int8  // [slots] lists up to these j are valid
	owner   []int32 // [slots] pack whose lists are there
}

const (
	subsetBits = 16
	subsetMask = 1<<subsetBits - 1
	maxSubsets = 700  // elements of a list
	maxLists   = 1024 // packs whose lists are kept
)

// binomial[n][k] is the number of k-subsets of n.
var binomial = func() (c [subsetBits + 1][subsetBits + 1]int) {
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
	u.largest = max(1, min(exchange, capacity/2, subsetBits/2))
	u.chosen = min(capacity, subsetBits)
	for u.chosen > u.largest && binomial[u.chosen][u.largest] > maxSubsets {
		u.chosen--
	}
	for j := range u.largest + 1 {
		u.start = append(u.start, u.stride)
		u.length = append(u.length, binomial[u.chosen][j])
		u.stride += u.length[j]
	}
	slots := min(packs, maxLists)
	u.lists = make([]int64, (slots+1)*u.stride) // one more for otherList
	u.built, u.owner = make([]int8, slots), make([]int32, slots)
}

// forget drops the lists of pack q.
func (u *subsets) forget(q int32) {
	if at := int(q) % len(u.built); u.owner[at] == q {
		u.built[at] = 0
	}
}

// has reports whether list(q, j) is there already.
func (u *subsets) has(q int32, j int) bool {
	at := int(q) % len(u.built)
	return u.owner[at] == q && int(u.built[at]) >= j
}

// chosenSlot is the slot, within its pack, of chosen item t.
func (s *state) chosenSlot(t int) int { return t * s.capacity / s.chosen }

// list returns the weights of the j-subsets of pack q, falling. It is valid until
// the list of a pack that shares its slot is asked for.
func (s *state) list(q int32, j int) []int64 {
	at := int(q) % len(s.built)
	lists := s.lists[at*s.stride:][:s.stride]
	if !s.has(q, j) {
		s.owner[at], s.built[at] = q, int8(j)
		s.build(lists, s.items(q), j)
	}
	return lists[s.start[j]:][:s.length[j]]
}

// otherList is list(q, j), but leaves list(p, j) where it is.
func (s *state) otherList(q, p int32, j int) []int64 {
	slots := len(s.built)
	if int(q)%slots != int(p)%slots {
		return s.list(q, j)
	}
	lists := s.lists[slots*s.stride:]
	s.build(lists, s.items(q), j)
	return lists[s.start[j]:][:s.length[j]]
}

// build fills the lists up to j = largest. Item by item, the j-subsets are those
// without the item and, with it added, the (j−1)-subsets without it: two falling
// lists, merged from their ends so that the first may stay where it is.
func (s *state) build(lists []int64, items []int32, largest int) {
	lists[0] = 0
	for t := range s.chosen {
		item := s.weight[items[s.chosenSlot(t)]]<<subsetBits | 1<<t
		for j := min(largest, t+1); j >= 1; j-- {
			without, with := binomial[t][j], binomial[t][j-1]
			to := lists[s.start[j]:][:without+with]
			from := lists[s.start[j-1]:][:with]
			i, k := without-1, with-1
			for i >= 0 && k >= 0 {
				x, y := to[i], from[k]+item
				to[i+k+1] = min(x, y)
				step := 0 // without a branch: which is less is anyone's guess
				if x < y {
					step = 1
				}
				i -= step
				k -= 1 - step
			}
			for ; k >= 0; k-- {
				to[k] = from[k] + item
			}
		}
	}
}

// nearest returns elements x of a and y of b, both falling, whose difference is
// nearest to goal, or the first found that is within enough of it, and how far
// off they are. All are in units of 2^−subsetBits; what that leaves undecided is
// below the resolution of the weights.
func nearest(a, b []int64, goal, enough int64) (bestX, bestY, miss int64) {
	miss = 1<<63 - 1
	i, k := uint(0), uint(0) // unsigned: two bounds checks less
	for i < uint(len(a)) && k < uint(len(b)) {
		off := a[i] - b[k] - goal
		if size := max(off, -off); size < miss {
			bestX, bestY, miss = a[i], b[k], size
			if size <= enough {
				break
			}
		}
		left := uint(off-1) >> 63 // 1 where off ≤ 0, without a branch
		i += 1 - left
		k += left
	}
	return bestX, bestY, miss
}

// nearestPair is nearest for the 2-subsets of pack q, whose list is not there: to
// look each of them up in a takes less time than to sort them first.
func (s *state) nearestPair(a []int64, q int32, goal, enough int64) (bestX, bestY, miss int64) {
	var words [subsetBits]int64
	items := s.items(q)
	for t := range s.chosen {
		words[t] = s.weight[items[s.chosenSlot(t)]]<<subsetBits | 1<<t
	}
	miss = 1<<63 - 1
	for t, word := range words[:s.chosen] {
		for _, other := range words[:t] {
			y := word + other
			want := y + goal
			at, n := 0, len(a)-1 // at: the last ≥ want, or the first
			for n > 0 {
				half := (n + 1) >> 1
				at += half & ^int((a[at+half]-want)>>63) // a step where it is not below
				n -= half
			}
			for _, x := range a[at:min(at+2, len(a))] {
				if off := x - want; max(off, -off) < miss {
					bestX, bestY, miss = x, y, max(off, -off)
				}
			}
			if miss <= enough {
				return bestX, bestY, miss
			}
		}
	}
	return bestX, bestY, miss
}

// moved is the weight that exchanging subsets x and y takes from x's pack.
func moved(x, y int64) int64 { return x>>subsetBits - y>>subsetBits }

// exchangeSubsets exchanges elements x of p's and y of q's lists.
func (s *state) exchangeSubsets(p, q int32, x, y int64) {
	i, k := 0, 0
	for x, y := x&subsetMask, y&subsetMask; x != 0; x, y, i, k = x>>1, y>>1, i+1, k+1 {
		for ; x&1 == 0; x >>= 1 {
			i++
		}
		for ; y&1 == 0; y >>= 1 {
			k++
		}
		s.swap(s.items(p)[s.chosenSlot(i)], s.items(q)[s.chosenSlot(k)])
	}
	s.refresh(p)
	s.refresh(q)
}
