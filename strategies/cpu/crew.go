package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crew runs the workers of one runner at a time, one of them in the goroutine of
// the caller and the others in goroutines of helpers.
//
// A sleeping thread can take longer to wake than a small problem takes to pack:
// a tenth of a millisecond on some virtual machines. So a helper that is done
// looks out for more work for a while before it ends, as threads of OpenMP do.
type crew struct {
	mu      sync.Mutex // held while work is done
	helpers []helper
	linger  time.Duration
	work    func(worker int)
	working atomic.Int32 // helpers that are at work
	wait    sync.WaitGroup
}

// lingering is how long helpers look out for more work: about as long as it would
// take to wake them, so it at most doubles what they cost.
const lingering = 200 * time.Microsecond

func newCrew(workers int) *crew {
	c := &crew{helpers: make([]helper, workers-1)}
	if workers <= runtime.GOMAXPROCS(0) {
		c.linger = lingering // else others need the core
	}
	return c
}

// run calls work for each of so many workers, at most those of the crew, all at
// the same time, and returns when all have returned. While it is busy with
// another call, others are found to help.
func (c *crew) run(workers int, work func(worker int)) {
	if !c.mu.TryLock() {
		c = &crew{helpers: make([]helper, workers-1)}
		c.mu.Lock()
	}
	defer c.mu.Unlock()
	c.work = work
	c.working.Store(int32(workers - 1))
	c.wait.Add(workers - 1)
	for i := range workers - 1 {
		h := &c.helpers[i]
		if h.state.Swap(called) == gone {
			go h.help(c, i+1)
		}
	}
	work(0)
	for start := time.Now(); c.working.Load() > 0 && time.Since(start) < c.linger; {
		runtime.Gosched() // to wait without sleeping: the others are nearly done
	}
	c.wait.Wait()
}

// helper is the goroutine of a worker, if it has one at the time.
type helper struct{ state atomic.Int32 }

// The states of a helper. It goes from waiting to gone by itself.
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
		c.working.Add(-1)
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
