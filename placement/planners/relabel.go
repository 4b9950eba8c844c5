package planners

// relabeler finds which GPU of the previous plan each new one resembles.
type relabeler struct {
	s        *session
	overlap  []int32   // [GPUs, GPUs] experts that new GPU i shares with previous GPU j
	held     [][]int32 // [experts] the GPUs that held an expert
	solver   assignment
	column   []int32
	to       []int32 // [GPUs] the GPU that takes the place of each
	between  []int32 // [nodes, nodes] the best overlap of new node i on previous node j
	best     []int32 // [nodes, nodes, GPUs per node] how it is attained
	node     []int32
	physical []int32
	rank     []int32
	seen     []int32
	capacity []int
	equal    bool // all nodes have the same GPUs
}

func newRelabeler(s *session) *relabeler {
	t := s.topology
	r := &relabeler{
		s: s, capacity: t.Capacities(), equal: t.GPUs%t.Nodes == 0 && t.Uniform(), overlap: make([]int32, t.GPUs*t.GPUs), held: make([][]int32, t.Experts),
		column: make([]int32, t.GPUs), to: make([]int32, t.GPUs),
		physical: make([]int32, t.Slots), rank: make([]int32, t.Slots), seen: make([]int32, t.Experts),
	}
	if s.hierarchical {
		perNode := 0
		for n := range t.Nodes {
			perNode = max(perNode, t.FirstGPU(n+1)-t.FirstGPU(n))
		}
		r.between, r.node = make([]int32, t.Nodes*t.Nodes), make([]int32, t.Nodes)
		r.best = make([]int32, t.Nodes*t.Nodes*perNode)
	}
	return r
}

// layer exchanges the GPUs of the layer that w has planned. offsets are those of
// the previous plan.
func (r *relabeler) layer(w *worker, old []int32, offsets []int) {
	r.count(w, old, offsets)
	t := r.s.topology
	if r.s.hierarchical && r.equal {
		r.nodes()
	} else if r.s.hierarchical {
		for n := range t.Nodes {
			r.within(t.FirstGPU(n), t.FirstGPU(n), t.FirstGPU(n+1)-t.FirstGPU(n), r.to[t.FirstGPU(n):])
		}
	} else {
		r.within(0, 0, t.GPUs, r.to)
	}
	copy(r.physical, w.physical)
	copy(r.rank, w.rank)
	for g, to := range r.to {
		lo, hi := r.s.offsets[g], r.s.offsets[g+1]
		copy(w.physical[r.s.offsets[to]:], r.physical[lo:hi])
		copy(w.rank[r.s.offsets[to]:], r.rank[lo:hi])
	}
}

// count fills overlap.
func (r *relabeler) count(w *worker, old []int32, offsets []int) {
	clear(r.overlap)
	for e := range r.held {
		r.held[e] = r.held[e][:0]
	}
	gpus := r.s.topology.GPUs
	for g := range gpus {
		for _, e := range old[offsets[g]:offsets[g+1]] {
			if n := len(r.held[e]); n == 0 || r.held[e][n-1] != int32(g) {
				r.held[e] = append(r.held[e], int32(g))
			}
		}
	}
	clear(r.seen)
	for g := range gpus {
		row := r.overlap[g*gpus : (g+1)*gpus]
		for _, e := range w.physical[r.s.offsets[g]:r.s.offsets[g+1]] {
			if r.seen[e] == int32(g)+1 {
				continue // a second copy moves nothing
			}
			r.seen[e] = int32(g) + 1
			for _, before := range r.held[e] {
				row[before]++
			}
		}
	}
}

// within finds where n new GPUs from first on go among the n previous ones from
// start on. A GPU goes only where there are as many slots.
func (r *relabeler) within(first, start, n int, to []int32) int32 {
	t := r.s.topology
	r.solver.begin(n)
	for i := range n {
		row := r.overlap[(first+i)*t.GPUs+start:][:n]
		for j, shared := range row {
			// A pair of unequal GPUs can never be worth as much as it loses.
			if r.capacity[first+i] == r.capacity[start+j] {
				shared += int32(t.Slots) + 1
			}
			r.solver.set(i, j, shared)
		}
	}
	column := r.column[:n]
	r.solver.solve(column)
	total := int32(0)
	for i, j := range column {
		to[i] = int32(start) + j
		total += r.overlap[(first+i)*t.GPUs+start+int(j)]
	}
	return total
}

// nodes finds where whole nodes go, and the GPUs within them.
func (r *relabeler) nodes() {
	t := r.s.topology
	n, per := t.Nodes, t.GPUs/t.Nodes
	for i := range n {
		for j := range n {
			at := i*n + j
			r.between[at] = r.within(t.FirstGPU(i), t.FirstGPU(j), per, r.best[at*per:])
		}
	}
	r.solver.begin(n)
	for i := range n {
		for j := range n {
			r.solver.set(i, j, r.between[i*n+j])
		}
	}
	r.solver.solve(r.node)
	for i, j := range r.node {
		copy(r.to[i*per:(i+1)*per], r.best[(i*n+int(j))*per:])
	}
}
