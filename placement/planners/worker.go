package planners

import (
	"context"
	"time"

	"packbench/placement"
)

// worker plans one layer after the other.
type worker struct {
	s    *session
	task *placement.Task
	plan *placement.Plan

	load    []float32 // [experts] to plan for
	scratch []float64
	parts   []*part
	groups  *grouping
	steps   []float32 // of a part, for a replicator that looks at steps
	spill   *spiller
	keep    *keeper
	search  *searcher
	align   *aligner

	physical []int32 // [slots] of the layer being planned
	rank     []int32 // [slots] of the copies among those of their expert
	counts   []int32 // [experts]

	times [stages]time.Duration
	kept  int
	at    int // the layer
	err   error
}

// part is what is replicated and packed at a time: a node, or everything.
type part struct {
	first    int     // its first expert, in the order that groups the experts by node
	experts  int     //
	slot     int     // its first slot
	gpus     []int32 // with slots
	capacity []int   // of gpus
	start    []int32 // first slot of each of gpus

	load      []float32
	copies    *Copies
	replicate PartReplicator
	pack      PartPacker
	gpu, rank []int32 // of the copies
}

func newWorker(s *session) (*worker, error) {
	t := s.topology
	w := &worker{s: s, load: make([]float32, t.Experts), scratch: make([]float64, t.Experts)}
	nodes := 1
	if s.hierarchical {
		nodes = t.Nodes
		g, err := newGrouping(s.c, t)
		if err != nil {
			return nil, err
		}
		w.groups = g
	}
	for n := range nodes {
		first, end := 0, t.GPUs
		if s.hierarchical {
			first, end = t.FirstGPU(n), t.FirstGPU(n+1)
		}
		p, err := s.newPart(first, end, n*(t.Experts/nodes), t.Experts/nodes)
		if err != nil {
			return nil, err
		}
		w.parts = append(w.parts, p)
	}
	if s.c.Spill != nil && s.hierarchical {
		w.spill = newSpiller(s, w.parts)
	}
	if s.c.Keep != nil {
		w.keep = newKeeper(s)
	}
	if s.c.Search != nil {
		w.search = s.c.Search.forTopology(s)
	}
	w.align = newAligner(s)
	return w, nil
}

// newPart returns the part of the GPUs first to end − 1.
func (s *session) newPart(first, end, expert, experts int) (*part, error) {
	t := s.topology
	p := &part{first: expert, experts: experts, slot: s.offsets[first]}
	slots := 0
	for g := first; g < end; g++ {
		if n := t.Capacity(g); n > 0 {
			p.gpus, p.capacity = append(p.gpus, int32(g)), append(p.capacity, n)
			p.start = append(p.start, int32(s.offsets[g]))
			slots += n
		}
	}
	p.load, p.copies = make([]float32, experts), newCopies(experts, slots)
	p.copies.Base, p.copies.Universe = int32(expert), t.Experts
	p.gpu, p.rank = make([]int32, slots), make([]int32, slots)
	replicator := s.c.Replicate
	if g, ok := replicator.(greedy); ok && s.c.limited() {
		g.limit = s.c.copyLimit(len(p.gpus))
		replicator = g
	}
	p.replicate = replicator.NewReplicator(experts, slots)
	var err error
	p.pack, err = s.c.Copies.NewPacker(slots, p.capacity)
	return p, err
}

// limited reports whether there is a limit on the copies of an expert.
func (c *Composition) limited() bool { return c.CopyLimit > 0 || c.Distinct }

// copyLimit is the number of copies of an expert at most, on so many GPUs.
func (c *Composition) copyLimit(gpus int) int {
	switch {
	case !c.Distinct:
		return c.CopyLimit
	case c.CopyLimit == 0:
		return gpus
	}
	return min(gpus, c.CopyLimit)
}

func (w *worker) begin(task *placement.Task, p *placement.Plan) {
	w.task, w.plan, w.err, w.kept = task, p, nil, 0
	w.times = [stages]time.Duration{}
}

// layer plans layer l.
func (w *worker) layer(ctx context.Context, l int) error {
	clock := time.Now()
	stage := func(i int) {
		now := time.Now()
		w.times[i] += now.Sub(clock)
		clock = now
	}
	n := w.s.topology.Slots
	w.physical, w.rank, w.counts = w.plan.Physical(l), w.s.ranks[l*n:(l+1)*n], w.plan.LayerCounts(l)
	c := w.s.c
	if c.Engine && w.task.Steps > 1 {
		engineSum(w.load, w.scratch, w.task.Loads, w.task.Steps, w.task.Layers, l)
	} else {
		c.Estimator.estimate(w.load, w.scratch, w.task.Loads, w.task.Steps, w.task.Layers, l)
	}
	if c.Keep != nil && w.task.Previous != nil {
		stage(stageGroups)
		if err := w.keep.layer(w, l); err != nil {
			return err
		}
		stage(stagePack)
		w.align.list(w)
		stage(stageAlign)
		return nil
	}
	if w.groups != nil {
		if err := w.groups.assign(ctx, w.load); err != nil {
			return err
		}
	}
	stage(stageGroups)
	for _, p := range w.parts {
		p.replicate.Replicate(w.loadsOf(p, l), p.copies)
	}
	if w.spill != nil {
		w.spill.layer(w)
	}
	w.allow()
	stage(stageReplicate)
	for _, p := range w.parts {
		if err := p.pack.Pack(ctx, p.copies, p.gpu, p.rank); err != nil {
			return err
		}
	}
	if w.search != nil {
		if err := w.search.layer(ctx, w); err != nil {
			return err
		}
	}
	stage(stagePack)
	clear(w.counts)
	for _, p := range w.parts {
		w.layOut(p)
	}
	if err := w.align.layer(w, l); err != nil {
		return err
	}
	stage(stageAlign)
	return nil
}

// allow tells the packers of all parts what the heaviest part must carry per GPU.
func (w *worker) allow() {
	if len(w.parts) == 1 {
		return
	}
	allowed := 0.0
	for _, p := range w.parts {
		sum := 0.0
		for _, load := range p.copies.Load {
			sum += load
		}
		allowed = max(allowed, sum/float64(len(p.gpus)))
	}
	for _, p := range w.parts {
		p.copies.Allowed = allowed
	}
}

// loadsOf gathers the loads of the experts of a part.
func (w *worker) loadsOf(p *part, l int) PartLoads {
	out := PartLoads{Sum: w.load, First: p.first}
	if w.groups != nil {
		for i, e := range w.groups.experts[p.first : p.first+p.experts] {
			p.load[i] = w.load[e]
		}
		out.Sum = p.load
	}
	if _, ok := w.s.c.Replicate.(vec); ok {
		w.steps = w.steps[:0]
		for t := range w.task.Steps {
			row := w.task.Loads[(t*w.task.Layers+l)*len(w.load):][:len(w.load)]
			for i := range p.experts {
				w.steps = append(w.steps, row[w.expert(p, int32(i))])
			}
		}
		out.Steps = w.steps
	}
	return out
}

// expert returns the expert that has number i in the part.
func (w *worker) expert(p *part, i int32) int32 {
	if w.groups == nil {
		return i
	}
	return w.groups.experts[p.first+int(i)]
}

// layOut writes the copies of a part to the slots of its GPUs.
func (w *worker) layOut(p *part) {
	for i, e := range p.copies.Expert {
		e = w.expert(p, e)
		slot := p.start[p.gpu[i]] + p.rank[i]
		w.physical[slot] = e
		w.rank[slot] = w.counts[e]
		w.counts[e]++
	}
}
