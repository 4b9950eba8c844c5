package planners

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"packbench/internal/panics"
	"packbench/placement"
)

// session plans tasks of one topology, one after the other, and keeps its memory.
type session struct {
	c            *Composition
	topology     placement.Topology
	hierarchical bool
	nodeOfGPU    []int32
	gpuOfSlot    []int32
	offsets      []int // where the slots of a GPU begin
	workers      []*worker
	ranks        []int32 // [layers, slots]
}

// The stages of planning, in the order they come.
const (
	stageGroups = iota
	stageReplicate
	stagePack
	stageAlign
	stages
)

var stageNames = [stages]string{"estimate and groups", "replicate", "pack", "align"}

func (s *session) newWorker() (*worker, error) {
	w, err := newWorker(s)
	if err != nil {
		return nil, err
	}
	s.workers = append(s.workers, w)
	return w, nil
}

// plan answers a valid task. Layers are independent, so they may be planned in
// any order by any number of workers.
func (s *session) plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	p := task.Reuse
	if p == nil {
		p = &placement.Plan{}
	}
	p.Reset(task.Topology, task.Layers)
	if n := task.Layers * task.Topology.Slots; cap(s.ranks) < n {
		s.ranks = make([]int32, n)
	} else {
		s.ranks = s.ranks[:n]
	}
	threads := task.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, task.Layers)
	for len(s.workers) < threads {
		if _, err := s.newWorker(); err != nil {
			return nil, nil, err
		}
	}
	if err := s.run(ctx, task, p, threads); err != nil {
		return nil, nil, err
	}
	start := time.Now()
	p.Index(s.ranks)
	report := &placement.Report{Hierarchical: s.hierarchical}
	var total [stages]time.Duration
	for _, w := range s.workers[:threads] {
		report.Kept += w.kept
		for i, t := range w.times {
			total[i] += t
		}
	}
	for i, name := range stageNames {
		report.Stages = append(report.Stages, placement.Stage{Name: name, Time: total[i]})
	}
	report.Stages = append(report.Stages, placement.Stage{Name: "index", Time: time.Since(start)})
	return p, report, nil
}

// run plans all layers with so many workers. Of several errors the one of the
// first layer is returned.
func (s *session) run(ctx context.Context, task *placement.Task, p *placement.Plan, threads int) error {
	var next atomic.Int64
	for _, w := range s.workers[:threads] {
		w.begin(task, p)
	}
	if threads == 1 {
		s.workers[0].layers(ctx, &next)
	} else {
		var wait sync.WaitGroup
		for _, w := range s.workers[:threads] {
			wait.Go(func() { w.layers(ctx, &next) })
		}
		wait.Wait()
	}
	failed := task.Layers
	var err error
	for _, w := range s.workers[:threads] {
		if w.err != nil && w.at < failed {
			failed, err = w.at, w.err
		}
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("planner %s: layer %d: %w", s.c.Name, failed, err)
	} else if err != nil {
		return ctx.Err()
	}
	return nil
}

// layers plans layers until there are none left or one fails.
func (w *worker) layers(ctx context.Context, next *atomic.Int64) {
	defer func() {
		if v := recover(); v != nil {
			w.err = panics.Error(v)
		}
	}()
	for {
		l := int(next.Add(1)) - 1
		if l >= w.task.Layers {
			return
		}
		w.at = l
		if err := ctx.Err(); err != nil {
			w.err = err
			return
		}
		if err := w.layer(ctx, l); err != nil {
			w.err = err
			return
		}
	}
}
