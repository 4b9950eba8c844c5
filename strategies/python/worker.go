package python

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"time"

	"packbench/strategies"
)

// Limits of a worker besides those that a program may choose.
const (
	loadLimit    = 2 * time.Minute // to import the program's libraries
	maxFileBytes = 256 << 20
	maxOpenFiles = 1024
	graceTime    = 300 * time.Millisecond // for what a process that ends has to say
)

// worker is a Python process that serves one program on one backend. It is used by
// one goroutine at a time.
type worker struct {
	program  *program
	log      *log
	logName  string
	cmd      *exec.Cmd
	dir      string
	requests *os.File
	replies  *os.File
	lifeline *os.File
	dead     chan struct{} // closed when the process has ended
	drained  chan struct{} // closed when all it printed is in the log
	sequence uint32
	out      []byte
	in       frameReader
	loaded   loaded
}

// loaded is the reply to a request to load.
type loaded struct {
	Arrays string            `json:"arrays"`
	Facts  []strategies.Fact `json:"facts"`
}

// load is a request to load a program.
type load struct {
	Path        string  `json:"path"`
	Source      []byte  `json:"source"` // base64, for its encoding is Python's business
	Block       bool    `json:"block"`
	Function    string  `json:"function"`
	Arrays      string  `json:"arrays"`
	Kind        uint32  `json:"kind"`
	Backend     string  `json:"backend"`
	Device      int     `json:"device"`
	Threads     int     `json:"threads"`
	Seconds     float64 `json:"seconds"`
	LoadSeconds float64 `json:"load_seconds"`
	MemoryBytes int64   `json:"memory_bytes"`
	FileBytes   int64   `json:"file_bytes"`
	Files       int     `json:"files"`
}

// startWorker starts a process and has it load the program.
func startWorker(ctx context.Context, h *Host, p *program, backend string) (*worker, error) {
	interpreter, err := h.interpreter()
	if err != nil {
		return nil, err
	}
	w := &worker{program: p, log: &h.log, logName: logName(p), dead: make(chan struct{}), drained: make(chan struct{})}
	scripts, err := h.scripts()
	if err == nil {
		err = w.start(interpreter, scripts, h.options.Threads)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot start a worker for %s: %w", p.file, err)
	}
	limit := max(loadLimit, p.timeout)
	request, err := json.Marshal(load{
		Path: p.path, Source: []byte(p.source), Block: p.block != "none", Function: p.function, Arrays: p.arrays, Kind: p.kind,
		Backend: backend, Device: h.options.Device, Threads: h.options.Threads,
		Seconds: p.timeout.Seconds(), LoadSeconds: limit.Seconds(),
		MemoryBytes: p.memory, FileBytes: maxFileBytes, Files: maxOpenFiles,
	})
	if err == nil {
		var f frame
		if f, err = w.ask(ctx, limit, kindLoad, kindLoaded, request, nil); err == nil {
			err = json.Unmarshal(f.body, &w.loaded)
		}
	}
	if err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

// start starts the process, which runs the package in the directory scripts.
func (w *worker) start(interpreter, scripts string, threads int) (err error) {
	if w.dir, err = os.MkdirTemp("", "packbench-python-"); err != nil {
		return err
	}
	var theirs, ours []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
		if err != nil {
			for _, f := range ours {
				f.Close()
			}
			os.RemoveAll(w.dir)
		}
	}()
	pipe := func(weRead bool) *os.File {
		if err != nil {
			return nil
		}
		var r, o *os.File
		if r, o, err = os.Pipe(); err != nil {
			return nil
		}
		if !weRead {
			r, o = o, r
		}
		ours, theirs = append(ours, r), append(theirs, o)
		return r
	}
	w.requests, w.replies, w.lifeline = pipe(false), pipe(true), pipe(false)
	printed := pipe(true)
	if err != nil {
		return err
	}
	w.cmd = exec.Command(interpreter, "-u", "-c", bootstrap, scripts)
	w.cmd.Dir = w.dir
	w.cmd.Env = append(os.Environ(), environment(w.dir, threads)...)
	w.cmd.Stdout, w.cmd.Stderr = theirs[3], theirs[3]
	w.cmd.ExtraFiles = theirs[:3]
	detach(w.cmd)
	if err = w.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(w.drained)
		defer printed.Close()
		buffer := make([]byte, 32<<10)
		for {
			n, err := printed.Read(buffer)
			w.log.write(w.logName, buffer[:n])
			if err != nil {
				return
			}
		}
	}()
	go func() {
		_ = w.cmd.Wait() // ProcessState says how
		close(w.dead)
		soon := time.Now().Add(graceTime) // children may hold the pipes open
		w.replies.SetReadDeadline(soon)
		w.requests.SetWriteDeadline(soon)
		printed.SetReadDeadline(soon)
	}()
	return nil
}

