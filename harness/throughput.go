package harness

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// Throughput is how long a backend takes for a number of problems, in a call each and
// all in one call.
type Throughput struct {
	Problems int
	Layers   int           // of all problems
	Each     time.Duration // for all problems, in a call each; median over rounds
	Together time.Duration // for all problems, in one call; median over rounds
}

// Calls before those that count: the backend makes memory, kernels and graphs.
const throughputWarmup = 3

// MeasureThroughput packs the problems both ways in turn, the i-th with the seed i,
// and takes medians over the rounds. It is an error if a problem is packed differently
// in the two ways.
func MeasureThroughput(ctx context.Context, b strategies.Backend, s strategies.Strategy, problems []*packing.Problem, rounds int) (Throughput, error) {
	t := Throughput{Problems: len(problems)}
	if rounds < 1 {
		return t, errors.New("no rounds: use 1 or more")
	}
	each, together := make([]strategies.Job, len(problems)), make([]strategies.Job, len(problems))
	shapes := make([]packing.Shape, len(problems))
	runners := map[packing.Shape]strategies.Runner{}
	defer func() {
		for _, r := range runners {
			r.Close()
		}
	}()
	for i, p := range problems {
		t.Layers += p.Layers
		shapes[i] = p.Shape
		each[i] = strategies.Job{Problem: p, Random: strategies.Random{Seed: uint64(i)}, Out: packing.NewPacking(p.Shape)}
		together[i] = strategies.Job{Problem: p, Random: each[i].Random, Out: packing.NewPacking(p.Shape)}
		if runners[p.Shape] != nil {
			continue
		}
		r, err := b.Prepare(s, p.Shape)
		if err != nil {
			return t, err
		}
		runners[p.Shape] = r
	}
	batch, err := strategies.PrepareBatch(b, s, shapes)
	if err != nil {
		return t, err
	}
	defer batch.Close()

	timed := func(times *[]time.Duration, round int, pack func() error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		runtime.GC() // so that neither way pays for the other
		start := time.Now()
		err := pack()
		if round >= 0 {
			*times = append(*times, time.Since(start))
		}
		return err
	}
	var alone, whole []time.Duration
	for round := -throughputWarmup; round < rounds; round++ {
		err := timed(&alone, round, func() error {
			for _, j := range each {
				if _, err := runners[j.Problem.Shape].Pack(ctx, j.Problem, j.Random, j.Out); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return t, err
		}
		err = timed(&whole, round, func() error {
			_, err := batch.PackBatch(ctx, together)
			return err
		})
		if err != nil {
			return t, err
		}
	}
	for i := range each {
		if !each[i].Out.Equal(together[i].Out) {
			return t, fmt.Errorf("problem %d, %v, is packed differently in a call with others than alone", i, shapes[i])
		}
		if err := together[i].Out.Validate(problems[i]); err != nil {
			return t, fmt.Errorf("problem %d, %v: not a valid packing: %w", i, shapes[i], err)
		}
	}
	slices.Sort(alone)
	slices.Sort(whole)
	t.Each, t.Together = alone[len(alone)/2], whole[len(whole)/2]
	return t, nil
}
