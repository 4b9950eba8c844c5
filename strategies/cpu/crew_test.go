package cpu

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// Every worker works once per call, at the same time as the others, whether its
// helper still waits from the last call, is just leaving or is gone.
func TestCrew(t *testing.T) {
	const workers = 4
	before := runtime.NumGoroutine()
	for _, linger := range []time.Duration{0, 20 * time.Microsecond, time.Millisecond} {
		c := newCrew(workers)
		c.linger = linger
		for call := range 300 {
			var worked [workers]atomic.Int32
			var arrived atomic.Int32
			c.run(func(worker int) {
				worked[worker].Add(1)
				for arrived.Add(1); arrived.Load() < workers; {
					runtime.Gosched()
				}
			})
			for worker := range worked {
				if n := worked[worker].Load(); n != 1 {
					t.Fatalf("linger %v, call %d: worker %d worked %d times", linger, call, worker, n)
				}
			}
			time.Sleep(time.Duration(call%4) * linger / 2)
		}
	}
	for wait := time.Millisecond; runtime.NumGoroutine() > before; wait *= 2 {
		if wait > 5*time.Second {
			t.Fatalf("%d goroutines are left, %d were there before", runtime.NumGoroutine(), before)
		}
		time.Sleep(wait)
	}
}