// environment returns the variables that make runs repeatable and comparable.
func environment(dir string, threads int) []string {
	list := []string{"PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1", "TMPDIR=" + dir}
	for _, name := range []string{"OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"} {
		list = append(list, fmt.Sprintf("%s_NUM_THREADS=%d", name, threads))
	}
	return list
}

// ask sends a request, whose body is a then b, and returns the reply, valid until
// the next. Any error but that of ctx is a [Fault]; after one the worker is of no
// more use.
func (w *worker) ask(ctx context.Context, limit time.Duration, kind, want uint32, a []byte, b []float32) (frame, error) {
	if uint64(len(a))+4*uint64(len(b)) > math.MaxUint32 {
		return frame{}, crash("%d loads are more than one request can hold", len(b))
	}
	w.sequence++
	w.out = appendHeader(w.out[:0], kind, w.sequence, len(a)+4*len(b))
	w.out = appendFloats(append(w.out, a...), b)
	w.deadline(time.Now().Add(limit))
	defer context.AfterFunc(ctx, func() { w.deadline(time.Unix(1, 0)) })()
	_, err := w.requests.Write(w.out)
	var f frame
	if err == nil {
		f, err = w.in.read(w.replies, maxReply(kind, len(w.out)))
	}
	if err != nil {
		return frame{}, w.explain(ctx, limit, err)
	}
	switch {
	case f.sequence == w.sequence && f.kind == want:
		return f, nil
	case f.sequence == w.sequence && f.kind == kindFault:
		fault := &Fault{}
		if err := json.Unmarshal(f.body, fault); err != nil {
			return frame{}, crash("%v: %v", errProtocol, err)
		}
		w.log.write(w.logName, []byte(fault.Traceback))
		return frame{}, fault
	}
	return frame{}, crash("%v: a reply to request %d where one to %d was due", errProtocol, f.sequence, w.sequence)
}

// maxReply returns the max length in bytes of the reply to a request of a kind and
// size.
func maxReply(kind uint32, size int) int {
	const text = 8 << 20 // facts, or a traceback
	if kind == kindPlan {
		return math.MaxInt32 // a plan may have many copies of an expert
	}
	return text + 2*size // two int32 per weight
}

// deadline ends reads and writes at that time, or soon where the process has ended.
func (w *worker) deadline(at time.Time) {
	set := func(t time.Time) {
		w.replies.SetReadDeadline(t)
		w.requests.SetWriteDeadline(t)
	}
	set(at)
	select {
	case <-w.dead:
		if soon := time.Now().Add(graceTime); soon.Before(at) {
			set(soon)
		}
	default:
	}
}

// stop ends the process, with all it has started, and removes its directory.
func (w *worker) stop() {
	w.requests.Close() // an idle worker ends by itself
	select {
	case <-w.dead:
	default:
		killGroup(w.cmd)
		<-w.dead
	}
	killGroup(w.cmd) // what it has left behind
	w.drain()
	w.replies.Close()
	w.lifeline.Close()
	os.RemoveAll(w.dir)
}
