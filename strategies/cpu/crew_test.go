package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Every worker works exactly once per call, concurrently with the others: whether its
// helper still waits from the last call, is just leaving or has gone, and when two
// callers overlap.
func TestCrewRunsEveryWorkerOncePerCall(t *testing.T) {
	const workers = 4
	before := runtime.NumGoroutine()
	for _, linger := range []time.Duration{0, 20 * time.Microsecond, time.Millisecond} {
		c := newCrew(workers)
		c.linger = linger
		var two sync.WaitGroup
		for range 2 {
			two.Go(func() { callCrew(t, c, workers) })
		}
		two.Wait()
	}
	for wait := time.Millisecond; runtime.NumGoroutine() > before; wait *= 2 {
		if wait > 5*time.Second {
			t.Fatalf("%d goroutines are left, %d were there before", runtime.NumGoroutine(), before)
		}
		time.Sleep(wait)
	}
}

func callCrew(t *testing.T, c *crew, workers int) {
	for call := range 300 {
		worked := make([]atomic.Int32, workers)
		var arrived atomic.Int32
		c.run(workers, func(worker int) {
			worked[worker].Add(1)
			for arrived.Add(1); int(arrived.Load()) < workers; {
				runtime.Gosched()
			}
		})
		for worker := range worked {
			if n := worked[worker].Load(); n != 1 {
				t.Errorf("linger %v, call %d: worker %d worked %d times", c.linger, call, worker, n)
				return
			}
		}
		time.Sleep(time.Duration(call%4) * c.linger / 2)
	}
}
