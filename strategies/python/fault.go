package python

import (
	"errors"
	"fmt"

	"packbench/strategies"
)

// Fault is what a program did wrong: an exception, an answer of the wrong shape, the
// end of its worker.
type Fault struct {
	// Kind is "exception", "answer", "exit", "memory" or "crash"; for a program that
	// cannot be used at all "syntax", "function", "parameters", "module" or
	// "library" (NumPy or torch is missing); and
	// "unsupported" or "unavailable" for a backend that it cannot use.
	Kind      string `json:"kind"`
	Message   string `json:"message"`   // one line, with the place in the program
	Traceback string `json:"traceback"` // whole, or ""
}

// Error implements error.
func (f *Fault) Error() string { return f.Message }

// Unwrap makes a fault of a backend one of the errors of [strategies.Backend].
func (f *Fault) Unwrap() error {
	switch f.Kind {
	case "unsupported":
		return strategies.ErrUnsupported
	case "unavailable":
		return strategies.ErrUnavailable
	case "time":
		return strategies.ErrTimeLimit
	}
	return nil
}

// Unusable reports whether the program can never run on this machine, by what is
// wrong with its text or with the interpreter.
func (f *Fault) Unusable() bool {
	switch f.Kind {
	case "syntax", "function", "parameters", "module", "library":
		return true
	}
	return false
}

var (
	// ErrInterpreter is returned where there is no Python to run programs with.
	ErrInterpreter = errors.New("no Python interpreter")

	errProtocol = errors.New("the program wrote to the pipe of the protocol")
)

func crash(format string, args ...any) *Fault {
	return &Fault{Kind: "crash", Message: fmt.Sprintf(format, args...)}
}
