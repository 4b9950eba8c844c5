package planners

// Spill lets spare copies leave the node of their group. It starts from the
// copies that each node would have by itself and, while the heaviest node is
// above (1 + Tolerance)·mean, makes the change that lowers it furthest: a spare
// copy on another node becomes one of an expert of the heaviest node, or changes
// places with a spare copy there. Each expert keeps a copy on its own node, and
// none loses a copy whose load would make another more than a GPU's share.
type Spill struct {
	Tolerance float64
	Away      int // copies away from their node at most
}

// spiller spills the layers of one worker.
type spiller struct {
	Spill
	parts  []*part
	limit  []int     // copies of an expert on a node at most
	load   []float64 // [experts] numbered as the parts are: node by node
	copies []int32   // [experts]
	on     []int32   // [experts, nodes] copies of an expert on a node
	node   []float64 // [nodes] load per GPU
	gpus   []float64
	trial  []float64
	gains  []spillGain
	away   int
	most   int32   // copies of an expert at most, 0 for no limit
	even   float64 // mean load per GPU: no copy may come to carry more
}

// spillGain is what a further copy elsewhere takes from the heaviest node.
type spillGain struct {
	expert int32
	gain   float64
}

func newSpiller(s *session, parts []*part) *spiller {
	nodes, experts := len(parts), s.topology.Experts
	sp := &spiller{
		Spill: *s.c.Spill, parts: parts, load: make([]float64, experts), copies: make([]int32, experts),
		on: make([]int32, experts*nodes), node: make([]float64, nodes), gpus: make([]float64, nodes),
		trial: make([]float64, nodes), most: int32(s.c.CopyLimit),
	}
	for n, p := range parts {
		sp.gpus[n] = float64(len(p.gpus))
		limit := len(p.copies.Expert)
		if s.c.Distinct {
			limit = len(p.gpus)
		}
		sp.limit = append(sp.limit, limit)
	}
	return sp
}

// change is a change that spill can make.
type change struct {
	node, slot int   // the spare copy that is changed
	expert     int32 // the expert that it becomes one of
	with       int   // the spare copy of the heaviest node that it changes places with, or −1
	load       float64
}

// layer spills the layer of w, whose parts have their copies.
func (s *spiller) layer(w *worker) {
	s.begin()
	total, gpus := 0.0, 0.0
	for n, load := range s.node {
		total += float64(load * s.gpus[n])
		gpus += s.gpus[n]
	}
	s.even = total / gpus
	target := s.even * (1 + s.Tolerance)
	changed := false
	for range w.s.topology.Slots {
		h := s.heaviest()
		if s.node[h] <= target || !s.step(h) {
			break
		}
		changed = true
	}
	if changed {
		s.finish()
	}
}

// begin takes the state from the parts.
func (s *spiller) begin() {
	clear(s.on)
	clear(s.copies)
	clear(s.node)
	s.away = 0
	nodes := len(s.parts)
	for n, p := range s.parts {
		for i, e := range p.copies.Expert {
			m := int32(p.first) + e
			s.copies[m]++
			s.on[int(m)*nodes+n]++
			s.node[n] += p.copies.Load[i]
			if i < p.experts {
				s.load[m] = float64(p.load[i])
			}
		}
		s.node[n] /= s.gpus[n]
	}
}

func (s *spiller) heaviest() int {
	h := 0
	for n, load := range s.node {
		if load > s.node[h] {
			h = n
		}
	}
	return h
}

// step makes the best change for heaviest node h. It reports whether one lowers
// the heaviest node.
func (s *spiller) step(h int) bool {
	best := change{node: -1, load: s.node[h] * (1 - worthwhile)}
	first := s.findGains(h)
	for i := -1; i < len(s.gains); i++ {
		g := s.gains[max(i, 0)] // there is one: the node has experts
		if i < 0 {
			g = s.gains[first]
		}
		if s.node[h]-g.gain < best.load {
			s.retargets(h, g, &best)
		}
	}
	s.exchanges(h, &best)
	if best.node < 0 {
		return false
	}
	s.apply(h, best)
	return true
}

// findGains lists what a further copy of each expert elsewhere would take from
// node h, and returns the index of the largest.
func (s *spiller) findGains(h int) int {
	nodes := len(s.parts)
	s.gains = s.gains[:0]
	first := 0
	for m, load := range s.load {
		k := s.on[m*nodes+h]
		if k == 0 {
			continue
		}
		c := float64(s.copies[m])
		gain := float64(k) * (load / (c * (c + 1))) / s.gpus[h]
		if s.most > 0 && s.copies[m] >= s.most {
			gain = 0
		}
		s.gains = append(s.gains, spillGain{int32(m), gain})
		if gain > s.gains[first].gain {
			first = len(s.gains) - 1
		}
	}
	return first
}

