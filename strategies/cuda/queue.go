//go:build cuda

package cuda

import (
	"time"

	"gorgonia.org/cu"

	"packbench/strategies"
	"packbench/strategies/cuda/driver"
)

// queue is what is launched at once: everything, or a part where draws are sent over.
type queue struct {
	*driver.Queue
	marks []mark
	graph graphState
}

// graphState says what becomes of a queue's graph. It is made at the second run:
// a single one needs none.
type graphState int

const (
	withoutGraph graphState = iota // or with one already
	graphWanted
	graphDue
)

// run launches the queue. Where no graph can be made it goes on without.
func (q *queue) run(timed bool) error {
	if q.graph == graphDue && !timed {
		q.graph = withoutGraph
		if driver.HasGraphs() {
			q.MakeGraph() // what is wrong with the context shows in Run
		}
	}
	err := q.Run(timed)
	if q.graph == graphWanted {
		q.graph = graphDue
	}
	return err
}

// mark is an event between stages.
type mark struct {
	stage int // that begins; none at the end
	event cu.Event
}

// The longest run that becomes one graph.
const graphLaunches = 512

// addQueue makes the launches of branches ready, which need not wait for each other.
func (r *runner) addQueue(branches [][]launch, graph graphState) (err error) {
	q := queue{graph: graph}
	var ready []driver.Launch
	stage := -1
	for _, launches := range branches {
		for i, l := range launches {
			function, err := r.device.function(l.kernel.name)
			if err != nil {
				return err
			}
			next := driver.Launch{Kernel: l.kernel.name, Function: function, Blocks: l.blocks, Threads: l.kernel.threads,
				Shared: l.kernel.shared, First: i == 0, Arguments: l.words()}
			if l.stage != stage {
				stage = l.stage
				next.Before = r.memory.event(&err)
				q.marks = append(q.marks, mark{stage, next.Before})
			}
			if err != nil {
				return err
			}
			ready = append(ready, next)
		}
	}
	end := r.memory.event(&err)
	if err != nil {
		return err
	}
	q.marks = append(q.marks, mark{event: end})
	q.Queue = driver.NewQueue(r.device.context, r.device.stream, ready, end)
	r.memory.queues = append(r.memory.queues, q.Queue)
	r.queues = append(r.queues, q)
	return nil
}

// times returns the stages' times by the device's clock, summed over parts.
func (r *runner) times() ([]strategies.Stage, error) {
	var total [len(stageNames)]time.Duration
	var seen [len(stageNames)]bool
	for _, q := range r.queues {
		for i, m := range q.marks[:len(q.marks)-1] {
			ms, err := m.event.Elapsed(q.marks[i+1].event)
			if err != nil {
				return nil, driver.Wrap("cuEventElapsedTime", err)
			}
			total[m.stage] += time.Duration(ms * float64(time.Millisecond))
			seen[m.stage] = true
		}
	}
	var stages []strategies.Stage
	for s, name := range stageNames {
		if seen[s] {
			stages = append(stages, strategies.Stage{Name: name, Time: total[s]})
		}
	}
	return stages, nil
}
