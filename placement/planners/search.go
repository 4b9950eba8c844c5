package planners

import (
	"context"
	"slices"
)

// Search looks for numbers of copies that pack better than those of greedy
// replication, which matters where GPUs have few slots. While it helps, an
// expert of the heaviest GPU gets a copy that another expert gives up, and all
// copies are packed anew. With two slots per GPU the best packing is known: the
// heaviest copy with the lightest, the next with the next lightest.
type Search struct {
	Slots int // per GPU at most; more are left to greedy replication
}

// searchWidth is how many experts are tried as givers where packing anew takes
// more than a fold.
const searchWidth = 4

// forTopology returns a searcher, or nil where the search does not pay.
func (s *Search) forTopology(session *session) *searcher {
	t := session.topology
	if t.Slots == t.Experts || session.c.Spill != nil {
		return nil
	}
	for g := range t.GPUs {
		if t.Capacity(g) > s.Slots {
			return nil
		}
	}
	return &searcher{limited: session.c.limited(), c: session.c}
}

// searcher searches for the layers of one worker.
type searcher struct {
	limited bool
	c       *Composition

	trial     *Copies
	gpu, rank []int32
	load      []float64 // of GPUs
	givers    []int32
	takers    []int32
	best      score
}

// score orders packings: by their heaviest GPU, then the sum of squares.
type score struct{ most, squares float64 }

func (a score) better(b score) bool {
	if d := a.most - b.most; d < -b.most*worthwhile || d > b.most*worthwhile {
		return d < 0
	}
	return a.squares < b.squares*(1-worthwhile)
}

// layer searches for every part of the layer of w.
func (s *searcher) layer(ctx context.Context, w *worker) error {
	for _, p := range w.parts {
		if len(p.copies.Expert) > p.experts {
			load := w.load
			if w.groups != nil {
				load = p.load
			}
			if err := s.part(ctx, p, load); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *searcher) part(ctx context.Context, p *part, load []float32) error {
	n := len(p.copies.Expert)
	if s.trial == nil || len(s.trial.Expert) != n || len(s.trial.Counts) != p.experts {
		s.trial = newCopies(p.experts, n)
		s.gpu, s.rank = make([]int32, n), make([]int32, n)
	}
	s.trial.Base, s.trial.Universe = p.copies.Base, p.copies.Universe
	s.best = s.score(p, p.gpu, p.copies)
	// Each step lowers the score, so this ends; the limit bounds its time.
	for range 4 * n {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, err := s.step(ctx, p, load)
		if err != nil || !ok {
			return err
		}
	}
	return nil
}

// score sums the loads of the GPUs of a part.
func (s *searcher) score(p *part, gpu []int32, c *Copies) score {
	s.load = resize(s.load, len(p.gpus))
	clear(s.load)
	for i, g := range gpu {
		s.load[g] += c.Load[i]
	}
	var out score
	for _, load := range s.load {
		out.most = max(out.most, load)
		out.squares += float64(load * load)
	}
	return out
}

// step makes the best exchange of a copy for the heaviest GPU's experts. It
// reports whether one helps.
func (s *searcher) step(ctx context.Context, p *part, load []float32) (bool, error) {
	s.candidates(p, load)
	bestTo, bestFrom := int32(-1), int32(-1)
	best := s.best
	for _, to := range s.takers {
		for _, from := range s.givers {
			if to == from {
				continue
			}
			got, err := s.try(ctx, p, load, to, from)
			if err != nil {
				return false, err
			}
			if got.better(best) {
				best, bestTo, bestFrom = got, to, from
			}
		}
	}
	if bestTo < 0 {
		return false, nil
	}
	if _, err := s.try(ctx, p, load, bestTo, bestFrom); err != nil {
		return false, err
	}
	copy(p.copies.Expert, s.trial.Expert)
	copy(p.copies.Load, s.trial.Load)
	copy(p.copies.Counts, s.trial.Counts)
	p.copies.sorted = false
	copy(p.gpu, s.gpu)
	copy(p.rank, s.rank)
	s.best = best
	return true, nil
}

// candidates finds who may get a copy, the experts of the heaviest GPUs, and who
// may give one up: those that have several, least load per copy afterwards first.
func (s *searcher) candidates(p *part, load []float32) {
	c := p.copies
	limit := int32(s.c.copyLimit(len(p.gpus)))
	s.score(p, p.gpu, c)
	s.takers, s.givers = s.takers[:0], s.givers[:0]
	for i, e := range c.Expert {
		if s.load[p.gpu[i]] < s.best.most*(1-worthwhile) || slices.Contains(s.takers, e) || s.limited && c.Counts[e] >= limit {
			continue
		}
		s.takers = append(s.takers, e)
	}
	for e, n := range c.Counts {
		if n > 1 {
			s.givers = append(s.givers, int32(e))
		}
	}
	after := func(e int32) float64 { return float64(load[e]) / float64(c.Counts[e]-1) }
	slices.SortStableFunc(s.givers, func(a, b int32) int {
		switch x, y := after(a), after(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	if !s.folds(p) {
		s.givers = s.givers[:min(len(s.givers), searchWidth)]
	}
}

// folds reports whether the part is packed by a fold.
func (s *searcher) folds(p *part) bool {
	c, same := uniform(p.capacity)
	return same && c == 2
}

// try packs the part with a copy more of expert to and one less of from.
func (s *searcher) try(ctx context.Context, p *part, load []float32, to, from int32) (score, error) {
	t := s.trial
	copy(t.Expert, p.copies.Expert)
	copy(t.Counts, p.copies.Counts)
	t.Counts[to]++
	t.Counts[from]--
	for i := len(t.Expert) - 1; i >= 0; i-- {
		if t.Expert[i] == from {
			t.Expert[i] = to
			break
		}
	}
	for i, e := range t.Expert {
		t.Load[i] = float64(load[e]) / float64(t.Counts[e])
	}
	t.sorted = false
	if s.folds(p) {
		if s.fold(t) {
			return s.score(p, s.gpu, t), nil
		}
	}
	if err := p.pack.Pack(ctx, t, s.gpu, s.rank); err != nil {
		return score{}, err
	}
	return s.score(p, s.gpu, t), nil
}

// fold packs two copies per GPU, heaviest with lightest. It reports whether that
// keeps the copies of each expert apart, if they must be.
func (s *searcher) fold(c *Copies) bool {
	order, n := c.Order(), len(c.Expert)
	for at, i := range order {
		g, rank := at, int32(0)
		if at >= n/2 {
			g, rank = n-1-at, 1
		}
		s.gpu[i], s.rank[i] = int32(g), rank
		if rank == 1 && s.c.Distinct && c.Expert[i] == c.Expert[order[g]] {
			return false
		}
	}
	return true
}
