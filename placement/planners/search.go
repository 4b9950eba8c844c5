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

// How many experts are tried as givers, of many experts: where packing anew is a
// fold, and where it takes more than that.
const (
	foldWidth   = 8
	searchWidth = 2
)

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
	swaps     []swap
	best      score

	kept              *Copies // the better of the packings so far
	keptGPU, keptRank []int32
	sketch            PartPacker // packs while copies are made
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

// part searches from the copies that greedy replication made, and from those
// that grow makes, and keeps the better.
func (s *searcher) part(ctx context.Context, p *part, load []float32) error {
	n := len(p.copies.Expert)
	if s.trial == nil || len(s.trial.Expert) != n || len(s.trial.Counts) != p.experts {
		s.trial, s.kept = newCopies(p.experts, n), newCopies(p.experts, n)
		s.gpu, s.rank = make([]int32, n), make([]int32, n)
		s.keptGPU, s.keptRank = make([]int32, n), make([]int32, n)
	}
	s.trial.Base, s.trial.Universe, s.trial.Allowed = p.copies.Base, p.copies.Universe, p.copies.Allowed
	s.best = s.score(p, p.gpu, p.copies)
	if s.best.most == 0 {
		return nil
	}
	if err := s.descend(ctx, p, load); err != nil {
		return err
	}
	s.kept.copyFrom(p.copies)
	copy(s.keptGPU, p.gpu)
	copy(s.keptRank, p.rank)
	first := s.best
	if err := s.grow(ctx, p, load); err != nil {
		return err
	}
	if err := s.descend(ctx, p, load); err != nil {
		return err
	}
	if !s.best.better(first) {
		p.copies.copyFrom(s.kept)
		copy(p.gpu, s.keptGPU)
		copy(p.rank, s.keptRank)
	}
	return nil
}

// descend exchanges copies while that helps. Each step lowers the score, so it
// ends; the limit bounds its time.
func (s *searcher) descend(ctx context.Context, p *part, load []float32) error {
	for range 4 * len(p.copies.Expert) {
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

// swap is a copy that one expert gives up for another.
type swap struct{ to, from int32 }

// fewExperts is up to how many experts two swaps at once are tried.
const fewExperts = 16

// step makes the best swap of a copy; where none helps and there are few
// experts, the best two. It reports whether one helps.
func (s *searcher) step(ctx context.Context, p *part, load []float32) (bool, error) {
	s.candidates(p, load)
	var best [2]swap
	bestScore, found, swaps := s.best, 0, s.swaps[:0]
	for _, to := range s.takers {
		for _, from := range s.givers {
			if to != from {
				swaps = append(swaps, swap{to, from})
			}
		}
	}
	s.swaps = swaps
	try := func(list ...swap) error {
		got, err := s.try(ctx, p, load, list)
		if err == nil && got.better(bestScore) {
			bestScore, found = got, copy(best[:], list)
		}
		return err
	}
	for _, a := range swaps {
		if err := try(a); err != nil {
			return false, err
		}
	}
	if found == 0 && p.experts <= fewExperts {
		for i, a := range swaps {
			for _, b := range swaps[:i] {
				if a.to == b.from || a.from == b.to || a.from == b.from && p.copies.Counts[a.from] < 3 ||
					a.to == b.to && p.copies.Counts[a.to]+2 > s.limit(p) {
					continue
				}
				if err := try(a, b); err != nil {
					return false, err
				}
			}
		}
	}
	if found == 0 {
		return false, nil
	}
	if _, err := s.try(ctx, p, load, best[:found]); err != nil {
		return false, err
	}
	s.take(p)
	s.best = bestScore
	return true, nil
}

// take makes the trial the part's own.
func (s *searcher) take(p *part) {
	p.copies.copyFrom(s.trial)
	copy(p.gpu, s.gpu)
	copy(p.rank, s.rank)
}

// candidates finds who may get a copy, the experts of the heaviest GPUs (or all,
// where there are few), and who may give one up: those that have several,
// lightest load per copy afterwards first.
func (s *searcher) candidates(p *part, load []float32) {
	c := p.copies
	limit := s.limit(p)
	s.score(p, p.gpu, c)
	s.takers, s.givers = s.takers[:0], s.givers[:0]
	for i, e := range c.Expert {
		heavy := s.load[p.gpu[i]] >= s.best.most*(1-worthwhile)
		if (heavy || p.experts <= fewExperts) && c.Counts[e] < limit && !slices.Contains(s.takers, e) {
			s.takers = append(s.takers, e)
		}
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
	width := searchWidth
	if s.folds(p) {
		width = foldWidth
	}
	if p.experts > fewExperts {
		s.givers = s.givers[:min(len(s.givers), width)]
	}
}

// limit is how many copies an expert of the part may have.
func (s *searcher) limit(p *part) int32 {
	if s.limited {
		return int32(s.c.copyLimit(len(p.gpus)))
	}
	return int32(len(p.copies.Expert))
}

// folds reports whether the part is packed by a fold.
func (s *searcher) folds(p *part) bool {
	c, same := uniform(p.capacity)
	return same && c == 2
}

// try packs the part after some swaps.
func (s *searcher) try(ctx context.Context, p *part, load []float32, swaps []swap) (score, error) {
	t := s.trial
	t.copyFrom(p.copies)
	for _, w := range swaps {
		t.Counts[w.to]++
		t.Counts[w.from]--
		for i := len(t.Expert) - 1; i >= 0; i-- {
			if t.Expert[i] == w.from {
				t.Expert[i] = w.to
				break
			}
		}
	}
	for i, e := range t.Expert {
		t.Load[i] = float64(load[e]) / float64(t.Counts[e])
	}
	t.sorted = false
	if s.folds(p) && s.fold(t, s.c.Distinct) {
		return s.score(p, s.gpu, t), nil
	}
	if err := p.pack.Pack(ctx, t, s.gpu, s.rank); err != nil {
		return score{}, err
	}
	return s.score(p, s.gpu, t), nil
}

// fold packs two copies per GPU, heaviest with lightest. It reports whether that
// keeps the copies of each expert apart, if they must be.
func (s *searcher) fold(c *Copies, distinct bool) bool {
	order, n := c.Order(), len(c.Expert)
	for at, i := range order {
		g, rank := at, int32(0)
		if at >= n/2 {
			g, rank = n-1-at, 1
		}
		s.gpu[i], s.rank[i] = int32(g), rank
		if rank == 1 && distinct && c.Expert[i] == c.Expert[order[g]] {
			return false
		}
	}
	return true
}
