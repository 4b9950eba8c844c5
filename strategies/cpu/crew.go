package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crew runs the workers of one runner at a time, one of them in the caller's
// goroutine and the others in helpers.
//
// Waking a thread can take longer than packing a small problem: a tenth of a
// millisecond on some virtual machines. So a helper that has finished spins for a
// while before it ends, in case there is more work, as OpenMP threads do.
type crew struct {
	mu      sync.Mutex // held while work is done
	helpers []helper
	linger  time.Duration
	work    func(worker int)
	working atomic.Int32 // helpers that have not finished
	wait    sync.WaitGroup
}

// lingering is how long helpers spin: about as long as it takes to wake one, so
// spinning at most doubles what they cost.
const lingering = 200 * time.Microsecond

func newCrew(workers int) *crew {
	c := &crew{helpers: make([]helper, workers-1)}
	if workers <= runtime.GOMAXPROCS(0) {
		c.linger = lingering // otherwise another worker needs the core
	}
	return c
}

// run calls work for each of the given number of workers, at most those of the crew,
// concurrently, and returns when all have returned. If the crew is busy with another
// call, a temporary one does the work.
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
		runtime.Gosched() // spin: the others have nearly finished
	}
	c.wait.Wait()
}

// helper is the goroutine of a worker, if it has one at the moment.
type helper struct{ state atomic.Int32 }

// The states of a helper. Only the helper itself goes from waiting to gone.
const (
	gone = iota
	waiting
	called
)

// help works whenever it is called, and ends when no call has come for a while.
func (h *helper) help(c *crew, worker int) {
	for h.called(c.linger) {
		c.work(worker)
		h.state.Store(waiting) // before the caller may call again
		c.working.Add(-1)
		c.wait.Done()
	}
}

// called waits for a call and reports whether one came in time; if not, the helper
// is gone.
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
