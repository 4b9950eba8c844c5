package strategies

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"packbench/packing"
)

// Job is one of many problems that are packed in one call.
type Job struct {
	Problem *packing.Problem
	Random  Random
	Out     *packing.Packing // where its packing goes, of the problem's shape
}

// Batcher is a [Backend] that packs many problems, whatever their shapes, in one
// call: in less time than in a call each, where each has too few layers to keep the
// device busy.
type Batcher interface {
	Backend
	// PrepareBatch returns a runner for as many problems as there are shapes, one of
	// each. The errors are those of [Backend.Prepare]. It need not support every
	// [External]; the function [PrepareBatch] does.
	PrepareBatch(s Strategy, shapes []packing.Shape) (BatchRunner, error)
}

// BatchRunner executes one strategy on a number of problems at a time and reuses its
// memory from call to call. It is used by one goroutine at a time.
type BatchRunner interface {
	// PackBatch packs the problem of every job, which must be valid; that of jobs[i]
	// has the i-th shape that the runner was prepared for. All jobs use the same
	// random stream, each with its own seed. The packings, and the reports but for
	// their times, are those of [Runner.Pack]. After an error the content of every
	// Out is undefined.
	PackBatch(ctx context.Context, jobs []Job) ([]Report, error)
	// Close releases the runner's memory.
	Close() error
}

// PrepareBatch returns a runner for problems of the shapes: the backend's own if it
// is a [Batcher], otherwise, and for a strategy that is [External], one that packs them
// one after the other.
func PrepareBatch(b Backend, s Strategy, shapes []packing.Shape) (BatchRunner, error) {
	batcher, ok := b.(Batcher)
	if _, external := s.(External); ok && !external {
		return batcher.PrepareBatch(s, shapes)
	}
	return OneByOne(b, s, shapes)
}

// CheckJobs returns an error unless jobs are fit for a [BatchRunner] of the shapes.
func CheckJobs(jobs []Job, shapes []packing.Shape) error {
	if len(jobs) != len(shapes) {
		return fmt.Errorf("%d problems given to a runner for %d", len(jobs), len(shapes))
	}
	for i, j := range jobs {
		if j.Problem.Shape != shapes[i] || j.Out.Shape != shapes[i] {
			return fmt.Errorf("problem %v and packing %v given to a runner for %v", j.Problem.Shape, j.Out.Shape, shapes[i])
		}
		if j.Random.Stream != jobs[0].Random.Stream {
			return fmt.Errorf("problem %d uses the %s stream, those before it %s: use one for all", i, j.Random.Stream, jobs[0].Random.Stream)
		}
	}
	return nil
}

// OneByOne returns a runner that packs the problems one after the other, by a runner
// of the backend for each shape that differs: a program in another language is started
// once for all problems of a shape.
func OneByOne(b Backend, s Strategy, shapes []packing.Shape) (BatchRunner, error) {
	o := &oneByOne{shapes: slices.Clone(shapes), runners: map[packing.Shape]Runner{}}
	for _, shape := range shapes {
		if o.runners[shape] != nil {
			continue
		}
		r, err := b.Prepare(s, shape)
		if err != nil {
			o.Close() // err is the error that matters
			return nil, err
		}
		o.runners[shape] = r
	}
	return o, nil
}

type oneByOne struct {
	shapes  []packing.Shape
	runners map[packing.Shape]Runner
}

// PackBatch implements [BatchRunner].
func (o *oneByOne) PackBatch(ctx context.Context, jobs []Job) ([]Report, error) {
	if err := CheckJobs(jobs, o.shapes); err != nil {
		return nil, err
	}
	reports := make([]Report, len(jobs))
	for i, j := range jobs {
		var err error
		if reports[i], err = o.runners[j.Problem.Shape].Pack(ctx, j.Problem, j.Random, j.Out); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// Close implements [BatchRunner].
func (o *oneByOne) Close() error {
	var errs []error
	for _, r := range o.runners {
		errs = append(errs, r.Close())
	}
	o.runners = nil
	return errors.Join(errs...)
}
