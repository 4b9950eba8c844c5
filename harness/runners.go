package harness

import (
	"errors"
	"slices"

	"packbench/internal/panics"
	"packbench/packing"
	"packbench/strategies"
)

// maxRunners is how many runners are kept prepared. An experiment with more
// combinations of strategy, backend and shape prepares some of them again.
const maxRunners = 256

// runner is a prepared runner with the packing it writes to.
type runner struct {
	strategies.Runner
	key   runnerKey
	out   *packing.Packing
	fresh bool // has made no run yet
}

// runnerKey is what a runner is prepared for.
type runnerKey struct {
	strategy, backend string
	shape             packing.Shape
}

// runnerStore keeps the runners used last, the latest at the end.
type runnerStore struct{ kept []*runner }

func newRunnerStore() *runnerStore { return &runnerStore{} }

// get returns the runner for a job on problems of the shape. A panic of the
// backend becomes an error.
func (s *runnerStore) get(j job, shape packing.Shape) (r *runner, err error) {
	key := runnerKey{j.strategy.Spec().String(), j.backend.Name(), shape}
	if i := slices.IndexFunc(s.kept, func(r *runner) bool { return r.key == key }); i >= 0 {
		r = s.kept[i]
		s.kept = append(slices.Delete(s.kept, i, i+1), r)
		return r, nil
	}
	if len(s.kept) == maxRunners {
		s.drop(s.kept[0])
	}
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	prepared, err := j.backend.Prepare(j.strategy, shape)
	if err != nil {
		return nil, err
	}
	r = &runner{Runner: prepared, key: key, out: packing.NewPacking(shape), fresh: true}
	s.kept = append(s.kept, r)
	return r, nil
}

// drop closes and forgets a runner.
func (s *runnerStore) drop(r *runner) {
	s.kept = slices.DeleteFunc(s.kept, func(k *runner) bool { return k == r })
	_ = closeRunner(r) // what it did wrong has been said already
}

// close closes all runners.
func (s *runnerStore) close() error {
	var errs []error
	for _, r := range s.kept {
		errs = append(errs, closeRunner(r))
	}
	s.kept = nil
	return errors.Join(errs...)
}

// closeRunner closes a runner that may be in any state.
func closeRunner(r *runner) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panics.Error(v)
		}
	}()
	return r.Close()
}
