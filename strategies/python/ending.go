package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// explain returns why there is no reply, and ends the process.
func (w *worker) explain(ctx context.Context, limit time.Duration, err error) error {
	if errors.Is(err, errProtocol) {
		return crash("%v", err)
	}
	ended := false
	select {
	case <-w.dead:
		ended = true
	case <-time.After(endingTime(err)):
	}
	if ended {
		w.drain()
		return w.obituary()
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return crash("the program closed the pipe of the protocol")
	}
	abort(w.cmd)
	select {
	case <-w.dead:
	case <-time.After(graceTime):
	}
	w.drain()
	if err := ctx.Err(); err != nil {
		return err
	}
	return &Fault{Kind: "time", Message: fmt.Sprintf("took longer than %v%s", limit, w.place())}
}

// endingTime is how long to wait for the end of a process that gave err.
func endingTime(err error) time.Duration {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0
	}
	return graceTime // its pipe has ended, so it is about to
}

// drain waits, not for long, until what the process printed is in the log.
func (w *worker) drain() {
	select {
	case <-w.drained:
	case <-time.After(graceTime):
	}
}

// obituary says how the process ended.
func (w *worker) obituary() error {
	signal, status := ending(w.cmd)
	switch {
	case signal == sigKill:
		return crash("the worker was killed (SIGKILL): by a user, or by the system when memory ran out")
	case signal == sigCPU:
		return &Fault{Kind: "time", Message: "used more CPU time than its limit allows"}
	case signal != 0:
		return crash("crashed: %v%s", signal, w.place())
	}
	return &Fault{Kind: "exit", Message: fmt.Sprintf("ended its process with status %d", status)}
}

// place finds the program's line in the last traceback that a crash has printed.
func (w *worker) place() string {
	text := w.log.tail(w.logName)
	at := strings.LastIndex(text, "Fatal Python error")
	if at < 0 {
		return ""
	}
	text = text[at:]
	if at := strings.Index(text, "Current thread"); at >= 0 {
		text = text[at:]
	}
	_, rest, ok := strings.Cut(text, fmt.Sprintf("File %q, line ", w.program.path))
	if !ok {
		return ""
	}
	line, _, _ := strings.Cut(rest, "\n")
	number, function, _ := strings.Cut(line, " in ")
	return fmt.Sprintf(" (%s, line %s, in %s)", w.program.base(), number, strings.TrimSpace(function))
}
