package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crew runs the workers of a runner, one of them in the goroutine of the caller
// and the others in goroutines of helpers.
//
// A sleeping thread can take longer to wake than a small problem takes to pack:
// a tenth of a millisecond on some virtual machines. So a helper that is done
// looks out for more work for a while before it ends, as threads of OpenMP do.
type crew struct {
	helpers []helper
	linger  time.Duration
	work    func(worker int)
	wait    sync.WaitGroup
}

// lingering is how long helpers look out for more work.
const lingering = time.Millisecond

func newCrew(workers int) *crew {
	c := &crew{helpers: make([]helper, workers-1)}
	if workers <= runtime.GOMAXPROCS(0) {
		c.linger = lingering // else others need the core
	}
	return c
}

// run calls work for each worker, all at the same time, and returns when all
// have returned.
func (c *crew) run(work func(worker int)) {
	c.work = work
	c.wait.Add(len(c.helpers))
	for i := range c.helpers {
		h := &c.helpers[i]
		if h.state.Swap(called) == gone {
			go h.help(c, i+1)
		}
	}
	work(0)
	c.wait.Wait()
}

// helper is the goroutine of a worker, if it has one at the time.
type helper struct{ state atomic.Int32 }

// The states of a helper. It goes from waiting to gone by itself; whoever has
// it called in the last moment wins.
const (
	gone = iota
	waiting
	called
)

// help works when called until nobody calls for a while.
func (h *helper) help(c *crew, worker int) {
	for h.called(c.linger) {
		c.work(worker)
		h.state.Store(waiting) // before the caller may call again
		c.wait.Done()
	}
}

// called waits for a call. When none comes in time the helper is gone.
func (h *helper) called(linger time.Duration) bool {
	for start := time.Now(); ; runtime.Gosched() {
		if h.state.Load() == called {
			return true
		}
		if time.Since(start) >= linger && h.state.CompareAndSwap(waiting, gone) {
			return false
		}
	}
}
