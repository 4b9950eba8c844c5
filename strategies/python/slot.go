package python

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"
	"unsafe"
)

// slot is where the worker of a program on a backend lives and is replaced.
type slot struct {
	host    *Host
	program *program
	backend string

	mu         sync.Mutex
	worker     *worker // nil before the first call and after a fault
	generation int     // counts workers
	calls      int     // of this worker
	used       time.Time
	last       answerReader // the last answer, in the worker's memory

	failures int    // to load the program, one after the other
	failure  *Fault // the last of them

	answers map[uint64]*history // by task
	renewed int                 // workers that were ended to have a fresh one
	verdict string              // why answers change, once that is known
}

// history is what is known of the answers to one task.
type history struct {
	first      uint64 // hash of the first answer
	fresh      bool   // the first answer was a worker's first
	generation int    // of the last worker that was asked
	calls      int
	changed    int // answers that are not the first
}

// maxFresh is how many tasks of a program are given to a fresh worker first, so that
// state which other tasks left behind shows as a changed answer later.
const maxFresh = 4

// maxLoads is how often a program that cannot be loaded is tried. That takes up to
// minutes each time and seldom ends differently.
const maxLoads = 2

// live returns the worker, and starts one where there is none. The caller holds mu.
func (s *slot) live(ctx context.Context) (*worker, error) {
	s.used = time.Now()
	if s.worker != nil {
		return s.worker, nil
	}
	if s.failures >= maxLoads {
		return nil, s.failure
	}
	s.host.makeRoom(s)
	w, err := startWorker(ctx, s.host, s.program, s.backend)
	if err != nil {
		var fault *Fault
		if errors.As(err, &fault) {
			s.failure = fault
			if s.failures++; fault.Unusable() || fault.Unwrap() != nil {
				s.failures = maxLoads
			}
		}
		return nil, err
	}
	s.failures = 0
	s.host.note(w.loaded.Facts)
	s.worker, s.calls = w, 0
	s.generation++
	return w, nil
}

// drop ends the worker. The caller holds mu.
func (s *slot) drop() {
	if s.worker != nil {
		s.worker.stop()
		s.worker = nil
	}
}

// task is a call of the program.
type task struct {
	kind, reply uint32
	head        []byte // what comes before the weights
	weights     []float32
	read        func(answerReader) error // takes the answer
}

// times are those of a call, as the worker took them.
type times struct{ to, call, from time.Duration }

// do makes a call and returns a remark where its answer is not that of earlier calls
// for the same task. The deadline of ctx is a limit of the call alone: workers that
// have to be started first do not count. After an error the worker has been ended, and
// taken.call is how long that took.
func (s *slot) do(ctx context.Context, t task) (taken times, remark string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.program.timeout
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline))
	}
	ctx, stop := withoutDeadline(ctx)
	defer stop()
	key := hashBytes(t.head) ^ hashLoads(t.weights)
	h := s.answers[key]
	if h == nil && s.worker != nil && s.calls > 0 && s.renewed < maxFresh {
		s.renewed++
		s.drop()
	}
	w, err := s.live(ctx)
	if err != nil {
		return times{}, "", err
	}
	if h != nil && h.generation != s.generation {
		h.generation = s.generation
		if taken, _, err := s.call(ctx, w, t, limit); err != nil { // warm it up again
			return taken, "", err
		}
	}
	fresh := s.calls == 0
	taken, answer, err := s.call(ctx, w, t, limit)
	if err != nil {
		return taken, "", err
	}
	if h == nil {
		h = &history{first: answer, fresh: fresh, generation: s.generation}
		if s.answers == nil {
			s.answers = map[uint64]*history{}
		}
		s.answers[key] = h
	}
	h.calls++
	if answer != h.first {
		h.changed++
		if s.verdict == "" {
			s.verdict = s.judge(ctx, h, t, limit)
		}
		if err := t.read(s.last); err != nil { // judging has written another answer
			return times{}, "", err
		}
	}
	if h.changed > 0 {
		remark = fmt.Sprintf("the answer changed in %d of %d calls with the same loads and seed: %s", h.changed, h.calls, s.verdict)
	}
	return taken, remark, nil
}

// call makes one call. A worker that had a fault is ended.
func (s *slot) call(ctx context.Context, w *worker, t task, limit time.Duration) (taken times, answer uint64, err error) {
	s.calls++
	start := time.Now()
	f, err := w.ask(ctx, limit, t.kind, t.reply, t.head, t.weights)
	if err == nil {
		if s.last, taken, err = readAnswer(f.body); err == nil {
			// Equal answers are equal bytes: what they hold tells the size of a number.
			answer, err = hashBytes(s.last.data), t.read(s.last)
		}
	}
	if err != nil {
		if errors.Is(err, errProtocol) {
			err = crash("%v", err)
		}
		taken = times{call: time.Since(start)}
		s.drop()
	}
	return taken, answer, err
}

// withoutDeadline returns a context that is cancelled when ctx is, but not by a
// deadline.
func withoutDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	free, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			cancel()
		}
	})
	return free, func() { stop(); cancel() }
}

// judge finds out why the answer to a task has changed: a fresh worker repeats a
// first answer that state between calls has changed, and not one that was drawn.
func (s *slot) judge(ctx context.Context, h *history, t task, limit time.Duration) string {
	const unknown = "the program keeps state from call to call or draws from a source that is not seeded"
	if !h.fresh {
		return unknown
	}
	other := &slot{host: s.host, program: s.program, backend: s.backend}
	defer other.drop()
	w, err := other.live(ctx)
	if err != nil {
		return unknown
	}
	_, answer, err := other.call(ctx, w, t, limit)
	switch {
	case err != nil:
		return unknown
	case answer == h.first:
		return "the program keeps state from call to call"
	}
	return "the program draws from a source that is not seeded, or uses the time"
}

// seedOfHashes is one for all, so that hashes can be compared.
var seedOfHashes = maphash.MakeSeed()

func hashBytes(data []byte) uint64 { return maphash.Bytes(seedOfHashes, data) }

// hashLoads hashes loads within this process.
func hashLoads(values []float32) uint64 {
	if len(values) == 0 {
		return 0
	}
	return hashBytes(unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 4*len(values)))
}
