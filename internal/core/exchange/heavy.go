package exchange

// beginHeavy tries another start, for layers in which a few heavy items decide and
// the packs that hold more of them must be filled with the lightest items. It
// replaces the packing in the state if the new one is better.
//
// Items by falling weight go to the pack with the max allowance: what each of its
// free slots may weigh, on average, if the pack is to stay within the bound. As
// long as all packs hold the same number of items, this is LPT.
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

// allowances is a heap of packs by falling allowance, the lowest number first on
// ties. seen counts the items of a pack.
type allowances struct {
	*state
	bound int64
	pack  []int32
}

// settle restores the heap after the allowance of the first pack has changed.
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
