package exchange

// beginHeavy replaces the packing in the state by another, if that is better,
// for layers in which a few heavy items decide: packs that hold more of them than
// others must be filled with what is lightest.
//
// Items by falling weight go to the pack whose free slots may weigh most on
// average, so that the bound is kept. That is LPT as long as packs are alike.
func (p *Packer) beginHeavy() {
	s := &p.state
	copy(s.saved, s.member)
	before, _ := s.extremes()
	h := allowances{state: s, bound: p.goal.bound, pack: s.partner[:0]}
	for q := range s.load {
		s.load[q], s.seen[q] = 0, 0
		h.pack = append(h.pack, int32(q))
	}
	for x, w := range s.weight {
		q := h.pack[0]
		s.member[int(q)*s.capacity+int(s.seen[q])] = int32(x)
		s.load[q] += w
		s.seen[q]++
		h.settle()
	}
	if after, _ := s.extremes(); after >= before {
		copy(s.member, s.saved)
	}
	s.settleMembers()
}

// allowances is a heap of packs, the one with the greatest allowance first, the
// lowest number on ties. seen counts the items of a pack.
type allowances struct {
	*state
	bound int64
	pack  []int32
}

// settle puts the first pack where it belongs.
func (h *allowances) settle() {
	for i := 0; ; {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h.pack); child++ {
			if h.before(h.pack[child], h.pack[first]) {
				first = child
			}
		}
		if first == i {
			return
		}
		h.pack[i], h.pack[first] = h.pack[first], h.pack[i]
		i = first
	}
}

func (h *allowances) before(a, b int32) bool {
	roomA, roomB := h.capacity-int(h.seen[a]), h.capacity-int(h.seen[b])
	if roomA == 0 || roomB == 0 {
		return roomA > 0
	}
	x, y := float64(h.bound-h.load[a])/float64(roomA), float64(h.bound-h.load[b])/float64(roomB)
	return x > y || x == y && a < b
}
