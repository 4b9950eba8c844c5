// Package panics turns panics of code that is not ours to trust (a strategy
// under test) into errors.
package panics

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Error returns the error for the recovered value v: "panic: index out of range
// [9] with length 3 (lpt.go:12)". Call it in the deferred function that
// recovered, which is where the stack still shows who panicked.
func Error(v any) error { return fmt.Errorf("panic: %v%s", v, site()) }

// site returns " (file.go:12)", where the panic was raised, or "" where the
// stack does not show it.
func site() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	panicking := false
	for {
		f, more := frames.Next()
		if panicking && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf(" (%s:%d)", path.Base(f.File), f.Line)
		}
		panicking = panicking || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
