package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"

	"packbench/strategies"
)

// Options configures a host.
type Options struct {
	// Interpreter is the Python that runs programs, a path or a name to look up,
	// that of a virtual environment for one; "" is python3.
	Interpreter string
	Threads     int // that a program may use; 0 means one per logical core
	Device      int // index of the GPU
}

// Host starts workers for programs and ends them. It is safe for concurrent use;
// calls of one program on one backend run one at a time.
type Host struct {
	options Options
	log     log

	mu     sync.Mutex
	dir    string // of the scripts, "" before the first worker
	slots  map[string]*slot
	facts  []strategies.Fact
	checks map[string]error // of programs that have been loaded
}

// NewHost returns a host, which starts nothing yet.
func NewHost(o Options) *Host {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return &Host{options: o, slots: map[string]*slot{}, checks: map[string]error{}}
}

// LogTo has what programs print, and the tracebacks of their faults, written to
// files in dir, one per program.
func (h *Host) LogTo(dir string) { h.log.directory(dir) }

// interpreter finds the interpreter.
func (h *Host) interpreter() (string, error) {
	if !supported {
		return "", fmt.Errorf("%w here: Python programs run on Linux and other Unix systems", ErrInterpreter)
	}
	name := h.options.Interpreter
	if name == "" {
		name = "python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			err = errors.New("not found")
		} else {
			err = cause(err)
			var failure *exec.Error
			if errors.As(err, &failure) {
				err = cause(failure.Err)
			}
		}
		return "", fmt.Errorf("%w: %s: %w: name one with --python or PACKBENCH_PYTHON", ErrInterpreter, name, err)
	}
	return path, nil
}

// scripts returns the directory of what workers run, which is written first.
func (h *Host) scripts() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dir != "" {
		return h.dir, nil
	}
	dir, err := os.MkdirTemp("", "packbench-scripts-")
	if err == nil {
		err = unpack(dir)
	}
	if err != nil {
		return "", err
	}
	h.dir = dir
	return dir, nil
}

// check loads a program on the CPU and returns the error where it can never run. The
// worker stays for the calls to come. What may be an accident (an exception while the
// program is loaded, say) is left to the first run.
func (h *Host) check(p *program) error {
	h.mu.Lock()
	err, known := h.checks[p.key()]
	h.mu.Unlock()
	if known {
		return err
	}
	s := h.slot(p, "cpu")
	s.mu.Lock()
	_, err = s.live(context.Background())
	s.mu.Unlock()
	var fault *Fault
	if errors.As(err, &fault) && !fault.Unusable() {
		err = nil
	}
	h.mu.Lock()
	h.checks[p.key()] = err
	h.mu.Unlock()
	return err
}

// Facts lists what is known of the interpreter and the libraries that programs have
// used; nil where no program has been loaded.
func (h *Host) Facts() []strategies.Fact {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.facts)
}

// note adds the facts of a worker.
func (h *Host) note(facts []strategies.Fact) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.facts == nil {
		if path, err := h.interpreter(); err == nil {
			h.facts = append(h.facts, strategies.Fact{Name: "interpreter", Value: path})
		}
	}
	for _, f := range facts {
		i := slices.IndexFunc(h.facts, func(g strategies.Fact) bool { return g.Name == f.Name })
		if i < 0 {
			h.facts = append(h.facts, f)
		}
	}
}

// maxWorkers is how many workers are kept; those used least recently end first.
const maxWorkers = 16

// slot returns the place of the worker for a program on a backend.
func (h *Host) slot(p *program, backend string) *slot {
	key := backend + " " + p.key()
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.slots[key]
	if s == nil {
		s = &slot{host: h, program: p, backend: backend}
		h.slots[key] = s
	}
	return s
}

// makeRoom ends idle workers until there is room for one more.
func (h *Host) makeRoom(keep *slot) {
	h.mu.Lock()
	list := make([]*slot, 0, len(h.slots))
	for _, s := range h.slots {
		if s != keep {
			list = append(list, s)
		}
	}
	h.mu.Unlock()
	var idle []*slot
	for _, s := range list {
		if s.mu.TryLock() {
			if s.worker != nil {
				idle = append(idle, s)
			} else {
				s.mu.Unlock()
			}
		}
	}
	slices.SortFunc(idle, func(a, b *slot) int { return a.used.Compare(b.used) })
	for i, s := range idle {
		if len(idle)-i >= maxWorkers {
			s.drop()
		}
		s.mu.Unlock()
	}
}

// Close ends all workers.
func (h *Host) Close() error {
	h.mu.Lock()
	slots := h.slots
	h.slots = map[string]*slot{}
	dir := h.dir
	h.dir = ""
	h.mu.Unlock()
	for _, s := range slots {
		s.mu.Lock()
		s.drop()
		s.mu.Unlock()
	}
	h.log.close()
	if dir == "" {
		return nil
	}
	return os.RemoveAll(dir)
}
