package planners

import (
	"context"
	"slices"
)

// grow makes the copies of a part anew, one at a time, where greedy replication
// splits the largest load per copy: here an expert of the heaviest GPU gets the
// copy, whichever lowers the score further, with all copies so far packed and the
// other slots empty. That sees what greedy does not, that two middling experts
// which share a GPU may need a copy more than a heavy one beside a light one.
func (s *searcher) grow(ctx context.Context, p *part, load []float32) error {
	t := s.trial
	for i := range t.Expert {
		t.Expert[i], t.Load[i] = nobody, 0
		if i < p.experts {
			t.Expert[i], t.Load[i], t.Counts[i] = int32(i), float64(load[i]), 1
		}
	}
	t.sorted = false
	if err := s.sketchPack(ctx, p); err != nil {
		return err
	}
	for used := p.experts; used < len(t.Expert); used++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.growable(p, load)
		best, bestScore := s.takers[0], score{}
		for i, e := range s.takers {
			s.add(e, used, load)
			if err := s.sketchPack(ctx, p); err != nil {
				return err
			}
			if got := s.score(p, s.gpu, t); i == 0 || got.better(bestScore) {
				best, bestScore = e, got
			}
			s.drop(e, used, load)
		}
		s.add(best, used, load)
		if err := s.sketchPack(ctx, p); err != nil {
			return err
		}
	}
	if !s.folds(p) || !s.fold(t, s.c.Distinct) {
		if err := p.pack.Pack(ctx, t, s.gpu, s.rank); err != nil {
			return err
		}
	}
	s.take(p)
	s.best = s.score(p, p.gpu, p.copies)
	return nil
}

// growable finds the experts of the heaviest GPU that may get another copy, or
// the one of the largest load per copy where there is none.
func (s *searcher) growable(p *part, load []float32) {
	t := s.trial
	limit := s.limit(p)
	s.score(p, s.gpu, t)
	h := int32(0)
	for g, sum := range s.load {
		if sum > s.load[h] {
			h = int32(g)
		}
	}
	s.takers = s.takers[:0]
	for i, e := range t.Expert {
		if e != nobody && s.gpu[i] == h && t.Counts[e] < limit && !slices.Contains(s.takers, e) {
			s.takers = append(s.takers, e)
		}
	}
	if len(s.takers) > 0 {
		return
	}
	best := int32(nobody)
	share := func(e int32) float64 { return float64(load[e]) / float64(t.Counts[e]) }
	for e, n := range t.Counts {
		if n < limit && (best == nobody || share(int32(e)) > share(best)) {
			best = int32(e)
		}
	}
	s.takers = append(s.takers, best)
}

// add makes slot i of the trial a copy of expert e, drop takes it away again.
func (s *searcher) add(e int32, i int, load []float32) {
	s.trial.Expert[i] = e
	s.trial.Counts[e]++
	s.reshare(e, load)
}

func (s *searcher) drop(e int32, i int, load []float32) {
	s.trial.Expert[i], s.trial.Load[i] = nobody, 0
	s.trial.Counts[e]--
	s.reshare(e, load)
}

func (s *searcher) reshare(e int32, load []float32) {
	for i, other := range s.trial.Expert {
		if other == e {
			s.trial.Load[i] = float64(load[e]) / float64(s.trial.Counts[e])
		}
	}
	s.trial.sorted = false
}

// sketchPack packs the trial, by a fold or, as that is quick, capped LPT.
func (s *searcher) sketchPack(ctx context.Context, p *part) error {
	if s.folds(p) {
		s.fold(s.trial, false)
		return nil
	}
	if s.sketch == nil {
		var err error
		if _, same := uniform(p.capacity); same {
			s.sketch, err = enginePacker{}.NewPacker(len(s.gpu), p.capacity)
		} else {
			part := &strategyPart{}
			part.refine.init(len(s.gpu), p.capacity)
			s.sketch = sketcher{part}
		}
		if err != nil {
			return err
		}
	}
	return s.sketch.Pack(ctx, s.trial, s.gpu, s.rank)
}

// sketcher packs GPUs of different sizes by capped LPT alone.
type sketcher struct{ part *strategyPart }

// Pack implements [PartPacker].
func (k sketcher) Pack(_ context.Context, c *Copies, pack, rank []int32) error {
	k.part.refine.greedy(c, pack, rank, false)
	return nil
}