// retargets tries to make each spare copy of other nodes one of expert g.
func (s *spiller) retargets(h int, g spillGain, best *change) {
	nodes := len(s.parts)
	m := g.expert
	c := float64(s.copies[m])
	old, share := s.load[m]/c, s.load[m]/(c+1)
	for n := range s.trial {
		s.trial[n] = s.node[n] - float64(float64(s.on[int(m)*nodes+n])*(old-share))/s.gpus[n]
	}
	for q, p := range s.parts {
		if q == h || int(s.on[int(m)*nodes+q]) >= s.limit[q] || !s.mayLeave(m, q) || s.heaviestBut(q) >= best.load {
			continue
		}
		for i := p.experts; i < len(p.copies.Expert); i++ {
			f := int32(p.first) + p.copies.Expert[i]
			loses := s.load[f] / float64(s.copies[f])
			most := s.trial[q] + (share-loses)/s.gpus[q]
			if f == m || most >= best.load {
				continue
			}
			carries := s.load[f] / float64(s.copies[f]-1)
			if carries > s.even {
				continue // one copy would be more than a GPU's share
			}
			rises := carries - loses
			most = 0
			for n, load := range s.trial {
				k := float64(s.on[int(f)*nodes+n])
				if n == q {
					load += (share - loses) / s.gpus[q]
					k--
				}
				most = max(most, load+float64(k*rises)/s.gpus[n])
			}
			if most < best.load {
				*best = change{node: q, slot: i, expert: m, with: -1, load: most}
			}
		}
	}
}

// heaviestBut returns the largest load in trial of a node other than q.
func (s *spiller) heaviestBut(q int) float64 {
	most := 0.0
	for n, load := range s.trial {
		if n != q {
			most = max(most, load)
		}
	}
	return most
}

// mayLeave reports whether another copy of m may be on node q, away from its own.
func (s *spiller) mayLeave(m int32, q int) bool { return s.home(m) == q || s.away < s.Away }

// home is the node of an expert's group.
func (s *spiller) home(m int32) int { return int(m) / s.parts[0].experts }

// exchanges tries to let spare copies of node h and others change places.
func (s *spiller) exchanges(h int, best *change) {
	nodes, from := len(s.parts), s.parts[h]
	for i := from.experts; i < len(from.copies.Expert); i++ {
		m := int32(from.first) + from.copies.Expert[i]
		share := s.load[m] / float64(s.copies[m])
		for q, p := range s.parts {
			if q == h || int(s.on[int(m)*nodes+q]) >= s.limit[q] || !s.mayLeave(m, q) {
				continue
			}
			for k := p.experts; k < len(p.copies.Expert); k++ {
				f := int32(p.first) + p.copies.Expert[k]
				if int(s.on[int(f)*nodes+h]) >= s.limit[h] || !s.mayLeave(f, h) {
					continue
				}
				delta := share - s.load[f]/float64(s.copies[f])
				most := max(s.node[h]-delta/s.gpus[h], s.node[q]+delta/s.gpus[q])
				for n, load := range s.node {
					if n != h && n != q {
						most = max(most, load)
					}
				}
				if most < best.load {
					*best = change{node: q, slot: k, expert: m, with: i, load: most}
				}
			}
		}
	}
}

// apply makes a change and brings the loads of the nodes up to date.
func (s *spiller) apply(h int, b change) {
	p := s.parts[b.node]
	f := int32(p.first) + p.copies.Expert[b.slot]
	s.carry(b.expert, -1)
	s.carry(f, -1)
	s.put(b.node, b.slot, b.expert)
	if b.with >= 0 {
		s.put(h, b.with, f)
	} else {
		s.copies[b.expert]++
		s.copies[f]--
	}
	s.carry(b.expert, 1)
	s.carry(f, 1)
}

// carry adds the copies of expert m to the loads of the nodes, or takes them
// away with sign −1.
func (s *spiller) carry(m int32, sign float64) {
	nodes := len(s.parts)
	share := sign * s.load[m] / float64(s.copies[m])
	for n, k := range s.on[int(m)*nodes:][:nodes] {
		s.node[n] += float64(float64(k)*share) / s.gpus[n]
	}
}

// put makes a spare copy one of expert m.
func (s *spiller) put(n, slot int, m int32) {
	p, nodes := s.parts[n], len(s.parts)
	old := int32(p.first) + p.copies.Expert[slot]
	if s.home(old) != n {
		s.away--
	}
	if s.home(m) != n {
		s.away++
	}
	s.on[int(old)*nodes+n]--
	s.on[int(m)*nodes+n]++
	p.copies.Expert[slot] = m - int32(p.first)
}

// finish brings the loads of the copies up to date.
func (s *spiller) finish() {
	for _, p := range s.parts {
		for i, e := range p.copies.Expert {
			m := int32(p.first) + e
			p.copies.Load[i] = s.load[m] / float64(s.copies[m])
		}
		p.copies.sorted = false
	}
}
